// Completing articles: pages, states, the queue.

#include <filesystem>

#include "store/database.hpp"
#include "unit/store/asset_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;
using model::OfflineState;

namespace {

model::IncomingEntry wanted(model::FeedId feed, const std::string& guid, const std::string& title,
                            const std::string& content = "<p>teaser</p>") {
  auto incoming = entry(feed, guid, title, content);
  incoming.to_complete = true;
  return incoming;
}

struct OneArticle : Store {
  model::FeedId feed = subscribe("a");
  OneArticle() { poll(feed, {wanted(feed, "1", "Title")}); }
  model::Article article() { return only(); }
  bool complete(model::CompletionUpdate update) { return writer->complete({&update, 1}).front(); }
  bool complete_with(const std::string& content) {
    auto update = update_of(article());
    update.page = captured(content);
    return complete(update);
  }
  std::vector<model::ChangeOp> ops_since(model::Revision revision) {
    std::vector<model::ChangeOp> ops;
    const auto page = reader->changes(revision, 100).value();
    for (const auto& change : page.changes) ops.push_back(change.op);
    return ops;
  }
};

using Ops = std::vector<model::ChangeOp>;

}  // namespace

TEST_CASE("a new article that is to be completed is pending and due at once, any other is off") {
  Store store;
  const auto feed = store.subscribe("a");
  store.poll(feed, {wanted(feed, "1", "Wanted"), entry(feed, "2", "Not wanted")});
  const auto due = store.reader->incomplete(kNow - 1000h, 10).due;
  REQUIRE(due.size() == 1);
  for (const auto& article : store.list({})) {
    const bool wanted = article.entry.title == "Wanted";
    CHECK(article.offline == (wanted ? OfflineState::pending : OfflineState::off));
    CHECK((due.front() == article.id) == wanted);
  }
  const auto completion = store.reader->completion(due.front()).value();
  CHECK(completion == model::Completion{OfflineState::pending, 0, kNow, {}, {}});
  check_consistent(store);
}

TEST_CASE("a captured page is the article's content everywhere, and fills in only what the feed leaves out") {
  Store store;
  const auto feed = store.subscribe("a");
  auto bare = wanted(feed, "1", "");
  auto whole = wanted(feed, "2", "The feed's title");
  whole.entry.image = "https://feed.example/i.png";
  whole.entry.authors = {{"Feed Author", "", "", ""}};
  whole.entry.date_published = kNow - 1h;
  whole.entry.language = "de";
  store.poll(feed, {bare, whole});
  for (const auto& article : store.list({})) {
    auto update = update_of(article);
    update.page = captured("<p>Everything about zebras</p>");
    update.page->title = "The page's title";
    update.page->image = "https://page.example/i.png";
    update.page->language = "fr";
    update.page->date_published = kNow - 5h;
    update.page->authors = {{"Page Author", "", "", ""}};
    CHECK(store.writer->complete({&update, 1}).front());
  }
  CHECK(store.search("teaser").empty());
  CHECK(store.search("zebras").size() == 2);
  CHECK(store.search("title:page") == std::vector<std::string>{"The page's title"});
  model::ArticleQuery with_content;
  with_content.with_content = true;
  for (const auto& article : store.list(with_content)) {
    CHECK(article.offline == OfflineState::complete);
    CHECK(article.offline_bytes == 30);
    CHECK(article.entry.content_html == "<p>Everything about zebras</p>");
    const bool of_feed = article.entry.guid == "2";
    CHECK(article.entry.title == (of_feed ? "The feed's title" : "The page's title"));
    CHECK(article.entry.image == (of_feed ? "https://feed.example/i.png" : "https://page.example/i.png"));
    CHECK(article.entry.language == (of_feed ? "de" : "fr"));
    CHECK(article.entry.date_published == (of_feed ? kNow - 1h : kNow - 5h));
    CHECK(article.entry.authors.front().name == (of_feed ? "Feed Author" : "Page Author"));
  }
  check_consistent(store);
  // What the feed says again is no edit.
  CHECK(store.poll(feed, {bare, whole}).updated == 0);
}

