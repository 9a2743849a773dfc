#include "store/search_query.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace newscache::store {

namespace {

// FTS5 takes seconds for expressions of thousands of words.
constexpr std::size_t kMaxBytes = 512;
constexpr std::size_t kMaxTerms = 16;

// The columns that a word may be limited to.
constexpr std::string_view kColumns[] = {"title", "author"};

struct Term {
  std::string match;  // as FTS5 reads it
  bool excluded = false;
};

// One alternative between ORs: all of its words, none of the excluded ones.
using Group = std::vector<Term>;

bool is_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

// Characters beyond ASCII that belong to no word: a term of these alone would match nothing.
bool is_word_character(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  if (c < 0xc0) return c == 0xaa || c == 0xb2 || c == 0xb3 || c == 0xb5 || c == 0xb9 || c == 0xba;
  if (c == 0xd7 || c == 0xf7) return false;
  return !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x20a0 && c <= 0x20cf) && !(c >= 0x2190 && c <= 0x2bff) &&
         !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) && !(c >= 0xff01 && c <= 0xff0f) &&
         !(c >= 0x1f000 && c <= 0x1faff);
}

bool has_word(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    char32_t c = more == 3 ? lead & 0x07U : more == 2 ? lead & 0x0fU : more == 1 ? lead & 0x1fU : lead;
    for (std::size_t k = 0; k < more && i < text.size(); ++k) {
      c = (c << 6) | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    }
    if (is_word_character(c)) return true;
  }
  return false;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::string> run() {
    if (text_.size() > kMaxBytes) return invalid("is longer than 512 bytes", kMaxBytes);
    while (skip_space(), at_ < text_.size()) {
      if (auto error = item()) return *error;
    }
    if (operator_at_) return invalid("needs a word after the operator", *operator_at_);
    if (auto error = end_group(text_.size())) return *error;
    return expression();
  }

 private:
  static Error invalid(const std::string& what, std::size_t at) {
    return Error{Cause::invalid, "the search text " + what + ", at position " + std::to_string(at + 1)};
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string_view bare_word() const {
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != '"') ++end;
    return text_.substr(at_, end - at_);
  }

  // An operator or a term.
  std::optional<Error> item() {
    const auto start = at_;
    const auto word = bare_word();
    if (word == "OR") {
      if (operator_at_ || group_.empty()) return invalid("has an OR without a word on both sides", start);
      at_ += word.size();
      operator_at_ = start;
      return end_group(start);
    }
    if (word == "AND") {
      if (operator_at_ || group_.empty()) return invalid("has an AND without a word on both sides", start);
      at_ += word.size();
      operator_at_ = start;
      return std::nullopt;
    }
    if (word == "NOT") {
      if (excluded_) return invalid("has two NOTs in a row", start);
      at_ += word.size();
      operator_at_ = start;
      excluded_ = true;
      return std::nullopt;
    }
    return term(start);
  }

  std::optional<Error> term(std::size_t start) {
    if (at_ + 1 < text_.size() && text_[at_] == '-' && !is_space(text_[at_ + 1])) {
      excluded_ = true;
      ++at_;
    }
    Term term;
    term.excluded = std::exchange(excluded_, false);
    operator_at_.reset();
    for (const auto column : kColumns) {
      const auto rest = text_.substr(at_);
      if (rest.size() > column.size() && rest.starts_with(column) && rest[column.size()] == ':') {
        term.match = std::string(column) + " : ";
        at_ += column.size() + 1;
        break;
      }
    }
    std::string words;
    if (auto error = words_of_term(words)) return error;
    if (!has_word(words)) {
      if (!term.match.empty()) return invalid("has a column without a word", start);
      return std::nullopt;  // punctuation between words
    }
    if (++terms_ > kMaxTerms) return invalid("has more than 16 words", start);
    term.match += '"' + words + '"';
    if (prefix_) term.match += " *";
    group_.push_back(std::move(term));
    return std::nullopt;
  }

  // A quoted phrase or a bare word; notes a '*' behind it.
  std::optional<Error> words_of_term(std::string& words) {
    prefix_ = false;
    if (at_ < text_.size() && text_[at_] == '"') {
      const auto end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) return invalid("has a quotation mark that is not closed", at_);
      words = text_.substr(at_ + 1, end - at_ - 1);
      for (char& c : words) {
        if (is_space(c)) c = ' ';
      }
      at_ = end + 1;
      if (at_ < text_.size() && text_[at_] == '*') {
        prefix_ = true;
        ++at_;
      }
      return std::nullopt;
    }
    words = bare_word();
    at_ += words.size();
    prefix_ = words.ends_with('*');
    return std::nullopt;
  }

  std::optional<Error> end_group(std::size_t at) {
    bool wanted = false;
    for (const auto& term : group_) wanted |= !term.excluded;
    if (!wanted) return invalid(group_.empty() ? "has no word to search for" : "only excludes words", at);
    groups_.push_back(std::move(group_));
    group_.clear();
    return std::nullopt;
  }

  std::string expression() const {
    std::string all;
    for (const auto& group : groups_) {
      std::string wanted;
      std::string excluded;
      for (const auto& term : group) {
        auto& list = term.excluded ? excluded : wanted;
        if (!list.empty()) list += term.excluded ? " OR " : " AND ";
        list += term.match;
      }
      if (!all.empty()) all += " OR ";
      all += excluded.empty() ? "(" + wanted + ")" : "((" + wanted + ") NOT (" + excluded + "))";
    }
    return all;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
  std::optional<std::size_t> operator_at_;  // of an operator that still waits for its word
  bool excluded_ = false;
  bool prefix_ = false;
  Group group_;
  std::vector<Group> groups_;
};

}  // namespace

Result<std::string> match_expression(std::string_view text) {
  if (text.empty()) return std::string();
  return Parser(text).run();
}

}  // namespace newscache::store
