#include "store/search.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "store/leash.hpp"
#include "store/search_query.hpp"
#include "store/search_rank.hpp"
#include "store/times.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

namespace newscache::store {

namespace {

constexpr std::string_view kIndexed = "SELECT indexed FROM store";
constexpr std::string_view kFeeds = "SELECT id, custom_title, title, url FROM feed";
// Articles with smaller ids are dated before `sort`; so they are down to this row's own id.
constexpr std::string_view kHorizon = "SELECT id, sort FROM horizon WHERE id < ? ORDER BY id DESC LIMIT 1";

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) text::append_utf8(out, text::folded(text::next_code_point(text)));
  return out;
}

struct NamedFeed {
  std::int64_t id;
  std::string names;  // folded
};

std::vector<NamedFeed> all_feeds(Database& database) {
  std::vector<NamedFeed> feeds;
  for (Query row(database, kFeeds); row.step();) {
    auto& feed = feeds.emplace_back();
    feed.id = row.integer(0);
    for (const int column : {1, 2, 3}) feed.names += folded(row.text(column)) + '\n';
  }
  return feeds;
}

std::set<std::int64_t> feeds_of(const FeedTerm& term, const std::vector<NamedFeed>& feeds) {
  if (term.id) return {*term.id};
  std::set<std::int64_t> ids;
  const auto part = folded(term.name);
  for (const auto& feed : feeds) {
    if (feed.names.find(part) != std::string::npos) ids.insert(feed.id);
  }
  return ids;
}

std::string json_array(const std::set<std::int64_t>& ids) {
  std::string json = "[";
  for (const auto id : ids) {
    if (json.size() > 1) json += ',';
    json += std::to_string(id);
  }
  return json + ']';
}

// All feeds that are asked for must be that of the article, and none of those that are excluded.
void add_feeds(Database& database, const std::vector<FeedTerm>& terms, TextFilter& filter) {
  const bool by_name = std::any_of(terms.begin(), terms.end(), [](const FeedTerm& term) { return !term.id; });
  const auto feeds = by_name ? all_feeds(database) : std::vector<NamedFeed>();
  std::optional<std::set<std::int64_t>> only;
  std::set<std::int64_t> none;
  for (const auto& term : terms) {
    auto ids = feeds_of(term, feeds);
    if (term.excluded) {
      none.merge(ids);
    } else if (only) {
      std::erase_if(*only, [&](std::int64_t id) { return !ids.contains(id); });
    } else {
      only = std::move(ids);
    }
  }
  if (only) filter.only_feeds = json_array(*only);
  if (!none.empty()) filter.no_feeds = json_array(none);
}

// Tells how new the articles may be that the walk from the last arrival down has yet to come to.
class Horizon {
 public:
  explicit Horizon(Database& database) : database_(database) {}

  // All articles with smaller ids are dated before that. Nothing when the leash was too short.
  std::optional<std::int64_t> below(std::int64_t id) {
    if (id <= known_down_to_) {
      bool interrupted = false;
      Query row(database_, kHorizon, id);
      const bool any = row.step_bounded(interrupted);
      if (interrupted) return std::nullopt;
      known_down_to_ = any ? row.integer(0) : 0;
      sort_ = any ? row.integer(1) : std::numeric_limits<std::int64_t>::min();
    }
    return sort_;
  }

 private:
  Database& database_;
  std::int64_t known_down_to_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t sort_ = 0;
};

// The best few of the matches by date: a heap whose top is the worst of them.
class ByDate {
  bool before(std::int64_t sort, std::int64_t id, std::int64_t other_sort, std::int64_t other_id) const {
    return oldest_first_ ? std::pair(sort, id) < std::pair(other_sort, other_id)
                         : std::pair(sort, id) > std::pair(other_sort, other_id);
  }
  auto order() const {
    return [this](const Match& a, const Match& b) {
      return before(a.position.key, a.position.id, b.position.key, b.position.id);
    };
  }

 public:
  ByDate(model::ArticleOrder order, std::int64_t limit)
      : oldest_first_(order == model::ArticleOrder::oldest), limit_(static_cast<std::size_t>(limit)) {}

  bool full() const { return matches_.size() >= limit_; }
  std::int64_t worst() const { return matches_.front().position.key; }

  bool wants(std::int64_t sort, std::int64_t id) const {
    return !full() || before(sort, id, matches_.front().position.key, matches_.front().position.id);
  }

