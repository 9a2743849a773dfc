// Reader::carried: articles on their way into a bundle.

#include "store/carried.hpp"

#include <algorithm>

#include "store/article_rows.hpp"
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

}  // namespace

CarriedPage Reader::carried(model::ArticleId after, model::Revision since) {
  auto& database = state_->database;
  const auto first = model::raw(after);
  std::int64_t newest = 0;
  if (Query query(database, kNewestId); query.step()) newest = query.integer(0);
  const auto last = std::clamp(newest, first, first + kStride);
  CarriedPage page{{}, model::ArticleId{last}, last < newest};
  std::size_t bytes = 0;
  Query rows(database, articles_sql(kChanged, true), first, last, model::raw(since));
  while (rows.step()) {
    if (bytes >= kMaxBytes) {
      page.last = page.articles.back().id;
      page.more = true;
      break;
    }
    model::Article article;
    if (!read_article(database, rows, article)) continue;  // a damaged record must not keep back the others
    bytes += article.entry.summary.size() + article.entry.content_html.size();
    CarriedArticle carried;
    carried.id = article.id;
    carried.feed = article.feed_id;
    carried.incoming.uid = std::move(article.uid);
    carried.incoming.entry = std::move(article.entry);
    carried.received = article.date_received;
    carried.read = article.read;
    carried.starred = article.starred;
    page.articles.push_back(std::move(carried));
  }
  return page;
}

}  // namespace newscache::store
