#pragma once
// How well an article fits a search, and where its words are: an auxiliary function of FTS5, called for each match that
// is looked at. Everything that it asks of FTS5 is at hand in the match; bm25 would walk all matches of each word.

#include <cstdint>
#include <string_view>
#include <vector>

struct sqlite3;
struct fts5_api;

namespace newscache::store {

enum class SearchColumn : std::int32_t { title, author, body };

// Of a phrase of the search; places are counted in tokens.
struct Occurrence {
  std::int32_t phrase;
  SearchColumn column;
  std::int32_t first;
  std::int32_t tokens;
};

// What finding(search) returns, a blob: the relevance and the first occurrences of each phrase.
double relevance_of(std::string_view finding);
std::vector<Occurrence> occurrences_of(std::string_view finding);

// The relevance, less for an older article: `behind` newer ones have been taken in since (1,000 cost a seventh, 100,000
// a half). Higher is better.
double score(double relevance, std::int64_t behind);

// FTS5 as this connection has it. Throws StoreError.
fts5_api* fts5_of(sqlite3* handle);
// Makes finding() known to the connection. Throws StoreError.
void register_ranking(sqlite3* handle);

}  // namespace newscache::store
