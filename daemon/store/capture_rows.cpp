#include "store/capture_rows.hpp"

#include <utility>

#include "store/article_rows.hpp"

namespace newscache::store {

namespace {

// Bits of `filled` are for ever.
constexpr std::int64_t kDatePublished = 8;
constexpr std::int64_t kAuthors = 16;
struct TextField {
  std::int64_t bit;
  std::string model::Entry::*text;
};
constexpr TextField kTexts[] = {{1, &model::Entry::title}, {2, &model::Entry::image}, {4, &model::Entry::language}};

constexpr std::string_view kHead = "SELECT head FROM page WHERE id = ?";
constexpr std::string_view kWrite = R"sql(
INSERT INTO page(id, filled, head, body) VALUES (?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET filled = excluded.filled, stale = 0, head = excluded.head, body = excluded.body)sql";
constexpr std::string_view kSetStale = "UPDATE page SET filled = ?2, stale = 1 WHERE id = ?1";
constexpr std::string_view kDelete = "DELETE FROM page WHERE id = ?";

template <class Field>
void fill_field(Field& field, const Field& from, std::int64_t bit, std::int64_t& filled) {
  if (field != Field() || from == Field()) return;
  field = from;
  filled |= bit;
}

}  // namespace

model::Entry as_entry(const model::CapturedPage& page) {
  model::Entry entry;
  entry.url = page.url;
  entry.content_html = page.content_html;
  entry.title = page.title;
  entry.image = page.image;
  entry.language = page.language;
  entry.date_published = page.date_published;
  entry.authors = page.authors;
  return entry;
}

std::optional<model::Entry> captured_head(Database& database, model::ArticleId id) {
  Query query(database, kHead, model::raw(id));
  if (!query.step()) return std::nullopt;
  auto entry = database.codec().decode(query.blob(0), {});
  if (!entry) return std::nullopt;
  return std::move(*entry);
}

std::optional<model::CapturedPage> captured_page(Database& database, const ArticleRow& row) {
  if (row.page.empty()) return std::nullopt;
  auto head = captured_head(database, row.id);
  auto content = database.codec().decode(row.record.head, row.page);
  if (!head || !content) return std::nullopt;
  model::CapturedPage page;
  page.url = std::move(head->url);
  page.content_html = std::move(content->content_html);
  page.title = std::move(head->title);
  page.image = std::move(head->image);
  page.language = std::move(head->language);
  page.date_published = head->date_published;
  page.authors = std::move(head->authors);
  return page;
}

std::int64_t fill_in(model::Entry& entry, const model::Entry& page) {
  std::int64_t filled = 0;
  for (const auto& field : kTexts) fill_field(entry.*field.text, page.*field.text, field.bit, filled);
  fill_field(entry.date_published, page.date_published, kDatePublished, filled);
  fill_field(entry.authors, page.authors, kAuthors, filled);
  return filled;
}

void take_out(model::Entry& entry, std::int64_t filled) {
  for (const auto& field : kTexts) {
    if ((filled & field.bit) != 0) (entry.*field.text).clear();
  }
  if ((filled & kDatePublished) != 0) entry.date_published.reset();
  if ((filled & kAuthors) != 0) entry.authors.clear();
}

void write_page(Database& database, model::ArticleId id, std::int64_t filled, const Record& record) {
  Query(database, kWrite, model::raw(id), filled).bind_blob(record.head).bind_blob(record.body).run();
}

void set_stale(Database& database, model::ArticleId id, std::int64_t filled) {
  Query(database, kSetStale, model::raw(id), filled).run();
}

void delete_page(Database& database, ArticleRow& row) {
  Query(database, kDelete, model::raw(row.id)).run();
  row.page.clear();
  row.filled = 0;
  row.page_is_stale = false;
}

}  // namespace newscache::store
