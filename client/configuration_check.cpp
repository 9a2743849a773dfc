#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/checks.hpp"
#include "client/programs.hpp"

namespace newscache::client {
namespace {

constexpr auto default_file = "/etc/newscached/newscached.toml";
constexpr std::size_t most_output = 4096;

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
  auto [exit, output] =
      run_command(quoted(*daemon) + " --check-config" + (file.empty() ? "" : " --config " + quoted(file)), most_output);
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
