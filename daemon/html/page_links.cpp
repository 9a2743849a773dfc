#include "html/page_links.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "html/page_words.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr int most_pages = 99;
constexpr std::size_t most_links = 20;  // that claim to lead to the next one
constexpr std::string_view parameters[] = {"page", "p", "pg", "paged", "pagina", "seite", "pageno", "page_number"};

// An address and which page of it that is; the first has no number.
struct Numbered {
  std::string stem;
  int page = 1;
};

std::optional<int> to_page(std::string_view digits) {
  int page = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), page);
  const bool right = error == std::errc() && end == digits.data() + digits.size() && page > 0 && page <= most_pages;
  return right ? std::optional(page) : std::nullopt;
}

// "?a=b&page=2" is page 2 of "?a=b".
std::optional<Numbered> by_parameter(std::string_view path, std::string_view query) {
  Numbered numbered{std::string(path)};
  bool found = false;
  char between = '?';
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    const bool is_page = std::find(std::begin(parameters), std::end(parameters), name) != std::end(parameters);
    const auto page = is_page && equals != pair.npos ? to_page(pair.substr(equals + 1)) : std::nullopt;
    if (page && !found) {
      found = true;
      numbered.page = *page;
    } else {
      (numbered.stem += between) += pair;
      between = '&';
    }
  }
  return found ? std::optional(std::move(numbered)) : std::nullopt;
}

// A path that is a title, and not the name of a list: "/articles/2" is the second of all articles.
bool is_slug(std::string_view path) {
  const auto last = path.substr(path.rfind('/') + 1);
  const auto digits = std::count_if(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return last.size() >= 12 || digits >= 5 || last.find_first_of("-_.") != last.npos;
}

// "/a-title/2", "/a-title/page/2", "/a-title-p2.html", "/a-title,2.html".
std::optional<Numbered> by_path(std::string_view path, std::string_view query) {
  std::string ending;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (const auto dot = path.rfind('.'); dot != path.npos && dot > path.rfind('/')) {
    ending = path.substr(dot);
    path = path.substr(0, dot);
  }
  const auto digits =
      path.size() -
      static_cast<std::size_t>(
          std::find_if_not(path.rbegin(), path.rend(), [](char c) { return c >= '0' && c <= '9'; }) - path.rbegin());
  const auto page = to_page(path.substr(digits));
  if (!page || digits == 0) return std::nullopt;
  auto stem = path.substr(0, digits);
  bool sure = false;
  for (const std::string_view sign :
       {"/page/", "/page-", "-page-", "_page", "-page", "/page", "/p", "-p", "_p", ",", "_", "/"}) {
    if (!stem.ends_with(sign)) continue;
    stem.remove_suffix(sign.size());
    sure = sign != "/" || is_slug(stem);
    break;
  }
  if (!sure) return std::nullopt;
  return Numbered{std::string(stem).append(ending).append(query.empty() ? "" : "?").append(query), *page};
}

Numbered first_page(std::string_view path, std::string_view query) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return {std::string(path).append(query.empty() ? "" : "?").append(query)};
}

std::pair<std::string_view, std::string_view> split(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const auto mark = std::min(url.find('?'), url.size());
  return {url.substr(0, mark), url.substr(std::min(mark + 1, url.size()))};
}

// A page, and whether an address is that of the next one.
class Pages {
 public:
  explicit Pages(std::string_view url) {
    const auto [path, query] = split(url);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      here_[i] = numbers[i](path, query).value_or(first_page(path, query));
    }
  }

  bool is_next(std::string_view url) const {
    const auto [path, query] = split(url);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto next = numbers[i](path, query);
      if (next && next->page == here_[i].page + 1 && next->stem == here_[i].stem) return true;
    }
    return false;
  }

 private:
  static constexpr std::array numbers = {by_parameter, by_path};
  std::array<Numbered, numbers.size()> here_;
};

}  // namespace

std::string page_base(const Document& document, std::string_view url) {
  const NodeId base = document.find("base");
  auto resolved = base == no_node ? std::string() : text::resolve_url(url, document.attribute(base, "href"));
  return resolved.empty() ? std::string(url) : resolved;
}

std::string next_page(const Document& document, std::string_view url) {
  const auto base = page_base(document, url);
  const Pages pages(url);
  std::size_t links = 0;
  for (NodeId node = Document::root; node != no_node; node = document.following(node, Document::root)) {
    const bool is_link = document.is(node, "link") || document.is(node, Element::a);
    if (!is_link || !has_word(document.attribute(node, "rel"), "next")) continue;
    if (++links > most_links) break;
    auto next = text::resolve_url(base, document.attribute(node, "href"));
    if (pages.is_next(next) && text::same_origin(url, next)) return next;
  }
  return {};
}

std::string amp_page(const Document& document, std::string_view url) {
  for (NodeId node = document.find("link"); node != no_node; node = document.following(node, Document::root)) {
    if (!document.is(node, "link") || !has_word(document.attribute(node, "rel"), "amphtml")) continue;
    auto amp = text::resolve_url(page_base(document, url), document.attribute(node, "href"));
    return text::canonical_url(amp) == text::canonical_url(url) ? std::string() : amp;
  }
  return {};
}

}  // namespace newscache::html
