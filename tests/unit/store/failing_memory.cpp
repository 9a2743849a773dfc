#include "unit/store/failing_memory.hpp"

#include <sqlite3.h>

namespace newscache::store::test {

namespace {

struct Memory {
  sqlite3_mem_methods real{};
  std::int64_t fail_at = 0;
  bool for_good = false;
  std::int64_t calls = 0;
  std::int64_t failures = 0;

  bool fails() {
    ++calls;
    const bool now = fail_at > 0 && (for_good ? calls >= fail_at : calls == fail_at);
    if (now) ++failures;
    return now;
  }
};

// SQLite hands no pointer of ours to its allocator.
Memory& memory() {
  static Memory memory;
  return memory;
}

void* allocate(int bytes) { return memory().fails() ? nullptr : memory().real.xMalloc(bytes); }
void* reallocate(void* old, int bytes) { return memory().fails() ? nullptr : memory().real.xRealloc(old, bytes); }

bool install() {
  auto& real = memory().real;
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK) return false;
  auto failing = real;
  failing.xMalloc = allocate;
  failing.xRealloc = reallocate;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK;
}

[[maybe_unused]] const bool kInstalled = install();

}  // namespace

void fail_memory_at(std::int64_t n, bool for_good) {
  memory().fail_at = n;
  memory().for_good = for_good;
  memory().calls = 0;
  memory().failures = 0;
}

void heal_memory() { memory().fail_at = 0; }
std::int64_t memory_calls() { return memory().calls; }
std::int64_t memory_failures() { return memory().failures; }

}  // namespace newscache::store::test
