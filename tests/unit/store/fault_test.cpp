// Every call to the disk and every allocation fails once, and all from some point on: the Writer says so, goes on when
// it is over, and what it has acknowledged is there.

#include <cstdlib>
#include <functional>

#include "support/fault_vfs.hpp"
#include "unit/store/failing_memory.hpp"
#include "unit/store/old_database.hpp"
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

// Every so many calls one is made to fail; every one takes minutes. See docs/testing.md.
std::int64_t stride(std::int64_t calls, std::int64_t usual) {
  const char* wish = std::getenv("NEWSCACHE_FAULTS");
  const auto tries = wish != nullptr ? usual * std::strtol(wish, nullptr, 10) : usual;
  return std::max<std::int64_t>(1, calls / tries);
}

// Runs with a fault at one call after the other, until one comes too late to be met; at which that was. `run` returns
// whether the fault was met; `calls`: how many there were in the last run.
std::int64_t fail_one_by_one(const std::function<bool(std::int64_t)>& run, const std::function<std::int64_t()>& calls,
                             std::int64_t usual) {
  run(0);
  const auto step = stride(calls(), usual);
  std::int64_t n = 1;
  while (run(n)) n += step;
  return n;
}

}  // namespace

TEST_CASE("whichever call to the disk fails, nothing acknowledged is lost and the store goes on") {
  const auto states = rehearse();
  for (const auto& test : kCases) {
    FaultVfs vfs;
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
    CHECK(fail_one_by_one(
              run, [&] { return vfs.calls(); }, 20) > 20);
  }
}

TEST_CASE("whichever allocation of SQLite's fails, nothing acknowledged is lost and the store goes on") {
  const auto states = rehearse();
  for (const bool for_good : {false, true}) {
    FaultVfs vfs;
    // An allocation that SQLite can do without is no failure of a step.
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
    CHECK(fail_one_by_one(run, memory_calls, 100) > 1000);
  }
}

TEST_CASE("a migration that fails anywhere is completed by the next start") {
  const auto expected = described_old_database(kOldestSchema);
  for (const auto& test : kCases) {
    FaultVfs vfs;
    const auto run = [&](std::int64_t n) {
      INFO(test.what << ", call " << n);
      const Folder folder;
      auto options = small_wal(folder);
      put_old_database(options.path, kOldestSchema);
      options.vfs = vfs.name();
      vfs.fail_at(n, test.fault, test.for_good);
      try {
        const auto opened = Writer::open(options);
        if (!opened) CHECK(opened.error().cause == Cause::unavailable);
      } catch (const StoreError& error) {
        CHECK(error.cause() == Cause::unavailable);
      }
      vfs.heal();
      const auto writer = open_writer(options);
      index_all(*writer);
      CHECK(describe(options) == expected);
      check_consistent(options);
      return vfs.failures() > 0;
    };
    CHECK(fail_one_by_one(
              run, [&] { return vfs.calls(); }, 10) > 5);
  }
}

TEST_CASE("a reader that meets a fault says so, and answers when it is over") {
  const Folder folder;
  auto options = options_in(folder);
  {
    const auto writer = open_writer(options);
    fill_with_sample(*writer);
    index_all(*writer);
    writer->close();
  }
  const auto expected = describe(*open_reader(options));
  FaultVfs vfs;
  options.vfs = vfs.name();
  // Asks for everything, with a new reader and with one that stays.
  const auto stays = open_reader(options);
  const auto ask = [&](const std::function<std::string()>& describe) {
    std::string said = expected;
    try {
      said = describe();
    } catch (const StoreError& error) {
      INFO(error.what());
      CHECK(error.cause() == Cause::unavailable);
    } catch (const std::bad_alloc&) {
    }
    CHECK(said == expected);
  };
  const auto ask_new = [&] {
    ask([&] {
      const auto reader = Reader::open(options);
      if (!reader) throw StoreError(reader.error().cause, reader.error().detail);
      return describe(**reader);
    });
  };
  const auto ask_old = [&] { ask([&] { return describe(*stays); }); };
  for (const bool for_good : {false, true}) {
    vfs.fail_at(0, Fault::io_error, for_good);
    ask_new();
    ask_old();
    const auto calls = stride(vfs.calls(), 30);
    for (std::int64_t n = 1; n == 1 || vfs.failures() > 0; n += calls) {
      INFO("disk, call " << n << (for_good ? " and all after it" : ""));
      vfs.fail_at(n, Fault::io_error, for_good);
      ask_new();
      ask_old();
      vfs.heal();
      CHECK(describe(*stays) == expected);
    }
    fail_memory_at(0, false);
    ask_new();
    ask_old();
    const auto allocations = stride(memory_calls(), 30);
    for (std::int64_t n = 1; n == 1 || memory_failures() > 0; n += allocations) {
      INFO("allocation " << n << (for_good ? " and all after it" : ""));
      fail_memory_at(n, for_good);
      ask_new();
      ask_old();
      heal_memory();
      CHECK(describe(*stays) == expected);
    }
  }
}
