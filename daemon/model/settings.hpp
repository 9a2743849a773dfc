#pragma once
// The daemon's settings as plain values; settings/ fills them from TOML, one table of fields describing them all.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "model/feed.hpp"

namespace newscache::model {

struct DaemonSettings {
  std::string state_dir;  // empty: $STATE_DIRECTORY, else /var/lib/newscached as root, else $XDG_STATE_HOME/newscached
  LogLevel log_level = LogLevel::info;
};

struct SocketSettings {
  std::string path;  // empty: as the contract says
  std::uint32_t mode = 0660;
  std::string group;        // owns the socket; empty: the daemon's own
  std::string admin_group;  // may change subscriptions
  std::int64_t max_connections = 64;
};

// How to come to a publisher where the settings under [net] do not do. Empty: as those say.
struct Access {
  std::string user;  // Basic authentication
  std::string password;
  std::string token;                 // Bearer authentication
  std::vector<std::string> headers;  // "Name: value"
  std::string proxy;
  std::string ca_file;
  std::string fingerprint;  // SHA-256 of the one certificate that is accepted, 64 hex digits
  std::string user_agent;
  friend bool operator==(const Access&, const Access&) = default;
};

// What the configuration says of an Access itself, to be printed: the names of files, and not what is in them.
struct AccessSources {
  std::string password_file;
  std::string token_file;
  std::string headers_file;
  std::vector<std::string> headers;  // those that do not come from a file
};

struct HostSettings {
  std::string host;  // "example.org", "example.org:8443"; lower case, punycode
  Access access;     // its secrets as they stood in their files when the settings were loaded
  AccessSources sources;
};

struct NetSettings {
  // "none", "all", or CIDR networks; which non-public addresses feeds may live on.
  std::vector<std::string> allow_private = {"none"};
  std::string user_agent;  // empty: newscached/VERSION (+contact_url)
  std::string proxy;
  std::string ca_file;
  std::int64_t max_transfers = 32;
  std::chrono::seconds timeout{60};
  std::int64_t max_body = 16 << 20;  // bytes, after decompression
  std::string metered = "auto";      // "yes", "no", "auto": as NetworkManager says, and by the interface's name
  std::vector<std::string> metered_interfaces = {"wwan*", "ppp*", "usb*"};
};

struct PollSettings {
  std::chrono::seconds floor{std::chrono::minutes(60)};
  std::chrono::seconds ceiling{std::chrono::hours(24)};
  std::chrono::seconds hint_ceiling{std::chrono::hours(7 * 24)};
  std::chrono::seconds unconditional_floor{std::chrono::hours(4)};
  std::chrono::milliseconds host_gap{2000};
  std::chrono::seconds burst{std::chrono::minutes(5)};  // polls wait so long for company; 0: never
  // Spans of local time, "23:00-06:00": no polls in the first; if any of the second are given, polls only in those.
  std::vector<std::string> quiet;
  std::vector<std::string> windows;
  std::int64_t backfill_pages = 10;  // of older articles that are read to close a gap
};

struct BudgetSettings {  // bytes; absent: unlimited
  std::optional<std::int64_t> day;
  std::optional<std::int64_t> month;
  std::optional<std::int64_t> metered_day;
  std::optional<std::int64_t> feed_day;  // of each feed
  std::optional<std::int64_t> feed_month;
};

struct StoreSettings {
  std::optional<std::int64_t> limit;  // bytes; absent: a share of the disk
  std::optional<std::int64_t> keep_days;
  std::optional<std::int64_t> keep_per_feed;
  std::chrono::milliseconds commit_interval{1000};
  std::string snapshot = "off";  // or how often one is made, as settings::parse_duration() reads it
};

struct ContentSettings {
  bool strip_tracking = true;
};

struct OfflineSettings {
  std::string full_text = "auto";  // never, always, auto
  bool images = true;
  std::int64_t image_width = 800;         // pixels
  std::int64_t article_limit = 20 << 20;  // bytes, of all that is fetched for one article
  bool enclosures = false;
  std::int64_t image_limit = 5 << 20;        // bytes, of each
  std::int64_t enclosure_limit = 200 << 20;  // bytes, of each
  std::optional<std::int64_t> feed_limit;    // bytes kept of what the articles of one feed refer to
  std::optional<std::int64_t> day;           // bytes received in a day for all of this, within the budgets
  bool metered = false;                      // also over a link that costs by the byte
};

// Which parts of a site's pages are the article, and which are not: CSS selectors.
struct SiteSettings {
  std::string site;  // a host; its subdomains are meant too
  std::vector<std::string> keep;
  std::vector<std::string> drop;
};

struct HttpSettings {
  std::vector<std::string> listen;  // "127.0.0.1:8077"
  std::string user;
  std::string password_file;
  std::string token_file;
  std::string tls_certificate_file;
  std::string tls_key_file;
  bool admin = false;
  bool offline_images = false;  // readers get the pictures that are here, without credentials
  // What is in the files; in no message and no log.
  std::string password;
  std::string token;
};

struct DeclaredFeed {
  std::string url;
  std::string title;
  std::string folder;
  FeedSettings settings;
  Access access;
  AccessSources sources;
};

struct Settings {
  DaemonSettings daemon;
  SocketSettings socket;
  NetSettings net;
  PollSettings poll;
  BudgetSettings budget;
  StoreSettings store;
  ContentSettings content;
  OfflineSettings offline;
  HttpSettings http;
  std::vector<HostSettings> hosts;
  std::vector<SiteSettings> sites;
  std::vector<DeclaredFeed> feeds;
};

}  // namespace newscache::model
