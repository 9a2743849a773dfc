#include "html/page_title.hpp"

#include <algorithm>
#include <optional>

#include "html/headline.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

// What stands between a title and the name of its site, blanks on both sides.
constexpr std::string_view separators[] = {
    "|", "-",  "\xe2\x80\x93", "\xe2\x80\x94", "\xc2\xbb",     "\xc2\xab",     ">", "<",
    "/", "\\", "::",           "\xc2\xb7",     "\xe2\x80\xa2", "\xe2\x80\xba", "~"};
constexpr std::size_t fewest_words = 3;
constexpr std::size_t most_headings = 50;
constexpr std::size_t longest_title = 1000;

// Letters and digits alone, folded: "Ars Technica" is "arstechnica".
std::string key_of(std::string_view text) {
  std::string key;
  while (!text.empty()) {
    const auto c = text::folded(text::next_code_point(text));
    const bool is_word =
        c >= 0x80 ? !(c == 0xA0 || (c >= 0x2000 && c <= 0x206F)) : (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_word) text::append_utf8(key, c);
  }
  return key;
}

std::size_t words(std::string_view text) {
  std::size_t count = 0;
  bool in_word = false;
  while (!text.empty()) {
    const auto c = text::next_code_point(text);
    if (c >= 0x2E80) {  // scripts without blanks: two characters for a word
      count += 1;
      in_word = false;
      continue;
    }
    const bool blank = c <= ' ';
    if (!blank && !in_word) count += 2;
    in_word = !blank;
  }
  return (count + 1) / 2;
}

struct Cut {
  std::size_t end;    // of what is before the separator
  std::size_t start;  // of what is behind
};

std::vector<Cut> cuts(std::string_view title) {
  std::vector<Cut> found;
  for (auto blank = title.find(' '); blank != title.npos; blank = title.find(' ', blank + 1)) {
    const auto word = title.substr(blank + 1, title.find(' ', blank + 1) - blank - 1);
    const bool separates = std::find(std::begin(separators), std::end(separators), word) != std::end(separators);
    const auto start = blank + 1 + word.size() + 1;
    if (separates && start < title.size()) found.push_back({blank, start});
  }
  return found;
}

bool is_site(std::string_view part, const std::vector<std::string>& sites) {
  const auto key = key_of(part);
  return !key.empty() && std::any_of(sites.begin(), sites.end(), [&](const std::string& site) {
    const auto known = key_of(site);
    return key == known || (known.size() > 3 && (key == "the" + known || "the" + key == known));
  });
}

// The title with the site's name taken off its ends, as far as it is there and more than that is left.
std::string_view without_site(std::string_view title, const std::vector<std::string>& sites) {
  const auto places = cuts(title);
  for (const auto& cut : places) {
    if (is_site(title.substr(cut.start), sites)) return title.substr(0, cut.end);
  }
  for (auto cut = places.rbegin(); cut != places.rend(); ++cut) {
    if (is_site(title.substr(0, cut->end), sites)) return title.substr(cut->start);
  }
  for (const std::string_view colon : {": ", " : "}) {
    const auto at = title.find(colon);
    if (at != title.npos && is_site(title.substr(0, at), sites)) return text::trim(title.substr(at + colon.size()));
  }
  return title;
}

// The heading that is all of the title, or its start or end beside a separator.
std::optional<std::string_view> as_headed(const Document& document, std::string_view title) {
  struct Part {
    std::string_view text;
    std::string key;
  };
  std::vector<Part> parts = {{title, key_of(title)}};
  for (const auto& cut : cuts(title)) {
    for (const auto part : {title.substr(0, cut.end), title.substr(cut.start)}) {
      if (words(part) >= 2) parts.push_back({part, key_of(part)});
    }
  }
  std::size_t headings = 0;
  for (NodeId node = Document::body; node != no_node; node = document.following(node, Document::body)) {
    if (!document.is(node, Element::h1) && !document.is(node, Element::h2)) continue;
    if (++headings > most_headings) break;
    const auto heading = key_of(short_text_of(document, node, longest_title));
    if (heading.empty()) continue;
    for (const auto& part : parts) {
      if (heading == part.key) return part.text;
    }
  }
  return std::nullopt;
}

std::string only_heading(const Document& document) {
  const NodeId heading = document.find("h1", Document::body);
  return heading == no_node ? std::string() : short_text_of(document, heading, longest_title);
}

}  // namespace

NodeId find_headline(const Document& document, std::string_view title) {
  const auto wanted = key_of(title);
  std::size_t headings = 0;
  for (NodeId node = Document::body; node != no_node && !wanted.empty();
       node = document.following(node, Document::body)) {
    if (!document.is(node, Element::h1) && !document.is(node, Element::h2)) continue;
    if (++headings > most_headings) break;
    const auto heading = key_of(short_text_of(document, node, longest_title));
    if (heading == wanted || (heading.size() > 10 && (wanted.starts_with(heading) || heading.starts_with(wanted)))) {
      return node;
    }
  }
  for (const std::string_view name : {"h1", "article", "h2"}) {
    const NodeId node = document.find(name, Document::body);
    if (node != no_node) return node;
  }
  return Document::body;
}

std::string page_title(const Document& document, std::string_view stated, const std::vector<std::string>& sites) {
  if (!stated.empty()) return std::string(without_site(text::cut_utf8(stated, longest_title), sites));
  const NodeId element = document.find("title");
  const auto whole = element == no_node ? std::string() : document.text_of(element);
  const std::string title(text::cut_utf8(whole, longest_title));
  if (title.empty()) return only_heading(document);
  if (const auto heading = as_headed(document, title)) return std::string(*heading);
  const auto shortened = without_site(title, sites);
  if (shortened.size() < title.size()) return std::string(shortened);
  // A name that nobody has told us stands last.
  const auto places = cuts(title);
  if (places.empty()) return title;
  const auto start = std::string_view(title).substr(0, places.back().end);
  if (words(start) > fewest_words) return std::string(start);
  const auto end = std::string_view(title).substr(places.front().start);
  return std::string(words(end) > fewest_words ? end : std::string_view(title));
}

}  // namespace newscache::html
