#include "sys/written.hpp"

#include <fstream>
#include <string>

namespace newscache::sys {

std::int64_t written_bytes() {
  std::ifstream io("/proc/self/io");
  std::string key;
  std::int64_t value = 0;
  while (io >> key >> value) {
    if (key == "write_bytes:") return value;
  }
  return 0;
}

}  // namespace newscache::sys
