#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "offline/bundle_reader.hpp"
#include "offline/bundle_records.hpp"
#include "offline/bundle_writer.hpp"
#include "offline/incoming_assets.hpp"
#include "unit/store/store_fixture.hpp"

using namespace newscache;
using namespace newscache::offline;
using store::test::entry;
using store::test::kNow;
using store::test::Store;

namespace {

std::string export_from(Store& from, const BundleOptions& options = {}) {
  BundleWriter writer(from.options, options, kNow);
  std::string bytes;
  for (;;) {
    const auto piece = writer.next(*from.reader);
    if (piece.empty()) return bytes;
    bytes += piece;
  }
}

FileDescriptor file_of(std::string_view bytes) {
  std::string path = "/tmp/newscache-bundle-XXXXXX";
  FileDescriptor file(::mkstemp(path.data()));
  REQUIRE(file);
  ::unlink(path.c_str());
  REQUIRE(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return file;
}

struct Taken {
  store::Merged articles;
  std::int64_t feeds = 0;
  bundle::Ending ending;
};

// As import_bundle() does it, without its threads.
Result<Taken> import_into(Store& to, std::string_view bytes) {
  const auto file = file_of(bytes);
  BundleReader reader(file.get());
  Taken taken;
  std::vector<model::FeedId> ids;
  IncomingAssets assets(store::new_assets_path(to.options));
  for (;;) {
    auto part = reader.next(true);
    if (!part) return part.error();
    if (auto* feeds = std::get_if<BundleReader::Feeds>(&*part)) {
      const auto merged = to.writer->merge_feeds(feeds->feeds, kNow);
      taken.feeds = merged.added;
      ids = merged.ids;
    } else if (auto* articles = std::get_if<BundleReader::Articles>(&*part)) {
      for (auto& article : articles->articles) {
        article.feed = ids.at(static_cast<std::size_t>(model::raw(article.feed)) - 1);
      }
      assets.assign(articles->articles);
      const auto merged = to.writer->merge(articles->articles, kNow);
      taken.articles.completed += merged.completed;
      taken.articles.added += merged.added;
      taken.articles.existing += merged.existing;
      taken.articles.deleted += merged.deleted;
    } else if (auto* asset = std::get_if<BundleReader::Asset>(&*part)) {
      REQUIRE(assets.begin(asset->sha256).has_value());
    } else if (auto* piece = std::get_if<BundleReader::AssetBytes>(&*part)) {
      REQUIRE(assets.add(piece->bytes).has_value());
      if (piece->last) REQUIRE(assets.end().has_value());
    } else if (std::holds_alternative<BundleReader::End>(*part)) {
      taken.ending = reader.ending();
      return taken;
    }
  }
}

// What a client sees of all articles, without what is each device's own.
std::vector<std::string> seen(Store& store) {
  model::ArticleQuery query;
  query.limit = 1000;
  std::vector<std::string> all;
  for (const auto& article : store.list(query)) {
    const auto& entry = article.entry;
    all.push_back(article.uid + " " + entry.guid + " " + entry.url + " " + entry.title + " " + entry.content_html +
                  " " + std::to_string(article.date_received.time_since_epoch().count()));
  }
  return all;
}

void fill(Store& store, int articles, const std::string& name = "one") {
  const auto feed = store.subscribe(name, "Folder");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < articles; ++i) {
    const auto number = std::to_string(i);
    entries.push_back(entry(feed, "guid" + number, "Title " + number, "<p>Text of " + number + "</p>"));
  }
  store.poll(feed, std::move(entries));
}

model::ArticleId id_of(Store& store, const std::string& title) {
  for (const auto& article : store.list({})) {
    if (article.entry.title == title) return article.id;
  }
  throw std::runtime_error("no such article");
}

}  // namespace

