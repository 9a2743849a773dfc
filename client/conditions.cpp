#include "client/conditions.hpp"

#include <array>
#include <string_view>

#include "client/format.hpp"
#include "client/json.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

struct Words {
  std::string_view name;
  std::string_view text;
};

constexpr std::array states = {
    Words{"offline", "there is no link, or nobody answers; one feed at a time is tried until one answers"},
    Words{"portal",
          "something on the way answers in the publishers' place, perhaps it wants a login; one feed at a time is "
          "tried until a publisher answers"},
    Words{"metered", "each byte costs, budget.metered_day counts"},
};

}  // namespace

std::string network_text(const boost::json::object& network, std::optional<Instant> now) {
  auto text = text_at(network, "state");
  if (const auto since = text::parse_date(text_at(network, "since"))) {
    text += " since " + (now ? long_time(*since, *now) : local_time(*since));
  }
  for (const auto& words : states) {
    if (text_at(network, "state") == words.name) text.append(": ").append(words.text);
  }
  return text;
}

std::string traffic_text(const boost::json::object& traffic) {
  const auto text = size_text(count_at(traffic, "received_today_bytes")) + " received since midnight UTC";
  const auto budget = number_at(traffic, "budget_bytes");
  return budget ? text + ", the budget of a day is " + size_text(*budget) : text;
}

}  // namespace newscache::client