TEST_CASE("an edit keeps the page until the next completion, and is due at once") {
  OneArticle store;
  CHECK(store.complete_with("<p>first capture</p>"));
  CHECK(store.poll(store.feed, {wanted(store.feed, "1", "Title", "<p>other teaser</p>")}).updated == 1);
  auto article = store.article();
  CHECK(article.offline == OfflineState::pending);
  CHECK(store.reader->article(article.id)->entry.content_html == "<p>first capture</p>");
  CHECK(store.reader->incomplete(kNow, 10).due.size() == 1);
  CHECK(store.reader->history(article.id)->front().entry.content_html == "<p>teaser</p>");
  CHECK(store.complete_with("<p>second capture</p>"));
  CHECK(store.search("first").empty());
  CHECK(store.search("second").size() == 1);
  CHECK(store.reader->history(article.id)->size() == 1);
  CHECK(store.reader->history(article.id)->front().entry.content_html == "<p>teaser</p>");
  check_consistent(store);
}

TEST_CASE(
    "an edited article's page is missing until it is read again, and what has to be fetched for it is the feed's") {
  OneArticle store;
  auto update = update_of(store.article());
  update.page = captured("<p>a capture as long as articles are</p>");
  update.page->image = "https://page.example/i.png";
  CHECK(store.complete(update));
  CHECK(store.reader->incomplete(update.article)->has_page);
  store.poll(store.feed, {wanted(store.feed, "1", "Title", "<p>other teaser</p>")});
  CHECK(store.article().entry.image == "https://page.example/i.png");
  for (const auto attempts : {0, 1, 2}) {
    const auto incomplete = store.reader->incomplete(update.article).value();
    CHECK_FALSE(incomplete.has_page);
    CHECK(incomplete.article.entry.content_html == "<p>other teaser</p>");
    CHECK(incomplete.article.entry.image.empty());
    auto failed = update_of(store.article());
    failed.completion = {OfflineState::partial, attempts + 1, kNow, Cause::server, "HTTP 500"};
    CHECK(store.complete(failed));
    CHECK(store.reader->article(update.article)->entry.content_html == update.page->content_html);
  }
  CHECK(store.complete_with("<p>a new capture</p>"));
  CHECK(store.reader->incomplete(update.article)->has_page);
  CHECK(store.article().entry.image.empty());
  check_consistent(store);
}

TEST_CASE("a page that is out of date goes when the feed says more, or nobody wants one, or a new one is not better") {
  enum class How { longer, not_wanted, complete, said };
  const auto how = GENERATE(How::longer, How::not_wanted, How::complete, How::said);
  OneArticle store;
  auto update = update_of(store.article());
  update.page = captured("<p>a capture with zebras</p>");
  update.page->image = "https://page.example/i.png";
  CHECK(store.complete(update));
  const std::string now = how == How::longer ? "<p>what was a teaser has become an article</p>" : "<p>edited</p>";
  auto edited = wanted(store.feed, "1", "Title", now);
  edited.to_complete = how != How::not_wanted;
  const auto before = store.reader->revision();
  store.poll(store.feed, {edited});
  const bool at_once = how == How::longer || how == How::not_wanted;
  CHECK((store.search("zebras").empty()) == at_once);
  if (!at_once) {
    auto done = update_of(store.article());
    if (how == How::said) {
      done.completion = {OfflineState::partial, 1, kNow + 1h, Cause::server, "HTTP 500"};
      done.drop_page = true;
    }
    CHECK(store.complete(done));
    CHECK(store.ops_since(before) == Ops{model::ChangeOp::updated, model::ChangeOp::updated});
  }
  const auto article = store.reader->article(update.article).value();
  CHECK(article.entry.content_html == now);
  CHECK(article.entry.image.empty());
  CHECK(article.offline_bytes == 0);
  CHECK(store.search("zebras").empty());
  CHECK(store.reader->history(update.article)->front().entry.content_html == "<p>teaser</p>");
  check_consistent(store);
}

