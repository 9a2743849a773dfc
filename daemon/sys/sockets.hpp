#pragma once
// The listening sockets: inherited from systemd (LISTEN_FDS) or bound by us.

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"

namespace newscache::sys {

// Sockets passed by systemd (sd_listen_fds(3)), close-on-exec set; the variables are removed from the environment.
// Cause::invalid when one listens that is no Unix stream socket: what clients may do depends on who they are.
Result<std::vector<FileDescriptor>> inherited_sockets();

struct SocketOptions {
  std::string path;
  std::uint32_t mode = 0660;
  std::string group;  // empty: unchanged
};
// Binds and listens on a Unix stream socket, creating its folder (0755). A stale socket of a daemon that is gone is
// replaced; one that answers is Cause::conflict; anything else in its place is left alone: Cause::invalid.
// Mode and group are set before it accepts anybody.
Result<FileDescriptor> listen_unix(const SocketOptions& options);

// Where the socket is, unless told otherwise: $NEWSCACHE_SOCKET; as root /run/newscached/newscached.sock; else
// $XDG_RUNTIME_DIR/newscached/newscached.sock, and without that variable /tmp/newscached-UID/newscached.sock.
std::string default_socket_path();

}  // namespace newscache::sys
