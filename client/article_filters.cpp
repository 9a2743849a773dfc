#include "client/article_filters.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include "client/format.hpp"
#include "text/date.hpp"

namespace newscache::client {

void add_filters(CLI::App& command, ArticleFilters& filters) {
  constexpr std::int64_t most_articles = 1'000'000;
  command.add_option("--feed", filters.feed, "Only of this feed (id or URL)");
  command.add_option("--folder", filters.folder, "Only of feeds in this folder");
  command.add_flag("--unread", filters.unread, "Only unread ones");
  command.add_flag("--starred", filters.starred, "Only starred ones");
  command.add_option("--since", filters.since,
                     "Only what was published from this time on: 2026-11-25, 2026-11-25T09:00:00Z, 12h, 2d");
  command.add_option("-n,--count", filters.count, "At most so many (50)")
      ->check(CLI::Range(std::int64_t{1}, most_articles));
}

Outcome<Query> query_of(Session& session, const ArticleFilters& filters) {
  Query query;
  if (!filters.since.empty()) {
    const auto since = point_in_time(filters.since, session.clock.wall());
    if (!since) return since.error();
    query.since = text::parse_date(*since);
  }
  if (!filters.feed.empty()) {
    const auto feed = find_feed_id(session, filters.feed);
    if (!feed) return feed.error();
    query.feed = *feed;
  }
  query.folder = filters.folder;
  if (filters.unread) query.read = false;
  if (filters.starred) query.starred = true;
  query.limit = filters.count;
  return query;
}

}  // namespace newscache::client
