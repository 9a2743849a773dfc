#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "client/checks.hpp"

namespace newscache::client {
namespace {

constexpr auto default_file = "/etc/newscached/newscached.toml";
constexpr std::size_t most_output = 4096;

// Beside this program, on the PATH, or where daemons are.
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

struct Ran {
  int exit = -1;
  std::string output;
};

Ran run(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return {-1, std::strerror(errno)};
  std::array<char, 512> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    if (ran.output.size() < most_output) ran.output.append(part.data(), got);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.exit = WEXITSTATUS(status);
  return ran;
}

}  // namespace

Check check_configuration(const std::string& file) {
  const std::string name = "configuration";
  const auto daemon = find_daemon();
  if (!daemon)
    return {name, Verdict::warn, "not checked: the program newscached is not found", "install it, or set PATH"};
  const auto shown = file.empty() ? std::string(default_file) : file;
  if (file.empty() && ::access(default_file, F_OK) != 0 && errno == ENOENT &&
      ::access((shown + ".d").c_str(), F_OK) != 0) {
    return {name, Verdict::ok, "no file at " + shown + "; name yours with --config if the daemon has another", ""};
  }
  auto [exit, output] = run(quoted(*daemon) + " --check-config" + (file.empty() ? "" : " --config " + quoted(file)));
  while (output.ends_with('\n')) output.pop_back();
  if (output.starts_with("newscached: ")) output.erase(0, std::strlen("newscached: "));
  if (exit == 0) return {name, Verdict::ok, shown + " is valid", ""};
  if (output.find(std::strerror(EACCES)) != std::string::npos) {
    return {name, Verdict::warn, output, "it is not for everybody to read: try 'sudo newscache doctor'"};
  }
  return {name, Verdict::fail, output.empty() ? "newscached --check-config did not run" : output,
          "correct it, then 'newscache reload'; newscached.toml(5) explains every key"};
}

}  // namespace newscache::client
