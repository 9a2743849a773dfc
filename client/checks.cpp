#include "client/checks.hpp"

#include "base/log.hpp"
#include "client/conditions.hpp"
#include "client/format.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

using Object = boost::json::object;

constexpr std::size_t most_feeds = 5;  // named one by one

}  // namespace

std::string reasons_of(const Object& health) {
  std::string text;
  for (const auto& reason : array_at(health, "reasons")) {
    if (reason.is_string()) text.append(text.empty() ? "" : "; ").append(reason.get_string());
  }
  return text;
}

Check check_database(const Outcome<Object>& health) {
  const std::string name = "database";
  if (!health) {
    return {
        name, Verdict::fail, health.error().message,
        "read its log ('journalctl -u newscached'); what is damaged is repaired by itself, a disk that fails has to be "
        "replaced"};
  }
  const auto note = reasons_of(*health);
  if (note.empty()) return {name, Verdict::ok, "sound, as far as the daemon knows", ""};
  return {name, Verdict::warn, note,
          "if it happens again, the disk or card is wearing out: copy what you need and replace it"};
}

Check check_disk(const Object& status) {
  const std::string name = "disk";
  const auto& storage = object_at(status, "storage");
  const auto state = text_at(storage, "state");
  auto finding = size_text(count_at(storage, "bytes")) + " used";
  if (const auto limit = number_at(storage, "limit_bytes")) finding += " of " + size_text(*limit);
  if (const auto free = number_at(storage, "free_bytes")) finding += ", " + size_text(*free) + " free on the disk";
  if (state == "low") {
    return {name, Verdict::warn, "little room: " + finding + "; polling waits",
            "make room on this disk; it goes on by itself. See store.limit and store.keep_days"};
  }
  if (state == "full") {
    return {name, Verdict::fail, "full: " + finding + "; nothing new can be stored",
            "make room on this disk; it goes on by itself. See store.limit and store.keep_days"};
  }
  if (state == "read_only") {
    return {name, Verdict::fail, "read-only: " + finding + "; nothing can be stored",
            "'dmesg' and 'findmnt' tell why; a card that has become read-only is worn out"};
  }
  return {name, Verdict::ok, finding, ""};
}

Check check_clock(const Object& status) {
  const auto& clock = object_at(status, "clock");
  if (flag_at(clock, "trusted")) return {"clock", Verdict::ok, "trusted", ""};
  return {"clock", Verdict::warn,
          "it shows a time that has passed, for it is later than " + local_time(text_at(clock, "floor")) +
              "; meanwhile nothing expires, and certificates cannot be judged",
          "set it: 'sudo timedatectl set-ntp true' with a network, 'sudo timedatectl set-time ...' without"};
}

Check check_network(const Object& status) {
  const auto& network = object_at(status, "network");
  const auto state = text_at(network, "state");
  const auto text = network_text(network);
  if (state == "online") return {"network", Verdict::ok, text, ""};
  if (state == "portal") return {"network", Verdict::warn, text, "log in there with a browser"};
  if (state == "metered") {
    return {"network", Verdict::warn, text, "when it costs nothing by the byte, say so with net.metered = \"no\""};
  }
  return {"network", Verdict::warn, text, "connect this machine; polling goes on by itself"};
}

Check check_budget(const Object& status, const Object& feeds) {
  const auto text = traffic_text(object_at(status, "traffic"));
  std::int64_t held = 0;
  for (const auto& feed : array_at(feeds, "feeds"))
    held += text_at(as_object(feed), "next_poll_rule") == "budget" ? 1 : 0;
  if (held == 0) return {"traffic", Verdict::ok, text, ""};
  return {"traffic", Verdict::warn,
          "a budget is used up, " + plural(held, "feed") + " waiting for the next one; " + text,
          "wait, or raise [budget]; 'newscache why FEED' tells when it is polled"};
}

Check check_feeds(const Object& answer) {
  const auto& feeds = array_at(answer, "feeds");
  if (feeds.empty()) return {"feeds", Verdict::warn, "there are none", "subscribe with 'newscache add URL'"};
  std::size_t bad = 0;
  std::string names;
  std::string first;
  for (const auto& value : feeds) {
    const auto& feed = as_object(value);
    const auto state = text_at(feed, "state");
    const bool fails =
        state == "failing" || state == "gone" || state == "auth" || count_at(object_at(feed, "error"), "count") > 0;
    if (!fails) continue;
    const auto id = std::to_string(count_at(feed, "id"));
    if (bad++ == 0) first = id;
    if (bad > most_feeds) continue;
    const auto title = text_at(feed, "title");
    const auto cause = text_at(object_at(feed, "error"), "cause");
    names.append(bad > 1 ? ", " : "").append(id + " (" + (title.empty() ? loggable_url(text_at(feed, "url")) : title));
    names += ": " + (cause.empty() ? state : cause) + ")";
  }
  const auto count = static_cast<std::int64_t>(feeds.size());
  if (bad == 0) return {"feeds", Verdict::ok, plural(count, "feed") + ", none of them failing", ""};
  if (bad > most_feeds) names += " and " + std::to_string(bad - most_feeds) + " more";
  return {"feeds", Verdict::warn, std::to_string(bad) + " of " + plural(count, "feed") + " cannot be read: " + names,
          "'newscache why " + first + "' tells more"};
}

}  // namespace newscache::client
