#pragma once
// What the kernel lets a test see of its daemon, and take away from it.

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "support/daemon.hpp"

namespace newscache::test {

// From now on, and until it is set to RLIM_INFINITY again.
inline void limit(const Daemon& daemon, __rlimit_resource resource, rlim_t value) {
  rlimit before{};
  if (::prlimit(daemon.pid(), resource, nullptr, &before) != 0)
    throw std::system_error(errno, std::generic_category(), "prlimit");
  const rlimit now{std::min(value, before.rlim_max), before.rlim_max};
  if (::prlimit(daemon.pid(), resource, &now, nullptr) != 0)
    throw std::system_error(errno, std::generic_category(), "prlimit");
}

inline std::filesystem::path process_folder(const Daemon& daemon) { return "/proc/" + std::to_string(daemon.pid()); }

// The number behind "NAME:" in a file of /proc; -1 when it has none.
inline std::int64_t number_in(const std::filesystem::path& file, std::string_view name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':')
      return std::stoll(line.substr(name.size() + 1));
  }
  return -1;
}

inline int count_of(std::string_view text, std::string_view part) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
  return count;
}

}  // namespace newscache::test
