#include "html/tokenizer.hpp"

#include <algorithm>
#include <array>

#include "html/safe_text.hpp"
#include "text/entities.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_attributes = 100;  // of a tag; more are read and forgotten
constexpr auto npos = std::string_view::npos;

// Bytes that stand for themselves in text and in values.
constexpr auto is_plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = c >= 0x20 || c == '\n' || c == '\t';
  table['&'] = false;
  return table;
}();

bool is_letter(char c) {
  const char small = static_cast<char>(c | ('a' ^ 'A'));
  return small >= 'a' && small <= 'z';
}

// What a character ends: a tag's name, or that of an attribute too.
enum class Ends : unsigned char { nothing, attribute_name, every_name };

constexpr auto endings = [] {
  std::array<Ends, 256> table{};
  for (const char c : {' ', '\n', '\t', '\r', '\f', '/', '>'}) table[static_cast<unsigned char>(c)] = Ends::every_name;
  table['='] = Ends::attribute_name;
  return table;
}();

bool ends_name(char c) { return endings[static_cast<unsigned char>(c)] == Ends::every_name; }
bool ends_attribute_name(char c) { return endings[static_cast<unsigned char>(c)] != Ends::nothing; }

}  // namespace

bool Tokenizer::next() {
  if (at_ >= input_.size()) return false;
  if (input_[at_] == '<' && starts_markup(at_)) return read_markup();
  read_text();
  return true;
}

// Whether the '<' there is more than text.
bool Tokenizer::starts_markup(std::size_t at) const {
  if (at + 1 >= input_.size()) return false;
  const char after = input_[at + 1];
  return is_letter(after) || after == '!' || after == '?' || (after == '/' && at + 2 < input_.size());
}

bool Tokenizer::read_markup() {
  const char after = input_[at_ + 1];
  if (is_letter(after)) return read_tag();
  if (after != '/') return read_declaration();
  if (is_letter(input_[at_ + 2])) return read_tag();
  read_until(at_ + 2, ">");  // "</>" and "</ x>" are nothing
  return true;
}

// Up to the next '<' that starts something.
void Tokenizer::read_text() {
  const std::size_t start = at_;
  const std::size_t plain = end_of_plain_text(input_, start);
  std::size_t at = std::max(plain, start + 1);
  while (at < input_.size()) {
    if (input_[at] != '<') {
      at = std::min(input_.find('<', at), input_.size());
    } else if (starts_markup(at)) {
      break;
    } else {
      ++at;
    }
  }
  token_.plain = at == plain;
  token_.kind = TokenKind::text;
  token_.text = between(start, at);
  at_ = at;
  if (in_cdata_) end_cdata(start);
}

// Cuts the text off where a section that was no section ends, and makes a comment of the end itself.
void Tokenizer::end_cdata(std::size_t start) {
  const auto end = std::min(token_.text.find("]]>"), token_.text.find("]]&gt;"));
  if (end == npos) return;
  if (end > 0) {
    token_.text = token_.text.substr(0, end);
  } else {
    token_.kind = TokenKind::comment;
    token_.text = token_.text.substr(0, token_.text[2] == '>' ? 3 : 6);
    in_cdata_ = false;
  }
  at_ = start + token_.text.size();
}

bool Tokenizer::read_tag() {
  const std::size_t start = at_;
  const bool end = input_[at_ + 1] == '/';
  const std::size_t name = at_ + (end ? 2 : 1);
  std::size_t at = name;
  while (at < input_.size() && !ends_name(input_[at])) ++at;
  at_ = at;
  token_.kind = end ? TokenKind::end_tag : TokenKind::start_tag;
  token_.text = between(name, at);
  token_.self_closing = false;
  token_.attributes.clear();
  while (at_ < input_.size()) {
    const char c = input_[at_];
    if (c == '>') {
      ++at_;
      token_.element = find_element(token_.text);
      return true;
    }
    if (c == '/') {
      token_.self_closing = at_ + 1 < input_.size() && input_[at_ + 1] == '>';
      ++at_;
    } else if (is_space(c)) {
      ++at_;
    } else if (!read_attribute()) {
      break;
    }
  }
  at_ = input_.size();
  unfinished_ = input_.substr(start);
  return false;
}

