#include "store/search.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "store/search_snippet.hpp"
#include "store/search_text.hpp"
#include "store/times.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

namespace newscache::store {

namespace {

constexpr auto kNoEnd = std::numeric_limits<std::int64_t>::max();
// What reading an article costs, some 100 us, in steps of SQLite's machine.
constexpr std::int64_t kStepsToRead = 20'000;

constexpr std::string_view kRecord =
    "SELECT a.head, coalesce(p.body, c.body) FROM article a LEFT JOIN content c ON c.id = a.id "
    "LEFT JOIN page p ON p.id = a.id WHERE a.id = ?";
constexpr std::string_view kFeeds = "SELECT id, custom_title, title, url FROM feed";
// Articles with smaller ids are dated before `sort`; so they are down to this row's own id.
constexpr std::string_view kHorizon = "SELECT id, sort FROM horizon WHERE id < ? ORDER BY id DESC LIMIT 1";

// The better tier first, in each the last arrival.
double score(Tier tier, std::int64_t id) {
  constexpr double kHalf = 1e6;
  return 4 - static_cast<double>(tier) + static_cast<double>(id) / (static_cast<double>(id) + kHalf);
}

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

Result<std::vector<Match>> by_date(Database& database, Candidates& candidates, const model::ArticleQuery& query,
                                   const TextFilter& text, const std::optional<Position>& after, std::int64_t limit) {
  const bool may_stop = query.order != model::ArticleOrder::oldest;
  const auto since = query.since ? seconds(*query.since) : std::numeric_limits<std::int64_t>::min();
  const auto sql = search_sql(query, text, fts_expression(text.query, Tier::anywhere), after, kNoEnd);
  ByDate best(query.order, limit);
  Horizon horizon(database);
  bool interrupted = false;
  Query row(database, sql.text);
  sql.bind_to(row);
  while (row.step_bounded(interrupted)) {
    const auto id = row.integer(0);
    const auto sort = row.integer(1);
    if (best.wants(sort, id)) {
      const auto tier = candidates.tier(id);
      if (!tier) return tier.error();
      if (*tier) best.add({model::ArticleId{id}, {sort, id, 0}, std::nullopt});
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

// Those of one tier that the better ones do not have.
std::string tier_expression(const TextFilter& text, Tier tier, bool exact) {
  const auto all = fts_expression(text.query, tier);
  // Of what must be read the better tiers find too much: the text tells where it belongs.
  if (tier == Tier::title || !exact) return all;
  return all + " NOT " + fts_expression(text.query, tier == Tier::lead ? Tier::title : Tier::lead);
}

// One tier after the other, in each the last arrival first.
Result<std::vector<Match>> by_relevance(Database& database, Candidates& candidates, const model::ArticleQuery& query,
                                        const TextFilter& text, const std::optional<Position>& after,
                                        std::int64_t limit) {
  std::vector<Match> matches;
  for (const auto tier : {Tier::title, Tier::lead, Tier::anywhere}) {
    const auto key = static_cast<std::int64_t>(tier);
    if (after && after->key > key) continue;
    const auto below = after && after->key == key ? after->id : kNoEnd;
    const auto sql = search_sql(query, text, tier_expression(text, tier, candidates.exact()), {}, below);
    bool interrupted = false;
    Query row(database, sql.text);
    sql.bind_to(row);
    while (row.step_bounded(interrupted)) {
      const auto id = row.integer(0);
      const auto read = candidates.tier(id);
      if (!read) return read.error();
      if (!candidates.exact() && *read != tier) continue;
      matches.push_back({model::ArticleId{id}, {key, id, 0}, tier});
      if (static_cast<std::int64_t>(matches.size()) == limit) return matches;
    }
    if (interrupted) return too_broad();
  }
  return matches;
}

}  // namespace

Candidates::Candidates(Database& database, const Tokenizer& tokenizer, const SearchQuery& query, Leash& leash)
    : database_(database), leash_(leash), exact_(!needs_reading(query)), reading_(query, tokenizer) {}

Result<std::optional<Tier>> Candidates::tier(std::int64_t id) {
  if (exact_) return std::optional(Tier::anywhere);
  if (!leash_.spend(kStepsToRead)) return too_broad();
  bool interrupted = false;
  Query row(database_, kRecord, id);
  if (!row.step_bounded(interrupted)) {
    if (interrupted) return too_broad();
    return std::optional<Tier>();
  }
  const auto entry = database_.codec().decode(row.blob(0), row.blob(1));
  if (!entry) return std::optional<Tier>();
  reading_.read(search_text(*entry, database_.options()), false);
  return reading_.tier();
}

Result<TextFilter> Search::filter(std::string_view text) {
  TextFilter filter;
  auto parsed = parse_search(text, tokenizer_);
  if (!parsed) return parsed.error();
  filter.query = std::move(*parsed);
  if (!filter.query.feeds.empty()) add_feeds(database_, filter.query.feeds, filter);
  return filter;
}

Result<std::vector<Match>> Search::find(const model::ArticleQuery& query, const TextFilter& text,
                                        const std::optional<Position>& after, std::int64_t limit, Leash& leash) {
  Candidates candidates(database_, tokenizer_, text.query, leash);
  auto matches = store::by_relevance(query) ? by_relevance(database_, candidates, query, text, after, limit)
                                            : by_date(database_, candidates, query, text, after, limit);
  if (!matches) return matches.error();
  auto index = after ? after->index : 0;
  for (auto& match : *matches) match.position.index = ++index;
  return matches;
}

void Search::describe(const Match& match, const TextFilter& text, model::Article& article) {
  Reading reading(text.query, tokenizer_);
  const auto texts = search_text(article.entry, database_.options());
  reading.read(texts, true);
  article.snippet = make_snippet(texts.body, reading);
  const auto tier = match.tier ? *match.tier : reading.tier().value_or(Tier::anywhere);
  article.score = score(tier, match.position.id);
}

}  // namespace newscache::store
