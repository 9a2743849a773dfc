#include "client/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>

#include "html/plain_text.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<seconds> unit(char letter) {
  switch (letter) {
    case 's':
      return seconds(1);
    case 'm':
      return std::chrono::minutes(1);
    case 'h':
      return std::chrono::hours(1);
    case 'd':
      return std::chrono::days(1);
    case 'w':
      return std::chrono::weeks(1);
    default:
      return std::nullopt;
  }
}

// "1d12h"; nothing when it is no duration.
std::optional<seconds> parse_duration(std::string_view text) {
  seconds total{0};
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || count < 0 || text.empty()) return std::nullopt;
    const auto factor = unit(text.front());
    if (!factor) return std::nullopt;
    total += count * *factor;
    text.remove_prefix(1);
  }
  return total;
}

// Whether the text has the form: '9' stands for a digit, anything else for itself.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '9' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  }
  return true;
}

// Midnight where the user is.
std::optional<Instant> local_midnight(std::string_view day) {
  const auto utc = text::parse_date(day);  // checks that there is such a day
  if (!utc) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(*utc));
  std::tm broken{};
  broken.tm_year = static_cast<int>(date.year()) - 1900;
  broken.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  broken.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  broken.tm_isdst = -1;
  return Instant(seconds(std::mktime(&broken)));
}

boost::json::value typed_value(std::string_view text) {
  if (text.empty()) return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return boost::json::string(text);
}

std::tm local(Instant instant) {
  const std::time_t time = instant.time_since_epoch().count();
  std::tm broken{};
  ::localtime_r(&time, &broken);
  return broken;
}

std::string formatted(const char* form, const std::tm& time) {
  std::array<char, 64> out{};
  return {out.data(), std::strftime(out.data(), out.size(), form, &time)};
}

}  // namespace

std::string size_text(std::int64_t bytes) {
  static constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return out.data();
}

std::string duration_text(std::int64_t total) {
  struct Unit {
    std::int64_t length;
    const char* name;
  };
  static constexpr std::array<Unit, 4> units = {{{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    if (total < units[i].length) continue;
    auto out = std::to_string(total / units[i].length) + units[i].name;
    const auto rest = total % units[i].length / units[i + 1].length;
    if (rest > 0) out += " " + std::to_string(rest) + units[i + 1].name;
    return out;
  }
  return std::to_string(total) + " s";
}

std::string milliseconds_text(std::int64_t milliseconds) {
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  if (milliseconds >= 60'000) return duration_text(milliseconds / 1000);
  const auto hundredths = std::to_string(milliseconds % 1000 / 10);
  return std::to_string(milliseconds / 1000) + (hundredths.size() < 2 ? ".0" : ".") + hundredths + " s";
}

std::string plural(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string local_time(std::string_view rfc3339) {
  const auto instant = text::parse_date(rfc3339);
  return instant ? local_time(*instant) : std::string();
}

std::string local_time(Instant instant) { return formatted("%Y-%m-%d %H:%M", local(instant)); }

std::string short_time(Instant instant, Instant now) {
  const auto then = local(instant);
  const auto today = local(now);
  const bool same_year = then.tm_year == today.tm_year;
  if (same_year && then.tm_yday == today.tm_yday) return formatted("%H:%M", then);
  if (instant < now && now - instant < std::chrono::days(6)) return formatted("%a %H:%M", then);
  return formatted(same_year ? "%e %b" : "%e %b %Y", then);
}

std::string long_time(Instant instant, Instant now) {
  auto text = formatted("%a %-d %b %Y, %H:%M", local(instant));
  if (std::chrono::abs(now - instant) > std::chrono::days(31)) return text;
  return text + " (" + relative_time(instant, now) + ")";
}

std::string relative_time(Instant instant, Instant now) {
  const auto distance = (now - instant).count();
  if (distance == 0) return "now";
  return distance > 0 ? duration_text(distance) + " ago" : "in " + duration_text(-distance);
}

std::string article_title(const Article& article) {
  auto title = article.title;
  if (title.empty()) title = html::excerpt(article.summary, 80);
  if (title.empty()) title = html::excerpt(article.content_html, 80);
  return title.empty() ? article.url : title;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

Outcome<std::string> point_in_time(std::string_view typed, Instant now) {
  if (const auto ago = parse_duration(typed)) return text::format_rfc3339(std::max(now - *ago, Instant{}));
  std::optional<Instant> instant;
  if (has_form(typed, "9999-99-99")) {
    instant = local_midnight(typed);
  } else if (typed.size() > 19 && has_form(typed.substr(0, 10), "9999-99-99") &&
             (typed[10] == 'T' || typed[10] == ' ')) {
    instant = text::parse_date(typed);
  }
  if (instant) return text::format_rfc3339(*instant);
  return Failure{Exit::usage,
                 "'" + std::string(typed) +
                     "' is no point in time: write a day (2026-11-25), a time (2026-11-25T09:00:00Z), or how "
                     "long ago (12h, 2d)"};
}

Outcome<boost::json::object> feed_patch(const std::vector<std::string>& assignments) {
  boost::json::object patch;
  boost::json::object settings;
  for (const std::string_view assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Failure{Exit::usage, "'" + std::string(assignment) + "' is no KEY=VALUE, such as folder=News"};
    }
    const auto key = assignment.substr(0, equals);
    const auto value = assignment.substr(equals + 1);
    if (key == "title" || key == "folder" || key == "url") {
      patch[key] = value;
    } else if (key == "paused") {
      if (value != "true" && value != "false") return Failure{Exit::usage, "paused is true or false"};
      patch[key] = value == "true";
    } else {
      settings[key] = typed_value(value);
    }
  }
  if (!settings.empty()) patch["settings"] = std::move(settings);
  return patch;
}

}  // namespace newscache::client
