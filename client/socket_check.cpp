#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/file.hpp"
#include "client/checks.hpp"

namespace newscache::client {
namespace {

std::string user_name(uid_t uid) {
  const auto* entry = ::getpwuid(uid);
  return entry ? entry->pw_name : std::to_string(uid);
}

std::string group_name(gid_t gid) {
  const auto* entry = ::getgrgid(gid);
  return entry ? entry->gr_name : std::to_string(gid);
}

bool process_is_in(gid_t group) {
  if (::getegid() == group) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const auto count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  return count > 0 && std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool is_listed_in(gid_t group, const std::string& user) {
  const auto* entry = ::getgrgid(group);
  for (char** member = entry ? entry->gr_mem : nullptr; member && *member; ++member) {
    if (user == *member) return true;
  }
  return false;
}

// 0, or why not.
int try_connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  path.copy(address.sun_path, path.size());
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
}

std::string start_advice(const std::string& path) {
  if (path == "/run/newscached/newscached.sock") {
    return "start it with 'sudo systemctl start newscached.socket newscached.service'; 'journalctl -u newscached' "
           "tells why it "
           "ended";
  }
  return "start it with 'systemctl --user start newscached' or 'newscached --socket " + path +
         "', or name another socket with --socket or NEWSCACHE_SOCKET";
}

std::string permission_advice(const SocketFacts& facts) {
  const bool group_may = (facts.mode & S_IWGRP) != 0 && facts.group != "root";  // nobody should join that one
  if (facts.is_member || !group_may) {
    return "let its group in with socket.mode = \"0660\" and socket.group in newscached.toml (SocketMode= and "
           "SocketGroup= of "
           "newscached.socket under systemd), or use sudo";
  }
  if (facts.is_listed)
    return facts.user + " is a member of " + facts.group + " from the next log-in on: log out and in";
  return "join the group that may use it: 'sudo usermod -aG " + facts.group + " " + facts.user +
         "', then log out and in";
}

}  // namespace

SocketFacts look_at_socket(const std::string& path) {
  SocketFacts facts;
  facts.path = path;
  facts.user = user_name(::geteuid());
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    facts.error = errno;
    return facts;
  }
  facts.exists = true;
  facts.is_socket = S_ISSOCK(status.st_mode);
  facts.mode = status.st_mode & 07777;
  facts.owner = user_name(status.st_uid);
  facts.group = group_name(status.st_gid);
  facts.is_owner = status.st_uid == ::geteuid();
  facts.is_member = process_is_in(status.st_gid);
  facts.is_listed = is_listed_in(status.st_gid, facts.user);
  if (facts.is_socket) facts.error = try_connect(path);
  return facts;
}

Check check_socket(const SocketFacts& facts) {
  const std::string name = "socket";
  if (facts.path.size() >= sizeof(sockaddr_un::sun_path)) {
    return {name, Verdict::fail, facts.path + " is too long for a socket", "choose a shorter path with --socket"};
  }
  if (!facts.exists && (facts.error == EACCES || facts.error == EPERM)) {
    return {name, Verdict::fail, "the folder of " + facts.path + " may not be entered by " + facts.user,
            "use sudo, or let others pass the folder (mode 0755); the socket's own mode decides who may use it"};
  }
  if (!facts.exists) {
    return {name, Verdict::fail, "there is no " + facts.path + ": newscached is not running", start_advice(facts.path)};
  }
  if (!facts.is_socket) {
    return {name, Verdict::fail, facts.path + " is no socket", "name the daemon's with --socket or NEWSCACHE_SOCKET"};
  }
  if (facts.error == EACCES || facts.error == EPERM) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(facts.mode));
    return {name, Verdict::fail,
            facts.user + " may not use " + facts.path + ", which belongs to " + facts.owner + " and group " +
                facts.group + " with mode " + mode.data(),
            permission_advice(facts)};
  }
  if (facts.error == ECONNREFUSED) {
    return {name, Verdict::fail, facts.path + " is stale: the daemon that made it has ended", start_advice(facts.path)};
  }
  if (facts.error != 0) {
    return {name, Verdict::fail, facts.path + ": " + std::strerror(facts.error), start_advice(facts.path)};
  }
  return {name, Verdict::ok, facts.path + " answers", ""};
}

}  // namespace newscache::client
