#include "api/range.hpp"

#include "support/catch.hpp"

using namespace newscache::api;

TEST_CASE("a Range header chooses one part of a file, or all of it where it makes no sense") {
  struct Row {
    const char* range;
    int status;
    std::int64_t first;
    std::int64_t length;
  };
  const Row rows[] = {
      {"", 200, 0, 100},
      {"bytes=0-", 206, 0, 100},
      {"bytes=0-0", 206, 0, 1},
      {"bytes=10-19", 206, 10, 10},
      {"Bytes=10-19", 206, 10, 10},
      {"bytes= 10-19", 206, 10, 10},
      {"bytes=90-1000", 206, 90, 10},
      {"bytes=99-", 206, 99, 1},
      {"bytes=100-", 416, 0, 0},
      {"bytes=99999999999999999999-", 416, 0, 0},
      {"bytes=-1", 206, 99, 1},
      {"bytes=-1000", 206, 0, 100},
      {"bytes=-0", 416, 0, 0},
      {"bytes=-", 200, 0, 100},
      {"bytes=19-10", 200, 0, 100},
      {"bytes=0-1,5-6", 200, 0, 100},
      {"bytes=a-b", 200, 0, 100},
      {"bytes=+1-2", 200, 0, 100},
      {"lines=0-1", 200, 0, 100},
      {"bytes", 200, 0, 100},
  };
  for (const auto& row : rows) {
    INFO(row.range);
    const auto part = choose_part(row.range, 100);
    CHECK(part.status == row.status);
    CHECK(part.first == row.first);
    CHECK(part.length == row.length);
  }
  CHECK(choose_part("bytes=0-", 0).status == 416);
  const auto far = choose_part("bytes=5000000000-", 8'589'934'592);
  CHECK(far.first == 5'000'000'000);
  CHECK(far.length == 3'589'934'592);
}
