// What is left of a database when one of its pages is lost, or its header, or its WAL, or its end.

#include "store/salvage.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "store/carver.hpp"
#include "store/database.hpp"
#include "store/set_aside.hpp"
#include "store/writer_state.hpp"
#include "unit/store/old_database.hpp"
#include "unit/store/store_fixture.hpp"

namespace fs = std::filesystem;
using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;

namespace {

constexpr int kFeeds = 4;
constexpr int kPolls = 3;
constexpr int kEntries = 6;

const std::function<void()> kNoProgress = [] {};

// Text that does not compress away.
std::string prose(unsigned seed, std::size_t length) {
  std::mt19937 random(seed);
  std::string text = "<p>";
  while (text.size() < length) text += "w" + std::to_string(random() % 100'000) + " ";
  return text + "</p>";
}

model::IncomingEntry sample_entry(model::FeedId feed, int number, const std::string& word) {
  const auto guid = "g" + std::to_string(number);
  const auto seed = static_cast<unsigned>(model::raw(feed) * 1000 + number);
  // Every fourth goes over several pages.
  auto incoming = entry(feed, guid, word + " " + std::to_string(number) + " of " + std::to_string(model::raw(feed)),
                        prose(seed, number % 6 == 0 ? 12'000 : 500));
  incoming.entry.summary = prose(seed + 7, 300);
  incoming.link = "https://example.org/" + std::to_string(seed);
  incoming.entry.tags = {"tag" + std::to_string(number % 3)};
  return incoming;
}

void fill(Store& store) {
  for (int f = 0; f < kFeeds; ++f) store.subscribe("site" + std::to_string(f), f % 2 == 0 ? "Folder" : "");
  for (int poll = 0; poll < kPolls; ++poll) {
    for (int f = 1; f <= kFeeds; ++f) {
      std::vector<model::IncomingEntry> entries;
      const model::FeedId feed{f};
      for (int i = 0; i < kEntries; ++i) entries.push_back(sample_entry(feed, poll * kEntries + i, "Title"));
      if (poll > 0) entries.push_back(sample_entry(feed, poll, "Edited"));
      store.poll(feed, std::move(entries), kNow + std::chrono::hours(poll));
    }
  }
  for (int f = 1; f <= kFeeds; ++f) {
    model::FeedUpdate update;
    update.feed_id = model::FeedId{f};
    update.state = store.reader->feed(update.feed_id)->state;
    update.state.last_attempt = update.state.last_success = kNow + std::chrono::minutes(f);
    update.state.next_poll = kNow + std::chrono::hours(f);
    update.state.next_poll_rule = "rhythm";
    update.state.traffic = {20'513, 100 * f, 200 * f};
    store.writer->apply({&update, 1}, Durability::synced);
  }
  model::MarkRequest mark;
  for (std::int64_t id = 3; id < 70; id += 3) mark.ids.push_back(model::ArticleId{id});
  mark.read = true;
  REQUIRE(store.writer->mark(mark).has_value());
  mark = {};
  for (std::int64_t id = 5; id < 70; id += 20) mark.ids.push_back(model::ArticleId{id});
  mark.starred = true;
  REQUIRE(store.writer->mark(mark).has_value());
  REQUIRE(store.writer->remove_article(model::ArticleId{7}).has_value());
  store.writer->set_meta("clock_floor", "1", Durability::synced);
  index_all(*store.writer);
}

// A sound database, closed, and what is in it.
struct Sample {
  Sample() {
    Store store;
    fill(store);
    epoch = store.writer->epoch();
    revision = store.writer->revision();
    model::ArticleQuery query;
    query.limit = 1000;
    query.with_content = true;
    for (auto& article : store.list(query)) articles.emplace(article.id, article);
    feeds = store.reader->feeds();
    fs::copy_file(store.options.path + "-wal", folder.path() + "/with.db-wal");
    fs::copy_file(store.options.path, folder.path() + "/with.db");
    store.writer->close();
    fs::copy_file(store.options.path, folder.database());
    pages = static_cast<std::size_t>(fs::file_size(folder.database()) / kPageBytes);
    look_at_pages();
  }

  // Whose rows lie where.
  void look_at_pages() {
    Options options = options_in(folder);
    Database database(options, Access::write);
    for (Query query(database, "SELECT name, pageno, pagetype, ncell FROM dbstat"); query.step();) {
      const bool has_rows = query.text(2) != "internal";
      // A page that goes on with a row belongs to one article.
      const auto rows = query.text(2) == "overflow" ? 1 : query.integer(3);
      if (query.text(0) == "article" && has_rows) articles_on[static_cast<std::size_t>(query.integer(1))] = rows;
      if (query.text(0) == "content" && has_rows) contents_on[static_cast<std::size_t>(query.integer(1))] = rows;
      if (query.text(0) == "poll" && has_rows) times_on.insert(static_cast<std::size_t>(query.integer(1)));
    }
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  Folder folder;
  std::string epoch;
  model::Revision revision{};
  std::map<model::ArticleId, model::Article> articles;
  std::vector<model::Feed> feeds;
  std::size_t pages = 0;
  std::map<std::size_t, std::int64_t> articles_on;
  std::map<std::size_t, std::int64_t> contents_on;
  std::set<std::size_t> times_on;
};

const Sample& sample() {
  static const Sample made;
  return made;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string garbage(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random() & 0xff);
  return bytes;
}

Salvaged salvaged(const Options& options) {
  const auto result = salvage(options, kNoProgress);
  REQUIRE(result.has_value());
  return *result;
}

struct Losses {
  std::int64_t articles = 0;
  std::int64_t contents = 0;
};

// Whatever is there is as it was; how much is missing.
Losses compare(const Options& options) {
  const auto& before = sample();
  auto writer = open_writer(options);
  CHECK(writer->epoch() != before.epoch);
  CHECK(writer->revision() >= before.revision);
  index_all(*writer);
  auto reader = open_reader(options);
  Losses losses;
  for (const auto& [id, was] : before.articles) {
    const auto is = reader->article(id);
    if (!is) {
      ++losses.articles;
      continue;
    }
    if (is->entry.content_html.empty()) ++losses.contents;
    const bool same_content = is->entry.content_html.empty() || is->entry.content_html == was.entry.content_html;
    const bool same = is->entry.title == was.entry.title && is->read == was.read && is->starred == was.starred &&
                      is->uid == was.uid && is->feed_id == was.feed_id && same_content;
    if (!same) FAIL_CHECK("article " << model::raw(id) << " differs");
  }
  return losses;
}

void check_feeds(const Options& options) {
  auto reader = open_reader(options);
  std::set<std::string> urls;
  for (const auto& feed : reader->feeds()) urls.insert(feed.url);
  for (const auto& feed : sample().feeds) CHECK(urls.contains(feed.url));
}

void check_times(const std::vector<model::Feed>& before, const std::vector<model::Feed>& after) {
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& was = before[i].state;
    const auto& is = after[i].state;
    CHECK(is.last_attempt == was.last_attempt);
    CHECK(is.last_success == was.last_success);
    CHECK(is.next_poll == was.next_poll);
    CHECK(is.next_poll_rule == was.next_poll_rule);
    CHECK(is.traffic == was.traffic);
  }
}

// What is new after the salvage gets a new id.
void check_new_ids(const Options& options) {
  auto writer = open_writer(options);
  auto reader = open_reader(options);
  const auto revision = writer->revision();
  const auto highest = sample().articles.rbegin()->first;
  model::FeedUpdate update;
  update.feed_id = reader->feeds().front().id;
  update.entries.push_back(entry(update.feed_id, "quite new", "Quite new"));
  update.received = kNow;
  REQUIRE(writer->apply({&update, 1}, Durability::synced).front().added == 1);
  CHECK(writer->revision() > revision);
  model::ArticleQuery query;
  query.order = model::ArticleOrder::newest;
  query.limit = 1000;
  const auto page = reader->articles(query);
  REQUIRE(page.has_value());
  const auto found = std::find_if(page->articles.begin(), page->articles.end(),
                                  [](const auto& article) { return article.entry.title == "Quite new"; });
  REQUIRE(found != page->articles.end());
  CHECK(found->id > highest);
}

std::int64_t value_or_zero(const std::map<std::size_t, std::int64_t>& counts, std::size_t page) {
  const auto found = counts.find(page);
  return found == counts.end() ? 0 : found->second;
}

std::int64_t sum_from(const std::map<std::size_t, std::int64_t>& counts, std::size_t page) {
  std::int64_t sum = 0;
  for (auto at = counts.lower_bound(page); at != counts.end(); ++at) sum += at->second;
  return sum;
}

}  // namespace

TEST_CASE("whichever page is lost, only the articles that lie on it are; feeds and what people chose are all there") {
  const auto pristine = read_all(sample().folder.database());
  REQUIRE(sample().pages > 60);
  const bool zeros = GENERATE(true, false);
  for (std::size_t page = 1; page <= sample().pages; ++page) {
    INFO((zeros ? "zeros" : "garbage") << " in page " << page << " of " << sample().pages);
    Folder folder;
    auto bytes = pristine;
    bytes.replace((page - 1) * kPageBytes, kPageBytes,
                  zeros ? std::string(kPageBytes, '\0') : garbage(kPageBytes, static_cast<unsigned>(page)));
    write_all(folder.database(), bytes);
    const auto options = options_in(folder);
    const auto result = salvaged(options);
    const auto losses = compare(options);
    CHECK(losses.articles <= value_or_zero(sample().articles_on, page));
    CHECK(losses.contents <= value_or_zero(sample().contents_on, page));
    CHECK(result.articles + losses.articles == static_cast<std::int64_t>(sample().articles.size()));
    check_feeds(options);
    if (!sample().times_on.contains(page)) check_times(sample().feeds, open_reader(options)->feeds());
    check_consistent(options);
    CHECK(read_all(result.set_aside) == bytes);
  }
}

TEST_CASE("a database of an earlier version is salvaged with the times of its feeds") {
  for (int schema = kOldestSchema; schema <= kNewestOldSchema; ++schema) {
    INFO("schema " << schema);
    Folder sound;
    put_old_database(sound.database(), schema);
    open_writer(options_in(sound));
    const auto before = open_reader(options_in(sound))->feeds();
    Folder folder;
    const auto options = options_in(folder);
    put_old_database(options.path, schema);
    CHECK(salvaged(options).feeds == static_cast<std::int64_t>(before.size()));
    open_writer(options);
    check_times(before, open_reader(options)->feeds());
    check_consistent(options);
  }
}

TEST_CASE("a database of the version before, whose header is lost, is salvaged with the times of its feeds") {
  Folder sound;
  put_old_database(sound.database(), kNewestOldSchema);
  auto bytes = read_all(sound.database());
  open_writer(options_in(sound));
  Folder folder;
  const auto options = options_in(folder);
  bytes.replace(0, kPageBytes, std::string(kPageBytes, '\0'));
  write_all(options.path, bytes);
  salvaged(options);
  open_writer(options);
  check_times(open_reader(options_in(sound))->feeds(), open_reader(options)->feeds());
  check_consistent(options);
}

TEST_CASE("of a database that ends too early there is what lies before the end") {
  const auto pristine = read_all(sample().folder.database());
  for (std::size_t page = 1; page <= sample().pages; page += 3) {
    INFO("cut before page " << page << " of " << sample().pages);
    Folder folder;
    write_all(folder.database(), pristine.substr(0, (page - 1) * kPageBytes + 10));
    const auto options = options_in(folder);
    salvaged(options);
    const auto losses = compare(options);
    CHECK(losses.articles <= sum_from(sample().articles_on, page));
    check_consistent(options);
  }
}

TEST_CASE("ids and revisions are not given again after a salvage, whichever page is lost") {
  const auto pristine = read_all(sample().folder.database());
  for (std::size_t page = 1; page <= sample().pages; page += 2) {
    INFO("page " << page);
    Folder folder;
    auto bytes = pristine;
    bytes.replace((page - 1) * kPageBytes, kPageBytes, std::string(kPageBytes, '\0'));
    write_all(folder.database(), bytes);
    const auto options = options_in(folder);
    salvaged(options);
    check_new_ids(options);
  }
}

TEST_CASE("what is only in the WAL is salvaged too; without its WAL a database has what it had before") {
  const bool with_wal = GENERATE(true, false);
  Folder folder;
  auto bytes = read_all(sample().folder.path() + "/with.db");
  if (bytes.size() > kPageBytes) bytes.replace(0, kPageBytes, std::string(kPageBytes, '\0'));
  write_all(folder.database(), bytes);
  if (with_wal) fs::copy_file(sample().folder.path() + "/with.db-wal", folder.database() + "-wal");
  const auto options = options_in(folder);
  const auto result = salvaged(options);
  check_consistent(options);
  CHECK(fs::exists(result.set_aside + "-wal") == with_wal);
  if (!with_wal) return;
  CHECK(compare(options).articles == 0);
  check_feeds(options);
}

TEST_CASE("an empty file with a WAL, or a WAL alone, is a damaged database and keeps what the WAL has") {
  const bool empty_file = GENERATE(true, false);
  Folder folder;
  if (empty_file) write_all(folder.database(), "");
  fs::copy_file(sample().folder.path() + "/with.db-wal", folder.database() + "-wal");
  const auto options = options_in(folder);
  const auto refused = Writer::open(options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().cause == Cause::internal);
  const auto result = salvaged(options);
  CHECK(fs::exists(result.set_aside + "-wal"));
  check_consistent(options);
}

TEST_CASE("the WAL of another database is not taken for this one's") {
  Store other;
  other.poll(other.subscribe("another"), {});
  for (int i = 0; i < 40; ++i) other.subscribe("another" + std::to_string(i));
  Folder folder;
  write_all(folder.database(), read_all(sample().folder.database()));
  fs::copy_file(other.options.path + "-wal", folder.database() + "-wal");
  const auto options = options_in(folder);
  salvaged(options);
  CHECK(compare(options).articles == 0);
  check_feeds(options);
  check_consistent(options);
}

TEST_CASE("a header that is no more is damage; a database of another program or of a newer version is left alone") {
  Folder folder;
  const auto options = options_in(folder);
  for (const std::string& bytes : {garbage(5000, 1), std::string(3000, '\0'), std::string("short")}) {
    write_all(folder.database(), bytes);
    const auto refused = Writer::open(options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().cause == Cause::internal);
    CHECK(read_all(folder.database()) == bytes);
    const auto result = salvaged(options);
    CHECK(result.articles == 0);
    CHECK(result.feeds_may_be_lost);
    CHECK(read_all(result.set_aside) == bytes);
    check_consistent(options);
  }
  const auto pristine = read_all(sample().folder.database());
  for (const std::size_t at : {std::size_t{63}, std::size_t{68}}) {  // the version, the program
    auto bytes = pristine;
    bytes[at] = '\x7f';
    write_all(folder.database(), bytes);
    const auto result = salvage(options, kNoProgress);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().cause == Cause::invalid);
    CHECK(read_all(folder.database()) == bytes);
  }
}

TEST_CASE("a salvage that is killed at any point is begun anew and loses nothing") {
  const auto pristine = read_all(sample().folder.database());
  for (int kill_at = 1;; ++kill_at) {
    INFO("killed at step " << kill_at);
    Folder folder;
    write_all(folder.database(), pristine);
    fs::copy_file(sample().folder.path() + "/with.db-wal", folder.database() + "-wal");
    const auto options = options_in(folder);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int step = 0;
      const std::function<void()> progress = [&] {
        if (++step == kill_at) ::_exit(9);
      };
      ::_exit(salvage(options, progress).has_value() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    const bool done = WEXITSTATUS(status) == 0;
    CHECK(salvage_is_unfinished(options) == !done);
    if (!done) salvaged(options);
    CHECK(compare(options).articles == 0);
    check_consistent(options);
    CHECK(read_all(damaged_copy(options.path)) == pristine);
    if (done) break;
  }
}

TEST_CASE("a salvage goes on from between any two of its renames") {
  const auto pristine = read_all(sample().folder.database());
  Folder folder;
  const auto options = options_in(folder);
  const auto path = folder.database();
  const auto wal = read_all(sample().folder.path() + "/with.db-wal");
  SECTION("the database is set aside, and its WAL is not yet") {
    write_all(salvage_source(path), pristine);
    write_all(path + "-wal", wal);
    CHECK(salvage_is_unfinished(options));
    salvaged(options);
  }
  SECTION("the new one is in place, and the damaged one has not its last name yet") {
    write_all(path, pristine);
    write_all(salvage_source(path), "damaged");
    write_all(salvage_source(path) + "-wal", "its WAL");
    write_all(damaged_copy(path), "an older one");
    CHECK_FALSE(salvage_is_unfinished(options));
    tidy_up_salvage(path);
    CHECK(read_all(damaged_copy(path)) == "damaged");
    CHECK(read_all(damaged_copy(path) + "-wal") == "its WAL");
    return;
  }
  CHECK(compare(options).articles == 0);
  CHECK_FALSE(fs::exists(path + ".new"));
  CHECK_FALSE(fs::exists(salvage_source(path)));
  CHECK(read_all(damaged_copy(path) + "-wal") == wal);
  check_consistent(options);
}
