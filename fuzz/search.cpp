// What is typed into a search box: FTS5 takes every expression that is made of it, and finds an article wherever its
// text matches.

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "store/search_match.hpp"
#include "store/search_query.hpp"
#include "store/search_snippet.hpp"
#include "store/tokenizer.hpp"

using namespace newscache;
using namespace newscache::store;

namespace {

// As table `search`, without contents.
constexpr const char* kIndex =
    "CREATE VIRTUAL TABLE search USING fts5(text, content='', detail=none, columnsize=0, tokenize='newscache')";

sqlite3* open_index() {
  sqlite3* database = nullptr;
  if (sqlite3_open(":memory:", &database) != SQLITE_OK) std::abort();
  register_tokenizer(database);
  if (sqlite3_exec(database, kIndex, nullptr, nullptr, nullptr) != SQLITE_OK) std::abort();
  return database;
}

sqlite3_stmt* prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) std::abort();
  return statement;
}

bool step(sqlite3_stmt* statement, const std::string& text) {
  sqlite3_bind_text64(statement, 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  const int code = sqlite3_step(statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) std::abort();
  sqlite3_reset(statement);
  return code == SQLITE_ROW;
}

}  // namespace

// The input is a search, and after a line break the text of an article.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sqlite3* const database = open_index();
  static const Tokenizer tokenizer(database);
  static sqlite3_stmt* const add = prepare(database, "INSERT INTO search(rowid, text) VALUES (1, ?)");
  static sqlite3_stmt* const search = prepare(database, "SELECT rowid FROM search WHERE search MATCH ?");
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.substr(0, input.find('\n'));
  const auto query = parse_search(line, tokenizer);
  if (!query) {
    if (query.error().cause != Cause::invalid) std::abort();
    return 0;
  }
  if (query->terms.empty()) return 0;
  SearchText text;
  text.title = "a fox 東京";
  text.author = "ann";
  if (line.size() < input.size()) text.body = input.substr(line.size() + 1);
  for (auto& c : text.body) c = c == kSection ? ' ' : c;
  sqlite3_exec(database, "INSERT INTO search(search) VALUES ('delete-all')", nullptr, nullptr, nullptr);
  step(add, text.joined());
  Reading reading(*query, tokenizer);
  reading.read(text, false);
  for (const auto tier : {Tier::title, Tier::lead, Tier::anywhere}) {
    const bool found = step(search, fts_expression(*query, tier));
    const bool matches = reading.tier() && *reading.tier() <= tier;
    if (matches && !found) std::abort();
    if (found && !matches && !needs_reading(*query)) std::abort();
  }
  reading.read(text, true);
  if (make_snippet(text.body, reading).size() > 8192) std::abort();
  return 0;
}
