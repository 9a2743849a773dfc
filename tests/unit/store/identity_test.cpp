// Publishers change their guids, their links and their hosts; the articles stay the same, and none gets lost.

#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;

namespace {

using Entries = std::vector<model::IncomingEntry>;

constexpr int kMany = 6;  // enough for the guard

struct Piece {
  std::string guid;
  std::string link;
  std::string title;
  std::optional<Instant> published;
  std::string content = "<p>text</p>";
};

model::IncomingEntry incoming(model::FeedId feed, const Piece& piece) {
  auto result = entry(feed, piece.guid, piece.title, piece.content);
  result.link = piece.link;
  if (!piece.link.empty()) result.entry.url = "https://" + piece.link;
  result.entry.date_published = piece.published;
  return result;
}

// "Title 5" to "Title 0", each of another hour and with its own words.
template <class Make>
Entries document(model::FeedId feed, Make make, int count = kMany) {
  Entries entries;
  for (int i = count; i-- > 0;) {
    Piece piece{{}, {}, "Title " + std::to_string(i), kNow - 100h + i * 1h, "<p>Text " + std::to_string(i) + "</p>"};
    make(piece, std::to_string(i));
    entries.push_back(incoming(feed, piece));
  }
  return entries;
}

auto at(const std::string& host) {
  return [host](Piece& piece, const std::string& i) {
    piece.guid = "https://" + host + "/" + i;
    piece.link = host + "/" + i;
  };
}

std::vector<std::string> uids(Store& store) {
  std::vector<std::string> result;
  for (const auto& article : store.list({})) result.push_back(article.uid);
  return result;
}

}  // namespace

TEST_CASE("a guid that is only spelt differently is the same guid, whatever else was edited") {
  const std::pair<const char*, const char*> spellings[] = {
      {"http://a.example/1", "https://a.example/1"},
      {"https://a.example/1", "https://a.example/1/"},
      {"https://www.a.example/1", "https://a.example/1"},
      {"HTTPS://A.Example/1", "https://a.example/1"},
      {"https://a.example/1?utm_source=rss", "https://a.example/1"},
  };
  for (const auto& [before, after] : spellings) {
    INFO(before << " " << after);
    Store store;
    const auto feed = store.subscribe("a");
    store.poll(feed, {incoming(feed, {before, "a.example/1", "One", kNow - 5h})});
    const auto result = store.poll(feed, {incoming(feed, {after, "a.example/1", "Corrected", kNow - 4h})});
    CHECK(result.added == 0);
    CHECK(result.updated == 1);
    CHECK(store.only().uid == uid_of(feed, before));
  }
}

TEST_CASE("another fragment is another guid") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {incoming(feed, {"https://a.example/log#1", "a.example/log", "One", kNow - 5h})});
  CHECK(store.poll(feed, {incoming(feed, {"https://a.example/log#2", "a.example/log", "Two", kNow - 4h})}).added == 1);
}

TEST_CASE("a link that changes while the guid stays is an edit, and the new link counts from then on") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {incoming(feed, {"1", "a.example/old", "One", kNow})});
  CHECK(store.poll(feed, {incoming(feed, {"1", "a.example/new", "One", kNow})}).updated == 1);
  CHECK(store.only().entry.url == "https://a.example/new");
  CHECK(store.poll(feed, {incoming(feed, {"other", "a.example/new", "One", kNow})}).added == 0);
}

TEST_CASE("an undated piece at the same address is the same one if it says the same") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {incoming(feed, {"1", "a.example/weather", "Weather", {}, "<p>Sun</p>"})});
  SECTION("in other markup too") {
    CHECK(store.poll(feed, {incoming(feed, {"2", "a.example/weather", "Weather", {}, "<div>Sun</div>"})}).added == 0);
  }
  SECTION("and another one if it does not") {
    CHECK(store.poll(feed, {incoming(feed, {"2", "a.example/weather", "Weather", {}, "<p>Rain</p>"})}).added == 1);
  }
}

