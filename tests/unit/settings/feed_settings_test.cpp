#include "settings/feed_settings.hpp"

#include "html/page.hpp"
#include "support/catch.hpp"

using namespace newscache;
using settings::set_feed_setting;
using settings::set_feed_setting_text;

TEST_CASE("a feed's setting is checked and kept as it was given") {
  model::FeedSettings kept;
  REQUIRE(set_feed_setting(kept, "poll_interval", std::string("90m")).has_value());
  REQUIRE(set_feed_setting(kept, "images", false).has_value());
  REQUIRE(set_feed_setting(kept, "keep_days", std::int64_t{30}).has_value());
  const model::FeedSettings expected = {
      {"poll_interval", std::string("90m")}, {"images", false}, {"keep_days", std::int64_t{30}}};
  CHECK(kept == expected);
}

TEST_CASE("a feed's setting that is wrong is refused by name and changes nothing") {
  struct {
    const char* key;
    model::SettingValue value;
    const char* error;
  } const rows[] = {
      {"poll_interval", std::string("4m"), "poll_interval: \"4m\" is out of range; expected a duration from 5m to 30d"},
      {"poll_interval", std::int64_t{3600}, "poll_interval: 3600 has no unit; expected a duration"},
      {"images", std::string("no"), "images: \"no\" has the wrong type; expected true or false"},
      {"keep_days", std::int64_t{0}, "keep_days: 0 is out of range"},
      {"article_limit", std::string("1"), "article_limit: \"1\" has no unit"},
      {"image", true, "image: is no setting of a feed; did you mean images?"},
      {"colour", true, "colour: is no setting of a feed; expected one of poll_interval, full_text"},
  };
  for (const auto& row : rows) {
    INFO(row.key);
    model::FeedSettings kept;
    const auto set = set_feed_setting(kept, row.key, row.value);
    REQUIRE(set.has_error());
    CHECK(set.error().cause == Cause::invalid);
    CHECK(set.error().detail.substr(0, std::string_view(row.error).size()) == row.error);
    CHECK(kept.empty());
  }
}

TEST_CASE("a feed's pages are asked for in known words, and not of a build that cannot read them") {
  struct {
    const char* value;
    bool is_taken;
  } const rows[] = {{"auto", true}, {"never", true}, {"always", html::reads_pages}, {"sometimes", false}};
  const std::string_view expectation = html::reads_pages ? "one of the strings never always auto"
                                                         : "this newscached is built without the reading of pages";
  for (const auto& row : rows) {
    INFO(row.value);
    model::FeedSettings kept;
    const auto set = set_feed_setting(kept, "full_text", std::string(row.value));
    CHECK(set.has_value() == row.is_taken);
    if (!set) CHECK(set.error().detail.ends_with(expectation));
  }
}

TEST_CASE("text becomes the type that the setting has") {
  model::FeedSettings kept;
  REQUIRE(set_feed_setting_text(kept, "poll_interval", "2h").has_value());
  REQUIRE(set_feed_setting_text(kept, "enclosures", "true").has_value());
  REQUIRE(set_feed_setting_text(kept, "image_width", "640").has_value());
  const model::FeedSettings expected = {
      {"poll_interval", std::string("2h")}, {"enclosures", true}, {"image_width", std::int64_t{640}}};
  CHECK(kept == expected);
  CHECK(set_feed_setting_text(kept, "enclosures", "yes").error().detail.find("expected true or false") !=
        std::string::npos);
  CHECK(set_feed_setting_text(kept, "image_width", "640px").has_error());
  CHECK(set_feed_setting_text(kept, "image_width", "99999999999999999999").has_error());
  CHECK(kept == expected);
}

TEST_CASE("the empty text removes a feed's setting") {
  model::FeedSettings kept = {{"images", false}};
  REQUIRE(set_feed_setting_text(kept, "images", "").has_value());
  CHECK(kept.empty());
  CHECK(set_feed_setting_text(kept, "imagse", "").has_error());
}