TEST_CASE("the history survives what a page fills in, and the feed's own words replace that again") {
  OneArticle store;
  store.poll(store.feed, {wanted(store.feed, "1", "", "<p>edited</p>")});
  auto update = update_of(store.article());
  update.page = captured("<p>page</p>");
  update.page->title = "From the page";
  CHECK(store.complete(update));
  CHECK(store.article().entry.title == "From the page");
  const auto id = store.article().id;
  CHECK(store.reader->history(id)->front().entry.title == "Title");
  // Another page has another title.
  update = update_of(store.article());
  update.page = captured("<p>page</p>");
  update.page->title = "From another page";
  CHECK(store.complete(update));
  CHECK(store.article().entry.title == "From another page");
  CHECK(store.reader->history(id)->front().entry.title == "Title");
  store.poll(store.feed, {wanted(store.feed, "1", "Own title", "<p>edited</p>")});
  CHECK(store.article().entry.title == "Own title");
  CHECK(store.reader->history(id)->size() == 2);
  update = update_of(store.article());
  update.page = captured("<p>page</p>");
  update.page->title = "From the last page";
  CHECK(store.complete(update));
  CHECK(store.article().entry.title == "Own title");
  check_consistent(store);
}

TEST_CASE("clients are told of what they can see, and of nothing else") {
  OneArticle store;
  const auto id = store.article().id;
  const auto since = [&] { return store.reader->revision(); };
  auto before = since();
  CHECK(store.complete_with("<p>page</p>"));
  CHECK(store.ops_since(before) == Ops{model::ChangeOp::updated});
  CHECK(store.article().revision == since());

  before = since();
  CHECK(store.complete_with("<p>page</p>"));  // nothing new
  CHECK(store.ops_since(before).empty());

  auto failed = update_of(store.article());
  failed.completion = {OfflineState::partial, 1, kNow + 1h, Cause::timeout, "too slow"};
  CHECK(store.complete(failed));
  CHECK(store.ops_since(before) == Ops{model::ChangeOp::state});

  before = since();
  failed = update_of(store.article());
  failed.completion = {OfflineState::partial, 2, kNow + 2h, Cause::timeout, "too slow again"};
  CHECK(store.complete(failed));
  CHECK(store.ops_since(before).empty());
  CHECK(store.reader->completion(id).value() == failed.completion);
  CHECK(store.reader->incomplete(kNow + 1h, 10).due.empty());
  CHECK(store.reader->incomplete(kNow + 1h, 10).next == kNow + 2h);
  CHECK(store.reader->incomplete(kNow + 2h, 10).due == std::vector{id});
  CHECK_FALSE(store.reader->incomplete(kNow + 2h, 10).next);
  const auto known = store.reader->incomplete(id).value();
  CHECK(known.has_page);
  CHECK(known.completion == failed.completion);
  CHECK(known.article.entry.content_html == "<p>page</p>");

  CHECK(store.complete(update_of(store.article())));
  CHECK(store.reader->completion(id).value() == model::Completion{OfflineState::complete, 0, {}, {}, {}});
  check_consistent(store);
}

TEST_CASE("a completion is void for an article that is gone or edited, not for one that was marked") {
  OneArticle store;
  auto update = update_of(store.article());
  update.page = captured("<p>page</p>");
  update.bytes = 1000;
  update.metered_bytes = 100;
  update.day = 20513;
  model::MarkRequest mark;
  mark.ids = {update.article};
  mark.read = true;
  CHECK(store.writer->mark(mark).value() == 1);
  CHECK(store.complete(update));

  store.poll(store.feed, {wanted(store.feed, "1", "Edited")});
  update.media = {download(store.options, "https://a.example/1.png", "bytes")};
  CHECK_FALSE(store.complete(update));
  CHECK(store.article().offline == OfflineState::pending);
  CHECK(store.writer->remove_article(update.article).has_value());
  CHECK_FALSE(store.complete(update));
  REQUIRE(store.reader->traffic(0).size() == 1);
  CHECK(store.reader->traffic(0).front().bytes == 3000);
  CHECK(store.reader->traffic(0).front().metered_bytes == 300);
  CHECK(std::filesystem::is_empty(new_assets_path(store.options)));
  check_assets(store.options);
  CHECK(store.reader->incomplete(update.article).error().cause == Cause::not_found);
  CHECK(store.reader->completion(update.article).error().cause == Cause::not_found);
}