  void add(Match match) {
    if (full()) {
      std::pop_heap(matches_.begin(), matches_.end(), order());
      matches_.pop_back();
    }
    matches_.push_back(std::move(match));
    std::push_heap(matches_.begin(), matches_.end(), order());
  }

  std::vector<Match> take() {
    std::sort_heap(matches_.begin(), matches_.end(), order());
    return std::move(matches_);
  }

 private:
  bool oldest_first_;
  std::size_t limit_;
  std::vector<Match> matches_;
};

Result<std::vector<Match>> by_date(Database& database, const model::ArticleQuery& query, const TextFilter& text,
                                   const std::optional<Position>& after, std::int64_t newest, std::int64_t limit) {
  const bool may_stop = query.order != model::ArticleOrder::oldest;
  const auto since = query.since ? seconds(*query.since) : std::numeric_limits<std::int64_t>::min();
  const auto sql = search_sql(query, text, after, newest, std::numeric_limits<std::int64_t>::max());
  ByDate best(query.order, limit);
  Horizon horizon(database);
  bool interrupted = false;
  Query row(database, sql.text);
  sql.bind_to(row);
  while (row.step_bounded(interrupted)) {
    const auto id = row.integer(0);
    const auto sort = row.integer(1);
    if (best.wants(sort, id)) {
      const auto finding = row.blob(2);
      best.add({model::ArticleId{id}, {sort, id, 0}, score(relevance_of(finding), newest - id), std::string(finding)});
    }
    if (!may_stop) continue;
    // What is to come has smaller ids: of the same second it would come after the worst.
    const auto bound = horizon.below(id);
    if (!bound) return too_broad();
    if (*bound <= since || (best.full() && best.worst() >= *bound - 1)) break;
  }
  if (interrupted) return too_broad();
  return best.take();
}

struct Candidate {
  double score;
  std::int64_t id;
  std::size_t finding;  // where in the row of all findings
  std::size_t bytes;
};

Result<std::vector<Match>> by_rank(Database& database, const model::ArticleQuery& query, const TextFilter& text,
                                   std::int64_t newest, std::size_t first, std::size_t limit) {
  const auto sql = search_sql(query, text, {}, newest, kRankedMatches);
  std::vector<Candidate> candidates;
  std::string findings;
  bool interrupted = false;
  Query row(database, sql.text);
  sql.bind_to(row);
  while (row.step_bounded(interrupted)) {
    const auto id = row.integer(0);
    const auto finding = row.blob(2);
    candidates.push_back({score(relevance_of(finding), newest - id), id, findings.size(), finding.size()});
    findings += finding;
  }
  if (interrupted) return too_broad();
  first = std::min(first, candidates.size());
  const auto last = std::min(first + limit, candidates.size());
  std::partial_sort(
      candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(last), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return std::pair(a.score, a.id) > std::pair(b.score, b.id); });
  std::vector<Match> matches;
  for (auto i = first; i < last; ++i) {
    const auto& best = candidates[i];
    matches.push_back(
        {model::ArticleId{best.id}, {newest, best.id, 0}, best.score, findings.substr(best.finding, best.bytes)});
  }
  return matches;
}

}  // namespace

Result<TextFilter> text_filter(Database& database, std::string_view text) {
  auto parsed = parse_search(text);
  if (!parsed) return parsed.error();
  TextFilter filter;
  filter.match = std::move(parsed->match);
  if (!parsed->feeds.empty()) add_feeds(database, parsed->feeds, filter);
  return filter;
}

Result<std::vector<Match>> find_matches(Database& database, const model::ArticleQuery& query, const TextFilter& text,
                                        const std::optional<Position>& after, std::int64_t limit) {
  if (limit <= 0) return std::vector<Match>();
  Query indexed(database, kIndexed);
  const auto last = indexed.step() ? indexed.integer(0) : 0;
  const auto before = after ? after->index : 0;
  auto matches = by_relevance(query) ? by_rank(database, query, text, after ? after->key : last,
                                               static_cast<std::size_t>(before), static_cast<std::size_t>(limit))
                                     : by_date(database, query, text, after, last, limit);
  if (!matches) return matches.error();
  auto index = before;
  for (auto& match : *matches) match.position.index = ++index;
  return matches;
}

}  // namespace newscache::store
