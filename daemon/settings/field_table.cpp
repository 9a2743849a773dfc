#include "settings/field_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "html/page.hpp"
#include "settings/feed_settings.hpp"
#include "settings/secret_file.hpp"

namespace newscache::settings {
namespace {

using model::Settings;

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t kib = 1024;
constexpr std::int64_t gib = kib * kib * kib;
constexpr std::int64_t pib = gib * kib * kib;

constexpr bool at_reload = true;
constexpr bool at_restart = false;
constexpr std::string_view unset;

constexpr Rule boolean() { return {.kind = Kind::boolean}; }
constexpr Rule integer(std::int64_t min, std::int64_t max) { return {.kind = Kind::integer, .min = min, .max = max}; }
constexpr Rule duration(std::int64_t min, std::int64_t max, std::int64_t step = 1) {
  return {.kind = Kind::duration, .min = min, .max = max, .step = step};
}
constexpr Rule size(std::int64_t min, std::int64_t max) { return {.kind = Kind::size, .min = min, .max = max}; }
constexpr Rule one_of(std::string_view choices) { return {.kind = Kind::string, .choices = choices}; }
constexpr Rule text(std::string_view expectation, bool (*accepts)(std::string_view) = is_clean_text) {
  return {.kind = Kind::string, .expectation = expectation, .accepts = accepts};
}
// Without the reading of pages "auto" wants none, and "always" would be a promise that is not kept.
constexpr Rule full_text() {
  if (html::reads_pages) return one_of("never always auto");
  return text("\"never\" or \"auto\": this newscached is built without the reading of pages",
              [](std::string_view text) { return text == "never" || text == "auto"; });
}
constexpr Rule proxy_url() {
  auto rule =
      text("a URL that begins with http://, https://, socks4://, socks4a://, socks5:// or socks5h://", is_proxy_url);
  rule.shown = Shown::without_credentials;
  return rule;
}
constexpr Rule endpoints() {
  return {.kind = Kind::strings,
          .expectation = "an address and port such as \"127.0.0.1:8077\" or \"[::1]:8077\"",
          .accepts = is_endpoint};
}
constexpr Rule interfaces() {
  return {.kind = Kind::strings,
          .expectation = "an interface's name such as \"wwan0\", in which * and ? stand for other letters",
          .accepts = is_interface_pattern};
}
constexpr Rule time_spans() {
  return {.kind = Kind::strings,
          .expectation = "a span of local time such as \"23:00-06:30\"",
          .accepts = [](std::string_view text) { return parse_time_span(text).has_value(); }};
}
constexpr Rule mode() { return {.kind = Kind::mode}; }
constexpr Rule networks() { return {.kind = Kind::networks, .accepts = is_network}; }
constexpr Rule secret() { return text("an absolute path, or a name that LoadCredential= gives", is_secret_name); }
constexpr Rule path() { return text("an absolute path", is_absolute_path); }
constexpr std::array<std::pair<LogLevel, std::string_view>, 5> log_levels = {{
    {LogLevel::error, "error"},
    {LogLevel::warning, "warning"},
    {LogLevel::notice, "notice"},
    {LogLevel::info, "info"},
    {LogLevel::debug, "debug"},
}};

#define SLOT(member) [](Settings& s) -> Slot { return &s.member; }

// clang-format off
constexpr std::array field_table = std::to_array<Entry>({
  {"daemon.state_dir", unset, at_restart, path(), SLOT(daemon.state_dir),
   "Where news.db lives; unset: $STATE_DIRECTORY, else /var/lib/newscached or $XDG_STATE_HOME/newscached"},
  {"daemon.log_level", R"("info")", at_reload, one_of("error warning notice info debug"), SLOT(daemon.log_level),
   "How much is logged: error, warning, notice, info, debug"},

  {"socket.path", unset, at_restart, path(), SLOT(socket.path),
   "The API's Unix socket; unset: /run/newscached/newscached.sock or $XDG_RUNTIME_DIR/newscached/newscached.sock"},
  {"socket.mode", R"("0660")", at_restart, mode(), SLOT(socket.mode),
   "Permissions of the socket: who of owner, group and others may read articles and mark them"},
  {"socket.group", unset, at_restart, text("a group name"), SLOT(socket.group),
   "The group that owns the socket; unset: the daemon's own"},
  {"socket.admin_group", unset, at_restart, text("a group name"), SLOT(socket.admin_group),
   "The group whose members may change subscriptions, besides root and the daemon's own user"},
  {"socket.max_connections", "64", at_restart, integer(1, 512), SLOT(socket.max_connections),
   "How many clients may be connected at once"},

  {"net.allow_private", R"("none")", at_reload, networks(), SLOT(net.allow_private),
   "Which non-public addresses (loopback, home networks) feeds may live on: "
   "\"none\", \"all\" or a list of networks"},
  {"net.user_agent", unset, at_reload, text("one line of text"), SLOT(net.user_agent),
   "How publishers see us; unset: newscached and its version"},
  {"net.proxy", unset, at_reload, proxy_url(), SLOT(net.proxy),
   "A proxy for all fetches, such as http://proxy.example:3128 or socks5h://localhost:9050"},
  {"net.ca_file", unset, at_reload, path(), SLOT(net.ca_file),
   "The certificate authorities to trust, as a PEM file; unset: the system's"},
  {"net.max_transfers", "32", at_reload, integer(1, 256), SLOT(net.max_transfers),
   "How many fetches may run at once"},
  {"net.timeout", R"("60s")", at_reload, duration(second, hour, second), SLOT(net.timeout),
   "How long one fetch may take"},
  {"net.max_body", R"("16MiB")", at_reload, size(kib, gib), SLOT(net.max_body),
   "The largest document that is accepted, counted after decompression"},
  {"net.metered", R"("auto")", at_reload, one_of("auto yes no"), SLOT(net.metered),
   "Whether the connection costs by the byte (budget.metered_day): yes, no, "
   "or auto (as NetworkManager says, and by the interface's name)"},
  {"net.metered_interfaces", R"(["wwan*", "ppp*", "usb*"])", at_reload, interfaces(), SLOT(net.metered_interfaces),
   "The interfaces that \"auto\" takes for metered, by name; * and ? stand for other letters"},

  {"poll.floor", R"("60m")", at_reload, duration(second, 30 * day, second), SLOT(poll.floor),
   "The shortest time between two polls of a feed"},
  {"poll.ceiling", R"("24h")", at_reload, duration(second, 30 * day, second), SLOT(poll.ceiling),
   "The longest time between two polls of a feed that works, unless its publisher asks for more"},
  {"poll.hint_ceiling", R"("7d")", at_reload, duration(hour, 366 * day, second), SLOT(poll.hint_ceiling),
   "The longest pause that a publisher may ask for (max-age, Expires, Retry-After, ttl)"},
  {"poll.unconditional_floor", R"("4h")", at_reload, duration(second, 30 * day, second), SLOT(poll.unconditional_floor),
   "The shortest time between two polls of a feed that has to be fetched whole each time and names no time itself"},
  {"poll.host_gap", R"("2s")", at_reload, duration(0, hour), SLOT(poll.host_gap),
   "The pause between two fetches from the same host"},
  {"poll.burst", R"("5m")", at_reload, duration(0, hour, second), SLOT(poll.burst),
   "How long a feed that becomes due may wait for others, so that they are polled together "
   "and a modem or radio can sleep between"},
  {"poll.quiet", "[]", at_reload, time_spans(), SLOT(poll.quiet),
   "No polls in these hours of local time, such as [\"23:00-06:30\"]; a person's refresh is done all the same"},
  {"poll.windows", "[]", at_reload, time_spans(), SLOT(poll.windows),
   "Polls only in these hours of local time, for a link that is cheap at night; empty: at any time"},
  {"poll.backfill_pages", "10", at_reload, integer(0, 1000), SLOT(poll.backfill_pages),
   "How many pages of older articles are read to close a gap, where a feed has such pages"},

  {"budget.day", unset, at_reload, size(0, pib), SLOT(budget.day),
   "How many bytes may be received in a day; unset: unlimited"},
  {"budget.month", unset, at_reload, size(0, pib), SLOT(budget.month),
   "How many bytes may be received in a month; unset: unlimited"},
  {"budget.metered_day", unset, at_reload, size(0, pib), SLOT(budget.metered_day),
   "How many bytes may be received in a day over a metered connection; unset: unlimited"},
  {"budget.feed_day", unset, at_reload, size(0, pib), SLOT(budget.feed_day),
   "How many bytes each feed may receive in a day; unset: unlimited"},
  {"budget.feed_month", unset, at_reload, size(0, pib), SLOT(budget.feed_month),
   "How many bytes each feed may receive in a month; unset: unlimited"},

  {"store.limit", unset, at_reload, size(kib * kib, pib), SLOT(store.limit),
   "How much disk the cache may use; unset: a quarter of the disk"},
  {"store.keep_days", unset, at_reload, integer(1, 36500), SLOT(store.keep_days),
   "Delete articles that were read and are older than this many days; unset: never"},
  {"store.keep_per_feed", unset, at_reload, integer(1, 1'000'000), SLOT(store.keep_per_feed),
   "Delete articles that were read beyond this number in a feed; unset: never"},
  {"store.commit_interval", R"("1s")", at_reload, duration(0, minute), SLOT(store.commit_interval),
   "How long new articles may wait to be written together; what a client marks is written at once"},
  {"store.snapshot", R"("off")", at_reload, text("\"off\", or a duration of a second or more, such as \"7d\"", is_interval_or_off),
   SLOT(store.snapshot),
   "How often a copy of the database is made beside it, to repair it from: off, or a duration"},

  {"content.strip_tracking", "true", at_reload, boolean(), SLOT(content.strip_tracking),
   "Take tracking pixels and known tracking parameters of links out of articles"},

  {"offline.full_text", R"("auto")", at_reload, full_text(), SLOT(offline.full_text),
   "Fetch the article's page for its full text: never, always, or auto (when the feed has only a summary)"},
  {"offline.images", "true", at_reload, boolean(), SLOT(offline.images),
   "Fetch the images of articles"},
  {"offline.image_width", "800", at_reload, integer(16, 10000), SLOT(offline.image_width),
   "The width in pixels that is wanted where a page offers an image in several"},
  {"offline.article_limit", R"("20MiB")", at_reload, size(kib, 16 * gib), SLOT(offline.article_limit),
   "The most that may be fetched for one article, enclosures aside"},
  {"offline.enclosures", "false", at_reload, boolean(), SLOT(offline.enclosures),
   "Fetch enclosures: podcasts, videos, documents"},
  {"offline.image_limit", R"("5MiB")", at_reload, size(kib, gib), SLOT(offline.image_limit),
   "The largest image that is fetched"},
  {"offline.enclosure_limit", R"("200MiB")", at_reload, size(kib, 16 * gib), SLOT(offline.enclosure_limit),
   "The largest enclosure that is fetched"},
  {"offline.feed_limit", unset, at_reload, size(kib, pib), SLOT(offline.feed_limit),
   "How many bytes of images and enclosures are kept for one feed; unset: unlimited"},
  {"offline.day", unset, at_reload, size(0, pib), SLOT(offline.day),
   "How many bytes may be received in a day to complete articles, within the budgets; unset: unlimited"},
  {"offline.metered", "false", at_reload, boolean(), SLOT(offline.metered),
   "Complete articles also over a metered connection"},

  {"http.listen", "[]", at_restart, endpoints(), SLOT(http.listen),
   "TCP addresses on which the API is served as well, such as [\"127.0.0.1:8077\"]"},
  {"http.user", unset, at_reload, text("a user name"), SLOT(http.user),
   "The user name by which TCP clients may come in (Basic authentication)"},
  {"http.password_file", unset, at_reload, secret(), SLOT(http.password_file),
   "The file that holds the password of that user"},
  {"http.token_file", unset, at_reload, secret(), SLOT(http.token_file),
   "The file that holds the token by which TCP clients may come in (Bearer authentication)"},
  {"http.tls_certificate_file", unset, at_restart, path(), SLOT(http.tls_certificate_file),
   "The certificate, with its chain, as a PEM file; needed for addresses other than loopback, which are served over TLS"},
  {"http.tls_key_file", unset, at_restart, path(), SLOT(http.tls_key_file),
   "The key of that certificate, as a PEM file"},
  {"http.admin", "false", at_reload, boolean(), SLOT(http.admin),
   "Whether TCP clients may change subscriptions, import and delete, and not only read and mark"},
  {"http.offline_images", "false", at_reload, boolean(), SLOT(http.offline_images),
   "Whether feed readers (see docs/readers.md) get the pictures of articles from here, where they are cached"},
});

constexpr std::array feed_table = std::to_array<FeedEntry>({
  {"poll_interval", duration(5 * minute, 30 * day, second), "Poll at this interval, not at the feed's own rhythm"},
  {"full_text", full_text(), "As offline.full_text"},
  {"images", boolean(), "As offline.images"},
  {"enclosures", boolean(), "As offline.enclosures"},
  {"image_width", integer(16, 10000), "As offline.image_width"},
  {"article_limit", size(kib, 16 * gib), "As offline.article_limit"},
  {"keep_days", integer(1, 36500), "As store.keep_days"},
  {"keep_per_feed", integer(1, 1'000'000), "As store.keep_per_feed"},
  {"strip_tracking", boolean(), "As content.strip_tracking"},
  {"budget_day", size(0, pib), "As budget.feed_day"},
  {"budget_month", size(0, pib), "As budget.feed_month"},
});
// clang-format on
#undef SLOT

constexpr std::array feed_text_table = std::to_array<FeedText>({
    {"url",
     {.kind = Kind::string,
      .expectation = "a URL that begins with http:// or https://",
      .accepts = is_web_url,
      .shown = Shown::without_credentials},
     &model::DeclaredFeed::url},
    {"title", text("one line of text"), &model::DeclaredFeed::title},
    {"folder", text("one line of text"), &model::DeclaredFeed::folder},
});

template <class Table>
auto* find_key(const Table& table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &*found;
}

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

std::string format_number(Kind kind, std::int64_t number) {
  if (kind == Kind::duration) return toml_string(format_duration(number));
  if (kind == Kind::size) return toml_string(format_size(number));
  return std::to_string(number);
}

LogLevel log_level(std::string_view name) {
  for (const auto& [level, known] : log_levels) {
    if (known == name) return level;
  }
  return LogLevel::info;
}

std::string_view log_level_name(LogLevel level) {
  for (const auto& [known, name] : log_levels) {
    if (known == level) return name;
  }
  return "info";
}

}  // namespace

void Entry::put(model::Settings& settings, const Value& checked) const {
  const auto number = [&] { return std::get<std::int64_t>(checked); };
  std::visit(Overload{
                 [&](std::string* out) { *out = std::get<std::string>(checked); },
                 [&](bool* out) { *out = std::get<bool>(checked); },
                 [&](std::int64_t* out) { *out = number(); },
                 [&](std::optional<std::int64_t>* out) { *out = number(); },
                 [&](std::vector<std::string>* out) { *out = std::get<std::vector<std::string>>(checked); },
                 [&](std::uint32_t* out) { *out = static_cast<std::uint32_t>(number()); },
                 [&](std::chrono::seconds* out) { *out = std::chrono::seconds(number() / second); },
                 [&](std::chrono::milliseconds* out) { *out = std::chrono::milliseconds(number()); },
                 [&](LogLevel* out) { *out = log_level(std::get<std::string>(checked)); },
             },
             slot(settings));
}

std::string Entry::format(model::Settings& settings) const {
  const auto networks = [&](const std::vector<std::string>& list) {
    const bool word = rule.kind == Kind::networks && list.size() == 1 && !is_network(list.front());
    return word ? toml_string(list.front()) : toml_list(list);
  };
  return std::visit(
      Overload{
          [&](std::string* in) { return in->empty() ? std::string() : toml_string(*in, false); },
          [&](bool* in) { return std::string(*in ? "true" : "false"); },
          [&](std::int64_t* in) { return format_number(rule.kind, *in); },
          [&](std::optional<std::int64_t>* in) { return *in ? format_number(rule.kind, **in) : std::string(); },
          [&](std::vector<std::string>* in) { return networks(*in); },
          [&](std::uint32_t* in) { return fmt::format("\"{:04o}\"", *in); },
          [&](std::chrono::seconds* in) { return format_number(rule.kind, in->count() * second); },
          [&](std::chrono::milliseconds* in) { return format_number(rule.kind, in->count()); },
          [&](LogLevel* in) { return toml_string(log_level_name(*in)); },
      },
      slot(settings));
}

std::span<const Entry> entries() { return field_table; }
std::span<const FeedEntry> feed_entries() { return feed_table; }
std::span<const FeedText> feed_texts() { return feed_text_table; }
const FeedEntry* find_feed_entry(std::string_view key) { return find_key(feed_table, key); }
const FeedText* find_feed_text(std::string_view key) { return find_key(feed_text_table, key); }

std::span<const Field> fields() {
  static constexpr auto list = [] {
    std::array<Field, field_table.size()> out{};
    std::transform(field_table.begin(), field_table.end(), out.begin(), [](const Entry& entry) {
      return Field{entry.key, type_name(entry.rule.kind), entry.default_value, entry.live, entry.help};
    });
    return out;
  }();
  return list;
}

std::span<const FeedField> feed_fields() {
  static constexpr auto list = [] {
    std::array<FeedField, feed_table.size()> out{};
    std::transform(feed_table.begin(), feed_table.end(), out.begin(), [](const FeedEntry& entry) {
      return FeedField{entry.key, type_name(entry.rule.kind), entry.help};
    });
    return out;
  }();
  return list;
}

Result<LogLevel> parse_log_level(std::string_view name) {
  const auto found =
      std::find_if(log_levels.begin(), log_levels.end(), [&](const auto& level) { return level.second == name; });
  if (found != log_levels.end()) return found->first;
  return Error{Cause::invalid, toml_string(name) + " is no log level; expected error, warning, notice, info or debug"};
}

}  // namespace newscache::settings
