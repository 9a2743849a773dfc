#include "api/file_part.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "support/catch.hpp"

using namespace newscache;

namespace {

constexpr std::int64_t four_gib = std::int64_t{4} << 30;

// "end" is what stands behind four GiB of nothing, which takes no room.
FileDescriptor large_file() {
  const std::string folder = std::filesystem::temp_directory_path();
  FileDescriptor file(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  REQUIRE(::pwrite(file.get(), "end", 3, four_gib) == 3);
  return file;
}

}  // namespace

TEST_CASE("the part of a file that lies beyond 4 GiB is sent") {
  api::FilePart part(large_file(), four_gib - 1, 4);
  CHECK(part.next(3) == std::string("\0en", 3));
  CHECK_FALSE(part.is_at_end());
  CHECK(part.next(3) == "d");
  CHECK(part.is_at_end());
}

TEST_CASE("a part that is a multiple of 4 GiB long does not end before it has begun") {
  api::FilePart part(large_file(), 3, four_gib);
  CHECK(part.next(5) == std::string(5, '\0'));
  CHECK_FALSE(part.is_at_end());
}

TEST_CASE("a file that has become shorter than was promised ends the answer") {
  api::FilePart part(large_file(), four_gib, 4);
  CHECK_THROWS_AS(part.next(4), std::runtime_error);
}
