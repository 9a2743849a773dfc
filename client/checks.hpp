#pragma once
// What `newscache doctor` looks at: each check says what it found and, when that is not well, what to do. Those over
// the daemon's answers are pure.

#include <sys/types.h>
#include <boost/json/object.hpp>
#include <string>

#include "client/outcome.hpp"

namespace newscache::client {

enum class Verdict { ok, warn, fail };

struct Check {
  std::string name;
  Verdict verdict = Verdict::ok;
  std::string finding;
  std::string advice;  // empty when there is nothing to do
};

// What can be known about the socket without speaking to the daemon.
struct SocketFacts {
  std::string path;
  bool exists = false;
  bool is_socket = false;
  int error = 0;  // of connecting; 0: somebody listens
  mode_t mode = 0;
  std::string owner;
  std::string group;
  std::string user;  // who asks
  bool is_owner = false;
  bool is_member = false;  // this process is in the group
  bool is_listed = false;  // the user is, since a log-in that is still to come
};
SocketFacts look_at_socket(const std::string& path);
Check check_socket(const SocketFacts& facts);

// Runs `newscached --check-config`, when that program is found. `file`: --config, or empty.
Check check_configuration(const std::string& file);

// GET /v1/status, /healthz and /v1/feeds.
// Why it is not well, or what was repaired lately; empty most of the time.
std::string reasons_of(const boost::json::object& health);
Check check_database(const Outcome<boost::json::object>& health);
Check check_disk(const boost::json::object& status);
Check check_clock(const boost::json::object& status);
Check check_network(const boost::json::object& status);
Check check_budget(const boost::json::object& status, const boost::json::object& feeds);
Check check_feeds(const boost::json::object& feeds);

}  // namespace newscache::client
