#pragma once
// SQLite's memory, which can run out. Linking this is enough: it takes SQLite's place to ask before main() runs.

#include <cstdint>

namespace newscache::store::test {

// Of the allocations from now on the n-th fails (1: the next), or all from that one on. 0: none.
void fail_memory_at(std::int64_t n, bool for_good);
void heal_memory();
std::int64_t memory_calls();     // since fail_memory_at
std::int64_t memory_failures();  // likewise

}  // namespace newscache::store::test
