// Reader::carried: articles on their way into a bundle.

#include "store/carried.hpp"

#include <algorithm>

#include "store/article_rows.hpp"
#include "store/capture_rows.hpp"
#include "store/completion_rows.hpp"
#include "store/media_rows.hpp"
#include "store/reader_state.hpp"

namespace newscache::store {

namespace {

// Looked through at a time, however few of them have changed.
constexpr std::int64_t kStride = 2048;
constexpr std::size_t kMaxBytes = 1 << 20;

constexpr std::string_view kNewestId = "SELECT article_id FROM store";
constexpr std::string_view kChanged = R"sql(
SELECT a.id FROM article a JOIN feed f ON f.id = a.feed_id AND f.removed = 0
WHERE a.id > ? AND a.id <= ? AND a.revision > ? ORDER BY a.id)sql";

// The feed's own words and, apart from them, those of the page.
std::optional<CarriedArticle> load(Database& database, model::ArticleId id) {
  const auto row = find_article(database, id);
  auto entry = row ? stored_entry(database, *row) : std::nullopt;
  if (!entry) return std::nullopt;
  CarriedArticle carried;
  carried.id = id;
  carried.feed = row->feed_id;
  carried.incoming.uid = hex_of(view(row->uid));
  carried.incoming.entry = std::move(*entry);
  carried.received = row->received;
  carried.read = row->read;
  carried.starred = row->starred;
  carried.offline = offline_state(row->offline);
  if (!row->page_is_stale) carried.page = captured_page(database, *row);
  carried.media = media_of(database, id);
  return carried;
}

}  // namespace

CarriedPage Reader::carried(model::ArticleId after, model::Revision since) {
  auto& database = state_->database;
  const auto first = model::raw(after);
  std::int64_t newest = 0;
  if (Query query(database, kNewestId); query.step()) newest = query.integer(0);
  const auto last = std::clamp(newest, first, first + kStride);
  CarriedPage page{{}, model::ArticleId{last}, last < newest};
  std::size_t bytes = 0;
  Query ids(database, kChanged, first, last, model::raw(since));
  while (ids.step()) {
    const model::ArticleId id{ids.integer(0)};
    if (bytes >= kMaxBytes) {
      page.last = page.articles.back().id;
      page.more = true;
      break;
    }
    auto article = load(database, id);
    if (!article) continue;  // a damaged record must not keep back the others
    bytes += article->incoming.entry.summary.size() + article->incoming.entry.content_html.size();
    if (article->page) bytes += article->page->content_html.size();
    page.articles.push_back(std::move(*article));
  }
  return page;
}

}  // namespace newscache::store
