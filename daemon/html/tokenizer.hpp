#pragma once
// The tokenizer of HTML5 (Living Standard, 13.2.5), as far as a consumer without scripting needs it: start and end tags
// with attributes, text, comments, doctypes; raw text of script, style, textarea and title. Views point into the input.
//
// Every byte is looked at once and a token costs no allocation. As in HTML5 it is the consumer that knows when raw text
// starts: it calls raw_text() after such a start tag.
//
// Where HTML5 would lose text that its author meant to be read we keep it: a section of CDATA outside of SVG, a comment
// without an end but with "-- >" in it, a doctype without an end, a value whose quote is never closed, and what follows
// <script/> without an end tag.

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "html/elements.hpp"

namespace newscache::html {

enum class TokenKind { text, start_tag, end_tag, comment, doctype };

// Name and value as written: in any case, with references.
struct Attribute {
  std::string_view name;
  std::string_view value;
};

struct Token {
  TokenKind kind = TokenKind::text;
  std::string_view text;  // of text, comment and doctype the content, of tags the name
  Element element = Element::unknown;
  bool self_closing = false;
  bool plain = false;                 // text that may stand between tags as it is: as end_of_plain_text() has it
  std::vector<Attribute> attributes;  // duplicates included, the first one counts
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view input) : input_(input) {}

  // False at the end. A tag that the end cuts off is no token, as in HTML5; unfinished() has it.
  bool next();
  const Token& token() const { return token_; }
  std::string_view unfinished() const { return unfinished_; }

  // The same when it is rather text with a "<" in it: "if a <7", "<!DOCTYPE and what it means".
  std::string_view cut_off_text() const;

  // After the start tag of a raw text element: its content; the end tag is consumed. To the end of the input if there
  // is none, but nothing if there is none for a tag that ends in "/>".
  std::string_view raw_text();
  // After the start tag of any other element: up to and with its end tag, if there is one.
  void skip_content();
  // All that is left, consumed: the content of <plaintext>.
  std::string_view rest();
  // Whether <![CDATA[ starts a section (inside SVG and MathML) rather than a comment.
  void set_foreign(bool foreign) { foreign_ = foreign; }

 private:
  // Of the input; `start` <= `end` <= its size.
  std::string_view between(std::size_t start, std::size_t end) const { return {input_.data() + start, end - start}; }
  bool starts_markup(std::size_t at) const;
  bool read_markup();
  void read_text();
  void end_cdata(std::size_t start);
  bool read_tag();
  bool read_attribute();
  std::size_t end_of_value(char quote, std::size_t from);
  bool read_declaration();
  void read_comment();
  void read_until(std::size_t start, std::string_view end);
  std::size_t end_of_script(std::size_t from) const;
  std::size_t end_tag(std::size_t from, std::string_view name) const;
  bool tag_name_at(std::size_t at, std::string_view name) const;
  bool has_end_tag();
  std::size_t end_of_loose_comment(std::size_t from) const;

  std::string_view input_;
  std::size_t at_ = 0;
  bool foreign_ = false;
  bool in_cdata_ = false;        // that is none: its markers go, what is between stays
  bool no_comment_end_ = false;  // to be found any more; searched for once
  bool no_double_quote_ = false;
  bool no_single_quote_ = false;
  std::bitset<element_count> without_end_tag_;  // from here on; searched for once
  std::string_view unfinished_;
  Token token_;
};

// HTML's white space.
inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
bool is_all_space(std::string_view text);

// Text or an attribute's value as it is meant: references decoded, line ends normalised, control characters dropped.
void append_decoded(std::string& out, std::string_view raw, bool in_attribute);

// The value of the first attribute of that name (lower case); nothing when there is none.
const Attribute* find_attribute(const Token& token, std::string_view name);
// The same as it is meant.
std::string attribute_value(const Token& token, std::string_view name);

}  // namespace newscache::html
