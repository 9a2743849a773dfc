#pragma once
// Whether an article matches a search, and how well. The index has neither positions nor columns: it gives candidates,
// and where that is not enough an article's text decides.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/search_query.hpp"
#include "store/search_text.hpp"
#include "store/tokenizer.hpp"

namespace newscache::store {

// What the relevance is made of: the words are all in the title; in the title or the first kLeadTokens of the body;
// anywhere. Words with a column stand where they must in any case.
enum class Tier { title = 1, lead = 2, anywhere = 3 };

// FTS5's expression for the articles of that tier and better ones; without those that need_reading() it is exact, with
// them it finds too many.
std::string fts_expression(const SearchQuery& query, Tier tier);
// Whether only an article's text tells: there are phrases. A pair of characters is one word of the index.
bool needs_reading(const SearchQuery& query);

// What an article's text has of the terms.
class Reading {
 public:
  struct Span {
    std::uint32_t begin, end;  // bytes of the body
  };
  struct Hit {
    std::size_t term;
    std::uint32_t first, last;  // units of the body
  };

  Reading(const SearchQuery& query, const Tokenizer& tokenizer);

  // The title, the authors, and the body up to its end; with `for_snippet` no further than the snippet needs.
  void read(const SearchText& text, bool for_snippet);

  // Nothing: no match, or it has not been read to the end.
  std::optional<Tier> tier() const;
  // Of the body, as far as it has been read for a snippet.
  const std::vector<Span>& units() const { return units_; }
  const std::vector<Hit>& hits() const { return hits_; }
  bool to_the_end() const { return to_the_end_; }

 private:
  enum Place : std::uint8_t { title = 1, author = 2, lead = 4, body = 8 };

  void start_section();
  void read_section(std::string_view text, Place place);
  void read_body(std::string_view text, bool for_snippet);
  void add(const Unit& unit, Place place);
  bool ends_with(const SearchTerm& term, const Unit& unit, bool paired) const;
  bool stand_together() const;
  bool holds(const SearchNode& node, Tier tier) const;

  const SearchQuery& query_;
  const Tokenizer& tokenizer_;
  std::vector<std::uint8_t> places_;  // of each term
  std::vector<bool> shown_;           // those that a snippet marks
  bool has_phrases_ = false;
  // The section that is being read. Its units, where there are phrases; how many they are.
  struct Read {
    std::size_t begin, end;  // in letters_
    bool paired;
  };
  std::string letters_;
  std::vector<Read> read_;
  std::size_t count_ = 0;
  bool after_spaceless_ = false;
  std::vector<Span> units_;
  std::vector<Hit> hits_;
  bool to_the_end_ = false;
};

}  // namespace newscache::store