TEST_CASE("where many entries share a page, title and date together tell which article has changed its guid") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto on_one_page = [&](const std::string& guids, int count) {
    return document(
        feed, [&](Piece& piece, const std::string& i) { piece.guid = guids + i, piece.link = "a.example"; }, count);
  };
  store.poll(feed, on_one_page("old", 3));
  const auto before = uids(store);
  CHECK(store.poll(feed, on_one_page("new", 3)).added == 0);
  CHECK(uids(store) == before);
  auto next = on_one_page("new", 4);
  next.erase(next.begin() + 1, next.end());
  CHECK(store.poll(feed, next).added == 1);
}

TEST_CASE("a site that moves to another host brings no copies, and its new articles") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, document(feed, at("old.example")));
  const auto before = uids(store);
  model::MarkRequest mark;
  mark.ids = {store.list({}).front().id};
  mark.read = true;
  REQUIRE(store.writer->mark(mark).value() == 1);

  const auto moved = document(feed, at("new.example"), kMany + 2);
  const auto result = store.poll(feed, moved);
  CHECK(result.added == 2);
  CHECK(result.updated == kMany);
  auto after = uids(store);
  REQUIRE(after.size() == before.size() + 2);
  CHECK(std::vector(after.begin() + 2, after.end()) == before);
  CHECK(store.list({})[2].read);
  CHECK(store.list({})[2].entry.url == "https://new.example/5");
  const auto revision = store.writer->revision();
  store.poll(feed, moved);
  CHECK(store.writer->revision() == revision);
  check_consistent(store);
}

TEST_CASE("the guard matches a title once, and only where date or content agree") {
  struct Case {
    const char* what;
    void (*before)(Piece&, int);
    void (*after)(Piece&, int);
    int added;
  };
  const auto undated = [](Piece& piece, int) { piece.published.reset(); };
  const auto same = [](Piece&, int) {};
  const Case cases[] = {
      {"all the same", same, same, 0},
      {"other words", same, [](Piece& piece, int) { piece.content = "<p>other</p>"; }, 0},
      {"other dates", same, [](Piece& piece, int) { *piece.published += 24h; }, kMany},
      {"dates an hour later", same, [](Piece& piece, int) { *piece.published += 1h; }, kMany},
      {"other titles", same, [](Piece& piece, int) { piece.title += " again"; }, kMany},
      {"undated", undated, undated, 0},
      {"undated in other markup", undated,
       [](Piece& piece, int i) {
         piece.published.reset(), piece.content = "<div>Text " + std::to_string(i) + "</div>";
       },
       0},
      {"undated with other words", undated,
       [](Piece& piece, int) { piece.published.reset(), piece.content = "<p>other</p>"; }, kMany},
      {"one title, other dates: the daily weather", [](Piece& piece, int) { piece.title = "Weather"; },
       [](Piece& piece, int) { piece.title = "Weather", *piece.published += 24h; }, kMany},
      {"one title, the same dates", [](Piece& piece, int) { piece.title = "Weather"; },
       [](Piece& piece, int) { piece.title = "Weather"; }, 0},
      {"one title and one date, each its own words",
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow; },
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow; }, 0},
      {"one title and one date, other words",
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow; },
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow, piece.content += "<p>more</p>"; },
       kMany},
      {"one title and one date, all the same words",
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow, piece.content = "<p>x</p>"; },
       [](Piece& piece, int) { piece.title = "Picture", piece.published = kNow, piece.content = "<p>x</p>"; }, kMany},
      {"no titles, the same dates and words", [](Piece& piece, int) { piece.title.clear(); },
       [](Piece& piece, int) { piece.title.clear(); }, 0},
      {"no titles, the same dates, other words", [](Piece& piece, int) { piece.title.clear(); },
       [](Piece& piece, int) { piece.title.clear(), piece.content += "!"; }, kMany},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    Store store;
    const auto feed = store.subscribe("a");
    const auto with = [&](const std::string& host, auto change) {
      return document(feed, [&](Piece& piece, const std::string& i) {
        at(host)(piece, i);
        change(piece, std::stoi(i));
      });
    };
    store.poll(feed, with("old.example", test.before));
    CHECK(store.poll(feed, with("new.example", test.after)).added == test.added);
    check_consistent(store);
  }
}

