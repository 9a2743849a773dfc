#include "unit/store/old_database.hpp"

#include <zstd.h>

#include <fstream>

#include "base/file.hpp"
#include "support/catch.hpp"

namespace newscache::store::test {

namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

std::string path_of(int schema, const std::string& suffix) {
  return NEWSCACHE_TEST_DATA "/store/schema-" + std::to_string(schema) + suffix;
}

}  // namespace

void put_old_database(const std::string& path, int schema) {
  const auto packed = read_file(path_of(schema, ".db.zst"), kMaxBytes).value();
  std::string database(kMaxBytes, '\0');
  const auto size = ZSTD_decompress(database.data(), database.size(), packed.data(), packed.size());
  REQUIRE(ZSTD_isError(size) == 0);
  database.resize(size);
  std::ofstream(path, std::ios::binary) << database;
}

std::string described_old_database(int schema) { return read_file(path_of(schema, ".txt"), kMaxBytes).value(); }

}  // namespace newscache::store::test
