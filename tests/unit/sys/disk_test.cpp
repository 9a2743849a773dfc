#include "sys/disk.hpp"

#include "folder.hpp"
#include "support/catch.hpp"
#include "sys/reserve.hpp"

using namespace newscache;

TEST_CASE("the room on a disk is told, and that nothing is known of what is not there") {
  const auto here = sys::disk_space(".");
  REQUIRE(here);
  CHECK(here->free_bytes >= 0);
  CHECK(here->total_bytes >= here->free_bytes);
  CHECK_FALSE(here->read_only);
  CHECK(sys::disk_space("/proc")->free_bytes == 0);
  CHECK_FALSE(sys::disk_space("/nowhere/at/all"));
}

TEST_CASE("a reserve takes its room, and gives it back") {
  const Folder folder;
  const sys::Reserve reserve(folder.path("reserve"));
  CHECK(reserve.bytes() == 0);
  CHECK_FALSE(reserve.release());
  REQUIRE(reserve.take(1 << 20).has_value());
  CHECK(reserve.bytes() == 1 << 20);
  REQUIRE(reserve.take(1 << 19).has_value());
  CHECK(reserve.bytes() == 1 << 19);
  CHECK(reserve.release());
  CHECK(reserve.bytes() == 0);
  CHECK(sys::Reserve(folder.path("no/folder")).take(1000).error().cause == Cause::unavailable);
}
