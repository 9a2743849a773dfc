#pragma once
// The passage of an article in which the words of a search stand.

#include <memory>
#include <string>
#include <vector>

#include "store/search_rank.hpp"
#include "store/store.hpp"

namespace newscache::store {

// With the tokenizer of the index, whose counting the occurrences follow.
class SnippetMaker {
 public:
  explicit SnippetMaker(sqlite3* handle);
  ~SnippetMaker();
  SnippetMaker(const SnippetMaker&) = delete;
  SnippetMaker& operator=(const SnippetMaker&) = delete;

  // HTML, "…<mark>word</mark>…", balanced and escaped whatever the text has; about two lines long. From the content
  // when it has any of the words, else from the title or the authors.
  std::string make(const model::Entry& entry, const Options& options, std::vector<Occurrence> occurrences) const;

 private:
  struct Token {
    std::size_t start, end;  // bytes
  };
  // Some before the anchor, which is counted from the beginning of the text, and those behind it that there is room
  // for.
  struct Passage {
    std::vector<Token> tokens;
    std::size_t first = 0;  // the number of the first of them
    bool to_the_end = true;
  };
  Passage passage(std::string_view text, std::size_t anchor) const;
  static std::string marked(std::string_view text, const Passage& passage, std::size_t anchor,
                            const std::vector<Occurrence>& occurrences);

  struct Tokenizer;
  std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace newscache::store
