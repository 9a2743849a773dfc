#include "sys/peer.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace newscache::sys {
namespace {

// What SO_PEERGROUPS (Linux 4.13) tells; on older kernels only the primary group is known.
Result<std::vector<gid_t>> groups_of(int socket) {
  constexpr std::size_t most = 65536;  // the kernel's own limit, NGROUPS_MAX
  std::vector<gid_t> groups(64);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
      groups.resize(size / sizeof(gid_t));
      return groups;
    }
    const std::size_t needed = size / sizeof(gid_t);
    if (errno == ENOPROTOOPT) return std::vector<gid_t>{};
    if (errno != ERANGE || needed > most || needed <= groups.size()) {
      return Error{Cause::internal, std::string("cannot read the groups of the peer: ") + std::strerror(errno)};
    }
    groups.resize(needed);
  }
}

}  // namespace

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{Cause::internal, std::string("cannot read the credentials of the peer: ") + std::strerror(errno)};
  }
  // A TCP socket answers too, with nobody.
  if (credentials.uid == static_cast<uid_t>(-1)) {
    return Error{Cause::internal, "the peer has no credentials; only those of Unix sockets do"};
  }
  auto groups = groups_of(socket);
  if (!groups) return groups.error();
  return Peer{credentials.uid, credentials.gid, credentials.pid, std::move(*groups)};
}

Result<AdminPolicy> AdminPolicy::create(const std::string& admin_group) {
  AdminPolicy policy;
  policy.own_uid_ = ::geteuid();
  if (admin_group.empty()) return policy;
  const auto group = group_id(admin_group);
  if (!group) return Error{Cause::invalid, "socket.admin_group: " + group.error().detail};
  policy.has_group_ = true;
  policy.group_ = *group;
  return policy;
}

bool AdminPolicy::is_admin(const Peer& peer) const {
  if (peer.uid == 0 || peer.uid == own_uid_) return true;
  return has_group_ &&
         (peer.gid == group_ || std::find(peer.groups.begin(), peer.groups.end(), group_) != peer.groups.end());
}

Result<gid_t> group_id(const std::string& name) {
  constexpr std::size_t largest_entry = 1 << 20;  // a group lists its members
  for (std::vector<char> buffer(4096); buffer.size() <= largest_entry; buffer.resize(buffer.size() * 4)) {
    group entry{};
    group* found = nullptr;
    const int error = ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found) return found->gr_gid;
    if (error == ERANGE) continue;
    if (error == 0 || error == ENOENT || error == ESRCH) break;
    return Error{Cause::invalid, "cannot look up the group \"" + name + "\": " + std::strerror(error)};
  }
  return Error{Cause::invalid, "there is no group \"" + name + "\"; create it with groupadd, or name another"};
}

}  // namespace newscache::sys