TEST_CASE("a bundle brings subscriptions and articles, and a second time nothing") {
  Store from;
  fill(from, 30);
  fill(from, 3, "two");
  Store to;
  const auto bytes = export_from(from);
  const auto first = import_into(to, bytes);
  REQUIRE(first.has_value());
  CHECK(first->feeds == 2);
  CHECK(first->articles.added == 33);
  CHECK(seen(to) == seen(from));
  const auto feeds = to.reader->feeds();
  const auto theirs = from.reader->feeds();
  REQUIRE(feeds.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(feeds[i].uid == theirs[i].uid);
    CHECK(feeds[i].url == theirs[i].url);
    CHECK(feeds[i].title == theirs[i].title);
    CHECK(feeds[i].folder == theirs[i].folder);
    CHECK(feeds[i].articles == theirs[i].articles);
    CHECK(feeds[i].unread == theirs[i].unread);
  }
  const auto revision = to.reader->revision();
  const auto again = import_into(to, bytes);
  REQUIRE(again.has_value());
  CHECK(again->feeds == 0);
  CHECK(again->articles.added == 0);
  CHECK(again->articles.existing == 33);
  CHECK(to.reader->revision() == revision);
  check_consistent(to);
}

TEST_CASE("what is here stays as it is: read state, titles, settings, edits, and what was deleted stays away") {
  Store from;
  fill(from, 5);
  Store to;
  REQUIRE(import_into(to, export_from(from)).has_value());
  const auto feed = to.reader->feeds().front();
  model::FeedPatch patch;
  patch.custom_title = "Mine";
  REQUIRE(to.writer->change_feed(feed.id, patch).has_value());
  model::MarkRequest mark;
  mark.ids = {id_of(to, "Title 1")};
  mark.read = true;
  REQUIRE(to.writer->mark(mark).has_value());
  REQUIRE(to.writer->remove_article(id_of(to, "Title 2")).has_value());
  const auto before = to.reader->revision();
  const auto again = import_into(to, export_from(from));
  REQUIRE(again.has_value());
  CHECK(again->articles.added == 0);
  CHECK(again->articles.existing == 4);
  CHECK(again->articles.deleted == 1);
  CHECK(to.reader->revision() == before);
  CHECK(to.reader->feeds().front().title == "Mine");
  CHECK(to.reader->article(id_of(to, "Title 1"))->read);
  check_consistent(to);
}

namespace {

const std::string kPicture =
    "\xff\xd8\xff"
    "a picture";

// Completes the article: a page, and pictures by their URLs.
void complete(Store& store, model::ArticleId id, const std::vector<std::pair<std::string, std::string>>& pictures) {
  model::CompletionUpdate update;
  update.article = id;
  update.revision = store.reader->article(id)->revision;
  update.completion.state = model::OfflineState::complete;
  model::CapturedPage page;
  page.url = "https://example.org/page";
  page.content_html = "<p>The whole page</p>";
  page.image = "https://example.org/lead.jpg";
  update.page = page;
  for (const auto& [url, bytes] : pictures) {
    const auto file = store::new_assets_path(store.options) + "/" + std::to_string(update.media.size());
    REQUIRE(replace_file(file, bytes));
    update.media.push_back({url, {hex(sha256({bytes})), "image/jpeg", static_cast<std::int64_t>(bytes.size())}, file});
  }
  REQUIRE(store.writer->complete({&update, 1}) == std::vector<bool>{true});
}

std::string bytes_of(Store& store, const std::string& url) {
  const auto asset = store.reader->asset_of(url);
  REQUIRE(asset.has_value());
  CHECK(asset->type == "image/jpeg");
  return *read_file(store::asset_path(store.options, asset->sha256), 1 << 20);
}

}  // namespace

