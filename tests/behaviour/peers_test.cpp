// Who may do what: every route with every class of peer.

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <set>

#include "api/routes.hpp"
#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
namespace api = newscache::api;

namespace {

// Whom a system would not have; the group of administrators is one that every Debian has.
constexpr uid_t own_user = 60'001;
constexpr uid_t other_user = 60'002;
constexpr gid_t other_group = 60'002;
constexpr auto admin_group = "games";

struct Peer {
  const char* name;
  uid_t user;
  gid_t group;
  std::optional<gid_t> second_group;
  bool is_admin;
};

// While it lives, this process connects as that one; only root can do that.
class As {
 public:
  explicit As(const Peer& peer) {
    const gid_t second = peer.second_group.value_or(peer.group);
    REQUIRE(::setgroups(1, &second) == 0);
    REQUIRE(::setegid(peer.group) == 0);
    REQUIRE(::seteuid(peer.user) == 0);
  }
  As(const As&) = delete;
  As& operator=(const As&) = delete;
  ~As() {
    if (::seteuid(0) != 0 || ::setegid(0) != 0 || ::setgroups(0, nullptr) != 0) std::abort();
  }
};

enum class Who { everyone, administrators };

struct Row {
  api::Method method;
  std::string_view pattern;
  Who who;
};

using enum api::Method;
using enum Who;

// A new route needs a row.
constexpr Row table[] = {
    {get, "/healthz", everyone},
    {get, "/metrics", everyone},
    {get, "/v1/openapi.json", everyone},
    {get, "/v1/status", everyone},
    {get, "/v1/feeds", everyone},
    {post, "/v1/feeds", administrators},
    {get, "/v1/feeds/{id}", everyone},
    {patch, "/v1/feeds/{id}", administrators},
    {remove, "/v1/feeds/{id}", administrators},
    {get, "/v1/feeds/{id}/journal", everyone},
    {get, "/v1/feeds/{id}/feed.json", everyone},
    {get, "/v1/feeds/{id}/feed.atom", everyone},
    {post, "/v1/feeds/{id}/refresh", everyone},
    {post, "/v1/refresh", everyone},
    {get, "/v1/articles", everyone},
    {get, "/v1/articles.json", everyone},
    {get, "/v1/articles.atom", everyone},
    {post, "/v1/articles/mark", everyone},
    {get, "/v1/articles/{id}", everyone},
    {get, "/v1/articles/{id}/content", everyone},
    {get, "/v1/articles/{id}/history", everyone},
    {patch, "/v1/articles/{id}", everyone},
    {get, "/v1/assets/{sha256}", everyone},
    {get, "/v1/changes", everyone},
    {get, "/v1/events", everyone},
    {post, "/v1/reload", administrators},
    {get, "/v1/opml", everyone},
    {post, "/v1/opml", administrators},
    {post, "/v1/import", administrators},
    {get, "/v1/bundle", everyone},
    {post, "/v1/bundle", administrators},
};

std::string_view method_of(const Row& row) { return api::method_name(row.method); }

// Nothing has that id: who may not learns nothing of what there is, who may gets 404.
std::string target_of(std::string_view pattern) {
  std::string target(pattern);
  if (const auto at = target.find("{id}"); at != std::string::npos) target.replace(at, 4, "2147483647");
  if (const auto at = target.find("{sha256}"); at != std::string::npos) target.replace(at, 8, std::string(64, '0'));
  return target;
}

int status_of(const Daemon& daemon, const Peer& peer, std::string_view method, const std::string& target,
              std::string_view body) {
  std::optional<HttpClient> client;
  {
    const As while_connecting(peer);
    client.emplace(daemon.socket());
  }
  std::string text(method);
  text += " " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  client->send(text.append(body));
  const auto head = client->receive_head();
  REQUIRE(head);
  return head->status;
}

}  // namespace

TEST_CASE("every route is for whom the table says, and every route is in the table") {
  std::set<std::string> routed;
  std::set<std::string> listed;
  for (const auto& route : api::routes()) {
    routed.insert(std::string(api::method_name(route.method)) + " " + std::string(route.pattern));
  }
  for (const auto& row : table) listed.insert(std::string(method_of(row)) + " " + std::string(row.pattern));
  CHECK(listed == routed);
}

TEST_CASE("each class of peer may do what the table says, and gets 403 for everything else") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can become somebody else");
    return;
  }
  const auto* group = ::getgrnam(admin_group);
  REQUIRE(group != nullptr);
  const gid_t admins = group->gr_gid;
  Daemon daemon("[socket]\nmode = \"0666\"\nadmin_group = \"" + std::string(admin_group) + "\"\n");
  const auto directory = daemon.config_file().parent_path();
  REQUIRE(::chown(directory.c_str(), own_user, other_group) == 0);
  REQUIRE(::chmod(directory.c_str(), 0711) == 0);
  REQUIRE(::chmod(daemon.config_file().c_str(), 0644) == 0);
  daemon.set_before_start([] {
    ::chmod(::getenv("NOTIFY_SOCKET"), 0666);
    if (::setgroups(0, nullptr) != 0 || ::setgid(other_group) != 0 || ::setuid(own_user) != 0) std::abort();
  });
  daemon.start();

  const Peer peers[] = {
      {"root", 0, 0, {}, true},
      {"the daemon's own user", own_user, other_group, {}, true},
      {"whose first group is the administrators'", other_user, admins, {}, true},
      {"who is in the group of administrators", other_user, other_group, admins, true},
      {"somebody else", other_user, other_group, {}, false},
  };
  for (const auto& peer : peers) {
    for (const auto& row : table) {
      INFO(peer.name << ": " << method_of(row) << " " << row.pattern);
      const bool allowed = row.who == everyone || peer.is_admin;
      const auto target = target_of(row.pattern);
      const bool has_body = row.method == post || row.method == patch;
      const int status = status_of(daemon, peer, method_of(row), target, has_body ? "?" : "");
      CHECK(status >= 200);
      CHECK((status != 403) == allowed);
      if (row.method == api::Method::get) CHECK(status_of(daemon, peer, "HEAD", target, "") == status);
    }
    INFO(peer.name << ": ?force=true");
    CHECK(status_of(daemon, peer, "POST", "/v1/refresh?force=true", "") == (peer.is_admin ? 202 : 403));
    CHECK((status_of(daemon, peer, "POST", "/v1/feeds/1/refresh?force=true", "") == 403) != peer.is_admin);
  }
}
