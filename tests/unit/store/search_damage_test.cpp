// The tables of the search index may have become anything: it is made anew from the articles.

#include <sqlite3.h>

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

TEST_CASE("a search index is made anew whatever has become of its tables") {
  const char* const damages[] = {
      "UPDATE search_data SET block = zeroblob(length(block)) WHERE id > 10",
      "UPDATE search_data SET block = x'ffffffffffffffffffffffff'",
      "UPDATE search_data SET block = x'ffffffffffffffffffffffff' WHERE id = 10",
      "DELETE FROM search_data WHERE id > 10",
      "DELETE FROM search_data",
      "DELETE FROM search_idx",
      "DELETE FROM search_config",
  };
  for (const char* damage : damages) {
    INFO(damage);
    Store store;
    const auto feed = store.subscribe("a");
    for (const char* name : {"1", "2", "3"}) store.poll(feed, {entry(feed, name, name, "<p>fox</p>")});
    index_all(*store.writer);
    {
      Database database(store.options, Access::write);
      sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
      database.run(damage);
    }
    store.reopen();
    store.writer->renew_search_index();
    CHECK(store.search("fox").size() == 3);
    CHECK(store.poll(feed, {entry(feed, "1", "1", "<p>bear</p>")}).updated == 1);
    CHECK(store.search("fox").size() == 2);
    CHECK(store.search("bear").size() == 1);
    check_consistent(store);
  }
}
