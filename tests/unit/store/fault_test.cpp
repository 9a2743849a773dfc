// Every call to the disk and every allocation fails once, and all from some point on: the Writer says so, goes on when
// it is over, and what it has acknowledged is there.

#include <cstdlib>

#include "support/fault_vfs.hpp"
#include "unit/store/failing_memory.hpp"
#include "unit/store/rehearsal.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using newscache::test::Fault;
using newscache::test::FaultVfs;

namespace {

struct Case {
  const char* what;
  Fault fault;
  bool for_good;
};
constexpr Case kCases[] = {
    {"an I/O error", Fault::io_error, false},
    {"I/O errors from then on", Fault::io_error, true},
    {"the disk is full for a moment", Fault::full, false},
    {"the disk is full from then on", Fault::full, true},
    {"syncing fails", Fault::failed_sync, false},
    {"syncing fails from then on", Fault::failed_sync, true},
};

// Every so many calls one is made to fail; every one takes minutes.
std::int64_t stride(std::int64_t calls, std::int64_t usual) {
  const char* wish = std::getenv("NEWSCACHE_FAULTS");
  const auto tries = wish != nullptr ? usual * std::strtol(wish, nullptr, 10) : usual;
  return std::max<std::int64_t>(1, calls / tries);
}

}  // namespace

TEST_CASE("whichever call to the disk fails, nothing acknowledged is lost and the store goes on") {
  const auto states = rehearse();
  for (const auto& test : kCases) {
    FaultVfs vfs;
    // Returns whether the fault was met.
    const auto run = [&](std::int64_t n) {
      INFO(test.what << ", call " << n);
      const Folder folder;
      auto options = small_wal(folder);
      options.vfs = vfs.name();
      vfs.fail_at(n, test.fault, test.for_good);
      Performance performance(options, states, [&] { vfs.heal(); });
      performance.run(test.for_good ? 2 : 1, [](std::size_t) {});
      check_consistent(options_in(folder));
      return vfs.failures() > 0;
    };
    run(0);
    const auto step = stride(vfs.calls(), 60);
    std::int64_t n = 1;
    while (run(n)) n += step;
    CHECK(n > 20);
  }
}

TEST_CASE("whichever allocation of SQLite's fails, nothing acknowledged is lost and the store goes on") {
  const auto states = rehearse();
  for (const bool for_good : {false, true}) {
    FaultVfs vfs;
    // Returns whether the fault was met. An allocation that SQLite can do without is no failure of a step.
    const auto run = [&](std::int64_t n) {
      INFO("allocation " << n << (for_good ? " and all after it" : ""));
      const Folder folder;
      auto options = small_wal(folder);
      options.vfs = vfs.name();
      fail_memory_at(n, for_good);
      Performance performance(options, states, heal_memory);
      performance.run(for_good ? 2 : 1, [](std::size_t) {});
      check_consistent(options_in(folder));
      return memory_failures() > 0;
    };
    const auto step = stride((run(0), memory_calls()), 300);
    std::int64_t n = 1;
    while (run(n)) n += step;
    CHECK(n > 1000);
  }
}
