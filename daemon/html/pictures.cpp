#include "html/pictures.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "html/safe_text.hpp"
#include "html/srcset.hpp"
#include "html/tokenizer.hpp"

namespace newscache::html {

namespace {

// Follows a document through its <picture> elements, so that an <img> knows the sources before it.
class PictureWalk {
 public:
  // Every start and end tag; true for an <img>, and for a <source> or <picture> that only picks one.
  bool takes(const Token& token) {
    const bool start = token.kind == TokenKind::start_tag;
    if (token.element == Element::picture) {
      in_picture_ = start;
      sources_.clear();
      return true;
    }
    if (token.element == Element::source && in_picture_) {
      if (start && is_common_type(attribute_value(token, "type"))) sources_.push_back(attribute_value(token, "srcset"));
      return true;
    }
    return token.element == Element::img;
  }

  // The one that suits a width.
  std::string url_of(const Token& image, int width) const {
    const std::string own = attribute_value(image, "srcset");
    SizeChoice choice(width);
    for (const auto& source : sources_) choice.add_all(source);
    choice.add_all(own);
    const auto chosen = choice.url();
    return chosen.empty() ? attribute_value(image, "src") : std::string(chosen);
  }

  // All of them.
  std::vector<std::string> urls_of(const Token& image) const {
    std::vector<std::string> urls;
    const auto add_all = [&](std::string_view srcset) {
      Candidate candidate;
      while (urls.size() < most_candidates && next_candidate(srcset, candidate)) urls.emplace_back(candidate.url);
    };
    for (const auto& source : sources_) add_all(source);
    add_all(attribute_value(image, "srcset"));
    urls.push_back(attribute_value(image, "src"));
    return urls;
  }

 private:
  bool in_picture_ = false;
  std::vector<std::string> sources_;  // their srcsets
};

// Each once, in order.
class UrlList {
 public:
  void add(std::string url) {
    if (!url.empty() && known_.insert(url).second) urls_.push_back(std::move(url));
  }
  std::vector<std::string> take() { return std::move(urls_); }

 private:
  std::unordered_set<std::string> known_;
  std::vector<std::string> urls_;
};

bool is_recording(Element element) { return element == Element::audio || element == Element::video; }

class Rewriter {
 public:
  Rewriter(const std::function<std::string(std::string_view)>& find, OtherMedia others)
      : find_(find), keeps_others_(others == OtherMedia::keep) {}

  std::string run(std::string_view html) {
    out_.reserve(html.size());
    Tokenizer tokenizer(html);
    while (tokenizer.next()) take(tokenizer.token());
    return std::move(out_);
  }

 private:
  void take(const Token& token) {
    switch (token.kind) {
      case TokenKind::text:
        if (recording_ == Element::unknown) out_ += token.text;
        break;
      case TokenKind::start_tag:
        if (!takes_media(token)) start_tag(token);
        break;
      case TokenKind::end_tag:
        if (!takes_media(token)) out_ += end_tag_text(token.element);
        break;
      case TokenKind::comment:
      case TokenKind::doctype:
        break;  // there is none in safe HTML
    }
  }

  bool takes_media(const Token& token) {
    const bool start = token.kind == TokenKind::start_tag;
    if (is_recording(token.element)) {
      if (start) {
        begin_recording(token);
      } else {
        end_recording();
      }
      return true;
    }
    if (recording_ != Element::unknown) {
      if (start && token.element == Element::source && recording_url_.empty())
        recording_url_ = attribute_value(token, "src");
      return true;
    }
    if (token.element == Element::a) links_ += start ? 1 : -1;
    if (token.element == Element::track) return true;
    if (!walk_.takes(token)) return false;
    if (token.element == Element::img) picture(token);
    return true;
  }

  // As it was, but for what would be loaded.
  void start_tag(const Token& token) {
    begin_tag(token);
    out_ += '>';
  }