TEST_CASE(
    "pages and pictures travel with their articles, an asset of several once, and complete what is here without") {
  Store from;
  fill(from, 3);
  const std::string other = "\xff\xd8\xff" + std::string(700'000, 'x');
  complete(from, id_of(from, "Title 0"),
           {{"https://example.org/a.jpg", kPicture}, {"https://example.org/b.jpg", other}});
  complete(from, id_of(from, "Title 1"), {{"https://example.org/c.jpg", kPicture}});
  const auto bytes = export_from(from);
  Store to;
  const auto taken = import_into(to, bytes);
  REQUIRE(taken.has_value());
  CHECK(taken->ending.assets == 2);
  CHECK(taken->articles.completed == 2);
  CHECK(bytes_of(to, "https://example.org/a.jpg") == kPicture);
  CHECK(bytes_of(to, "https://example.org/b.jpg") == other);
  CHECK(bytes_of(to, "https://example.org/c.jpg") == kPicture);
  CHECK(seen(to) == seen(from));
  for (const std::string title : {"Title 0", "Title 1", "Title 2"}) {
    const auto theirs = from.reader->article(id_of(from, title));
    const auto ours = to.reader->article(id_of(to, title));
    CHECK(ours->offline == theirs->offline);
    CHECK(ours->offline_bytes == theirs->offline_bytes);
    CHECK(ours->entry == theirs->entry);
  }
  const auto revision = to.reader->revision();
  CHECK(import_into(to, bytes)->articles.completed == 0);
  CHECK(to.reader->revision() == revision);
  check_consistent(to);

  // First without media, then with.
  Store later;
  BundleOptions without;
  without.media = false;
  CHECK(import_into(later, export_from(from, without))->ending.assets == 0);
  CHECK_FALSE(later.reader->asset_of("https://example.org/a.jpg").has_value());
  CHECK(import_into(later, bytes)->articles.completed == 2);
  CHECK(bytes_of(later, "https://example.org/b.jpg") == other);
  CHECK(later.reader->article(id_of(later, "Title 0"))->offline == model::OfflineState::complete);
  check_consistent(later);
}

TEST_CASE("the feed's own words stay apart from those of a page that came in a bundle") {
  Store from;
  fill(from, 1);
  complete(from, id_of(from, "Title 0"), {});
  Store to;
  REQUIRE(import_into(to, export_from(from)).has_value());
  // The same entry again is no edit.
  const auto feed = to.reader->feeds().front().id;
  auto same = entry(feed, "guid0", "Title 0", "<p>Text of 0</p>");
  same.uid = to.reader->article(id_of(to, "Title 0"))->uid;
  CHECK(to.poll(feed, {same}).updated == 0);
  CHECK(to.reader->article(id_of(to, "Title 0"))->entry.content_html == "<p>The whole page</p>");
}

TEST_CASE("what is no picture, recording or document is not kept, whatever the bundle says") {
  Store from;
  fill(from, 1);
  complete(from, id_of(from, "Title 0"), {{"https://example.org/a.jpg", "<svg onload=alert(1)>"}});
  Store to;
  REQUIRE(import_into(to, export_from(from)).has_value());
  CHECK_FALSE(to.reader->asset_of("https://example.org/a.jpg").has_value());
  CHECK(to.reader->article(id_of(to, "Title 0"))->offline == model::OfflineState::pending);
}

TEST_CASE("states travel when they are asked for, and only to new articles") {
  Store from;
  fill(from, 3);
  model::MarkRequest mark;
  mark.ids = {id_of(from, "Title 1")};
  mark.read = true;
  mark.starred = true;
  REQUIRE(from.writer->mark(mark).has_value());
  BundleOptions with_states;
  with_states.states = true;
  Store to;
  REQUIRE(import_into(to, export_from(from, with_states)).has_value());
  const auto article = to.reader->article(id_of(to, "Title 1"));
  CHECK((article->read && article->starred));
  CHECK(to.reader->counts().unread == 2);
  CHECK(to.reader->counts().starred == 1);
  check_consistent(to);
  Store plain;
  REQUIRE(import_into(plain, export_from(from)).has_value());
  CHECK(plain.reader->counts().unread == 3);
  CHECK(plain.reader->counts().starred == 0);
  // They are there already.
  REQUIRE(import_into(plain, export_from(from, with_states)).has_value());
  CHECK(plain.reader->counts().unread == 3);
}

TEST_CASE("a bundle since a revision holds what has changed since, and goes into a store that has the rest") {
  Store from;
  fill(from, 10);
  Store to;
  REQUIRE(import_into(to, export_from(from)).has_value());
  BundleOptions later;
  later.since = from.reader->revision();
  fill(from, 4, "two");
  const auto taken = import_into(to, export_from(from, later));
  REQUIRE(taken.has_value());
  CHECK(taken->ending.articles == 4);
  CHECK(taken->articles.added == 4);
  CHECK(seen(to) == seen(from));
}

TEST_CASE("an article that both have under other uids, by its link, is not doubled") {
  Store from;
  const auto feed = from.subscribe("one");
  auto piece = entry(feed, "guid", "Title");
  piece.entry.url = "https://example.org/1";
  piece.link = "https://example.org/1";
  from.poll(feed, {piece});
  Store to;
  // The same feed, subscribed here at an address that it had later.
  const auto here = to.subscribe("zero");
  to.subscribe("one");
  const auto known = to.reader->feeds().back();
  piece.uid = store::test::uid_of(here, "elsewhere");
  to.poll(known.id, {piece});
  const auto taken = import_into(to, export_from(from));
  REQUIRE(taken.has_value());
  CHECK(taken->articles.added == 0);
  CHECK(taken->articles.existing == 1);
}

TEST_CASE("a bundle in parts: each can be taken alone, all together are everything, none is larger than was asked") {
  Store from;
  const auto feed = from.subscribe("one");
  for (int i = 0; i < 12; ++i) {
    std::string text = "<p>";
    unsigned seed = static_cast<unsigned>(i) + 1;
    for (int k = 0; k < 300'000; ++k) {
      seed = seed * 1664525 + 1013904223;
      text += static_cast<char>('a' + (seed >> 24) % 26);
    }
    from.poll(feed, {entry(feed, std::to_string(i), "Title " + std::to_string(i), text + "</p>")});
  }
  Store to;
  BundleOptions options;
  options.max_bytes = 3 << 20;
  std::int64_t added = 0;
  int parts = 0;
  for (;;) {
    const auto bytes = export_from(from, options);
    CHECK(static_cast<std::int64_t>(bytes.size()) <= options.max_bytes);
    Store alone;
    CHECK(import_into(alone, bytes).has_value());
    const auto taken = import_into(to, bytes);
    REQUIRE(taken.has_value());
    ++parts;
    added += taken->articles.added;
    if (!taken->ending.next) break;
    options.after = model::ArticleId{*taken->ending.next};
  }
  CHECK(parts > 1);
  CHECK(added == 12);
  CHECK(seen(to) == seen(from));
}

TEST_CASE("articles may change while they are exported") {
  Store from;
  fill(from, 5);
  for (int i = 0; i < 4; ++i) fill(from, 600, "more" + std::to_string(i));
  BundleWriter writer(from.options, {}, kNow);
  std::string bytes = writer.next(*from.reader);
  fill(from, 2, "late");
  REQUIRE(from.writer->remove_feed(from.reader->feeds().front().id, true).has_value());
  for (auto piece = writer.next(*from.reader); !piece.empty(); piece = writer.next(*from.reader)) bytes += piece;
  Store to;
  REQUIRE(import_into(to, bytes).has_value());
  check_consistent(to);
}

TEST_CASE("what strangers wrote into a bundle is cleaned before it is kept") {
  store::RecordCodec codec(1 << 20);
  store::CarriedArticle article;
  article.incoming.uid = std::string(32, '1');
  auto& hostile = article.incoming.entry;
  hostile.url = "javascript:alert(1)";
  hostile.image = "file:///etc/passwd";
  hostile.title = "Title";
  hostile.content_html = "<p onclick=x>a<script>alert(1)</script><img src=\"javascript:x\"></p>";
  hostile.authors.push_back({"A", "data:text/html,x", "", ""});
  hostile.attachments.push_back({"javascript:x", "audio/mpeg", "", {}, {}});
  std::string bytes;
  append_article(bytes, codec, article, 1, false);
  auto articles = decode_articles(bytes, codec, 1);
  REQUIRE(articles.has_value());
  clean(articles->front());
  const auto& entry = articles->front().incoming.entry;
  CHECK(entry.url.empty());
  CHECK(entry.image.empty());
  CHECK(entry.content_html.find("script") == std::string::npos);
  CHECK(entry.content_html.find("onclick") == std::string::npos);
  CHECK(entry.authors.front().url.empty());
  CHECK(entry.attachments.empty());
}

TEST_CASE("the user and password of a subscription's address do not travel") {
  model::Feed feed;
  feed.uid = "0123456789abcdef";
  const std::pair<const char*, const char*> cases[] = {
      {"https://reader:p%40ss@example.org/feed?a=b@c", "https://example.org/feed?a=b@c"},
      {"https://reader@example.org:8443", "https://example.org:8443"},
      {"https://example.org/@reader/feed", "https://example.org/@reader/feed"},
      {"import:my@letters", "import:my@letters"},
  };
  for (const auto& [here, there] : cases) {
    feed.url = here;
    const auto feeds = decode_feeds(encode_feeds(std::span(&feed, 1)));
    REQUIRE(feeds.has_value());
    CHECK(feeds->front().url == there);
    CHECK(feeds->front().uid == feed.uid);
  }
}

TEST_CASE("broken articles and subscriptions are refused") {
  store::RecordCodec codec(1 << 20);
  const auto bytes_of = [&](const std::string& uid, const std::string& title, std::int64_t feed) {
    store::CarriedArticle article;
    article.incoming.uid = uid;
    article.incoming.entry.title = title;
    std::string bytes;
    append_article(bytes, codec, article, feed, false);
    return bytes;
  };
  const std::string uid(32, 'a');
  CHECK(decode_articles(bytes_of(uid, "Title", 1), codec, 1).has_value());
  CHECK_FALSE(decode_articles(bytes_of(uid, "Title", 2), codec, 1).has_value());
  CHECK_FALSE(decode_articles(bytes_of(uid, "Title", 0), codec, 1).has_value());
  CHECK_FALSE(decode_articles(bytes_of("x", "Title", 1), codec, 1).has_value());
  CHECK_FALSE(decode_articles(bytes_of(uid, "\xff\xfe", 1), codec, 1).has_value());
  const auto whole = bytes_of(uid, "Title", 1);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CHECK_FALSE(decode_articles(std::string_view(whole).substr(0, size), codec, 1).has_value());
  }
  model::Feed feed;
  feed.uid = std::string(16, 'a');
  feed.url = "https://example.org/feed";
  CHECK(decode_feeds(encode_feeds({&feed, 1})).has_value());
  for (const std::string url : {"", "javascript:x", "/etc/passwd", "file:///etc/passwd", "import:"}) {
    feed.url = url;
    CAPTURE(url);
    CHECK_FALSE(decode_feeds(encode_feeds({&feed, 1})).has_value());
  }
}

