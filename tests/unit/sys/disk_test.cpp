#include "sys/disk.hpp"

#include "support/catch.hpp"

using namespace newscache;

TEST_CASE("the room on a disk is told, and that nothing is known of what is not there") {
  const auto here = sys::disk_space(".");
  REQUIRE(here);
  CHECK(here->free_bytes >= 0);
  CHECK_FALSE(here->read_only);
  CHECK(sys::disk_space("/proc")->free_bytes == 0);
  CHECK_FALSE(sys::disk_space("/nowhere/at/all"));
}
