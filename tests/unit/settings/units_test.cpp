#include "settings/rule.hpp"
#include "settings/settings.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace std::chrono_literals;

TEST_CASE("a duration is numbers with units, in falling order") {
  struct {
    const char* text;
    std::chrono::milliseconds value;
  } const rows[] = {
      {"90s", 90s},        {"60m", 60min},     {"24h", 24h},
      {"7d", 168h},        {"2w", 336h},       {"1h30m", 90min},
      {"500ms", 500ms},    {"0s", 0s},         {"1d2h3m4s5ms", 93784005ms},
      {"1s500ms", 1500ms}, {"1m5ms", 60005ms}, {"007s", 7s},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto parsed = settings::parse_duration(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.value);
  }
}

TEST_CASE("what is no duration is refused, and a missing unit is named") {
  for (const char* text : {"", "s", "1", "-1s", "+1s", "1.5h", "1 h", " 1h", "1h ", "30m1h", "1h1h", "1x", "1H",
                           "1hour", "9999999999999999999s", "99999999999999w", "\0001s"}) {
    INFO(text);
    const auto parsed = settings::parse_duration(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().cause == Cause::invalid);
  }
  CHECK(settings::parse_duration("60").error().detail.find("no unit") != std::string::npos);
}

TEST_CASE("a size is one number with a unit of 1000 or of 1024") {
  struct {
    const char* text;
    std::int64_t value;
  } const rows[] = {
      {"16MiB", 16 << 20},
      {"500kB", 500'000},
      {"500KB", 500'000},
      {"2GB", 2'000'000'000},
      {"123B", 123},
      {"0B", 0},
      {"1KiB", 1024},
      {"3GiB", 3LL << 30},
      {"1TB", 1'000'000'000'000},
      {"2TiB", 2LL << 40},
      {"4GiB", 4LL << 30},
      {"8GB", 8'000'000'000},
      {"5000000000B", 5'000'000'000},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto parsed = settings::parse_size(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.value);
  }
}

TEST_CASE("what is no size is refused, and a missing unit is named") {
  for (const char* text : {"", "MB", "16", "16M", "1.5MB", "-1B", "16 MiB", "1MB2kB", "99999999TiB", "16mib"}) {
    INFO(text);
    CHECK(settings::parse_size(text).has_error());
  }
  CHECK(settings::parse_size("16").error().detail.find("no unit") != std::string::npos);
}

TEST_CASE("durations and sizes are written so that they read back to the same value") {
  for (const std::int64_t number : {0LL, 1LL, 999LL, 1000LL, 1500LL, 60'000LL, 90'000LL, 3'600'000LL, 86'400'000LL,
                                    604'800'000LL, 604'800'001LL, 1LL << 50}) {
    INFO(number);
    CHECK(settings::parse_duration(settings::format_duration(number))->count() == number);
    CHECK(*settings::parse_size(settings::format_size(number)) == number);
  }
  CHECK(settings::format_duration(90'000) == "90s");
  CHECK(settings::format_size(16 << 20) == "16MiB");
  CHECK(settings::format_size(2'000'000) == "2MB");
}

TEST_CASE("log levels have the names that --log-level takes") {
  CHECK(*settings::parse_log_level("debug") == LogLevel::debug);
  CHECK(*settings::parse_log_level("error") == LogLevel::error);
  CHECK(settings::parse_log_level("Debug").error().detail.find("expected error, warning") != std::string::npos);
}

TEST_CASE("a span of time is two times of day, and may go over midnight") {
  struct {
    const char* text;
    settings::TimeSpan span;
  } const rows[] = {
      {"00:00-24:00", {0, 1440}},
      {"23:00-06:30", {1380, 390}},
      {"09:05-09:06", {545, 546}},
      {"23:59-00:00", {1439, 0}},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto parsed = settings::parse_time_span(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.span);
  }
}

TEST_CASE("what is no span of time is refused, with an example of one") {
  for (const char* text :
       {"", "23-6", "9:00-10:00", "09:00-9:00", "09:00", "09:00 10:00", "09:00-10:00 ", "24:00-01:00", "00:00-24:01",
        "00:60-01:00", "-1:00-02:00", "aa:00-01:00", "12:00-12:00", "09:00-25:00"}) {
    INFO(text);
    const auto parsed = settings::parse_time_span(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().cause == Cause::invalid);
    CHECK(parsed.error().detail.find("23:00-06:30") != std::string::npos);
  }
}