TEST_CASE("what is due comes in the order in which readers open it") {
  Store store;
  const auto read_feed = store.subscribe("read");
  const auto other_feed = store.subscribe("other");
  int minutes = 0;
  const auto add = [&](model::FeedId feed, const std::string& title) {
    auto incoming = wanted(feed, title, title);
    incoming.entry.date_published = kNow - 100h + 1min * ++minutes;
    store.poll(feed, {incoming});
    model::ArticleQuery newest;
    newest.limit = 1;
    return store.list(newest).front();
  };
  const auto mark = [&](const model::Article& article, std::optional<bool> read, std::optional<bool> starred) {
    model::MarkRequest request;
    request.ids = {article.id};
    request.read = read;
    request.starred = starred;
    store.writer->mark(request).value();
  };
  mark(add(read_feed, "starred, old"), {}, true);
  mark(add(read_feed, "read"), true, {});
  add(read_feed, "older");
  auto again = update_of(add(read_feed, "tried before"));
  again.completion = {OfflineState::failed, 3, kNow, Cause::server, "HTTP 500"};
  auto given_up = update_of(add(read_feed, "given up"));
  given_up.completion = {OfflineState::failed, 9, {}, Cause::missing, "HTTP 404"};
  auto later = update_of(add(read_feed, "later"));
  later.completion = {OfflineState::pending, 1, kNow + 1h, Cause::link, ""};
  const model::CompletionUpdate updates[] = {again, given_up, later};
  CHECK(store.writer->complete(updates) == std::vector<bool>{true, true, true});
  add(read_feed, "newer");
  add(other_feed, "of a feed that nobody reads");
  const std::vector<std::string> expected = {
      "starred, old", "newer", "tried before", "older", "of a feed that nobody reads", "read"};
  const auto titles_of = [&](std::int64_t limit) {
    std::vector<std::string> titles;
    for (const auto id : store.reader->incomplete(kNow, limit).due) {
      titles.push_back(store.reader->article(id)->entry.title);
    }
    return titles;
  };
  CHECK(titles_of(10) == expected);
  CHECK(titles_of(2) == std::vector<std::string>(expected.begin(), expected.begin() + 2));
  CHECK(store.reader->incomplete(kNow, 10).next == kNow + 1h);
  CHECK(store.reader->completion(given_up.article)->detail == "HTTP 404");
  // Nobody completes what outlived its feed's subscription.
  store.writer->remove_feed(read_feed, false).value();
  CHECK(titles_of(10) == std::vector<std::string>{"of a feed that nobody reads"});
  check_consistent(store);
}

TEST_CASE("articles that are off can be wanted later, the newest of a feed or of all") {
  Store store;
  const auto first = store.subscribe("a");
  const auto second = store.subscribe("b");
  for (int i = 0; i < 4; ++i) {
    for (const auto feed : {first, second}) {
      auto incoming = entry(feed, std::to_string(i), std::to_string(model::raw(feed)) + "/" + std::to_string(i));
      incoming.entry.date_published = kNow - 10h + 1h * i;
      store.poll(feed, {incoming});
    }
  }
  const auto before = store.reader->revision();
  CHECK(store.writer->want_complete(first, kNow - 9h, 2) == 2);
  CHECK(store.reader->incomplete(kNow, 10).due.size() == 2);
  CHECK(store.reader->changes(before, 10)->changes.size() == 2);
  CHECK(store.writer->want_complete({}, kNow - 9h, 100) == 4);  // one of the first, three of the second
  CHECK(store.writer->want_complete({}, kNow - 9h, 100) == 0);
  CHECK(store.writer->want_complete({}, kNow - 100h, 1) == 1);
  check_consistent(store);
}

TEST_CASE("whether a feed has teasers is remembered, until it moves") {
  OneArticle store;
  model::FeedUpdate update;
  update.feed_id = store.feed;
  update.received = kNow;
  for (const auto teasers : {std::optional(true), std::optional(false), std::optional<bool>()}) {
    update.state.teasers = teasers;
    store.writer->apply({&update, 1}, Durability::synced);
    CHECK(store.reader->feed(store.feed)->state.teasers == teasers);
  }
  update.state.teasers = true;
  store.writer->apply({&update, 1}, Durability::synced);
  model::FeedPatch patch;
  patch.url = "https://elsewhere.example/feed";
  store.writer->change_feed(store.feed, patch).value();
  CHECK_FALSE(store.reader->feed(store.feed)->state.teasers);
}
