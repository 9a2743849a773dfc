#include "client/socket_path.hpp"

#include <unistd.h>

#include <cstdlib>

namespace newscache::client {
namespace {

constexpr auto system_socket = "/run/newscached/newscached.sock";

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

SocketEnvironment socket_environment() {
  return {::geteuid() == 0, ::geteuid(), environment_variable("NEWSCACHE_SOCKET"),
          environment_variable("XDG_RUNTIME_DIR"),
          [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }};
}

std::string socket_path(const std::string& option, const SocketEnvironment& environment) {
  if (!option.empty()) return option;
  if (!environment.newscache_socket.empty()) return environment.newscache_socket;
  if (environment.root) return system_socket;
  const auto folder = environment.runtime_dir.empty() ? "/tmp/newscached-" + std::to_string(environment.uid)
                                                      : environment.runtime_dir + "/newscached";
  const auto own = folder + "/newscached.sock";
  return !environment.exists(own) && environment.exists(system_socket) ? system_socket : own;
}

}  // namespace newscache::client
