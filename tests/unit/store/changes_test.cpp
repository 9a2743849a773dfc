// The change log, and that the kept counts are always right: whatever happens, in whatever order.

#include <map>
#include <random>

#include "store/database.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using model::ChangeOp;
using model::ChangeType;

namespace {

std::vector<model::Change> all_changes(Store& store) {
  auto page = store.reader->changes(model::Revision{0}, 100'000);
  REQUIRE(page.has_value());
  return std::move(page->changes);
}

}  // namespace

TEST_CASE("every kind of change is in the log, each with a revision of its own") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  const auto article = model::raw(store.only().id);
  store.poll(feed, {entry(feed, "1", "Edited")});
  model::MarkRequest mark;
  mark.ids = {store.only().id};
  mark.read = true;
  REQUIRE(store.writer->mark(mark).has_value());
  REQUIRE(store.writer->remove_feed(feed, false).has_value());

  struct Expected {
    ChangeType type;
    ChangeOp op;
    std::int64_t id;
  };
  const Expected expected[] = {
      {ChangeType::feed, ChangeOp::added, model::raw(feed)},   {ChangeType::article, ChangeOp::added, article},
      {ChangeType::feed, ChangeOp::updated, model::raw(feed)}, {ChangeType::article, ChangeOp::updated, article},
      {ChangeType::article, ChangeOp::state, article},         {ChangeType::article, ChangeOp::deleted, article},
      {ChangeType::feed, ChangeOp::deleted, model::raw(feed)},
  };
  const auto changes = all_changes(store);
  REQUIRE(changes.size() == std::size(expected));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CHECK(changes[i] == model::Change{model::Revision{static_cast<std::int64_t>(i) + 1}, expected[i].type,
                                      expected[i].op, expected[i].id});
  }
}

TEST_CASE("the log is read in pages, and says when one must start over") {
  Store store;
  store.options.change_log_length = 10;
  store.reopen();
  const auto feed = store.subscribe("a");
  store.poll(feed, entries_titled(feed, 30, "T"));
  const auto newest = model::raw(store.writer->revision());
  CHECK(store.reader->revision() == store.writer->revision());
  CHECK(newest == 32);
  CHECK(store.reader->changes(model::Revision{newest + 1}, 10).error().cause == Cause::gone);
  CHECK(store.reader->changes(model::Revision{newest - 11}, 10).error().cause == Cause::gone);
  CHECK(store.reader->changes(model::Revision{-1}, 10).error().cause == Cause::gone);
  auto page = store.reader->changes(model::Revision{newest - 10}, 4);
  REQUIRE(page.has_value());
  CHECK(page->changes.size() == 4);
  CHECK(page->more);
  CHECK(model::raw(page->revision) == newest);
  CHECK(page->epoch == store.writer->epoch());
  page = store.reader->changes(page->changes.back().revision, 6);
  CHECK(page->changes.size() == 6);
  CHECK_FALSE(page->more);
  page = store.reader->changes(model::Revision{newest}, 6);
  CHECK(page->changes.empty());
  CHECK_FALSE(page->more);
}

TEST_CASE("a new database has an empty log and an epoch of its own") {
  Store first;
  Store second;
  CHECK(first.writer->epoch().size() == 16);
  CHECK(first.writer->epoch() != second.writer->epoch());
  CHECK(first.reader->epoch() == first.writer->epoch());
  const auto page = first.reader->changes(model::Revision{0}, 10);
  REQUIRE(page.has_value());
  CHECK(page->changes.empty());
  CHECK(first.reader->changes(model::Revision{1}, 10).error().cause == Cause::gone);
}

TEST_CASE("neither revisions nor ids are given twice, not even after a restart") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {entry(feed, "1", "One")});
  const auto article = store.only().id;
  const auto epoch = store.writer->epoch();
  REQUIRE(store.writer->remove_feed(feed, true).has_value());
  const auto revision = store.writer->revision();
  store.reopen();
  CHECK(store.writer->epoch() == epoch);
  CHECK(store.writer->revision() == revision);
  const auto again = store.subscribe("a");
  CHECK(again > feed);
  store.poll(again, {entry(again, "1", "One")});
  CHECK(store.only().id > article);
  CHECK(all_changes(store).back().revision > revision);
}

