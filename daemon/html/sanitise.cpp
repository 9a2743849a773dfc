#include "html/sanitise.hpp"

#include <algorithm>
#include <utility>

#include "html/attributes.hpp"
#include "html/dropped_content.hpp"
#include "html/math.hpp"
#include "html/media.hpp"
#include "html/open_elements.hpp"
#include "html/safe_text.hpp"
#include "html/tokenizer.hpp"

namespace newscache::html {

namespace {

// A tree builder that builds no tree: it writes each tag once it is certain what HTML5's "in body" and "in table" rules
// (13.2.6.4) make of it, and where those would move nodes around it decides for the nearest thing that needs no moving.
// What it writes has every implied tag in its place, so that for another parser there is nothing left to imply.
class Sanitiser {
 public:
  Sanitiser(std::string_view html, const SanitiseOptions& options)
      : options_(options), tokenizer_(html), attributes_(options) {
    out_.reserve(std::min(html.size(), options.max_bytes));
  }

  std::string run();

 private:
  void start_tag(const Token& token);
  void start_phrasing(Element element);
  void start_link();
  void start_flow(Element element);
  void start_item(Element element);
  void start_empty(Element element);
  void start_image();
  void start_table_part(Element element);
  void start_table();
  void start_raw_text(const Token& token);
  void start_math(const Token& token);
  void end_tag(Element element);
  void end_math(Element element);
  void end_table_part(Element element);
  struct Text {
    bool references = false;  // are decoded
    bool after_pre = false;   // directly after its start tag
    bool plain = false;       // may be written as it is
  };
  void text(std::string_view raw, Text how);
  void cut_text(std::size_t start);

  bool video_link(std::string url);
  void open(Element element, bool implied = false);
  bool write_start_tag(Element element);
  void write_empty(Element element);
  void pop();
  void close_to(int index);
  void close_above(int index);
  void close_paragraph();
  void leave_implied_list();
  void open_cell();
  bool fits(std::size_t more) const { return out_.size() + more + end_tags_bytes_ <= options_.max_bytes; }
  bool too_deep(std::size_t more = 1) const { return stack_.depth() + more > options_.max_depth; }

  const SanitiseOptions& options_;
  Tokenizer tokenizer_;
  AttributeWriter attributes_;
  OpenElements stack_;
  std::string out_;
  std::size_t end_tags_bytes_ = 0;  // what closing everything takes
  bool full_ = false;

