#include "html/plain_text.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "html/dropped_content.hpp"
#include "html/text_lines.hpp"
#include "html/tokenizer.hpp"
#include "text/entities.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_list_depth = 16;  // deeper lists are not indented further
constexpr std::size_t max_links = 10000;    // numbered ones of a text
constexpr std::size_t max_sign = 16;        // bytes of an emoticon

// Reads on to the next token that a reader would see something of.
bool next_visible(Tokenizer& tokenizer, DroppedContent& dropped) {
  while (tokenizer.next()) {
    const auto& token = tokenizer.token();
    if (dropped.takes(tokenizer) || token.kind == TokenKind::comment || token.kind == TokenKind::doctype) continue;
    const bool raw = token.kind == TokenKind::start_tag && kind(token.element) == ElementKind::raw_text;
    if (!raw || token.element == Element::xmp || token.element == Element::plaintext) return true;
    tokenizer.raw_text();
  }
  return false;
}

// The alternative of an image, decoded.
std::string_view alternative(const Token& token, std::string& decoded) {
  decoded.clear();
  if (const auto* alt = find_attribute(token, "alt")) append_decoded(decoded, alt->value, true);
  return decoded;
}

// An emoticon or a sign that stands for itself among words.
bool is_sign(std::string_view alternative) {
  return alternative.size() <= max_sign && std::none_of(alternative.begin(), alternative.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

// The newlines that stand before and after it.
std::size_t newlines_around(Element element) {
  switch (element) {
    case Element::div:
    case Element::dd:
    case Element::dt:
    case Element::figcaption:
    case Element::summary:
    case Element::address:
    case Element::caption:
      return 1;
    case Element::table:
    case Element::hr:
      return 2;
    default:
      return kind(element) == ElementKind::flow ? 2 : 0;
  }
}

class Renderer {
 public:
  enum class Numbers { nothing, links, links_and_images };
  Renderer(std::string_view html, Numbers numbers) : tokenizer_(html), numbers_(numbers) {}
  LinkedText run();

 private:
  void start(const Token& token);
  void end(Element element);
  void text(std::string_view raw);
  void image(const Token& token);
  void start_list(const Token& token);
  void end_list();
  void start_item();
  void end_link();
  void number(const std::string& url, bool image);
  std::size_t column() const { return lists_.empty() ? 0 : lists_.back().column; }

  struct List {
    bool ordered;
    unsigned long number;
    std::size_t column;  // of its items' text
  };

  Tokenizer tokenizer_;
  Numbers numbers_;
  DroppedContent dropped_;
  TextLines lines_;
  std::string decoded_;
  std::vector<List> lists_;
  std::size_t deeper_lists_ = 0;
  std::size_t pre_ = 0;
  bool after_pre_ = false;
  std::string link_;  // the open one
  std::size_t link_start_ = 0;
  std::vector<Link> links_;
  std::unordered_map<std::string, std::size_t> link_numbers_;
};

LinkedText Renderer::run() {
  while (next_visible(tokenizer_, dropped_)) {
    const auto& token = tokenizer_.token();
    if (token.kind == TokenKind::text) {
      text(token.text);
    } else if (token.kind == TokenKind::start_tag) {
      start(token);
    } else {
      end(token.element);
    }
    after_pre_ = token.kind == TokenKind::start_tag && token.element == Element::pre;
  }
  text(tokenizer_.cut_off_text());
  end_link();
  if (numbers_ == Numbers::links && !links_.empty()) {
    lines_.indent(0);
    lines_.end_line(2);
    for (std::size_t i = 0; i < links_.size(); ++i) {
      lines_.text("[" + std::to_string(i + 1) + "] " + links_[i].url);
      lines_.end_line(1);
    }
  }
  return {lines_.take(), std::move(links_)};
}

void Renderer::start(const Token& token) {
  switch (token.element) {
    case Element::a:
      end_link();
      if (numbers_ == Numbers::nothing) return;
      if (const auto* href = find_attribute(token, "href")) {
        append_decoded(link_, href->value, true);
        link_start_ = lines_.size();
      }
      return;
    case Element::br:
      return lines_.forced_newline();
    case Element::img:
      return image(token);
    case Element::q:
      return lines_.prefix("\"");
    case Element::ul:
    case Element::ol:
      return start_list(token);
    case Element::li:
      return start_item();
    case Element::tr:
      return lines_.row();
    case Element::td:
    case Element::th:
      return lines_.cell();
    case Element::xmp:
    case Element::plaintext:
      lines_.end_line(2);
      lines_.preformatted(token.element == Element::xmp ? tokenizer_.raw_text() : tokenizer_.rest());
      return lines_.end_line(2);
    case Element::pre:
      ++pre_;
      break;
    default:
      break;
  }
  if (const auto newlines = newlines_around(token.element); newlines > 0) lines_.end_line(newlines);
}

void Renderer::end(Element element) {
  switch (element) {
    case Element::a:
      return end_link();
    case Element::br:
      return lines_.forced_newline();
    case Element::q:
      return lines_.attach("\"");
    case Element::ul:
    case Element::ol:
      return end_list();
    case Element::li:
      return lines_.end_line(1);
    case Element::table:
      lines_.row();
      break;
    case Element::pre:
      if (pre_ > 0) --pre_;
      break;
    default:
      break;
  }
  if (const auto newlines = newlines_around(element); newlines > 0) lines_.end_line(newlines);
}

void Renderer::text(std::string_view raw) {
  decoded_.clear();
  append_decoded(decoded_, raw, false);
  if (pre_ == 0) return lines_.text(decoded_);
  lines_.preformatted(after_pre_ && decoded_.starts_with('\n') ? std::string_view(decoded_).substr(1) : decoded_);
}

void Renderer::image(const Token& token) {
  const auto alt = text::trim(alternative(token, decoded_));
  const auto* source = numbers_ == Numbers::links_and_images ? find_attribute(token, "src") : nullptr;
  if (alt.empty() && !source) return;
  if (!alt.empty() && is_sign(alt)) return lines_.text(alt);
  lines_.text(alt.empty() ? "[image]" : "[image: " + std::string(alt) + "]");
  if (!source) return;
  std::string url;
  append_decoded(url, source->value, true);
  number(url, true);
}

void Renderer::start_list(const Token& token) {
  lines_.end_line(lists_.empty() ? 2 : 1);
  if (lists_.size() >= max_list_depth) {
    ++deeper_lists_;
    return;
  }
  List list{token.element == Element::ol, 1, column()};
  list.column += list.ordered ? 3 : 2;
  const auto* start = list.ordered ? find_attribute(token, "start") : nullptr;
  if (start != nullptr && !start->value.empty() && start->value.size() <= 6) {
    unsigned long number = 0;
    for (const char c : start->value) number = c >= '0' && c <= '9' ? number * 10 + static_cast<unsigned>(c - '0') : 0;
    list.number = number;
  }
  lists_.push_back(list);
  lines_.indent(column());
}

void Renderer::end_list() {
  if (deeper_lists_ > 0) {
    --deeper_lists_;
  } else if (!lists_.empty()) {
    lists_.pop_back();
  }
  lines_.indent(column());
  lines_.end_line(lists_.empty() ? 2 : 1);
}

void Renderer::start_item() {
  if (lists_.empty()) return lines_.item("- ", 0);
  auto& list = lists_.back();
  const auto marker = list.ordered ? std::to_string(list.number++) + ". " : std::string("- ");
  lines_.item(marker, list.column - (list.ordered ? 3 : 2));
}

void Renderer::end_link() {
  if (link_.empty()) return;
  if (lines_.size() > link_start_) number(link_, false);
  link_.clear();
}

void Renderer::number(const std::string& url, bool image) {
  if (links_.size() >= max_links) return;
  const auto [found, added] = link_numbers_.try_emplace(url, links_.size() + 1);
  if (added) links_.push_back({url, image});
  lines_.attach("[" + std::to_string(found->second) + "]");
}

void append_collapsed(std::string& out, std::string_view decoded, bool& space) {
  for (std::size_t at = 0; at < decoded.size();) {
    if (is_space(decoded[at]) || decoded.substr(at, 2) == "\xC2\xA0") {
      space = !out.empty();
      at += decoded[at] == '\xC2' ? 2 : 1;
    } else if (is_control(decoded, at)) {
      at += decoded[at] == '\xC2' ? 2 : 1;
    } else {
      if (space) out += ' ';
      space = false;
      out += decoded[at++];
    }
  }
}

// Stops soon after `enough` bytes.
std::string line(std::string_view html, std::size_t enough, bool with_images) {
  std::string out;
  std::string decoded;
  bool space = false;
  Tokenizer tokenizer(html);
  DroppedContent dropped;
  while (out.size() <= enough && next_visible(tokenizer, dropped)) {
    const auto& token = tokenizer.token();
    const auto element = token.element;
    if (token.kind == TokenKind::text) {
      decoded.clear();
      append_decoded(decoded, token.text, false);
      append_collapsed(out, decoded, space);
    } else if (token.kind == TokenKind::start_tag && kind(element) == ElementKind::raw_text) {
      append_collapsed(out, element == Element::xmp ? tokenizer.raw_text() : tokenizer.rest(), space);
    } else if (element == Element::img) {
      if (with_images) append_collapsed(out, alternative(token, decoded), space);
    } else if (element == Element::br || element == Element::tr || is_cell(element) || newlines_around(element) > 0) {
      space = !out.empty();
    }
  }
  decoded.clear();
  append_decoded(decoded, tokenizer.cut_off_text(), false);
  append_collapsed(out, decoded, space);
  return out;
}

}  // namespace

std::string to_text(std::string_view html) { return Renderer(html, Renderer::Numbers::nothing).run().text; }

std::string to_text_with_links(std::string_view html) { return Renderer(html, Renderer::Numbers::links).run().text; }

LinkedText to_linked_text(std::string_view html) {
  return Renderer(html, Renderer::Numbers::links_and_images).run();
}

std::string to_line(std::string_view html) { return line(html, std::string_view::npos - 1, true); }

std::string excerpt(std::string_view html, std::size_t bytes) {
  constexpr std::string_view ellipsis = "\xE2\x80\xA6";
  auto text = line(html, bytes, false);
  if (text.empty()) text = line(html, bytes, true);
  if (text.size() <= bytes) return text;
  if (bytes < ellipsis.size()) return {};
  const std::size_t room = bytes - ellipsis.size();
  auto start = text::cut_utf8(text, room);
  if (start.size() < text.size() && text[start.size()] != ' ') {
    const auto blank = start.rfind(' ');
    if (blank != std::string_view::npos) start = start.substr(0, blank);
  }
  while (start.ends_with(' ')) start.remove_suffix(1);
  return std::string(start).append(ellipsis);
}

bool looks_like_html(std::string_view text) {
  Tokenizer tokenizer(text);
  std::string decoded;
  while (tokenizer.next()) {
    const auto& token = tokenizer.token();
    if (token.kind == TokenKind::start_tag || token.kind == TokenKind::end_tag) {
      if (is_html(token.element)) return true;
      continue;
    }
    if (token.kind != TokenKind::text) continue;
    for (auto at = token.text.find('&'); at != std::string_view::npos; at = token.text.find('&', at + 1)) {
      decoded.clear();
      const auto used = text::decode_reference(token.text.substr(at), decoded, false);
      if (used > 0 && token.text[at + used - 1] == ';') return true;
    }
  }
  return false;
}

}  // namespace newscache::html
