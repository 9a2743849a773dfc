#include "store/recogniser.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "store/record.hpp"
#include "text/url.hpp"

namespace newscache::store {

namespace {

// The guard looks when at least so many entries, and more than half of the document, would be new.
constexpr std::size_t kGuardFrom = 5;
// It compares them with the newest articles, of which twice the document and some are ample.
constexpr std::size_t kGuardMargin = 50;
// Of more than so many that look alike none is singled out.
constexpr std::size_t kMostAlike = 8;
// An article that had so many guids beside its own, and now another one, is of a feed whose guids change at every poll.
// Below the limit of aliases, so that the uid that follows from its link finds a place.
constexpr int kGuidsToDistrust = 2;

bool both_dated(const model::Entry& a, const model::Entry& b) { return a.date_published && b.date_published; }

// "http" or "https", with "www." or without, and so on; another fragment is another guid.
bool respelt(std::string_view guid, std::string_view other) {
  const auto fragment = [](std::string_view url) { return url.substr(std::min(url.find('#'), url.size())); };
  const auto canonical = text::canonical_url(guid);
  return !canonical.empty() && canonical == text::canonical_url(other) && fragment(guid) == fragment(other);
}

// How often the document has the same title and date, and the same content as well.
class Likeness {
 public:
  explicit Likeness(std::span<const model::IncomingEntry> entries) {
    for (const auto& incoming : entries) {
      const auto& entry = incoming.entry;
      ++titles_[{entry.title, entry.date_published}];
      ++contents_[{entry.title, entry.date_published, entry.content_html}];
    }
  }
  bool title_is_unique(const model::Entry& entry) const {
    return !entry.title.empty() && titles_.at({entry.title, entry.date_published}) == 1;
  }
  bool content_is_unique(const model::Entry& entry) const {
    return !entry.content_html.empty() && contents_.at({entry.title, entry.date_published, entry.content_html}) == 1;
  }

 private:
  using Date = std::optional<Instant>;
  std::map<std::tuple<std::string_view, Date>, int> titles_;
  std::map<std::tuple<std::string_view, Date, std::string_view>, int> contents_;
};

}  // namespace

Recogniser::Recogniser(Database& database, model::FeedId feed, std::span<const model::IncomingEntry> entries)
    : database_(database), feed_(feed), entries_(entries), results_(entries.size()) {
  for (const auto& incoming : entries_) {
    if (!incoming.link.empty()) ++link_uses_[incoming.link];
  }
}

std::vector<Recognised> Recogniser::run() {
  by_uid();
  by_link();
  by_title();
  return std::move(results_);
}

// The first entry of an article speaks for it, the others are repetitions.
void Recogniser::claim(std::size_t index, const KnownArticle& article) {
  results_[index].as = claimed_.insert(article.id).second ? As::article : As::nothing;
  results_[index].article = article;
}

void Recogniser::by_uid() {
  std::set<Uid> uids;
  std::vector<std::optional<Uid>> first_uses(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    results_[i].hash = content_hash(entries_[i].entry, entries_[i].link);
    const auto uid = uid_from_hex(entries_[i].uid);
    if (uids.insert(uid).second) first_uses[i] = uid;
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!first_uses[i]) {
      results_[i].as = As::nothing;
    } else if (const auto known = find_by_uid(database_, feed_, *first_uses[i])) {
      claim(i, *known);
    } else if (const auto renamed = find_by_alias(database_, *first_uses[i])) {
      results_[i].as = As::nothing;
      if (!uids.contains(renamed->uid)) claim(i, *renamed);
    } else if (is_tombstone(database_, feed_, *first_uses[i])) {
      results_[i].as = As::nothing;
      deleted_.push_back(*first_uses[i]);
    }
  }
}

