#pragma once
// What this process has used so far, for benchmarks.

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>

namespace newscache::bench {

struct Usage {
  double wall_s = 0;
  double cpu_s = 0;
  std::int64_t written = 0;  // handed to write(), whether or not the disk has it yet

  static Usage now() {
    Usage usage;
    usage.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    rusage resources{};
    getrusage(RUSAGE_SELF, &resources);
    for (const auto& time : {resources.ru_utime, resources.ru_stime}) {
      usage.cpu_s += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
    std::ifstream io("/proc/self/io");
    std::string key;
    std::int64_t value = 0;
    while (io >> key >> value) {
      if (key == "wchar:") usage.written = value;
    }
    return usage;
  }

  Usage& operator+=(const Usage& other) {
    wall_s += other.wall_s;
    cpu_s += other.cpu_s;
    written += other.written;
    return *this;
  }
  friend Usage operator-(const Usage& a, const Usage& b) {
    return {a.wall_s - b.wall_s, a.cpu_s - b.cpu_s, a.written - b.written};
  }
};

inline long peak_megabytes() {
  rusage resources{};
  getrusage(RUSAGE_SELF, &resources);
  return resources.ru_maxrss / 1024;
}

}  // namespace newscache::bench