  bool after_pre_ = false;                        // the token before was <pre>
  std::size_t start_of_pre_ = std::string::npos;  // in out_
  DroppedContent dropped_;
  MathLayout math_;
  std::size_t noscript_ = 0;
  bool last_image_in_noscript_ = false;
  std::string last_image_;
  std::string last_video_;
};

std::string Sanitiser::run() {
  while (!full_ && tokenizer_.next()) {
    const auto& token = tokenizer_.token();
    const bool after_pre = std::exchange(after_pre_, false);
    if (dropped_.takes(tokenizer_)) continue;
    if (token.kind == TokenKind::start_tag) {
      start_tag(token);
    } else if (token.kind == TokenKind::end_tag) {
      end_tag(token.element);
    } else if (token.kind == TokenKind::text) {
      text(token.text, Text{.references = true, .after_pre = after_pre, .plain = token.plain});
    }
  }
  if (!full_) text(tokenizer_.cut_off_text(), Text{.references = true});
  close_to(0);
  return std::move(out_);
}

void Sanitiser::start_tag(const Token& token) {
  const Element element = token.element;
  switch (kind(element)) {
    case ElementKind::phrasing:
      attributes_.read(element, token);
      return start_phrasing(element);
    case ElementKind::flow:
      attributes_.read(element, token);
      return start_flow(element);
    case ElementKind::empty:
      attributes_.read(element, token);
      return start_empty(element);
    case ElementKind::table:
      attributes_.read(element, token);
      return start_table_part(element);
    case ElementKind::raw_text:
      return start_raw_text(token);
    case ElementKind::unwrapped:
      if (element == Element::noscript) ++noscript_;
      // What stands in such an element is for those who do not see what it shows, unless they get a link.
      if (element == Element::object || element == Element::embed || element == Element::iframe) {
        attributes_.read(element, token);
        if (video_link(attributes_.frame_url()) && element == Element::iframe) tokenizer_.skip_content();
      }
      return;
    case ElementKind::math:
      return start_math(token);
    case ElementKind::dropped:
    case ElementKind::unknown:
      return;
  }
}

void Sanitiser::start_phrasing(Element element) {
  if (element == Element::a) return start_link();
  if (is_table_context(stack_.top())) {
    if (!is_media(element)) return stack_.skip(element);
    open_cell();
  }
  leave_implied_list();
  if (element == Element::rt || element == Element::rp) {
    const int ruby = stack_.find(Element::ruby);
    if (ruby == OpenElements::none) return stack_.skip(element);
    for (auto top = stack_.top(); top == Element::rt || top == Element::rp || top == Element::p || top == Element::li ||
                                  top == Element::dd || top == Element::dt;
         top = stack_.top()) {
      close_to(stack_.top_index());
    }
    if (!stack_.has(Element::ruby)) return stack_.skip(element);  // its end tag had come before
  }
  open(element);
}

void Sanitiser::start_link() {
  const int earlier = stack_.find_anywhere(Element::a);
  if (earlier != OpenElements::none) {
    if (earlier < stack_.scope()) return stack_.skip(Element::a);
    close_to(earlier);
  }
  if (attributes_.settle_link().empty()) return stack_.skip(Element::a);
  if (is_table_context(stack_.top())) open_cell();
  leave_implied_list();
  open(Element::a);
}

void Sanitiser::start_flow(Element element) {
  if (is_table_context(stack_.top())) return stack_.skip(element);
  if (element == Element::li || element == Element::dd || element == Element::dt) return start_item(element);
  close_paragraph();
  leave_implied_list();
  while (is_heading(element) && is_heading(stack_.top())) close_to(stack_.top_index());
  open(element);
  if (element == Element::pre) after_pre_ = start_of_pre_ == out_.size();
}

// An item without a list gets one, lest it end an item of the page around, or one that parsers do not agree on.
void Sanitiser::start_item(Element element) {
  const bool li = element == Element::li;
  const int before = li ? stack_.list_item_to_end() : stack_.term_to_end();
  if (before != OpenElements::none) close_to(before);
  close_paragraph();
  const Element list = li ? Element::ul : Element::dl;
  if (stack_.top_is_implied() && stack_.top() != list) leave_implied_list();
  const Element around = stack_.items_list();
  const bool in_list = li ? around == Element::ul || around == Element::ol : around == Element::dl;
  if (!in_list) {
    if (too_deep(2)) return stack_.skip(element);
    open(list, true);
  }
  open(element);
}

void Sanitiser::start_empty(Element element) {
  if (element == Element::img) return start_image();
  if (is_table_context(stack_.top())) return;
  if (element == Element::source || element == Element::track) {
    const bool video = stack_.has(Element::audio) || stack_.has(Element::video);
    if (!video && (element == Element::track || !stack_.has(Element::picture))) return;
    const std::size_t mark = out_.size();
    write_empty(element);
    const auto written = std::string_view(out_).substr(mark);
    if (written.find(" src=") == std::string_view::npos && written.find(" srcset=") == std::string_view::npos)
      out_.resize(mark);
    return;
  }
  if (element == Element::hr) close_paragraph();
  leave_implied_list();
  write_empty(element);
}

void Sanitiser::start_image() {
  if (!attributes_.settle_image()) return text(attributes_.alternative(), Text{});
  // A lazy image and its fallback in <noscript> are one.
  const bool in_noscript = noscript_ > 0;
  if ((in_noscript || last_image_in_noscript_) && attributes_.image_url() == last_image_) return;
  last_image_ = attributes_.image_url();
  last_image_in_noscript_ = in_noscript;
  if (is_table_context(stack_.top())) open_cell();
  leave_implied_list();
  write_empty(Element::img);
}

void Sanitiser::start_table() {
  if (is_table_context(stack_.top())) {
    close_to(stack_.table());
  } else {
    close_paragraph();
    leave_implied_list();
  }
  // Room for a section, a row and a cell, without which the rest of a table cannot stand.
  if (too_deep(4)) return stack_.skip(Element::table);
  open(Element::table);
}

void Sanitiser::start_table_part(Element element) {
  if (element == Element::table) return start_table();
  const int table = stack_.table();
  if (table == OpenElements::none || stack_.skipping(Element::table)) return;
  const auto opened = [&](int level) {
    return table + level <= stack_.top_index() ? stack_.at(table + level) : Element::unknown;
  };
  if (element == Element::col) {
    if (stack_.top() != Element::colgroup) {
      close_above(table);
      open(Element::colgroup, true);
    }
    if (!full_) write_empty(element);
  } else if (element == Element::caption || element == Element::colgroup || is_section_of_table(element)) {
    close_above(table);
    open(element);
  } else {
    if (is_section_of_table(opened(1))) {
      close_above(element == Element::tr || opened(2) != Element::tr ? table + 1 : table + 2);
    } else {
      close_above(table);
      open(Element::tbody, true);
    }
    if (is_cell(element) && stack_.top() != Element::tr) open(Element::tr, true);
    open(element);
  }
}

// In front of what may only stand in a cell.
void Sanitiser::open_cell() {
  if (stack_.top() == Element::colgroup) pop();
  if (stack_.top() == Element::table) open(Element::tbody, true);
  if (is_section_of_table(stack_.top())) open(Element::tr, true);
  open(Element::td, true);
}

void Sanitiser::start_raw_text(const Token& token) {
  switch (token.element) {
    case Element::xmp:
    case Element::plaintext: {
      const bool to_the_end = token.element == Element::plaintext;
      attributes_.read(Element::pre, token);
      const auto content = to_the_end ? tokenizer_.rest() : tokenizer_.raw_text();
      start_flow(Element::pre);
      after_pre_ = false;
      text(content, Text{});
      if (!to_the_end) end_tag(Element::pre);
      return;
    }
    default:
      tokenizer_.raw_text();
  }
}

void Sanitiser::start_math(const Token& token) {
  const auto start = math_.start(token);
  text(start.text, Text{});
  if (start.around != Element::unknown) {
    attributes_.read(start.around, {});
    start_phrasing(start.around);
  }
  text(start.text_within, Text{});
}

void Sanitiser::end_math(Element element) {
  MathLayout::End end;
  while (math_.end(element, end)) {
    text(end.text, Text{});
    if (end.around != Element::unknown) end_tag(end.around);
    if (element != Element::math) return;
  }
}

void Sanitiser::end_tag(Element element) {
  switch (kind(element)) {
    case ElementKind::table:
      return end_table_part(element);
    case ElementKind::empty:
      if (element == Element::br) {
        attributes_.read(element, {});
        start_empty(element);
      }
      return;
    case ElementKind::unwrapped:
      if (element == Element::noscript && noscript_ > 0) --noscript_;
      return;
    case ElementKind::math:
      return end_math(element);
    case ElementKind::phrasing:
    case ElementKind::flow:
      break;
    default:
      return;
  }
  if (stack_.unskip(element)) return;
  const int index = is_heading(element) ? stack_.find_heading() : stack_.find(element);
  if (index == OpenElements::none) return;
  if (element == Element::li && index < stack_.list()) return;
  const bool lasts = kind(element) == ElementKind::phrasing && !is_media(element);
  if (lasts && stack_.flow() > index) return stack_.end_later(index);
  close_to(index);
}

void Sanitiser::end_table_part(Element element) {
  if (element == Element::table) {
    if (!stack_.unskip(element) && stack_.table() != OpenElements::none) close_to(stack_.table());
    return;
  }
  const int table = stack_.table();
  if (table == OpenElements::none || stack_.skipping(Element::table)) return;
  const int level = is_cell(element) ? 3 : element == Element::tr ? 2 : 1;
  if (table + level <= stack_.top_index() && stack_.at(table + level) == element) close_to(table + level);
}

void Sanitiser::text(std::string_view raw, Text how) {
  if (is_table_context(stack_.top())) {
    if (!is_all_space(raw)) open_cell();
  } else if (stack_.top_is_implied() && !is_all_space(raw)) {
    leave_implied_list();
  }
  if (full_) return;
  const std::size_t start = out_.size();
  if (how.plain) {
    out_ += raw;
  } else {
    append_safe_text(out_, raw, how.references);
  }
  if (out_.size() > start && out_[start] == '\n') {
    // A parser drops a newline directly after <pre>.
    const bool next_is_newline = out_.size() > start + 1 && out_[start + 1] == '\n';
    if (how.after_pre && !next_is_newline) {
      out_.erase(start, 1);
    } else if (!how.after_pre && start == start_of_pre_) {
      out_.insert(start, 1, '\n');
    }
  }
  if (!fits(0)) cut_text(start);
}

// Between characters and not within a reference.
void Sanitiser::cut_text(std::size_t start) {
  full_ = true;
  std::size_t end = std::max(start, options_.max_bytes - std::min(options_.max_bytes, end_tags_bytes_));
  while (end > start && (static_cast<unsigned char>(out_[end]) & 0xC0U) == 0x80) --end;
  const auto ampersand = out_.rfind('&', end);
  if (ampersand != std::string::npos && ampersand >= start && ampersand < end && out_.find(';', ampersand) >= end) {
    end = ampersand;
  }
  if (start == start_of_pre_ && end == start + 1 && out_[start] == '\n') end = start;
  out_.resize(end);
}

// Whether the address is that of a video.
bool Sanitiser::video_link(std::string url) {
  auto page = video_page(url);
  if (page.empty()) return false;
  if (page == last_video_ || stack_.find_anywhere(Element::a) != OpenElements::none) return true;
  last_video_ = std::move(page);
  if (is_table_context(stack_.top())) open_cell();
  leave_implied_list();
  if (full_ || too_deep()) return true;
  const std::size_t mark = out_.size();
  // made of a page of ours and of an id: nothing in it to escape
  out_.append("<a href=\"").append(last_video_).append("\" rel=\"noopener noreferrer\">");
  out_.append(last_video_).append("</a>");
  if (!fits(0)) {
    out_.resize(mark);
    full_ = true;
  }
  return true;
}

// Writes the start tag with what attributes_ holds, unless it is implied.
void Sanitiser::open(Element element, bool implied) {
  if (full_) return;
  if (too_deep()) return stack_.skip(element);
  const std::size_t mark = out_.size();
  if (implied || (attributes_.none() && !is_media(element))) {
    if (element == Element::span) return stack_.skip(element);
    out_ += start_tag_text(element);
  } else if (!write_start_tag(element)) {
    out_.resize(mark);
    return stack_.skip(element);
  }
  const std::size_t end_tag = end_tag_text(element).size();
  if (!fits(end_tag)) {
    out_.resize(mark);
    full_ = true;
    return;
  }
  if (element == Element::pre) start_of_pre_ = out_.size();
  end_tags_bytes_ += end_tag;
  stack_.push(element, implied);
}

// False when the element is nothing without attributes and has none.
bool Sanitiser::write_start_tag(Element element) {
  out_.append(start_tag_text(element)).pop_back();
  const auto count = attributes_.write(out_);
  if (element == Element::a) out_ += " rel=\"noopener noreferrer\"";
  if (element == Element::audio || element == Element::video) out_ += " controls=\"\"";
  out_ += '>';
  return element != Element::span || count > 0;
}

void Sanitiser::write_empty(Element element) {
  if (full_) return;
  const std::size_t mark = out_.size();
  write_start_tag(element);
  if (!fits(0)) {
    out_.resize(mark);
    full_ = true;
  }
}

void Sanitiser::pop() {
  const auto tag = end_tag_text(stack_.top());
  out_ += tag;
  end_tags_bytes_ -= tag.size();
  stack_.pop();
}

// Ends that element and all in it, and then those around whose end tags came before.
void Sanitiser::close_to(int index) {
  close_above(index - 1);
  while (stack_.top_ends()) pop();
}

void Sanitiser::close_above(int index) {
  while (stack_.top_index() > index) pop();
}

void Sanitiser::close_paragraph() {
  const int paragraph = stack_.find(Element::p);
  if (paragraph != OpenElements::none) close_to(paragraph);
}

void Sanitiser::leave_implied_list() {
  if (stack_.top_is_implied() && (stack_.top() == Element::ul || stack_.top() == Element::dl)) pop();
}

}  // namespace

std::string sanitise(std::string_view html, const SanitiseOptions& options) { return Sanitiser(html, options).run(); }

}  // namespace newscache::html