TEST_CASE("an import for which there is no room deletes nothing, and leaves whole what is in") {
  Store from;
  const auto feed = from.subscribe("one");
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    unsigned seed = static_cast<unsigned>(i) + 7;
    for (int k = 0; k < 30'000; ++k) {
      seed = seed * 1664525 + 1013904223;
      text += static_cast<char>('a' + (seed >> 24) % 26);
    }
    entries.push_back(entry(feed, std::to_string(i), "Title " + std::to_string(i), "<p>" + text + "</p>"));
  }
  from.poll(feed, std::move(entries));
  Store to;
  fill(to, 20, "mine");
  model::MarkRequest mark;
  mark.all = true;
  mark.read = true;
  REQUIRE(to.writer->mark(mark).has_value());
  to.writer->limit(to.writer->storage().used_bytes + (3 << 20));
  const auto bytes = export_from(from);
  bool stopped = false;
  try {
    (void)import_into(to, bytes);
  } catch (const store::StoreError& error) {
    stopped = true;
    CHECK(error.shortage() == store::Shortage::limit);
  }
  CHECK(stopped);
  model::ArticleQuery mine;
  mine.read = true;
  CHECK(to.reader->articles(mine)->articles.size() == 20);
  CHECK(to.reader->counts().articles > 20);
  to.writer->limit(std::nullopt);
  check_consistent(to);
  REQUIRE(import_into(to, bytes).has_value());
  CHECK(to.reader->counts().articles == 420);
}