TEST_CASE("whatever happens in whatever order, counts, log, index and tables agree") {
  const std::uint32_t seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  Store store;
  std::vector<std::string> names{"a", "b", "c", "d"};
  std::map<std::string, model::FeedId> subscribed;

  const auto poll_some = [&] {
    for (const auto& [name, feed] : subscribed) {
      std::vector<model::IncomingEntry> entries;
      for (std::size_t i = below(6); i > 0; --i) {
        const auto guid = std::to_string(below(20));
        auto incoming =
            entry(feed, guid, "Title " + std::to_string(below(3)), "<p>" + std::to_string(below(3)) + "</p>");
        incoming.link = "x.example/" + std::to_string(below(15));
        if (below(2) == 0) incoming.entry.tags = {"t" + std::to_string(below(3))};
        entries.push_back(std::move(incoming));
      }
      store.poll(feed, entries, kNow + std::chrono::seconds(below(1000)));
    }
  };
  const auto mark_some = [&] {
    model::MarkRequest mark;
    mark.read = below(2) == 0;
    if (below(2) == 0) mark.starred = below(2) == 0;
    for (const auto& article : store.list({})) {
      if (below(3) == 0) mark.ids.push_back(article.id);
    }
    mark.all = below(4) == 0;
    if (mark.all && !subscribed.empty()) mark.feed = subscribed.begin()->second;
    CHECK(store.writer->mark(mark).has_value());
  };
  const auto subscribe_one = [&] {
    const auto& name = names[below(names.size())];
    if (!subscribed.contains(name)) subscribed[name] = store.subscribe(name);
  };
  const auto remove_one = [&] {
    if (subscribed.size() < 2) return;
    const auto first = subscribed.begin();
    REQUIRE(store.writer->remove_feed(first->second, below(2) == 0).has_value());
    subscribed.erase(first);
  };
  const auto delete_one = [&] {
    const auto articles = store.list({});
    if (!articles.empty()) CHECK(store.writer->remove_article(articles[below(articles.size())].id).has_value());
  };

  subscribe_one();
  for (int step = 0; step < 120; ++step) {
    switch (below(8)) {
      case 0:
        subscribe_one();
        break;
      case 1:
        mark_some();
        break;
      case 2:
        delete_one();
        break;
      case 3:
        if (below(4) == 0) remove_one();
        break;
      case 4:
        if (below(6) == 0) store.reopen();
        break;
      default:
        poll_some();
        break;
    }
    if (step % 20 == 19) check_consistent(store);
  }
  const auto counts = store.reader->counts();
  model::ArticleQuery everything;
  everything.limit = 1000;
  CHECK(static_cast<std::int64_t>(store.list(everything).size()) == counts.articles);
  everything.read = false;
  CHECK(static_cast<std::int64_t>(store.list(everything).size()) == counts.unread);
  everything.read.reset();
  everything.starred = true;
  CHECK(static_cast<std::int64_t>(store.list(everything).size()) == counts.starred);
  CHECK(static_cast<std::int64_t>(subscribed.size()) == counts.feeds);
}

TEST_CASE("the log of one feed or folder has what happened there, and what nobody knows to have happened elsewhere") {
  Store store;
  const auto one = store.subscribe("one");
  const auto two = store.subscribe("two");
  model::FeedPatch patch;
  patch.folder = "F";
  REQUIRE(store.writer->change_feed(two, patch).has_value());
  store.poll(one, {entry(one, "1", "One")});
  store.poll(two, {entry(two, "1", "Two")});
  const auto revisions = [&store](const model::ChangeFilter& filter, std::int64_t limit = 100) {
    std::vector<std::int64_t> found;
    const auto page = store.reader->changes(model::Revision{0}, limit, filter);
    REQUIRE(page.has_value());
    for (const auto& change : page->changes) found.push_back(model::raw(change.revision));
    if (page->more) found.push_back(-1);
    return found;
  };
  using Revisions = std::vector<std::int64_t>;
  CHECK(revisions({one, {}}) == Revisions{1, 4, 5});
  CHECK(revisions({two, {}}) == Revisions{2, 3, 6, 7});
  CHECK(revisions({two, {}}, 2) == Revisions{2, 3, -1});
  CHECK(revisions({two, {}}, 4) == Revisions{2, 3, 6, 7});
  // Changes of all feeds: one may have come from there.
  CHECK(revisions({{}, "F"}) == Revisions{1, 2, 3, 5, 6, 7});
  CHECK(revisions({{}, "nowhere"}) == Revisions{1, 2, 3, 5, 7});
  REQUIRE(store.writer->remove_feed(two, true).has_value());
  CHECK(revisions({{}, "F"}) == Revisions{1, 2, 3, 5, 6, 7, 8, 9});
  CHECK(revisions({one, {}}) == Revisions{1, 4, 5});
  Database(store.options, Access::write).run("UPDATE change SET feed_id = 0 WHERE revision = 1");
  CHECK(revisions({two, {}}) == Revisions{1, 2, 3, 6, 7, 8, 9});
}
