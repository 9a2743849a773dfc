#pragma once
// The tokenizer of HTML5 (Living Standard, 13.2.5), as far as a consumer without scripting needs it: start and end tags
// with attributes, text, comments, doctypes; raw text of script, style, textarea and title. Views point into the input.
//
// Every byte is looked at once and a token costs no allocation. As in HTML5 it is the consumer that knows when raw text
// starts: it calls raw_text() after such a start tag.

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
  std::vector<Attribute> attributes;  // duplicates included, the first one counts
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view input) : input_(input) {}

  // False at the end. A tag that the end cuts off is no token, as in HTML5; unfinished() has it.
  bool next();
  const Token& token() const { return token_; }
  std::string_view unfinished() const { return unfinished_; }

  // After the start tag of a raw text element: its content; the end tag is consumed. To the end of the input if there
  // is none.
  std::string_view raw_text();
  // All that is left, consumed: the content of <plaintext>.
  std::string_view rest();
  // Whether <![CDATA[ starts a section (inside SVG and MathML) rather than a comment.
  void set_foreign(bool foreign) { foreign_ = foreign; }

 private:
  void read_text();
  bool read_tag();
  bool read_attribute();
  void read_declaration();
  void read_comment();
  void read_until(std::size_t start, std::string_view end);
  std::size_t end_of_script(std::size_t from) const;
  std::size_t end_tag(std::size_t from, std::string_view name) const;
  bool tag_name_at(std::size_t at, std::string_view name) const;

  std::string_view input_;
  std::size_t at_ = 0;
  bool foreign_ = false;
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

}  // namespace newscache::html
