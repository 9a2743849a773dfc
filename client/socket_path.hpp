#pragma once
// Where the daemon listens: the same rule as the daemon's own (sys::default_socket_path), seen from a user who may have
// a daemon of his own or share the machine's.

#include <functional>
#include <string>

namespace newscache::client {

struct SocketEnvironment {
  bool root = false;
  unsigned uid = 0;
  std::string newscache_socket;  // $NEWSCACHE_SOCKET
  std::string runtime_dir;       // $XDG_RUNTIME_DIR
  std::function<bool(const std::string&)> exists;
};

SocketEnvironment socket_environment();
// `option` is --socket, or empty.
std::string socket_path(const std::string& option, const SocketEnvironment& environment);

}  // namespace newscache::client
