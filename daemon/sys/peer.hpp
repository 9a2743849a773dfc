#pragma once
// Who is at the other end of a Unix socket (SO_PEERCRED, SO_PEERGROUPS), and what they may do.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace newscache::sys {

struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
  std::vector<gid_t> groups;  // supplementary
};

Result<Peer> peer_of(int socket);

// Cause::invalid when there is no such group.
Result<gid_t> group_id(const std::string& name);

// Root, the daemon's own user, and members of the admin group (empty: nobody else) may change subscriptions.
class AdminPolicy {
 public:
  // Cause::invalid when the group does not exist.
  static Result<AdminPolicy> create(const std::string& admin_group);
  bool is_admin(const Peer& peer) const;

 private:
  uid_t own_uid_ = 0;
  bool has_group_ = false;
  gid_t group_ = 0;
};

}  // namespace newscache::sys
