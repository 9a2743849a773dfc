#pragma once
// A subscription, what is known about polling it, and what one attempt to poll it brought.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/article.hpp"
#include "model/attempt.hpp"
#include "model/ids.hpp"

namespace newscache::model {

// Verbatim from the last complete 200, or refreshed by a 304; always replaced as a pair (RFC 9110, section 8.8).
struct Validators {
  std::string etag;
  std::string last_modified;
  friend bool operator==(const Validators&, const Validators&) = default;
  bool empty() const { return etag.empty() && last_modified.empty(); }
};

// Per-feed settings, sparse: only what differs from the configuration. Checked by settings/feed_settings.hpp.
using SettingValue = std::variant<bool, std::int64_t, std::string>;
using FeedSettings = std::map<std::string, SettingValue>;
using SettingChanges = std::map<std::string, std::optional<SettingValue>>;  // no value: the configuration counts again

inline void change_settings(FeedSettings& settings, const SettingChanges& changes) {
  for (const auto& [key, value] : changes) {
    if (value) {
      settings.insert_or_assign(key, *value);
    } else {
      settings.erase(key);
    }
  }
}

// The feed's own value of that type; null when the configuration counts.
template <class Value>
const Value* own_setting(const FeedSettings& settings, std::string_view key) {
  const auto found = settings.find(std::string(key));
  return found == settings.end() ? nullptr : std::get_if<Value>(&found->second);
}

enum class FeedStatus { fresh, ok, failing, gone, paused, auth };

struct FeedError {
  Cause cause = Cause::internal;
  std::string detail;
  // In a row, for the back-off: the feed's own, and refusals and names that do not resolve; not those of our network.
  std::int64_t count = 0;
  Instant since{};
  friend bool operator==(const FeedError&, const FeedError&) = default;
};

// What has proved to be no identity of this feed's articles. Once found out it stays so: an odd document must not turn
// it back and forth.
struct Unreliable {
  bool guids = false;  // given to several pieces, or another one at every poll
  bool links = false;  // many pieces point to one page
  friend bool operator==(const Unreliable&, const Unreliable&) = default;
};

// Where permanent redirects lead, and how often that has been seen: the address is only taken over when it has proved
// to be the feed's (schedule/move.hpp). Empty url: nowhere.
struct Move {
  std::string url;
  Instant since{};
  std::int64_t count = 0;
  friend bool operator==(const Move&, const Move&) = default;
};

// What polling the feed has cost, received bytes; for its own budget. A day and a month are those of `day`, in UTC.
struct Traffic {
  std::int64_t day = 0;  // since 1970
  std::int64_t day_bytes = 0;
  std::int64_t month_bytes = 0;
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

constexpr std::int64_t kTrafficDays = 62;  // for so many days sums are kept: this month and the whole one before it
inline std::int64_t day_number(Instant time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

// What a day (UTC) has cost in all, received bytes but for the last; kept for some weeks.
struct DayTraffic {
  std::int64_t day = 0;  // since 1970
  std::int64_t bytes = 0;
  std::int64_t metered_bytes = 0;  // of these, over links that cost by the byte
  std::int64_t written_bytes = 0;  // to disks
  friend bool operator==(const DayTraffic&, const DayTraffic&) = default;
};

// The publisher's document did not reach back to what we had: articles between these times may be missing. As long as
// `next_url` names an older page, that one is fetched next.
struct Gap {
  Instant after{};   // when the feed was last read before
  Instant before{};  // of the oldest article that was read since
  std::string next_url;
  std::int64_t pages = 0;  // older pages read so far
  friend bool operator==(const Gap&, const Gap&) = default;
};

// How the feed has behaved: what schedule decides from and the store keeps.
struct FeedState {
  FeedStatus status = FeedStatus::fresh;
  Validators validators;
  std::string body_hash;  // of the last complete document, hexadecimal; an equal body is not parsed again
  std::optional<Instant> last_attempt;
  std::optional<Instant> last_success;
  std::optional<Instant> next_poll;
  std::string next_poll_rule;  // "default", "max-age", "back-off", ...
  std::optional<FeedError> error;
  UpdateHints hints;
  Unreliable unreliable;
  std::optional<std::int64_t>
      rhythm_s;             // between two articles, by the last document that told; see schedule/rhythm.hpp
  bool cools_host = false;  // it waits for a public host that asked to be left alone: all of its feeds do
  Move move;
  Traffic traffic;
  std::optional<Gap> gap;
  // Whether its entries hold only the beginnings of articles; none: its documents have not told yet.
  std::optional<bool> teasers;
  friend bool operator==(const FeedState&, const FeedState&) = default;
};

struct Feed {
  FeedId id{};
  std::string uid;  // 16 hex digits, from the URL first subscribed
  std::string url;
  std::string title;         // the user's, else the publisher's
  std::string custom_title;  // the user's; empty: the publisher's counts
  std::string home_page_url;
  std::string description;
  std::string language;
  std::string icon;
  std::string folder;
  FeedSettings settings;
  bool managed = false;  // declared by the configuration file
  bool paused = false;
  FeedState state;
  std::int64_t articles = 0;
  std::int64_t unread = 0;
};

// A change of subscription; absent fields stay.
struct FeedPatch {
  std::optional<std::string> url;
  std::optional<std::string> custom_title;
  std::optional<std::string> folder;
  std::optional<bool> paused;
  std::optional<bool> managed;
  SettingChanges settings;
};

struct NewFeed {
  std::string url;
  std::string custom_title;
  std::string folder;
  FeedSettings settings;
  bool managed = false;
  std::optional<Instant> next_poll;  // absent: as soon as possible
};

// Everything that one attempt changes, applied in one transaction: articles, feed metadata, validators, next poll.
struct IncomingEntry {
  std::string uid;   // of the article
  std::string link;  // canonical link, the second key; empty when there is none
  Entry entry;
  bool to_complete = false;  // for reading without a network; when it is new or edited
};

struct FeedUpdate {
  FeedId feed_id{};
  std::string url;  // of the subscription when it was fetched; the update is void if that has changed since. Empty: any
  FeedState state;  // the whole new state
  std::optional<ParsedFeed>
      document;  // metadata only (its entries have been moved out); absent: 304, unchanged or failed
  std::vector<IncomingEntry> entries;
  Instant received{};  // date_received of what is new
  // Becomes the state's when the feed has articles and none of `entries` is one of them.
  std::optional<Gap> gap_if_disjoint;
  std::vector<Attempt> attempts;  // for the journal, oldest first: this poll's, after any not yet written
};

struct UpdateResult {
  FeedId feed_id{};
  std::int64_t added = 0;
  std::int64_t updated = 0;
  // What is known of the feed now:
  Unreliable unreliable;
  std::optional<Gap> gap;
};

}  // namespace newscache::model
