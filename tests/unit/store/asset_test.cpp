// Assets: files that articles share, for exactly as long as one of them needs them.

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/asset_files.hpp"
#include "store/database.hpp"
#include "store/salvage.hpp"
#include "unit/store/asset_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using namespace std::chrono_literals;
using model::OfflineState;

namespace {

struct Articles : Store {
  model::FeedId feed = subscribe("a");
  // Titled by their numbers, the newest last.
  void add(int from, int to) {
    for (int i = from; i < to; ++i) {
      auto incoming = entry(feed, std::to_string(i), std::to_string(i));
      incoming.entry.date_published = kNow - 1000h + 1min * i;
      incoming.to_complete = true;
      poll(feed, {incoming});
    }
  }
  model::Article article(const std::string& title) {
    model::ArticleQuery query;
    query.limit = 1000;
    const auto page = reader->articles(query).value();
    for (const auto& article : page.articles) {
      if (article.entry.title == title) return article;
    }
    FAIL("there is no article " << title);
    return {};
  }
  bool has(const std::string& title) {
    model::ArticleQuery query;
    query.limit = 1000;
    const auto articles = reader->articles(query).value().articles;
    return std::any_of(articles.begin(), articles.end(), [&](const auto& a) { return a.entry.title == title; });
  }
  bool give(const std::string& title, std::vector<model::Media> media) {
    const auto update = update_of(article(title), std::move(media));
    return writer->complete({&update, 1}).front();
  }
  model::Media file(const std::string& name, const std::string& bytes) {
    return download(options, "https://pictures.example/" + name, bytes);
  }
  void mark(const std::string& title, std::optional<bool> read, std::optional<bool> starred = {}) {
    model::MarkRequest request;
    request.ids = {article(title).id};
    request.read = read;
    request.starred = starred;
    writer->mark(request).value();
  }
};

void sweep_all(Writer& writer) {
  for (unsigned byte = 0; byte < 256; ++byte) writer.sweep_assets(static_cast<std::uint8_t>(byte));
}

}  // namespace

