#pragma once
// Text to the tokens of the search index. The words are those of FTS5's unicode61: by Unicode, without case and
// diacritics (and some more, see folding.hpp). What FTS5 leaves to us, since the index keeps neither positions nor
// columns:
//
// - Scripts without spaces (Chinese, Japanese, Thai, ...; Korean, where endings stick to words) are indexed as pairs of
//   neighbouring characters, and the last character of a run alone: a word is the pairs that it consists of, and what
//   begins with a character is every place where that character stands.
// - An article's text is its title, its authors and its body, separated by kSection. A token of the title is indexed
//   again with a mark before it, and so are the authors' and those that the body begins with, each with a mark of its
//   own.
// - A string in a query is one token, as it is: search_query.hpp makes them of units.

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

struct sqlite3;

namespace newscache::store {

constexpr char kSection = '\x1e';
constexpr char kTitleMark = '\x01';
constexpr char kAuthorMark = '\x02';
constexpr char kLeadMark = '\x03';
constexpr int kLeadTokens = 40;

// A word, folded, or one character of a script without spaces.
struct Unit {
  std::string_view text;  // valid during the call
  std::size_t begin = 0;  // where it stands, in bytes
  std::size_t end = 0;
  bool spaceless = false;
  bool joined = false;  // nothing stands between it and the unit before
};

// For one connection, which must outlive it.
class Tokenizer {
 public:
  explicit Tokenizer(sqlite3* handle);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // One after the other, until `use` says no.
  void units(std::string_view text, const std::function<bool(const Unit&)>& use) const;

 private:
  friend struct IndexTokenizer;
  struct Words;
  std::unique_ptr<Words> words_;
};

// Makes the connection know `tokenize=newscache`.
void register_tokenizer(sqlite3* handle);

}  // namespace newscache::store
