#include "api/readers/google_streams.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api::google;

namespace {

using Ids = std::vector<model::FeedId>;

constexpr model::FeedId one{1};
constexpr model::FeedId two{2};
constexpr model::FeedId three{3};

// 1 and 3 in "News", 2 in no folder.
std::vector<model::Feed> subscriptions() {
  std::vector<model::Feed> feeds(3);
  feeds[0].id = three;
  feeds[0].url = "https://example.org/3";
  feeds[0].folder = "News";
  feeds[1].id = one;
  feeds[1].url = "https://example.org/1";
  feeds[1].folder = "News";
  feeds[2].id = two;
  feeds[2].url = "import:Files";
  return feeds;
}

Stream stream(std::string_view id) { return parse_stream(id); }

}  // namespace

TEST_CASE("a label is the feeds of a folder, and All those without one") {
  const auto feeds = subscriptions();
  CHECK(feeds_of(stream("user/-/label/News"), feeds) == Ids{one, three});
  CHECK(feeds_of(stream("user/-/label/All"), feeds) == Ids{two});
  CHECK(feeds_of(stream("user/-/label/Unknown"), feeds).empty());
}

TEST_CASE("a feed is found by its id and by its address as somebody typed it") {
  const auto feeds = subscriptions();
  CHECK(feeds_of(stream("feed/3"), feeds) == Ids{three});
  CHECK(feeds_of(stream("feed/4"), feeds).empty());
  CHECK(feeds_of(stream("feed/https://example.org/1"), feeds) == Ids{one});
  CHECK(feeds_of(stream("feed/example.org/1"), feeds) == Ids{one});
  CHECK(feeds_of(stream("feed/import:Files"), feeds) == Ids{two});
  CHECK(feeds_of(stream("feed/https://example.org/other"), feeds).empty());
}

TEST_CASE("everything is kept until a stream narrows it") {
  const auto feeds = subscriptions();
  Selection all(feeds);
  all.keep(stream(""));
  CHECK_FALSE(all.is_empty());
  CHECK_FALSE(all.feeds());
  CHECK_FALSE(all.read());
  all.keep(stream(starred_id));
  all.drop(stream(read_id));
  CHECK(all.starred() == true);
  CHECK(all.read() == false);
}

TEST_CASE("what a stream leaves out is the others, of the feeds that are subscribed to") {
  const auto feeds = subscriptions();
  Selection rest(feeds);
  rest.drop(stream("feed/3"));
  CHECK(rest.feeds() == Ids{one, two});
  rest.keep(stream("user/-/label/News"));
  CHECK(rest.feeds() == Ids{one});
  rest.drop(stream("feed/1"));
  CHECK(rest.is_empty());
}

TEST_CASE("to leave out what is unread is to ask for what has been read, as Readrops does") {
  const auto feeds = subscriptions();
  Selection selection(feeds);
  selection.drop(stream("user/-/state/com.google/unread"));
  CHECK(selection.read() == true);
  selection.drop(stream(starred_id));
  CHECK(selection.starred() == false);
  CHECK_FALSE(selection.is_empty());
}

TEST_CASE("streams that exclude each other, and such as nobody knows, have nothing in common") {
  const auto feeds = subscriptions();
  struct Case {
    std::string_view kept;
    std::string_view also_kept;
    std::string_view dropped;
  };
  const Case cases[] = {
      {"", "user/-/state/com.google/read", "user/-/state/com.google/read"},
      {"", "user/-/state/com.google/broadcast", "nonsense"},
      {"user/-/state/com.google/read", "user/-/state/com.google/unread", "nonsense"},
      {"", "", "user/-/state/com.google/reading-list"},
      {"feed/1", "feed/2", "nonsense"},
      {"user/-/label/Unknown", "", "nonsense"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.kept, test.also_kept, test.dropped);
    Selection selection(feeds);
    selection.keep(stream(test.kept));
    selection.keep(stream(test.also_kept));
    selection.drop(stream(test.dropped));
    CHECK(selection.is_empty());
  }
}

TEST_CASE("several streams are one list, in order and without doubles") {
  const auto ids = [](std::initializer_list<std::int64_t> numbers) {
    std::vector<model::ArticleId> made;
    for (const auto number : numbers) made.push_back(model::ArticleId{number});
    return made;
  };
  CHECK(first_of(ids({9, 5, 2}), ids({8, 5, 1}), false, 4) == ids({9, 8, 5, 2}));
  CHECK(first_of(ids({2, 5}), ids({1, 5, 8}), true, 9) == ids({1, 2, 5, 8}));
  CHECK(first_of(ids({}), ids({3, 2, 1}), false, 2) == ids({3, 2}));
}

TEST_CASE("a stream that is named again is none more, and of too many the first are taken") {
  const std::vector<std::string_view> names{"feed/1",      "user/-/state/com.google/read", "feed/1",
                                            "feed/feed/1", "user/7/state/com.google/read", "feed/2"};
  CHECK(parse_streams(names, 3) == std::vector{parse_stream("feed/1"), parse_stream(names[1]), parse_stream("feed/2")});
  CHECK(parse_streams(names, 2) == std::vector{parse_stream("feed/1"), parse_stream(names[1])});
}
