#include "unit/store/store_fixture.hpp"

#include <filesystem>

#include "base/hash.hpp"
#include "store/database.hpp"
#include "store/writer_state.hpp"

namespace newscache::store::test {

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "newscache-store-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string strip_tags(std::string_view html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') {
      inside = false;
      text += ' ';
    }
  }
  return text;
}

Options options_in(const Folder& folder) {
  Options options;
  options.path = folder.database();
  options.plain_text = strip_tags;
  return options;
}

std::unique_ptr<Writer> open_writer(const Options& options) {
  auto writer = Writer::open(options);
  REQUIRE(writer.has_value());
  return std::move(*writer);
}

std::unique_ptr<Reader> open_reader(const Options& options) {
  auto reader = Reader::open(options);
  REQUIRE(reader.has_value());
  return std::move(*reader);
}

void Store::reopen() {
  reader.reset();
  writer.reset();
  writer = open_writer(options);
  reader = open_reader(options);
}

model::FeedId Store::subscribe(const std::string& name, const std::string& folder_name) {
  model::NewFeed feed;
  feed.url = "https://" + name + ".example/feed";
  feed.folder = folder_name;
  const auto added = writer->add_feed(feed, hex(sha256({feed.url}), 8), kNow);
  REQUIRE(added.has_value());
  return added->id;
}

model::UpdateResult Store::poll(model::FeedId feed, std::vector<model::IncomingEntry> entries, Instant at) {
  model::FeedUpdate update;
  update.feed_id = feed;
  if (const auto known = reader->feed(feed)) update.state = known->state;
  update.state.status = model::FeedStatus::ok;
  update.document.emplace();
  update.document->title = "Publisher";
  update.entries = std::move(entries);
  update.received = at;
  return writer->apply({&update, 1}, Durability::synced).front();
}

void index_all(Writer& writer) {
  while (writer.index(100) > 0) {
  }
}

std::vector<model::Article> Store::list(const model::ArticleQuery& query) {
  index_all(*writer);
  auto page = reader->articles(query);
  REQUIRE(page.has_value());
  return std::move(page->articles);
}

std::vector<std::string> Store::titles(const model::ArticleQuery& query) {
  std::vector<std::string> titles;
  for (const auto& article : list(query)) titles.push_back(article.entry.title);
  return titles;
}

std::vector<std::string> Store::search(const std::string& text) {
  model::ArticleQuery query;
  query.text = text;
  query.order = model::ArticleOrder::oldest;
  return titles(query);
}

model::Article Store::only(const model::ArticleQuery& query) {
  auto articles = list(query);
  REQUIRE(articles.size() == 1);
  return std::move(articles.front());
}

std::string uid_of(model::FeedId feed, const std::string& guid) {
  return hex(sha256({std::to_string(model::raw(feed)), "\n", guid}), 16);
}

model::IncomingEntry entry(model::FeedId feed, const std::string& guid, const std::string& title,
                           const std::string& content) {
  model::IncomingEntry incoming;
  incoming.uid = uid_of(feed, guid);
  incoming.entry.guid = guid;
  incoming.entry.title = title;
  incoming.entry.content_html = content;
  return incoming;
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
  std::string text;
  while (text.size() < bytes) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    text += static_cast<char>('a' + (seed >> 33) % 26);
    if (text.size() % 9 == 8) text += ' ';
  }
  return text;
}

std::vector<model::IncomingEntry> entries_titled(model::FeedId feed, int count, const std::string& title) {
  std::vector<model::IncomingEntry> entries;
  for (int i = 0; i < count; ++i) entries.push_back(entry(feed, std::to_string(i), title));
  return entries;
}

void check_consistent(Store& store) {
  index_all(*store.writer);
  check_consistent(store.options);
}

void check_consistent(const Options& options) {
  Database database(options, Access::write);
  Query integrity(database, "PRAGMA integrity_check");
  REQUIRE(integrity.step());
  CHECK(integrity.string(0) == "ok");
  // Throws when the index differs from the articles in anything.
  if (not_indexed(load_totals(database)) == 0)
    CHECK_NOTHROW(database.run("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)"));
  struct Rule {
    const char* what;
    const char* count_of_violations;
  };
  const Rule rules[] = {
      {"totals of articles", "SELECT articles - (SELECT count(*) FROM article) FROM store"},
      {"totals of unread", "SELECT unread - (SELECT count(*) FROM article WHERE read = 0) FROM store"},
      {"totals of starred", "SELECT starred - (SELECT count(*) FROM article WHERE starred = 1) FROM store"},
      {"totals of feeds", "SELECT feeds - (SELECT count(*) FROM feed WHERE removed = 0) FROM store"},
      {"articles of each feed",
       "SELECT count(*) FROM feed_state s WHERE articles <> (SELECT count(*) FROM article WHERE feed_id = s.feed_id)"},
      {"unread of each feed",
       "SELECT count(*) FROM feed_state s WHERE unread <> "
       "(SELECT count(*) FROM article WHERE feed_id = s.feed_id AND read = 0)"},
      {"feeds without times", "SELECT count(*) FROM feed WHERE id NOT IN (SELECT feed_id FROM poll)"},
      {"newest revision", "SELECT revision - coalesce((SELECT max(revision) FROM change), revision) FROM store"},
      {"gaps in the change log", "SELECT coalesce(max(revision) - min(revision) + 1, 0) - count(*) FROM change"},
      {"articles whose revision the log does not know",
       "SELECT count(*) FROM article WHERE revision >= (SELECT min(revision) FROM change) AND NOT EXISTS "
       "(SELECT 1 FROM change WHERE revision = article.revision AND id = article.id AND type = 0)"},
      {"tags of no article", "SELECT count(*) FROM tag WHERE NOT EXISTS (SELECT 1 FROM article a WHERE a.id = tag.id)"},
      {"articles that nobody recognises",
       "SELECT count(*) FROM article a WHERE NOT EXISTS (SELECT 1 FROM identity WHERE feed_id = a.feed_id AND id = "
       "a.id "
       "AND key = article_key(a.uid)) OR (link IS NOT NULL AND NOT EXISTS "
       "(SELECT 1 FROM identity WHERE feed_id = a.feed_id AND id = a.id AND key = a.link))"},
      {"keys too many", "SELECT (SELECT count(*) FROM identity) - (SELECT count(*) + count(link) FROM article)"},
      {"articles beyond their horizon",
       "SELECT count(*) FROM article a WHERE sort >= "
       "coalesce((SELECT sort FROM horizon h WHERE h.id <= a.id ORDER BY h.id DESC LIMIT 1), 0)"},
      {"edited articles that are not counted", "SELECT outdated - (SELECT count(*) FROM outdated) FROM store"},
      {"contents of no article", "SELECT count(*) FROM content WHERE id NOT IN (SELECT id FROM article)"},
      {"versions of no article", "SELECT count(*) FROM article_version WHERE id NOT IN (SELECT id FROM article)"},
      {"attempts of no feed",
       "SELECT count(*) FROM attempt WHERE feed_id NOT IN (SELECT id FROM feed WHERE removed = 0)"},
      {"ids beyond the last", "SELECT count(*) FROM article WHERE id > (SELECT article_id FROM store)"},
  };
  for (const auto& rule : rules) {
    INFO(rule.what);
    CHECK(database.number(rule.count_of_violations) == 0);
  }
}

}  // namespace newscache::store::test
