#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "support/catch.hpp"
#include "sys/peer.hpp"

using namespace newscache;

namespace {

std::array<FileDescriptor, 2> socket_pair() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// A group of the system that is not root's, and its name; nothing when there is none.
const group* some_group() {
  ::setgrent();
  const group* entry = ::getgrent();
  while (entry && entry->gr_gid == 0) entry = ::getgrent();
  ::endgrent();
  return entry;
}

constexpr uid_t stranger = 60'001;  // nobody that a system would have

}  // namespace

TEST_CASE("the peer of a socket pair is this process, with its groups") {
  const auto ends = socket_pair();
  const auto peer = sys::peer_of(ends[0].get());
  REQUIRE(peer.has_value());
  CHECK(peer->uid == ::geteuid());
  CHECK(peer->gid == ::getegid());
  CHECK(peer->pid == ::getpid());
  std::vector<gid_t> own(static_cast<std::size_t>(::getgroups(0, nullptr)));
  REQUIRE(::getgroups(static_cast<int>(own.size()), own.data()) >= 0);
  auto told = peer->groups;
  std::sort(own.begin(), own.end());
  std::sort(told.begin(), told.end());
  CHECK(told == own);
}

// qemu-user knows SO_PEERGROUPS as a number.
TEST_CASE("the peer's groups are known also when there are many", "[kernel]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can take groups");
    return;
  }
  // A child takes 200 groups and makes the pair, whose other end we ask; its credentials are those at that time.
  const auto channel = socket_pair();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::array<gid_t, 200> many;
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<gid_t>(70'000 + i);
    int ends[2];
    if (::setgroups(many.size(), many.data()) != 0 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) ::_exit(1);
    const auto peer = sys::peer_of(ends[0]);
    ::_exit(peer && peer->groups.size() == many.size() && peer->groups.back() == 70'199 ? 0 : 2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("what is no Unix socket has no peer") {
  CHECK(sys::peer_of(-1).has_error());
  const FileDescriptor tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(tcp);
  CHECK(sys::peer_of(tcp.get()).has_error());
}

TEST_CASE("root and the daemon's own user are admins, others are not") {
  const auto policy = sys::AdminPolicy::create("");
  REQUIRE(policy.has_value());
  CHECK(policy->is_admin({0, 0, 1, {}}));
  CHECK(policy->is_admin({::geteuid(), stranger, 1, {}}));
  CHECK_FALSE(policy->is_admin({stranger, stranger, 1, {}}));
  CHECK_FALSE(policy->is_admin({stranger, 0, 1, {0}}));  // group root is not the user root
  CHECK_FALSE(policy->is_admin({}));
}

TEST_CASE("members of the admin group are admins, by primary or supplementary group") {
  const group* known = some_group();
  REQUIRE(known != nullptr);
  const gid_t gid = known->gr_gid;
  const auto policy = sys::AdminPolicy::create(known->gr_name);
  REQUIRE(policy.has_value());
  CHECK(policy->is_admin({stranger, gid, 1, {}}));
  CHECK(policy->is_admin({stranger, stranger, 1, {stranger, gid}}));
  CHECK_FALSE(policy->is_admin({stranger, stranger, 1, {stranger}}));
}

TEST_CASE("an admin group that does not exist is an error that names the key") {
  const auto policy = sys::AdminPolicy::create("no-such-group-here");
  REQUIRE(policy.has_error());
  CHECK(policy.error().cause == Cause::invalid);
  CHECK(policy.error().detail.find("socket.admin_group") != std::string::npos);
  CHECK(policy.error().detail.find("no-such-group-here") != std::string::npos);
}
