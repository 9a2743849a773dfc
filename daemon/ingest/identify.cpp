#include "ingest/identify.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "feed/identity.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

// From how many entries on, if they are most of the document, a repeated guid or link is the feed's way and no slip.
constexpr std::size_t enough_for_a_habit = 3;

struct Sighting {
  const model::Entry* entry;
  std::string_view link;  // canonical
};

// Whether a document repeats one piece, or lists two versions of it, rather than giving two pieces the same guid or
// link.
bool is_repetition(const Sighting& one, const Sighting& other) {
  if (one.link != other.link) return false;
  const model::Entry& a = *one.entry;
  const model::Entry& b = *other.entry;
  const bool same_date = a.date_published && a.date_published == b.date_published;
  if (a.title != b.title) return same_date && a.date_modified && b.date_modified && a.date_modified != b.date_modified;
  return a.content_html == b.content_html || (same_date && !a.title.empty());
}

// The guids, or the links, of one document.
class Keys {
 public:
  void see(std::string_view key, const Sighting& sighting) {
    if (key.empty()) return;
    const auto [known, fresh] = first_.try_emplace(key, Known{sighting});
    ++known->second.uses;
    if (!fresh && !is_repetition(known->second.first, sighting)) known->second.ambiguous = true;
  }

  bool identifies(std::string_view key) const {
    const auto known = first_.find(key);
    return known != first_.end() && !known->second.ambiguous;
  }

  bool mostly_ambiguous(std::size_t entries) const {
    std::size_t ambiguous = 0;
    for (const auto& [key, known] : first_) ambiguous += known.ambiguous ? known.uses : 0;
    return ambiguous >= enough_for_a_habit && 2 * ambiguous > entries;
  }

 private:
  struct Known {
    Sighting first;
    std::size_t uses = 0;
    bool ambiguous = false;
  };
  std::unordered_map<std::string_view, Known> first_;
};

std::string uid_of(std::string_view feed_uid, model::Entry& entry, bool by_guid, bool by_link) {
  std::string guid = by_guid ? std::string() : std::exchange(entry.guid, {});
  std::string url = by_guid || by_link ? std::string() : std::exchange(entry.url, {});
  std::string uid = feed::article_uid(feed_uid, feed::article_key(entry));
  if (!guid.empty()) entry.guid = std::move(guid);
  if (!url.empty()) entry.url = std::move(url);
  return uid;
}

}  // namespace

Identified identify(std::vector<model::Entry> entries, std::string_view feed_uid, model::Unreliable known) {
  std::vector<std::string> links;
  links.reserve(entries.size());
  for (const model::Entry& entry : entries)
    links.push_back(entry.url.empty() ? std::string() : text::canonical_url(entry.url));

  Identified result{{}, known};
  std::vector<std::pair<bool, bool>> trusted(entries.size());  // the guid, the link
  {
    Keys guid_keys;
    Keys link_keys;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      guid_keys.see(entries[i].guid, {&entries[i], links[i]});
      link_keys.see(links[i], {&entries[i], links[i]});
    }
    result.unreliable.guids |= guid_keys.mostly_ambiguous(entries.size());
    result.unreliable.links |= link_keys.mostly_ambiguous(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      trusted[i] = {!result.unreliable.guids && guid_keys.identifies(entries[i].guid),
                    !result.unreliable.links && link_keys.identifies(links[i])};
    }
  }

  std::unordered_set<std::string> seen;
  result.entries.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::string uid = uid_of(feed_uid, entries[i], trusted[i].first, trusted[i].second);
    if (!seen.insert(uid).second) continue;
    result.entries.push_back({std::move(uid), std::move(links[i]), std::move(entries[i])});
  }
  return result;
}

}  // namespace newscache::ingest
