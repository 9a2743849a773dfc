#include "feed/order.hpp"

#include <algorithm>

namespace newscache::feed {

bool newest_first(const std::vector<model::Entry>& entries) {
  constexpr auto kDisorder = std::chrono::hours(24);  // of publishers in several time zones, or without one
  int down = 0;
  int up = 0;
  Instant oldest{};
  Instant last{};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& date = entries[i].date_published ? entries[i].date_published : entries[i].date_modified;
    if (!date) return false;
    if (i == 0) oldest = last = *date;
    if (*date - oldest > kDisorder) return false;
    down += *date < last ? 1 : 0;
    up += *date > last ? 1 : 0;
    last = *date;
    oldest = std::min(oldest, last);
  }
  return down > up;
}

}  // namespace newscache::feed
