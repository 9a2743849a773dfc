// What is typed into a search box: FTS5 takes every expression that is made of it.

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "store/search_query.hpp"
#include "store/search_script.hpp"

using namespace newscache;

namespace {

// As table `search`, without contents.
constexpr const char* kIndex =
    "CREATE VIRTUAL TABLE search USING fts5(title, author, body, content='', columnsize=0, "
    "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'\");"
    "INSERT INTO search(rowid, title, author, body) VALUES (1, 'a fox', 'ann', 'the quick brown fox or')";

sqlite3_stmt* prepare_search() {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_open(":memory:", &database) != SQLITE_OK) std::abort();
  if (sqlite3_exec(database, kIndex, nullptr, nullptr, nullptr) != SQLITE_OK) std::abort();
  const char* search = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC";
  if (sqlite3_prepare_v2(database, search, -1, &statement, nullptr) != SQLITE_OK) std::abort();
  return statement;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sqlite3_stmt* const statement = prepare_search();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto query = store::parse_search(input);
  if (query && !input.empty()) {
    if (query->match.empty()) std::abort();
    sqlite3_bind_text64(statement, 1, query->match.data(), query->match.size(), SQLITE_STATIC, SQLITE_UTF8);
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) std::abort();
    sqlite3_reset(statement);
  }
  if (!query && query.error().cause != Cause::invalid) std::abort();
  // What is prepared stays as it is.
  std::string once(input);
  store::prepare_script(once);
  if (once.find("\xef\xb8\x8f") != std::string::npos) std::abort();
  return 0;
}
