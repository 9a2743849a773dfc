#pragma once
// The passage of an article in which the words of a search stand.

#include <memory>
#include <string>
#include <vector>

#include "store/search_rank.hpp"
#include "store/search_text.hpp"

namespace newscache::store {

// For one page; it needs the tokenizer of the index, whose counting the occurrences follow.
class SnippetMaker {
 public:
  explicit SnippetMaker(sqlite3* handle);
  ~SnippetMaker();
  SnippetMaker(const SnippetMaker&) = delete;
  SnippetMaker& operator=(const SnippetMaker&) = delete;

  // HTML, "…<mark>word</mark>…", balanced and escaped whatever the text has; about two lines long. From the text when
  // it has any of the words, else from the title or the authors.
  std::string make(const SearchText& text, std::vector<Occurrence> occurrences) const;

 private:
  struct Token {
    std::size_t start, end;  // bytes
  };
  std::vector<Token> tokens(std::string_view text, std::size_t limit) const;

  struct Tokenizer;
  std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace newscache::store
