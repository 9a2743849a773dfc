#include "client/reader/articles.hpp"

#include <algorithm>
#include <map>

#include "client/connection.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/library/records.hpp"
#include "text/utf8.hpp"

namespace newscache::reader {
namespace {

using client::Style;
using client::text_at;

constexpr std::size_t page_size = 200;
constexpr std::size_t most_of_api = 1000;
constexpr std::size_t most_articles = 50'000;  // kept in a list
constexpr std::size_t most_to_end = 10'000;    // loaded by one key
constexpr std::size_t title_bytes = 1000;

std::vector<Article> articles_in(const boost::json::object& answer) {
  std::vector<Article> articles;
  for (const auto& value : client::array_at(answer, "articles"))
    articles.push_back(article_of(client::as_object(value)));
  return articles;
}

// Where each article stands.
std::map<std::int64_t, std::size_t> places_of(const std::vector<Article>& articles) {
  std::map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < articles.size(); ++i) places.emplace(articles[i].id, i);
  return places;
}

// As much of "2026-11-25 09:27" as there is room for.
std::string short_date(const std::string& date, std::size_t columns) {
  if (columns >= 100 || date.size() < 16) return date;
  return columns >= 60 ? date.substr(0, 10) : date.substr(5, 5);
}

}  // namespace

Article article_of(const boost::json::object& article) {
  const auto said = client::article_of(article);
  auto title = client::article_title(said);
  if (title.empty()) title = "(untitled)";
  const auto date = said.published.value_or(said.received);
  return {.id = said.id,
          .feed = said.feed,
          .title = client::printable_line(text::cut_utf8(title, title_bytes)),
          .date = date == client::Time{} ? "" : client::local_time(date),
          .url = said.url.empty() ? said.external_url : said.url,
          .read = said.read,
          .starred = said.starred};
}

std::string articles_target(const Source& source, bool unread_only, std::size_t limit, const std::string& cursor) {
  return client::with_query("/v1/articles", {{"fields", "summary"},
                                             {"limit", std::to_string(limit)},
                                             {"order", source.query.empty() ? "newest" : "relevance"},
                                             {"feed", source.feed > 0 ? std::to_string(source.feed) : ""},
                                             {"folder", source.folder},
                                             {"read", unread_only ? "false" : ""},
                                             {"starred", source.starred ? "true" : ""},
                                             {"q", source.query},
                                             {"cursor", cursor}});
}

void ArticlesPage::restart(bool unread_only, std::uint64_t serial) {
  const auto wanted = selected() ? selected()->id : 0;
  *this = ArticlesPage(source_, unread_only, serial);
  wanted_ = wanted;
}

std::string ArticlesPage::place() const {
  if (articles_.empty()) return {};
  return std::to_string(cursor_.at + 1) + "/" + std::to_string(articles_.size()) + (next_cursor_.empty() ? "" : "+");
}

void ArticlesPage::append(const boost::json::object& answer) {
  const auto known = places_of(articles_);
  for (auto& article : articles_in(answer)) {
    if (known.contains(article.id)) continue;
    if (article.id == wanted_) cursor_.at = articles_.size();
    articles_.push_back(std::move(article));
  }
  wanted_ = 0;
  next_cursor_ = text_at(answer, "next_cursor");
  if (articles_.size() >= most_articles) next_cursor_.clear();
  loaded_ = true;
  loading_ = false;
  if (to_end_ > 0 && !articles_.empty()) cursor_.at = articles_.size() - 1;
  if (next_cursor_.empty() || articles_.size() >= to_end_) to_end_ = 0;
}

