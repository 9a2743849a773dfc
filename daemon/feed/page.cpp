#include "feed/page.hpp"

#include <algorithm>

#include "html/plain_text.hpp"
#include "html/tokenizer.hpp"
#include "text/entities.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr std::size_t kMaxFeeds = 100;

constexpr std::string_view kRawText[] = {"script", "style", "textarea", "title",   "noscript",
                                         "iframe", "xmp",   "noembed",  "noframes"};
constexpr std::string_view kFeedTypes[] = {
    "application/rss+xml", "application/atom+xml",   "application/feed+json", "application/json",
    "application/rdf+xml", "application/x.atom+xml", "application/xml",       "text/xml",
    "application/rss",     "application/atom",       "text/rss+xml"};

struct MetaField {
  std::string_view name;  // of <meta name>, property or itemprop
  std::string Page::*field;
  int rank;  // 0 is best
};
constexpr MetaField kMeta[] = {
    {"og:title", &Page::title, 0},
    {"author", &Page::author, 0},
    {"article:author", &Page::author, 2},
    {"dc.creator", &Page::author, 1},
    {"parsely-author", &Page::author, 3},
    {"article:published_time", &Page::date, 0},
    {"datepublished", &Page::date, 1},
    {"date", &Page::date, 2},
    {"dc.date", &Page::date, 3},
    {"dc.date.issued", &Page::date, 3},
    {"dcterms.date", &Page::date, 3},
    {"pubdate", &Page::date, 4},
    {"parsely-pub-date", &Page::date, 4},
    {"publish-date", &Page::date, 4},
    {"sailthru.date", &Page::date, 5},
    {"description", &Page::description, 0},
    {"og:description", &Page::description, 1},
    {"og:image", &Page::image, 0},
    {"twitter:image", &Page::image, 1},
};

class Scanner {
 public:
  Scanner(std::string_view page, std::string_view base_url) : page_(page), tokens_(page), base_(base_url) {
    std::fill(std::begin(ranks_), std::end(ranks_), 100);
  }

  Page run() {
    result_.body = page_;
    bool in_body = false;
    while (tokens_.next()) {
      const html::Token& token = tokens_.token();
      if (token.kind == html::TokenKind::end_tag) {
        if (in_body && is(token, "body")) end_body(token);
        if (!in_body && is(token, "head")) begin_body(token);
      } else if (token.kind == html::TokenKind::start_tag) {
        if (is(token, "body")) {
          in_body = true;
          begin_body(token);
        }
        start_tag(token);
      }
    }
    result_.base = base_;
    result_.image = text::resolve_url(base_, result_.image);
    return std::move(result_);
  }

 private:
  static bool is(const html::Token& token, std::string_view name) {
    return text::equal_ignoring_case(token.text, name);
  }

  static std::string value(const html::Token& token, std::string_view name) {
    const html::Attribute* attribute = html::find_attribute(token, name);
    std::string out;
    if (attribute != nullptr) html::append_decoded(out, attribute->value, true);
    return text::collapse_white_space(out);
  }

  std::size_t offset(const html::Token& token) const {
    return static_cast<std::size_t>(token.text.data() - page_.data());
  }

  void begin_body(const html::Token& token) {
    // The tag ends at the '>' behind its last attribute.
    std::size_t from = offset(token) + token.text.size();
    for (const html::Attribute& attribute : token.attributes) {
      if (attribute.value.data() == nullptr) continue;
      from = std::max(from, static_cast<std::size_t>(attribute.value.data() - page_.data()) + attribute.value.size());
    }
    auto end = page_.find('>', std::min(from, page_.size()));
    result_.body = end == std::string_view::npos ? std::string_view() : page_.substr(end + 1);
  }

  void end_body(const html::Token& token) {
    auto begin = static_cast<std::size_t>(result_.body.data() - page_.data());
    std::size_t end = offset(token) - 2;  // "</"
    if (end > begin) result_.body = page_.substr(begin, end - begin);
  }

  void start_tag(const html::Token& token) {
    if (is(token, "html")) {
      result_.language = value(token, "lang");
    } else if (is(token, "base")) {
      std::string base = text::resolve_url(base_, value(token, "href"));
      if (!base.empty() && !seen_base_) base_ = std::move(base);
      seen_base_ = true;
    } else if (is(token, "meta")) {
      meta(token);
    } else if (is(token, "link") || is(token, "a")) {
      link(token);
    } else if (is(token, "title") && !seen_title_) {
      seen_title_ = true;
      std::string title = text::collapse_white_space(text::decode_references(tokens_.raw_text()));
      if (!title.empty()) offer(&Page::title, 1, std::move(title));
    } else if (std::any_of(std::begin(kRawText), std::end(kRawText), [&](auto name) { return is(token, name); }) &&
               !is(token, "noscript")) {
      tokens_.raw_text();
    }
  }

  void meta(const html::Token& token) {
    std::string name = value(token, "name");
    if (name.empty()) name = value(token, "property");
    if (name.empty()) name = value(token, "itemprop");
    name = text::to_lower(name);
    for (const MetaField& known : kMeta) {
      if (known.name == name) offer(known.field, known.rank, value(token, "content"));
    }
  }

  void offer(std::string Page::*field, int rank, std::string value) {
    constexpr std::string Page::*kOrder[] = {&Page::title, &Page::author, &Page::date, &Page::description,
                                             &Page::image};
    auto at = std::find(std::begin(kOrder), std::end(kOrder), field) - std::begin(kOrder);
    if (value.empty() || rank >= ranks_[at]) return;
    result_.*field = std::move(value);
    ranks_[at] = rank;
  }

  // <link rel="alternate"> and, as pages without a proper head have it, <a rel="alternate">.
  void link(const html::Token& token) {
    std::string rel = " " + text::to_lower(value(token, "rel")) + " ";
    if (rel.find(" canonical ") != std::string::npos && result_.url.empty()) {
      result_.url = text::resolve_url(base_, value(token, "href"));
    }
    bool alternate = rel.find(" alternate ") != std::string::npos && rel.find(" stylesheet ") == std::string::npos;
    bool feed = rel.find(" feed ") != std::string::npos;
    if (!alternate && !feed) return;
    std::string type = text::to_lower(value(token, "type"));
    type = std::string(text::trim(std::string_view(type).substr(0, type.find(';'))));
    bool known = std::find(std::begin(kFeedTypes), std::end(kFeedTypes), type) != std::end(kFeedTypes);
    if (!known && !(feed && type.empty())) return;
    std::string url = value(token, "href");
    // WordPress announces its REST API as an alternate of type application/json.
    if (type == "application/json" && url.find("/wp-json/") != std::string::npos) return;
    if (text::equal_ignoring_case(url.substr(0, 5), "feed:"))
      url = url.starts_with("feed://") ? "http" + url.substr(4) : url.substr(5);
    url = text::resolve_url(base_, url);
    bool seen =
        std::any_of(result_.feeds.begin(), result_.feeds.end(), [&](const Candidate& c) { return c.url == url; });
    if (url.empty() || seen || result_.feeds.size() >= kMaxFeeds) return;
    result_.feeds.push_back({std::move(url), value(token, "title")});
  }

  std::string_view page_;
  html::Tokenizer tokens_;
  std::string base_;
  bool seen_base_ = false;
  bool seen_title_ = false;
  int ranks_[5];
  Page result_;
};

}  // namespace

Page read_page(std::string_view utf8, std::string_view base_url) { return Scanner(utf8, base_url).run(); }

}  // namespace newscache::feed
