#pragma once
// What this process has caused to be written to disks so far: flash cards wear out by it.

#include <cstdint>

namespace newscache::sys {

// Bytes, from /proc/self/io; 0 where the kernel does not count. What goes to memory (tmpfs) is none.
std::int64_t written_bytes();

}  // namespace newscache::sys