void Recogniser::by_link() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (results_[i].as != As::fresh) continue;
    const auto known = with_link_of(i);
    if (!known) continue;
    claim(i, *known);
    const int earlier = add_alias(database_, known->id, uid_from_hex(entries_[i].uid));
    if (earlier >= kGuidsToDistrust && !entries_[i].entry.guid.empty()) ++changed_guids_;
  }
}

std::optional<KnownArticle> Recogniser::with_link_of(std::size_t index) {
  const auto& incoming = entries_[index];
  const auto link = link_key(incoming.link);
  if (!link) return std::nullopt;
  const auto found = find_by_link(database_, feed_, *link);
  const bool only_one = found.size() == 1 && link_uses_[incoming.link] == 1;
  std::optional<KnownArticle> same;
  for (const auto& article : found) {
    if (claimed_.contains(article.id)) continue;
    const auto known = load_article(database_, article.id, false);
    if (!known || !same_piece(article, known->entry, index, only_one)) continue;
    if (same) return std::nullopt;
    same = article;
  }
  return same;
}

// "Daily news" at the same address is another piece each day.
bool Recogniser::same_piece(const KnownArticle& article, const model::Entry& known, std::size_t index, bool only_one) {
  const auto& entry = entries_[index].entry;
  if (only_one && respelt(known.guid, entry.guid)) return true;
  const bool same_title = known.title == entry.title;
  if (!only_one && !same_title) return false;
  if (both_dated(known, entry)) return known.date_published == entry.date_published;
  if (article.hash == results_[index].hash) return true;
  // A publisher that has begun or ceased to give dates has changed its ways, and its markup probably too.
  const bool dates_changed = known.date_published.has_value() != entry.date_published.has_value();
  return same_title && ((only_one && dates_changed && !entry.title.empty()) || same_content(article, entry));
}

// Also in another theme's markup.
bool Recogniser::same_content(const KnownArticle& article, const model::Entry& entry) {
  const auto row = find_article(database_, article.id);
  const auto known = row ? stored_entry(database_, *row) : std::nullopt;
  if (!known) return false;
  const auto& content = known->content_html;
  if (content == entry.content_html) return true;
  const auto& plain_text = database_.options().plain_text;
  return !content.empty() && !entry.content_html.empty() && plain_text(content) == plain_text(entry.content_html);
}

void Recogniser::by_title() {
  const auto fresh = static_cast<std::size_t>(
      std::count_if(results_.begin(), results_.end(), [](const auto& result) { return result.as == As::fresh; }));
  if (fresh < kGuardFrom || 2 * fresh <= entries_.size()) return;
  const auto newest = newest_articles(database_, feed_, 2 * entries_.size() + kGuardMargin);
  if (newest.empty()) return;
  std::unordered_map<std::string_view, std::vector<const StoredEntry*>> by_title;
  for (const auto& stored : newest) by_title[stored.entry.title].push_back(&stored);
  const Likeness likeness(entries_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (results_[i].as != As::fresh) continue;
    const auto& entry = entries_[i].entry;
    const auto& titled = by_title[entry.title];
    std::vector<const StoredEntry*> alike;
    for (const auto* stored : titled) {
      const bool other_date = both_dated(stored->entry, entry) && stored->entry.date_published != entry.date_published;
      if (!other_date && !claimed_.contains(stored->article.id)) alike.push_back(stored);
    }
    if (alike.empty() || alike.size() > kMostAlike) continue;
    const bool dated = both_dated(alike.front()->entry, entry);
    // A title alone is a weaker sign than one with a date: then no other article may ever have had it.
    const bool clear = alike.size() == 1 && likeness.title_is_unique(entry) && (dated || titled.size() == 1);
    if (!clear && !likeness.content_is_unique(entry)) continue;
    if (!(clear && dated)) std::erase_if(alike, [&](const auto* s) { return !same_content(s->article, entry); });
    if (alike.size() != 1) continue;
    claim(i, alike.front()->article);
    add_alias(database_, alike.front()->article.id, uid_from_hex(entries_[i].uid));
  }
}

}  // namespace newscache::store