  void begin_tag(const Token& token) {
    out_.append("<").append(name(token.element));
    constexpr std::array<std::string_view, 4> loads = {"src", "srcset", "sizes", "poster"};
    for (const auto& written : token.attributes) {
      if (std::find(loads.begin(), loads.end(), written.name) != loads.end()) continue;
      out_.append(" ").append(written.name).append("=\"").append(written.value).append("\"");
    }
  }

  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    append_safe_value(out_, value);
    out_ += '"';
  }

  void picture(const Token& token) {
    std::string found;
    for (const auto& url : walk_.urls_of(token)) {
      if (found = find_(url); !found.empty()) break;
    }
    if (found.empty() && keeps_others_) found = attribute_value(token, "src");
    if (found.empty()) {
      const std::string alt = attribute_value(token, "alt");
      return link(attribute_value(token, "src"), alt.empty() ? "[image]" : alt);
    }
    begin_tag(token);
    attribute("src", found);
    out_ += '>';
  }

  // Of a recording only the first source counts: it is the one that is fetched. What else is in it is for browsers that
  // know no such element.
  void begin_recording(const Token& token) {
    recording_ = token.element;
    recording_url_ = attribute_value(token, "src");
    poster_ = attribute_value(token, "poster");
  }

  void end_recording() {
    const Element element = std::exchange(recording_, Element::unknown);
    std::string found = recording_url_.empty() ? std::string() : find_(recording_url_);
    if (found.empty() && keeps_others_) found = recording_url_;
    if (found.empty()) return link(recording_url_, element == Element::video ? "[video]" : "[audio]");
    out_.append("<").append(name(element));
    attribute("controls", {});
    attribute("preload", "none");
    std::string picture = poster_.empty() ? std::string() : find_(poster_);
    if (picture.empty() && keeps_others_) picture = poster_;
    if (!picture.empty()) attribute("poster", picture);
    attribute("src", found);
    out_.append(">").append(end_tag_text(element));
  }

  void link(std::string_view url, std::string_view text) {
    const bool linked = !url.empty() && links_ == 0;
    if (linked) {
      out_ += "<a";
      attribute("href", url);
      attribute("rel", "noopener noreferrer");
      out_ += '>';
    }
    append_safe_text(out_, text, false);
    if (linked) out_ += "</a>";
  }

  PictureWalk walk_;
  const std::function<std::string(std::string_view)>& find_;
  const bool keeps_others_;
  std::string out_;
  int links_ = 0;                         // open ones; there is none within another
  Element recording_ = Element::unknown;  // that is being read
  std::string recording_url_;             // its first source
  std::string poster_;
};

}  // namespace

std::vector<std::string> pictures(std::string_view safe_html, int width) {
  UrlList urls;
  PictureWalk walk;
  Tokenizer tokenizer(safe_html);
  while (tokenizer.next()) {
    const auto& token = tokenizer.token();
    if (token.kind != TokenKind::start_tag && token.kind != TokenKind::end_tag) continue;
    if (token.kind == TokenKind::start_tag && token.element == Element::video)
      urls.add(attribute_value(token, "poster"));
    if (walk.takes(token) && token.element == Element::img) urls.add(walk.url_of(token, width));
  }
  return urls.take();
}

std::vector<std::string> recordings(std::string_view safe_html) {
  UrlList urls;
  Tokenizer tokenizer(safe_html);
  bool searching = false;
  while (tokenizer.next()) {
    const auto& token = tokenizer.token();
    const bool start = token.kind == TokenKind::start_tag;
    if (token.kind == TokenKind::end_tag ? is_recording(token.element) : start && is_recording(token.element))
      searching = start;
    if (!start || !searching || (!is_recording(token.element) && token.element != Element::source)) continue;
    std::string url = attribute_value(token, "src");
    searching = url.empty();
    urls.add(std::move(url));
  }
  return urls.take();
}

std::string with_media(std::string_view safe_html, const std::function<std::string(std::string_view)>& find,
                       OtherMedia others) {
  return Rewriter(find, others).run(safe_html);
}

}  // namespace newscache::html