// False when the input ends within.
bool Tokenizer::read_attribute() {
  Attribute attribute;
  const std::size_t name = at_;
  std::size_t at = name + 1;  // a '=' in front belongs to the name
  while (at < input_.size() && !ends_attribute_name(input_[at])) ++at;
  attribute.name = between(name, at);
  while (at < input_.size() && is_space(input_[at])) ++at;
  if (at < input_.size() && input_[at] == '=') {
    ++at;
    while (at < input_.size() && is_space(input_[at])) ++at;
    if (at >= input_.size()) return false;
    const char quote = input_[at];
    std::size_t end = at;
    if (quote == '"' || quote == '\'') {
      end = end_of_value(quote, ++at);
      if (end == npos) return false;
      at_ = input_[end] == quote ? end + 1 : end;
    } else {
      while (end < input_.size() && !is_space(input_[end]) && input_[end] != '>') ++end;
      at_ = end;
    }
    attribute.value = between(at, end);
  } else {
    at_ = at;
  }
  if (token_.attributes.size() < max_attributes) token_.attributes.push_back(attribute);
  return true;
}

// Where the quote closes; when it never does, where the tag seems to end.
std::size_t Tokenizer::end_of_value(char quote, std::size_t from) {
  bool& unclosed = quote == '"' ? no_double_quote_ : no_single_quote_;
  const std::size_t end = unclosed ? npos : input_.find(quote, from);
  if (end != npos) return end;
  unclosed = true;
  return input_.find('>', from);
}

// "<!" and "<?". False when the input ends within a doctype.
bool Tokenizer::read_declaration() {
  const auto rest = input_.substr(at_);
  if (rest.starts_with("<!--")) {
    read_comment();
  } else if (foreign_ && rest.starts_with("<![CDATA[")) {
    read_until(at_ + 9, "]]>");
  } else if (rest.starts_with("<![CDATA[")) {
    token_.kind = TokenKind::comment;
    token_.text = rest.substr(2, 7);
    at_ += 9;
    in_cdata_ = true;
  } else if (rest.size() >= 9 && text::equal_ignoring_case(rest.substr(2, 7), "doctype")) {
    if (rest.find('>') == npos) {
      unfinished_ = rest;
      at_ = input_.size();
      return false;
    }
    read_until(at_ + 9, ">");
    token_.kind = TokenKind::doctype;
  } else {
    read_until(at_ + 2, ">");
  }
  return true;
}

// "-->" and "--!>" end a comment; directly after "<!--" so do ">" and "->".
void Tokenizer::read_comment() {
  const std::size_t start = at_ + 4;
  const auto rest = input_.substr(start);
  if (rest.starts_with('>') || rest.starts_with("->")) {
    token_.kind = TokenKind::comment;
    token_.text = {};
    at_ = start + (rest[0] == '>' ? 1 : 2);
    return;
  }
  std::size_t at = no_comment_end_ ? npos : start;
  while (at != npos && (at = input_.find("--", at)) != npos) {
    std::size_t after = at + 2;
    if (after < input_.size() && input_[after] == '!') ++after;
    if (after < input_.size() && input_[after] == '>') {
      token_.kind = TokenKind::comment;
      token_.text = input_.substr(start, at - start);
      at_ = after + 1;
      return;
    }
    ++at;
  }
  no_comment_end_ = true;
  token_.kind = TokenKind::comment;
  at_ = end_of_loose_comment(start);
  token_.text = input_.substr(start, at_ - start);
}

// As SGML had it: "--", anything but markup, ">".
std::size_t Tokenizer::end_of_loose_comment(std::size_t from) const {
  while ((from = input_.find("--", from)) != npos) {
    const auto end = input_.find_first_of("<>", from + 2);
    if (end == npos) break;
    if (input_[end] == '>') return end + 1;
    from = end + 4;  // "<!--" is none
  }
  return input_.size();
}

// A comment from `start` to the first `end` or the end of the input.
void Tokenizer::read_until(std::size_t start, std::string_view end) {
  const std::size_t found = input_.find(end, start);
  token_.kind = TokenKind::comment;
  token_.text = input_.substr(std::min(start, input_.size()), found == npos ? npos : found - start);
  at_ = found == npos ? input_.size() : found + end.size();
}

