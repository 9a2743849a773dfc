#include "store/search_rank.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "store/store.hpp"

namespace newscache::store {

namespace {

// A title says more than a text.
constexpr std::array<double, 3> kWeights{8, 4, 1};
// So many occurrences count half of what countless ones would.
constexpr double kSaturation = 1;
// News says at the beginning what it is about: there a word counts as much again, so many tokens on half of that.
constexpr double kEarlyTokens = 40;
// More occurrences of one phrase hardly change the relevance.
constexpr int kCounted = 16;
constexpr int kKept = 3;  // of each phrase in each column
constexpr int kMaxKept = 64;

struct Finding {
  double relevance = 0;
  int kept = 0;
  std::array<Occurrence, kMaxKept> occurrences{};

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(this),
            offsetof(Finding, occurrences) + static_cast<std::size_t>(kept) * sizeof(Occurrence)};
  }
};

void add_phrase(const Fts5ExtensionApi& api, Fts5Context* match, int phrase, Finding& finding) {
  std::array<int, kWeights.size()> counts{};
  Fts5PhraseIter place{};
  int column = -1;
  int first = 0;
  double early = 0;
  int counted = 0;
  if (api.xPhraseFirst(match, phrase, &place, &column, &first) != SQLITE_OK) return;
  for (; column >= 0 && counted < kCounted; api.xPhraseNext(match, &place, &column, &first), ++counted) {
    const auto at = static_cast<std::size_t>(column);
    if (at >= counts.size()) break;
    if (column == static_cast<int>(SearchColumn::body) && counts[at] == 0)
      early = kEarlyTokens / (kEarlyTokens + first);
    ++counts[at];
    if (counts[at] <= kKept && finding.kept < kMaxKept) {
      finding.occurrences[static_cast<std::size_t>(finding.kept++)] = {phrase, static_cast<SearchColumn>(column), first,
                                                                       api.xPhraseSize(match, phrase)};
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    finding.relevance += kWeights[i] * counts[i] / (counts[i] + kSaturation);
  finding.relevance += early;
}

void find(const Fts5ExtensionApi* api, Fts5Context* match, sqlite3_context* context, int, sqlite3_value**) {
  Finding finding;
  const int phrases = api->xPhraseCount(match);
  for (int phrase = 0; phrase < phrases; ++phrase) add_phrase(*api, match, phrase, finding);
  const auto bytes = finding.bytes();
  sqlite3_result_blob(context, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
}

}  // namespace

double relevance_of(std::string_view finding) {
  double relevance = 0;
  if (finding.size() >= sizeof relevance) std::memcpy(&relevance, finding.data(), sizeof relevance);
  return relevance;
}

std::vector<Occurrence> occurrences_of(std::string_view finding) {
  constexpr auto kStart = offsetof(Finding, occurrences);
  if (finding.size() < kStart) return {};
  finding.remove_prefix(kStart);
  std::vector<Occurrence> occurrences(finding.size() / sizeof(Occurrence));
  if (!occurrences.empty()) std::memcpy(occurrences.data(), finding.data(), occurrences.size() * sizeof(Occurrence));
  return occurrences;
}

double score(double relevance, std::int64_t behind) {
  return relevance / (1 + 0.25 * std::log1p(static_cast<double>(std::max<std::int64_t>(behind, 0)) / 1000));
}

fts5_api* fts5_of(sqlite3* handle) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr || api->iVersion < 2) throw StoreError(Cause::internal, "this SQLite is built without FTS5");
  return api;
}

void register_ranking(sqlite3* handle) {
  auto* api = fts5_of(handle);
  if (api->xCreateFunction(api, "finding", nullptr, find, nullptr) != SQLITE_OK) {
    throw StoreError(Cause::internal, "cannot register the function that ranks");
  }
}

}  // namespace newscache::store