TEST_CASE("a weekly forecast without dates keeps every week") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int week = 0; week < 3; ++week) {
    const auto days = document(feed, [&](Piece& piece, const std::string& i) {
      piece = {std::to_string(week) + "." + i,
               "a.example",
               "Day " + i,
               {},
               "<p>" + std::to_string(week * 7) + " degrees</p>"};
    });
    CHECK(store.poll(feed, days).added == kMany);
  }
}

TEST_CASE("comments with the same titles keep each its own") {
  Store store;
  const auto feed = store.subscribe("a");
  for (int day = 0; day < 3; ++day) {
    const auto comments = document(feed, [&](Piece& piece, const std::string& i) {
      piece.guid = std::to_string(day) + "." + i;
      piece.link = "a.example/post";
      piece.title = "Comment by Ann";
      *piece.published += 24h * day;
      piece.content = "<p>Thanks!</p>";
    });
    CHECK(store.poll(feed, comments).added == kMany);
  }
}

TEST_CASE("a stored article is matched once and not while the document shows it under its own guid") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, document(feed, at("old.example")));
  auto both = document(feed, at("new.example"));
  const auto old = document(feed, at("old.example"));
  both.insert(both.end(), old.begin(), old.begin() + 2);
  CHECK(store.poll(feed, both).added == 2);  // copies of what is there already, as the publisher has it
}

TEST_CASE("a few new entries with the titles and dates of old ones are new") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, document(feed, at("old.example")));
  const auto moved = document(feed, at("new.example"));
  CHECK(store.poll(feed, {moved.begin(), moved.begin() + 4}).added == 4);
}

TEST_CASE("most entries of the document must be new for the guard to look") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, document(feed, at("old.example"), 2 * kMany));
  auto half = document(feed, at("old.example"), kMany);
  const auto moved = document(feed, at("new.example"), 2 * kMany);
  half.insert(half.begin(), moved.begin(), moved.begin() + kMany);
  CHECK(store.poll(feed, half).added == kMany);
}

TEST_CASE("an article that was matched leaves no way back once it is deleted") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, document(feed, at("old.example")));
  store.poll(feed, document(feed, at("new.example")));
  REQUIRE(store.writer->remove_article(store.list({}).front().id).has_value());
  CHECK(store.poll(feed, document(feed, at("old.example"))).added == 0);
  CHECK(store.poll(feed, document(feed, at("new.example"))).added == 0);
}

TEST_CASE("guids that change with every poll are found out, and that is remembered") {
  Store store;
  const auto feed = store.subscribe("a");
  const auto poll = [&](const std::string& guids) {
    return store.poll(feed, document(feed, [&](Piece& piece, const std::string& i) {
                        piece.guid = guids + i;
                        piece.link = "a.example/" + i;
                      }));
  };
  const auto remembered = [&] { return store.reader->feed(feed)->state.unreliable; };
  poll("a");
  CHECK_FALSE(poll("b").unreliable.guids);
  CHECK_FALSE(poll("c").unreliable.guids);
  CHECK_FALSE(remembered().guids);
  CHECK(poll("d").unreliable.guids);
  CHECK(remembered().guids);
  CHECK_FALSE(remembered().links);
  store.reopen();
  CHECK(remembered().guids);
  CHECK(store.list({}).size() == kMany);
  SECTION("also when the feed moves or returns") {
    model::FeedPatch patch;
    patch.url = "https://b.example/feed";
    REQUIRE(store.writer->change_feed(feed, patch).has_value());
    CHECK(remembered().guids);
  }
  SECTION(
      "and the uid that follows from the link finds a place among the aliases, so that a deleted article stays away") {
    const auto by_link = [&] {
      return store.poll(feed, document(feed, [&](Piece& piece, const std::string& i) {
                          piece.guid = "by link " + i;
                          piece.link = "a.example/" + i;
                        }));
    };
    by_link();
    REQUIRE(store.writer->remove_article(store.list({}).front().id).has_value());
    CHECK(by_link().added == 0);
  }
}
