#pragma once
// The listening sockets: inherited from systemd (LISTEN_FDS) or bound by us: the Unix socket, and TCP where that is
// asked for.

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"

namespace newscache::sys {

// Sockets passed by systemd (sd_listen_fds(3)), close-on-exec set; the variables are removed from the environment.
// Cause::invalid when one listens that is neither a Unix stream socket nor TCP.
struct InheritedSockets {
  std::vector<FileDescriptor> unix_sockets;
  std::vector<FileDescriptor> tcp_sockets;
};
Result<InheritedSockets> inherited_sockets();

struct SocketOptions {
  std::string path;
  std::uint32_t mode = 0660;
  std::string group;  // empty: unchanged
};
// Binds and listens on a Unix stream socket, creating its folder (0755). A stale socket of a daemon that is gone is
// replaced; one that answers is Cause::conflict; anything else in its place is left alone: Cause::invalid.
// Mode and group are set before it accepts anybody.
Result<FileDescriptor> listen_unix(const SocketOptions& options);

struct TcpEndpoint {
  std::string address;  // numeric
  std::uint16_t port = 0;
};
// Where a TCP socket listens.
TcpEndpoint endpoint_of(const FileDescriptor& tcp_socket);

// Binds and listens on TCP. `address`: numeric, IPv4 or IPv6. Cause::invalid says what to do.
Result<FileDescriptor> listen_tcp(const std::string& address, std::uint16_t port);

// Where the socket is, unless told otherwise: $NEWSCACHE_SOCKET; as root /run/newscached/newscached.sock; else
// $XDG_RUNTIME_DIR/newscached/newscached.sock, and without that variable /tmp/newscached-UID/newscached.sock.
std::string default_socket_path();

}  // namespace newscache::sys
