#include "store/traffic_rows.hpp"

#include <chrono>
#include <map>

namespace newscache::store {

namespace {

constexpr std::string_view kAdd = R"sql(
INSERT INTO traffic(day, bytes, metered_bytes, written_bytes) VALUES (?, ?, ?, ?)
ON CONFLICT(day) DO UPDATE SET bytes = bytes + excluded.bytes, metered_bytes = metered_bytes + excluded.metered_bytes,
  written_bytes = written_bytes + excluded.written_bytes)sql";
constexpr std::string_view kAddCompleting = R"sql(
INSERT INTO traffic(day, bytes, metered_bytes, written_bytes, offline_bytes) VALUES (?1, ?2, ?3, 0, ?2)
ON CONFLICT(day) DO UPDATE SET bytes = bytes + excluded.bytes, metered_bytes = metered_bytes + excluded.metered_bytes,
  offline_bytes = offline_bytes + excluded.offline_bytes)sql";
constexpr std::string_view kOfflineBytes = "SELECT offline_bytes FROM traffic WHERE day = ?";
constexpr std::string_view kTrim = "DELETE FROM traffic WHERE day < ?";
constexpr std::string_view kSince =
    "SELECT day, bytes, metered_bytes, written_bytes FROM traffic WHERE day >= ? ORDER BY day";

}  // namespace

std::vector<model::DayTraffic> traffic_of(std::span<const model::FeedUpdate> updates) {
  std::map<std::int64_t, model::DayTraffic> days;
  for (const auto& update : updates) {
    for (const auto& attempt : update.attempts) {
      if (attempt.bytes <= 0) continue;
      const auto number = model::day_number(attempt.time);
      auto& day = days[number];
      day.day = number;
      day.bytes += attempt.bytes;
      if (attempt.metered) day.metered_bytes += attempt.bytes;
    }
  }
  std::vector<model::DayTraffic> sums;
  for (const auto& [number, day] : days) sums.push_back(day);
  return sums;
}

void count_traffic(Database& database, std::span<const model::DayTraffic> days) {
  for (const auto& day : days) {
    Query(database, kAdd, day.day, day.bytes, day.metered_bytes, day.written_bytes).run();
  }
}

void count_completing(Database& database, std::int64_t day, std::int64_t bytes, std::int64_t metered_bytes) {
  Query(database, kAddCompleting, day, bytes, metered_bytes).run();
}

std::int64_t offline_bytes_of(Database& database, std::int64_t day) {
  Query query(database, kOfflineBytes, day);
  return query.step() ? query.integer(0) : 0;
}

void trim_traffic(Database& database, std::int64_t newest) {
  Query(database, kTrim, newest - model::kTrafficDays).run();
}

std::vector<model::DayTraffic> traffic_since(Database& database, std::int64_t day) {
  std::vector<model::DayTraffic> days;
  Query query(database, kSince, day);
  while (query.step()) days.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3)});
  return days;
}

}  // namespace newscache::store
