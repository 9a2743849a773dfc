// Not a test: writes a database of the newest schema, to be kept for migration_test.cpp once there is a newer one. See
// tests/data/store/README.md.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "store/database.hpp"
#include "store/schema.hpp"
#include "unit/store/sample.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

TEST_CASE("a database of the newest schema for NEWSCACHE_FIXTURES", "[.fixture]") {
  const char* to = std::getenv("NEWSCACHE_FIXTURES");
  REQUIRE(to != nullptr);
  const auto name = std::string(to) + "/schema-" + std::to_string(newest_schema());
  Folder folder;
  const auto options = options_in(folder);
  {
    const auto writer = open_writer(options);
    fill_with_sample(*writer);
    index_all(*writer);
  }
  std::ofstream(name + ".txt") << describe(options);
  Database(options, Access::write)
      .run("UPDATE store SET epoch = '0123456789abcdef'; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(options.path, name + ".db");
}
