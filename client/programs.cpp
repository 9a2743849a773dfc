#include "client/programs.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace newscache::client {

std::optional<std::string> find_daemon() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  std::string folders = self.parent_path().string();
  if (const char* path = std::getenv("PATH")) folders.append(":").append(path);
  folders += ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
  for (std::size_t begin = 0; begin < folders.size();) {
    const auto end = std::min(folders.find(':', begin), folders.size());
    const auto program = folders.substr(begin, end - begin) + "/newscached";
    if (::access(program.c_str(), X_OK) == 0) return program;
    begin = end + 1;
  }
  return std::nullopt;
}

std::string quoted(const std::string& argument) {
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Ran run_command(const std::string& command, std::size_t most_output) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return {-1, std::strerror(errno)};
  std::array<char, 4096> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    ran.output.append(part.data(), std::min(got, most_output - ran.output.size()));
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.exit = WEXITSTATUS(status);
  return ran;
}

}  // namespace newscache::client
