#include "api/readers/google_ids.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api::google;

TEST_CASE("an item has three spellings, and each is read as the same item") {
  const model::ArticleId id{7};
  CHECK(decimal_item_id(id) == "1000000000000007");
  CHECK(long_item_id(id) == "tag:google.com,2005:reader/item/00038d7ea4c68007");
  for (const std::string_view spelling :
       {"tag:google.com,2005:reader/item/00038d7ea4c68007", "tag:google.com,2005:reader/item/00038D7EA4C68007",
        "00038d7ea4c68007", "1000000000000007", "https://example.org/reader/item/00038d7ea4c68007"}) {
    INFO(spelling);
    CHECK(parse_item_id(spelling) == id);
  }
}

TEST_CASE("every item's decimal id has 16 digits, which Readrops needs") {
  CHECK(decimal_item_id(model::ArticleId{1}).size() == 16);
  CHECK(decimal_item_id(model::ArticleId{0x7fffffff}) == "1000002147483647");
  CHECK(parse_item_id("1000002147483647") == model::ArticleId{0x7fffffff});
}

TEST_CASE("what cannot be an item of ours is none") {
  for (const std::string_view text :
       {"", "/", "7", "-7", "1000000000000000", "1000002147483648", "tag:google.com,2005:reader/item/",
        "tag:google.com,2005:reader/item/1000000000000007", "00038d7ea4c6800x", "1000000000000007 ",
        "99999999999999999999999", "ffffffffffffffff", "tag:google.com,2005:reader/item/7"}) {
    INFO(text);
    CHECK_FALSE(parse_item_id(text));
  }
}

TEST_CASE("a stream is everything, a state, a label or a feed, whoever the user is said to be") {
  using Kind = Stream::Kind;
  struct Case {
    std::string_view id;
    Stream stream;
  };
  const Case cases[] = {
      {"", {Kind::everything, "", {}}},
      {"reading-list", {Kind::everything, "", {}}},
      {"user/-/state/com.google/reading-list", {Kind::everything, "", {}}},
      {"user/1005/state/com.google/reading-list", {Kind::everything, "", {}}},
      {"user/-/state/com.google/read", {Kind::read, "", {}}},
      {"user/-/state/com.google/starred", {Kind::starred, "", {}}},
      {"user/-/state/com.google/unread", {Kind::unread, "", {}}},
      {"user/-/state/com.google/kept-unread", {Kind::unread, "", {}}},
      {"user/-/state/com.google/fresh", {Kind::unread, "", {}}},
      {"user/-/state/com.google/broadcast", {}},
      {"user/-/state/com.google/like", {}},
      {"user/-/state/com.example/read", {}},
      {"user/-/label/News", {Kind::label, "News", {}}},
      {"user/someone/label/A/B & C", {Kind::label, "A/B & C", {}}},
      {"user/-/label/", {}},
      {"user/-", {}},
      {"feed/7", {Kind::feed, "", model::FeedId{7}}},
      {"feed/feed/7", {Kind::feed, "", model::FeedId{7}}},
      {"feed/http://example.org/feed/1", {Kind::feed_url, "http://example.org/feed/1", {}}},
      {"feed/feed/http://example.org/", {Kind::feed_url, "http://example.org/", {}}},
      {"feed/", {}},
      {"feed/0", {}},
      {"feed/2147483648", {}},
      {"feed/99999999999999999999", {}},
      {"nonsense", {}},
  };
  for (const auto& test : cases) {
    INFO(test.id);
    CHECK(parse_stream(test.id) == test.stream);
  }
}

TEST_CASE("a state is known by its name, and a label is none") {
  CHECK(parse_state(read_id) == State::read);
  CHECK(parse_state(starred_id) == State::starred);
  CHECK(parse_state(reading_list_id) == State::reading_list);
  CHECK(parse_state("user/1/state/com.google/kept-unread") == State::kept_unread);
  CHECK(parse_state("user/-/state/com.google/tracking-kept-unread") == State::other);
  CHECK_FALSE(parse_state("user/-/label/read"));
  CHECK_FALSE(parse_state("read"));
  CHECK(label_of(label_id("Grün & blau")) == "Grün & blau");
  CHECK_FALSE(label_of(read_id));
}

TEST_CASE("a bound in seconds may have a fraction, and rubbish or 0 is no bound") {
  CHECK(parse_seconds("1795348318") == Instant(std::chrono::seconds(1795348318)));
  CHECK(parse_seconds("1795348318.75") == Instant(std::chrono::seconds(1795348318)));
  for (const std::string_view text : {"", "0", "0.5", "-5", "soon", "1e9", "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_seconds(text));
  }
}

TEST_CASE("the time up to which is marked is read in the unit that its digits say") {
  const Instant time(std::chrono::seconds(1795348318));
  for (const std::string_view text : {"1795348318", "1795348318000", "1795348318999", "1795348318000000",
                                      "1795348318999999", "1795348318000000000"}) {
    INFO(text);
    CHECK(parse_mark_time(text) == time);
  }
  for (const std::string_view text : {"", "0", "now", "-1", "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_mark_time(text));
  }
}
