#pragma once
// What is known of our own network: whether failures are the publishers' or ours, and whether polling pauses. Nobody is
// believed alone: a link that is up has to be confirmed by an answer, and where there seems to be none one feed is
// tried now and then. Pure: times come in.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/feed.hpp"
#include "net/fetch.hpp"

namespace newscache::ingest {

enum class NetworkState { online, offline, portal };

// What the system says of the link.
struct LinkReport {
  bool up = true;               // there is a default route, and a carrier
  std::string interface;        // of the default route
  std::optional<bool> metered;  // whether each byte costs; none: it does not say
  bool portal = false;          // somebody wants a login
};

// What a fetch tells about the network.
enum class Sign {
  none,      // nothing: the failure is the publisher's, or within our own house
  works,     // a feed came, or is unchanged
  answered,  // a refusal, as publishers send them
  no_route,  // there is no way out
  silent,    // no answer, or no address: the publisher's trouble or ours
  strange,   // no feed where one was, or a certificate that is not the publisher's: a portal may have answered
  portal,    // a portal says so
};
// `error`: why the poll failed, after the answer was read; none when it worked.
// `usual_host`: where the feed's address has led before, if elsewhere.
Sign sign_of(const model::Feed& feed, const Result<net::Response>& answer, const std::optional<Error>& error,
             std::string_view usual_host);

class Network {
 public:
  // A fetch from `host` has ended, which took so long; `hosts`: how many there are to judge by.
  void fetched(const std::string& host, Sign sign, std::size_t hosts, BootInstant now,
               std::chrono::milliseconds took = {});
  void link_reported(const LinkReport& report, BootInstant now);
  // There is nothing to fetch that could show whether a link that is up again works: the next fetch will.
  void believe_link(BootInstant now);
  // A person may know that the network is back.
  void probe_soon(BootInstant now) { next_probe_ = now; }

  NetworkState state() const { return state_; }
  // Grows with each change of the state or the interface: what failed across a change proves nothing.
  std::uint64_t generation() const { return generation_; }
  // Whether failures lately may yet turn out to be ours.
  bool in_doubt() const { return !suspects_.empty(); }
  const LinkReport& link() const { return link_; }
  bool link_is_up() const { return link_known_ && link_.up; }
  // While not online, one fetch at a time finds out whether that has ended, ever less often.
  bool may_start(BootInstant now) const { return state_ == NetworkState::online || now >= next_probe_; }
  BootInstant next_probe() const { return next_probe_; }

 private:
  bool is_witness(const std::string& host) const;
  void suspect(const std::string& host, Sign sign, std::size_t hosts, BootInstant now, std::chrono::milliseconds took);
  void enter(NetworkState state, BootInstant now);

  NetworkState state_ = NetworkState::online;
  std::uint64_t generation_ = 0;
  LinkReport link_;
  BootInstant reported_{};
  bool link_returned_ = false;                         // since we are offline, and no fetch has ended since
  bool link_known_ = false;                            // it has been reported up once, so that "down" means something
  std::map<std::string, Sign, std::less<>> suspects_;  // hosts, since the last proper answer
  std::map<std::string, Sign, std::less<>> accused_;   // those that led to this state
  // Those of an earlier finding that others have ended: until they work they prove nothing more.
  std::set<std::string, std::less<>> disproved_;
  bool house_answers_ = false;  // without any way out: that one of it is silent shows nothing
  std::optional<BootInstant> last_answer_;
  BootInstant next_probe_{};
  std::chrono::milliseconds probe_wait_{};
};

}  // namespace newscache::ingest
