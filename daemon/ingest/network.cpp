#include "ingest/network.hpp"

#include <algorithm>
#include <utility>

#include "ingest/hosts.hpp"

namespace newscache::ingest {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_probe = std::chrono::seconds(15);
constexpr milliseconds last_probe = std::chrono::minutes(10);
// The link is up, and names may resolve in a moment: the first tries are close together.
constexpr milliseconds probe_after_link = std::chrono::seconds(2);

// So many hosts in a row without an answer, and none with one, are no coincidence. Soon after an answer, when those
// that are dead themselves are left, it takes most of all hosts.
constexpr std::size_t silent_hosts = 3;
constexpr std::size_t strange_hosts = 2;
constexpr milliseconds soon = std::chrono::minutes(1);

}  // namespace

Sign sign_of(const model::Feed& feed, const Result<net::Response>& answer, const std::optional<Error>& error,
             std::string_view usual_host) {
  if (!error) return Sign::works;
  // What has failed before by its own fault shows nothing when it does so again.
  if (feed.state.error && feed.state.error->count > 0 && error->cause != Cause::link && error->cause != Cause::portal) {
    return answer ? Sign::answered : Sign::none;
  }
  const bool was_a_feed = feed.state.last_success.has_value();
  const bool in_house = is_local(host_of(feed.url));
  switch (error->cause) {
    case Cause::link:
      return Sign::no_route;
    case Cause::portal:
      return Sign::portal;
    case Cause::dns:
    case Cause::timeout:
    case Cause::refused:
      return in_house ? Sign::none : Sign::silent;
    case Cause::tls:
    case Cause::not_a_feed:
      return was_a_feed ? Sign::strange : Sign::none;
    case Cause::denied:
    case Cause::server:
    case Cause::missing:
    case Cause::gone:
      break;
    case Cause::busy:
      return Sign::answered;
    case Cause::too_large:
      if (answer) return Sign::none;
      break;
    default:
      return Sign::none;
  }
  // A name that suddenly has an address of the local network, what is no HTTP, redirects in a circle.
  if (!answer) return was_a_feed && !in_house ? Sign::strange : Sign::none;
  const std::string end = host_of(answer->url);
  const bool elsewhere = end != host_of(feed.url) && end != usual_host;
  return elsewhere && was_a_feed ? Sign::strange : Sign::answered;
}

void Network::fetched(const std::string& host, Sign sign, std::size_t hosts, BootInstant now, milliseconds took) {
  if (state_ != NetworkState::online && now >= next_probe_) {
    probe_wait_ = std::min(probe_wait_ * 2, last_probe);
    next_probe_ = now + probe_wait_;
  }
  const bool in_house = is_local(host);
  if (sign != Sign::none && !in_house) link_returned_ = false;  // whatever comes of it has been tried
  switch (sign) {
    case Sign::works:
    case Sign::answered:
      disproved_.erase(host);
      std::erase_if(suspects_, [in_house](const auto& entry) { return !in_house || is_local(entry.first); });
      if (!in_house) last_answer_ = now;
      if (in_house && !link_.up) house_answers_ = true;
      // A portal can send any status.
      if ((!in_house || is_witness(host)) && (sign == Sign::works || state_ == NetworkState::offline)) {
        if (!accused_.contains(host)) {
          for (const auto& [accused, what] : accused_) disproved_.insert(accused);
        }
        enter(NetworkState::online, now);
      }
      break;
    case Sign::no_route:
      if (in_house ? !link_.up && !house_answers_ : !link_.up || !link_known_) {
        enter(NetworkState::offline, now);
      } else if (!in_house) {
        suspect(host, sign, hosts, now, took);
      }
      break;
    case Sign::silent:
      if (!in_house && !link_.up && (!last_answer_ || *last_answer_ < reported_)) {
        enter(NetworkState::offline, now);  // whatever the link was before
        break;
      }
      if (!in_house) suspect(host, sign, hosts, now, took);
      break;
    case Sign::strange:
      suspect(host, sign, hosts, now, took);
      break;
    case Sign::portal:
      suspects_.insert_or_assign(host, sign);
      enter(NetworkState::portal, now);
      break;
    case Sign::none:
      break;
  }
}

// Our own house answers whatever the net outside does. It shows that a link is back, and that what has answered in its
// place is gone.
bool Network::is_witness(const std::string& host) const {
  const bool all_local =
      std::all_of(accused_.begin(), accused_.end(), [](const auto& entry) { return is_local(entry.first); });
  if (state_ == NetworkState::portal) return !accused_.empty() && (all_local || accused_.contains(host));
  return accused_.empty() && (link_.up || !link_known_);
}

void Network::suspect(const std::string& host, Sign sign, std::size_t hosts, BootInstant now, milliseconds took) {
  if (state_ != NetworkState::online || disproved_.contains(host)) return;
  suspects_.insert_or_assign(host, sign);
  const auto strange = static_cast<std::size_t>(std::count_if(
      suspects_.begin(), suspects_.end(), [](const auto& entry) { return entry.second == Sign::strange; }));
  const bool just_answered = last_answer_ && now < *last_answer_ + took + soon;
  const std::size_t most = just_answered ? hosts / 2 + 1 : 0;
  if (strange >= std::max(strange_hosts, most)) {
    enter(NetworkState::portal, now);
  } else if (suspects_.size() >= std::max(std::clamp(hosts, strange_hosts, silent_hosts), most)) {
    enter(NetworkState::offline, now);
  }
}

void Network::link_reported(const LinkReport& report, BootInstant now) {
  const bool was_up = link_.up;
  if (link_known_ && report.interface != link_.interface) {
    ++generation_;  // what is under way over the other one may break
    suspects_.clear();
  }
  link_ = report;
  reported_ = now;
  link_returned_ = report.up && state_ == NetworkState::offline;
  link_known_ |= report.up;
  if (!link_known_) return;  // since the start it says that there is no way; whoever answers knows better
  if (report.portal) {
    enter(NetworkState::portal, now);
  } else if (was_up && !report.up) {
    enter(NetworkState::offline, now);
  } else if (report.up && state_ != NetworkState::online) {
    next_probe_ = now;
    probe_wait_ = probe_after_link / 2;
  }
}

void Network::believe_link(BootInstant now) {
  if (state_ == NetworkState::offline && link_returned_ && accused_.empty()) enter(NetworkState::online, now);
}

void Network::enter(NetworkState state, BootInstant now) {
  if (state_ == state) return;
  state_ = state;
  link_returned_ = false;
  ++generation_;
  accused_ = std::exchange(suspects_, {});
  probe_wait_ = first_probe;
  next_probe_ = now + probe_wait_;
}

}  // namespace newscache::ingest