std::string_view Tokenizer::raw_text() {
  const std::size_t start = at_;
  if (token_.self_closing && !has_end_tag()) return {};
  const std::size_t end = token_.element == Element::script ? end_of_script(start) : end_tag(start, token_.text);
  const auto text = input_.substr(start, end - start);
  at_ = end;
  if (at_ < input_.size() && !read_tag()) at_ = input_.size();
  return text;
}

bool Tokenizer::has_end_tag() {
  const auto element = static_cast<std::size_t>(token_.element);
  if (!without_end_tag_[element]) without_end_tag_[element] = end_tag(at_, token_.text) == input_.size();
  return !without_end_tag_[element];
}

std::string_view Tokenizer::cut_off_text() const {
  if (unfinished_.empty()) return {};
  const std::size_t start = unfinished_[1] == '/' ? 2 : 1;
  const auto name = unfinished_.substr(start, unfinished_.find_first_of(" \t\r\n\f/", start) - start);
  return is_html(find_element(name)) ? std::string_view() : unfinished_;
}

void Tokenizer::skip_content() {
  if (has_end_tag()) raw_text();
}

std::string_view Tokenizer::rest() {
  const auto text = input_.substr(at_);
  at_ = input_.size();
  return text;
}

bool Tokenizer::tag_name_at(std::size_t at, std::string_view name) const {
  return at + name.size() < input_.size() && text::equal_ignoring_case(input_.substr(at, name.size()), name) &&
         ends_name(input_[at + name.size()]);
}

// Where "</name" starts.
std::size_t Tokenizer::end_tag(std::size_t from, std::string_view name) const {
  while ((from = input_.find("</", from)) != npos) {
    if (tag_name_at(from + 2, name)) return from;
    from += 2;
  }
  return input_.size();
}

// A script may hold "<!-- <script> </script> -->" whole: script data escaped and double escaped states.
std::size_t Tokenizer::end_of_script(std::size_t from) const {
  bool escaped = false;
  bool doubly = false;
  std::size_t at = from;
  while (at < input_.size()) {
    if (!escaped) at = std::min(input_.find('<', at), input_.size());
    const auto here = input_.substr(at, 4);
    if (here.starts_with("</") && tag_name_at(at + 2, "script")) {
      if (!doubly) return at;
      doubly = false;
    } else if (!escaped && here == "<!--") {
      escaped = true;
      ++at;  // the dashes may be those of "-->"
    } else if (escaped && here.starts_with("-->")) {
      escaped = doubly = false;
    } else if (escaped && !doubly && here.starts_with('<') && tag_name_at(at + 1, "script")) {
      doubly = true;
    }
    ++at;
  }
  return input_.size();
}

bool is_all_space(std::string_view text) { return std::all_of(text.begin(), text.end(), is_space); }

void append_decoded(std::string& out, std::string_view raw, bool in_attribute) {
  std::size_t at = 0;
  while (at < raw.size()) {
    std::size_t end = at;
    while (end < raw.size() && is_plain[static_cast<unsigned char>(raw[end])]) ++end;
    out.append(raw, at, end - at);
    if (end == raw.size()) return;
    at = end;
    const char c = raw[at];
    if (c != '&') {
      ++at;
      if (c == '\r' && !(at < raw.size() && raw[at] == '\n')) out += '\n';
      if (c == '\f') out += ' ';
      continue;
    }
    const std::size_t mark = out.size();
    const std::size_t used = text::decode_reference(raw.substr(at), out, in_attribute);
    if (used == 0) {
      out += '&';
    } else if (out.size() == mark + 1) {
      const char decoded = out.back();
      if (decoded == '\r') {
        out.back() = '\n';
      } else if (static_cast<unsigned char>(decoded) < 0x20 && decoded != '\n' && decoded != '\t') {
        out.pop_back();
      }
    }
    at += std::max<std::size_t>(used, 1);
  }
}

const Attribute* find_attribute(const Token& token, std::string_view name) {
  for (const auto& attribute : token.attributes) {
    if (text::equal_ignoring_case(attribute.name, name)) return &attribute;
  }
  return nullptr;
}

std::string attribute_value(const Token& token, std::string_view name) {
  std::string value;
  if (const auto* attribute = find_attribute(token, name)) append_decoded(value, attribute->value, true);
  return value;
}

}  // namespace newscache::html