// The answer holds what the list begins with now. Of what was in the list and is not in the answer, that stays which
// lies behind the answer's end, and that which has only stopped to be unread or starred: it would be a nuisance if an
// article left the list as soon as it is read.
void ArticlesPage::replace_head(const boost::json::object& answer, const std::set<std::int64_t>& deleted) {
  auto fresh = articles_in(answer);
  const auto cursor = text_at(answer, "next_cursor");
  const auto places = places_of(fresh);
  const auto selected_id = selected() ? selected()->id : 0;
  const auto top_id = cursor_.top > 0 && cursor_.top < articles_.size() ? articles_[cursor_.top].id : 0;
  std::size_t answered = 0;  // what stands here or later in the old list lies behind the answer's end
  for (std::size_t i = 0; i < articles_.size(); ++i) {
    if (places.contains(articles_[i].id)) answered = i + 1;
  }
  if (answered == 0 && !cursor.empty()) articles_.clear();  // so much is new that there may be more between
  bool tail = false;
  std::vector<Article> merged;
  std::size_t taken = 0;  // of fresh
  const auto take_until = [&](std::size_t end) {
    while (taken < end) merged.push_back(std::move(fresh[taken++]));
  };
  for (std::size_t i = 0; i < articles_.size(); ++i) {
    auto& old = articles_[i];
    const bool behind = i >= answered && !cursor.empty();
    if (const auto found = places.find(old.id); found != places.end()) {
      take_until(found->second + 1);
    } else if (!deleted.contains(old.id) && (behind || unread_only_ || source_.starred)) {
      if (i >= answered) take_until(fresh.size());
      if (!behind && unread_only_) old.read = true;
      if (!behind && source_.starred) old.starred = false;
      tail = tail || behind;
      merged.push_back(std::move(old));
    }
  }
  take_until(fresh.size());
  articles_ = std::move(merged);
  if (!tail) next_cursor_ = cursor;
  loaded_ = true;
  const auto now = places_of(articles_);
  if (const auto found = now.find(selected_id); found != now.end()) cursor_.at = found->second;
  if (const auto found = now.find(top_id); found != now.end()) cursor_.top = found->second;
}

std::string ArticlesPage::next_target(std::size_t height) {
  const bool near_end = cursor_.at + 2 * height + 1 >= articles_.size();
  if (loading_ || !near_end || (loaded_ && next_cursor_.empty())) return {};
  loading_ = true;
  return articles_target(source_, unread_only_, to_end_ > 0 ? most_of_api : page_size, next_cursor_);
}

std::string ArticlesPage::head_target() const {
  return articles_target(source_, unread_only_, std::clamp(articles_.size(), page_size, most_of_api), "");
}

bool ArticlesPage::move(Command command, std::size_t height) {
  const auto to = moved(command, cursor_.at, articles_.empty() ? 0 : articles_.size() - 1, height);
  if (to) cursor_.at = *to;
  if (command == Command::bottom && !next_cursor_.empty()) to_end_ = articles_.size() + most_to_end;
  return to.has_value();
}

ArticlesPage::Found ArticlesPage::go(bool forward, bool unread) {
  for (auto at = cursor_.at;;) {
    if (!forward && at == 0) return Found::no;
    if (forward && at + 1 >= articles_.size()) {
      if (loaded_ && next_cursor_.empty()) return Found::no;
      cursor_.at = articles_.empty() ? 0 : articles_.size() - 1;
      return Found::perhaps_later;
    }
    at = forward ? at + 1 : at - 1;
    if (unread && articles_[at].read) continue;
    cursor_.at = at;
    return Found::yes;
  }
}

void ArticlesPage::draw(Frame& frame, Size body, const FeedName& feed_name) const {
  const bool with_feeds = source_.feed == 0 && body.columns >= 70;
  const std::size_t feed_width = body.columns / 5;
  for (auto at = cursor_.top; at < std::min(articles_.size(), cursor_.top + body.rows); ++at) {
    const auto& article = articles_[at];
    const auto style = article.read ? Style::plain : Style::bold;
    Row row;
    row.reverse = at == cursor_.at;
    row.pieces.push_back({0, std::string(article.read ? " " : "N") + (article.starred ? "*" : " "), Style::yellow});
    const auto date = short_date(article.date, body.columns);
    row.pieces.push_back({3, date});
    auto column = 3 + short_date("0000-00-00 00:00", body.columns).size() + 2;
    if (with_feeds) {
      row.pieces.push_back({column, client::cut_to_width(feed_name(article.feed), feed_width)});
      column += feed_width + 2;
    }
    row.pieces.push_back(
        {column, client::cut_to_width(article.title, body.columns - std::min(column, body.columns - 1)), style});
    frame.rows.push_back(std::move(row));
  }
}

}  // namespace newscache::reader
