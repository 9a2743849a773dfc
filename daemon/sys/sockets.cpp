#include "sys/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "sys/environment.hpp"
#include "sys/peer.hpp"

namespace newscache::sys {
namespace {

constexpr int first_inherited = 3;  // SD_LISTEN_FDS_START
constexpr int most_inherited = 16;
constexpr int backlog = 64;

Error cannot(std::string_view what, const std::string& path) {
  return Error{Cause::invalid, "cannot " + std::string(what) + " the socket " + path + ": " + std::strerror(errno)};
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Error{Cause::invalid, "the socket path " + path + " has " + std::to_string(path.size()) +
                                     " bytes; the system allows 1 to " + std::to_string(sizeof(address.sun_path) - 1) +
                                     ", so set a shorter socket.path"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<void> create_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return {};
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0) {
    // Whoever owns the folder can put a socket of their own in its place: /tmp/newscached-UID may be a trap.
    const uid_t own = ::geteuid();
    if (own == 0 || status.st_uid == own || status.st_uid == 0) return {};
    return Error{Cause::invalid, "the folder of the socket, " + folder.string() + ", belongs to another user (uid " +
                                     std::to_string(status.st_uid) + "); set another socket.path"};
  }
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  // mkdir heeds the umask, which must not make the folder of a public socket unreachable.
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return Error{Cause::invalid, "cannot create the folder of the socket, " + folder.string() + ": " +
                                     std::strerror(errno) + "; create it, or set socket.path"};
  }
  ::chmod(folder.c_str(), 0755);
  return {};
}

// Does somebody accept connections there? A full backlog (EAGAIN) is somebody too.
bool answers(const sockaddr_un& address) {
  const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return true;
  return ::connect(probe.get(), generic(address), sizeof(address)) == 0 || errno != ECONNREFUSED;
}

// Makes room: a socket that refuses connections was left behind by a daemon that is gone.
Result<void> remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return cannot("look at", path);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return Error{Cause::invalid, path + " exists and is no socket; remove it, or set another socket.path"};
  }
  if (answers(address)) {
    return Error{Cause::conflict,
                 "another daemon is using the socket " + path + "; stop it, or set another socket.path"};
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("remove the stale", path);
  return {};
}

// An option of a socket; none when it is no socket.
std::optional<int> socket_option(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof(value);
  if (::getsockopt(fd, SOL_SOCKET, option, &value, &size) != 0) return std::nullopt;
  return value;
}

}  // namespace

Result<InheritedSockets> inherited_sockets() {
  const bool for_us = number_from(take_variable("LISTEN_PID")) == ::getpid();
  const auto count = number_from(take_variable("LISTEN_FDS"));
  take_variable("LISTEN_FDNAMES");
  InheritedSockets sockets;
  if (!for_us || count < 0 || count > most_inherited) return sockets;
  for (int fd = first_inherited; fd < first_inherited + static_cast<int>(count); ++fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) continue;              // not open
    if (socket_option(fd, SO_ACCEPTCONN).value_or(0) == 0) continue;  // nothing that we could accept on
    const auto family = socket_option(fd, SO_DOMAIN);
    const bool is_tcp = family == AF_INET || family == AF_INET6;
    if ((family != AF_UNIX && !is_tcp) || socket_option(fd, SO_TYPE) != SOCK_STREAM) {
      return Error{Cause::invalid,
                   "the service manager passed a socket that we cannot serve: in newscached.socket, ListenStream= must "
                   "be a path, or an address with a port"};
    }
    (is_tcp ? sockets.tcp_sockets : sockets.unix_sockets).emplace_back(fd);
  }
  return sockets;
}

Result<FileDescriptor> listen_unix(const SocketOptions& options) {
  const auto address = address_of(options.path);
  if (!address) return address.error();
  std::optional<gid_t> group;
  if (!options.group.empty()) {
    const auto found = group_id(options.group);
    if (!found) return Error{Cause::invalid, "socket.group: " + found.error().detail};
    group = *found;
  }
  if (const auto created = create_folder(options.path); !created) return created.error();
  if (const auto removed = remove_stale(options.path, *address); !removed) return removed.error();

  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return cannot("create", options.path);
  // Nobody can connect before listen(), so mode and group are right for the first client.
  const mode_t old_mask = ::umask(0177);
  const int bound = ::bind(socket.get(), generic(*address), sizeof(*address));
  ::umask(old_mask);
  if (bound != 0) return cannot("bind", options.path);
  if (group && ::lchown(options.path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    return Error{Cause::invalid, "cannot give the socket " + options.path + " to the group \"" + options.group +
                                     "\": " + std::strerror(errno) + "; make the daemon's user a member of it"};
  }
  if (::chmod(options.path.c_str(), static_cast<mode_t>(options.mode)) != 0)
    return cannot("set the mode of", options.path);
  if (::listen(socket.get(), backlog) != 0) return cannot("listen on", options.path);
  return socket;
}

TcpEndpoint endpoint_of(const FileDescriptor& tcp_socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(tcp_socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  char text[INET6_ADDRSTRLEN] = {};
  TcpEndpoint endpoint;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    endpoint.port = ntohs(v4.sin_port);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
    endpoint.port = ntohs(v6.sin6_port);
  }
  endpoint.address = text;
  return endpoint;
}

Result<FileDescriptor> listen_tcp(const std::string& address, std::uint16_t port) {
  const auto cannot_listen = [&](std::string_view what) {
    return Error{Cause::invalid, "http.listen: cannot " + std::string(what) + " " + address + " port " +
                                     std::to_string(port) + ": " + std::strerror(errno)};
  };
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return cannot_listen("understand");
  const auto* target = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const auto size = static_cast<socklen_t>(is_v4 ? sizeof(v4) : sizeof(v6));
  FileDescriptor socket(::socket(target->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return cannot_listen("open a socket for");
  const int yes = 1;
  // A restart must not wait for connections that are long gone.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (!is_v4) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
  if (::bind(socket.get(), target, size) != 0) return cannot_listen("bind");
  if (::listen(socket.get(), backlog) != 0) return cannot_listen("listen on");
  return socket;
}

std::string default_socket_path() {
  if (const auto path = variable("NEWSCACHE_SOCKET"); !path.empty()) return path;
  if (::geteuid() == 0) return "/run/newscached/newscached.sock";
  if (const auto runtime = variable("XDG_RUNTIME_DIR"); !runtime.empty())
    return runtime + "/newscached/newscached.sock";
  return "/tmp/newscached-" + std::to_string(::geteuid()) + "/newscached.sock";
}

}  // namespace newscache::sys