TEST_CASE("media with equal bytes are one asset, which goes with the last article that refers to it") {
  Articles store;
  store.add(1, 4);
  const auto shared = sha256_of("shared");
  CHECK(store.give("1", {store.file("1.png", "shared"), store.file("own.png", "own")}));
  CHECK(store.give("2", {store.file("2.png", "shared"), store.file("1.png", "shared")}));
  check_assets(store.options);
  CHECK(asset_files_in(store.options).size() == 2);
  CHECK(std::filesystem::is_empty(new_assets_path(store.options)));
  CHECK(store.article("1").offline_bytes == 9);
  CHECK(store.article("2").offline_bytes == 6);  // one asset under two URLs
  CHECK(store.reader->asset_bytes(store.feed) == 9);
  CHECK(store.reader->asset_of("https://pictures.example/2.png")->sha256 == shared);
  CHECK_FALSE(store.reader->asset_of("https://pictures.example/3.png"));
  CHECK(store.reader->asset(shared)->type == "image/png");
  // What is there already needs no file.
  CHECK(store.give("3", {{"https://pictures.example/3.png", store.reader->asset(shared).value(), {}}}));
  CHECK(store.reader->media(store.article("3").id).size() == 1);
  struct stat info {};
  REQUIRE(::stat(asset_path(store.options, shared).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);

  CHECK(store.writer->remove_article(store.article("1").id).has_value());
  CHECK(store.reader->asset(sha256_of("own")).error().cause == Cause::not_found);
  CHECK(asset_files_in(store.options) == std::vector{shared});
  CHECK(store.writer->remove_article(store.article("2").id).has_value());
  CHECK(asset_files_in(store.options) == std::vector{shared});
  check_assets(store.options);
  CHECK(store.writer->remove_article(store.article("3").id).has_value());
  CHECK(asset_files_in(store.options).empty());
  CHECK(store.reader->asset(shared).error().cause == Cause::not_found);
  check_assets(store.options);
  CHECK(store.writer->storage().asset_bytes == 0);
}

TEST_CASE("an asset of more than 4 GiB is found and opened") {
  Store store;
  const model::Asset film{sha256_of("film"), "video/mp4", (std::int64_t{5} << 30) + 1};
  const auto path = asset_path(store.options, film.sha256);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  { const std::ofstream empty(path); }
  REQUIRE(::truncate(path.c_str(), film.bytes) == 0);
  CHECK(has_asset_file(store.options, film.sha256, film.bytes));
  CHECK(open_asset_file(store.options, film));
  CHECK_FALSE(has_asset_file(store.options, film.sha256, (std::int64_t{1} << 30) + 1));  // what 32 bits leave of it
}

TEST_CASE("a picture that changes under its URL replaces the one before") {
  Articles store;
  store.add(1, 2);
  CHECK(store.give("1", {store.file("1.png", "before")}));
  CHECK(store.give("1", {store.file("1.png", "after")}));
  CHECK(asset_files_in(store.options) == std::vector{sha256_of("after")});
  check_assets(store.options);
}

TEST_CASE("assets go with unsubscribing and by age, and those of starred articles stay") {
  Articles store;
  store.add(1, 4);
  for (const char* title : {"1", "2", "3"}) CHECK(store.give(title, {store.file(title, title)}));
  store.mark("1", true);
  store.mark("3", {}, true);
  RetentionRun run;
  run.keep.per_feed = 2;
  store.writer->retain(run);
  CHECK(run.removed == 1);
  CHECK(asset_files_in(store.options).size() == 2);
  store.writer->remove_feed(store.feed, false).value();
  CHECK(asset_files_in(store.options) == std::vector{sha256_of("3")});
  check_assets(store.options);
}

TEST_CASE("an asset that has gone since the caller looked is fetched again") {
  Articles store;
  store.add(1, 2);
  const auto gone = model::Media{"https://pictures.example/1.png", {sha256_of("gone"), "image/png", 4}, {}};
  CHECK(store.give("1", {gone}));
  CHECK(store.article("1").offline == OfflineState::pending);
  CHECK(store.reader->media(store.article("1").id).empty());
}

TEST_CASE("a download that is missing keeps back its own article alone") {
  Articles store;
  store.add(1, 4);
  std::vector<model::CompletionUpdate> updates;
  for (const char* title : {"1", "2", "3"}) {
    updates.push_back(update_of(store.article(title), {store.file(title, title)}));
  }
  updates[2].completion = {OfflineState::partial, 3, kNow + 1h, Cause::server, "HTTP 500"};
  for (const auto place : {1, 2}) std::filesystem::remove(updates[place].media.front().file);
  CHECK(store.writer->complete(updates) == std::vector{true, true, true});
  CHECK(store.article("1").offline == OfflineState::complete);
  CHECK(store.reader->completion(updates[1].article).value() ==
        model::Completion{OfflineState::pending, 0, kNow, {}, {}});
  CHECK(store.reader->completion(updates[2].article).value() == updates[2].completion);
  CHECK(asset_files_in(store.options) == std::vector{sha256_of("1")});
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("what a complete article no longer refers to goes, unless another does") {
  Articles store;
  store.add(1, 3);
  CHECK(store.give("1", {store.file("a", "a"), store.file("b", "b"), store.file("c", "c"), store.file("d", "b")}));
  CHECK(store.give("2", {store.file("c", "c")}));
  const auto wanting = [&](OfflineState state) -> bool {
    auto update = update_of(store.article("1"), {store.file("e", "e")});
    update.completion.state = state;
    update.wants = {"https://pictures.example/a", "https://pictures.example/e"};
    return store.writer->complete({&update, 1}).front();
  };
  CHECK(wanting(OfflineState::partial));
  CHECK(store.reader->media(store.article("1").id).size() == 5);
  CHECK(wanting(OfflineState::complete));
  CHECK(store.reader->media(store.article("1").id).size() == 2);
  CHECK(store.article("1").offline_bytes == 2);
  auto left = std::vector{sha256_of("a"), sha256_of("c"), sha256_of("e")};
  std::sort(left.begin(), left.end());
  CHECK(asset_files_in(store.options) == left);
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("how much room there is for assets can be asked before they are fetched") {
  Articles store;
  CHECK(store.writer->room_for_assets(1000) > 1'000'000'000'000);
  store.writer->limit(4 << 20);
  store.add(1, 4);
  const auto room = store.writer->room_for_assets(1000);
  CHECK(room > 1 << 20);
  CHECK(room < 4 << 20);
  const std::string half(static_cast<std::size_t>(room / 2) - 20'000, 'x');
  CHECK(store.give("1", {store.file("1", half + "1")}));
  CHECK(store.give("2", {store.file("2", half + "2")}));
  const auto left = store.writer->room_for_assets(1 << 20);
  CHECK(left < room / 4);
  store.mark("1", true);
  CHECK(store.writer->room_for_assets(1) < room / 4);
  const auto with_read = store.writer->room_for_assets(1 << 20);
  CHECK(with_read > left + room / 3);
  CHECK(store.give("3", {store.file("3", std::string(static_cast<std::size_t>(with_read) - 40'000, 'x'))}));
  CHECK(store.article("3").offline == OfflineState::complete);
  CHECK(store.article("1").offline == OfflineState::partial);
  check_assets(store.options);
}

TEST_CASE("a feed of 10,000 images stays within the limit, and no unread article goes for a picture") {
  Articles store;
  constexpr std::int64_t kLimit = 6 << 20;
  store.writer->limit(kLimit);
  constexpr int kArticles = 200;
  constexpr int kPictures = 50;
  std::int64_t most = 0;
  for (int i = 0; i < kArticles; ++i) {
    store.add(i, i + 1);
    std::vector<model::Media> media;
    for (int n = 0; n < kPictures; ++n) {
      const auto name = std::to_string(i) + "-" + std::to_string(n);
      media.push_back(store.file(name, name + std::string(4000, 'x')));
    }
    CHECK(store.give(std::to_string(i), std::move(media)));
    if (i < 50) store.mark(std::to_string(i), true);
    most = std::max(most, store.writer->storage().used_bytes);
  }
  CHECK(most <= kLimit);
  const auto use = store.writer->storage();
  CHECK(use.asset_bytes > kLimit / 2);
  CHECK(use.evicted.articles() == 0);
  CHECK(store.reader->counts().articles == kArticles);
  CHECK(store.article("0").offline == OfflineState::partial);  // read: its pictures made room
  CHECK(store.article("0").offline_bytes == 0);
  const auto last = store.article(std::to_string(kArticles - 1));
  CHECK(last.offline == OfflineState::partial);  // there was no room left
  CHECK(store.reader->completion(last.id)->cause == Cause::budget);
  CHECK(std::filesystem::is_empty(new_assets_path(store.options)));
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("pages for which store.limit leaves no room are given up, and the articles stay as they were") {
  Articles store;
  store.writer->limit(4 << 20);
  store.add(1, 4);
  std::vector<model::CompletionUpdate> updates;
  for (const char* title : {"1", "2", "3"}) {
    updates.push_back(update_of(store.article(title)));
    updates.back().page = captured("<p>" + noise(3 << 20, updates.size()) + "</p>");
  }
  const auto before = store.article("3").entry.content_html;
  CHECK(store.writer->complete(updates) == std::vector{true, true, true});
  const auto after = store.article("3");
  CHECK((after.entry.content_html == before));  // a failure is not to print megabytes
  CHECK(after.offline == OfflineState::partial);
  CHECK(store.reader->completion(after.id)->detail == "store.limit leaves no room for it");
  check_consistent(store);
}

TEST_CASE("pictures make room for articles: first those of what has been read, then its text, then others' pictures") {
  Articles store;
  store.add(1, 4);
  for (const char* title : {"1", "2", "3"})
    CHECK(store.give(title, {store.file(title, title + std::string(9000, 'x'))}));
  store.mark("2", true);
  store.mark("3", {}, true);
  const auto room = [&] { return store.writer->storage().used_bytes; };
  store.writer->evict(room() - 1, Expendable::starred);
  CHECK(store.article("2").offline == OfflineState::partial);
  CHECK(store.article("1").offline == OfflineState::complete);
  CHECK(store.writer->evict(room() - 1, Expendable::read).read == 1);
  CHECK_FALSE(store.has("2"));
  store.writer->evict(room() - 1, Expendable::unread);
  CHECK(store.article("1").offline == OfflineState::partial);
  CHECK(store.article("3").offline == OfflineState::complete);
  CHECK(store.writer->evict(0, Expendable::unread).unread == 1);
  CHECK(store.has("3"));
  store.writer->evict(room() - 1, Expendable::starred);
  CHECK(store.article("3").offline == OfflineState::partial);
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("a sweep removes what no row knows, and fetches again what has no file") {
  Articles store;
  store.add(1, 3);
  CHECK(store.give("1", {store.file("1", "one"), store.file("0", "zero")}));
  CHECK(store.give("2", {store.file("2", "two")}));
  const auto orphan = download(store.options, "https://x.example/", "orphan");
  std::filesystem::create_directories(
      std::filesystem::path(asset_path(store.options, orphan.asset.sha256)).parent_path());
  std::filesystem::copy_file(orphan.file, asset_path(store.options, orphan.asset.sha256));
  const auto fresh = download(store.options, "https://y.example/", "still being fetched");
  std::filesystem::last_write_time(orphan.file, std::filesystem::file_time_type::clock::now() - 48h);
  std::filesystem::resize_file(asset_path(store.options, sha256_of("two")), 2);
  std::filesystem::remove(asset_path(store.options, sha256_of("one")));
  store.writer->sweep_downloads(std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now()) -
                                24h);
  sweep_all(*store.writer);
  CHECK_FALSE(std::filesystem::exists(orphan.file));
  CHECK(std::filesystem::exists(fresh.file));
  CHECK(asset_files_in(store.options) == std::vector{sha256_of("zero")});
  for (const char* title : {"1", "2"}) CHECK(store.article(title).offline == OfflineState::pending);
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("a salvage keeps captured pages and media, and completes again what has lost a file") {
  Articles store;
  store.add(1, 30);
  for (int i = 1; i < 30; ++i) {
    const auto title = std::to_string(i);
    auto update = update_of(store.article(title), {store.file(title, title), store.file("logo", "logo")});
    update.page = captured("<p>page " + title + std::string(3000, 'x') + "</p>");
    CHECK(store.writer->complete({&update, 1}).front());
  }
  auto failed = update_of(store.article("7"));
  failed.completion = {OfflineState::failed, 2, kNow + 1h, Cause::server, "HTTP 500"};
  CHECK(store.writer->complete({&failed, 1}).front());
  store.writer->close();
  store.reader.reset();
  store.writer.reset();
  std::filesystem::remove(asset_path(store.options, sha256_of("5")));
  std::fstream(store.options.path, std::ios::in | std::ios::out | std::ios::binary) << std::string(100, 'x');
  REQUIRE(salvage(store.options, [] {}).has_value());
  store.reopen();
  for (int i = 1; i < 30; ++i) {
    const auto title = std::to_string(i);
    const auto article = store.reader->article(store.article(title).id).value();
    INFO(title);
    CHECK(article.entry.content_html.starts_with("<p>page " + title));
    CHECK(article.offline == (i == 5 ? OfflineState::pending : i == 7 ? OfflineState::failed : OfflineState::complete));
    CHECK(store.reader->media(article.id).size() == (i == 5 ? 1 : 2));
  }
  CHECK(store.reader->completion(failed.article).value() == failed.completion);
  check_assets(store.options);
  check_consistent(store);
}

TEST_CASE("killed at any moment, the store never names a file that is not whole") {
  Folder folder;
  const auto options = options_in(folder);
  {
    const auto writer = open_writer(options);
    model::NewFeed feed;
    feed.url = "https://a.example/feed";
    writer->add_feed(feed, "00000000000000aa", kNow).value();
  }
  for (int round = 0; round < 15; ++round) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto writer = Writer::open(options);
      for (int i = 0;; ++i) {
        const auto name = std::to_string(round) + "-" + std::to_string(i);
        model::FeedUpdate update;
        update.feed_id = model::FeedId{1};
        update.received = kNow;
        update.entries = {entry(update.feed_id, name, name)};
        (*writer)->apply({&update, 1}, Durability::synced);
        model::ArticleQuery newest;
        newest.limit = 1;
        const auto article = (*Reader::open(options))->articles(newest).value().articles.front();
        const auto done = update_of(article, {download(options, name, name + std::string(20'000, 'x'))});
        (*writer)->complete({&done, 1});
        if (i % 2 == 0) (*writer)->remove_article(article.id).value();
      }
    }
    ::usleep(static_cast<useconds_t>(20'000 + 7'000 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    Database database(options, Access::read);
    for (Query row(database, "SELECT lower(hex(sha256)), bytes FROM media"); row.step();) {
      CHECK(has_asset_file(options, row.text(0), row.integer(1)));
    }
  }
  const auto writer = open_writer(options);
  writer->sweep_downloads(Instant::max());
  sweep_all(*writer);
  CHECK(std::filesystem::is_empty(new_assets_path(options)));
  check_assets(options);
  check_consistent(options);
}
