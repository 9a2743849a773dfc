// Writer::train: dictionaries out of the articles that are stored.

#include <algorithm>
#include <iterator>

#include "store/article_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store {

namespace {

constexpr std::string_view kNewest = "SELECT coalesce(max(id), 0) FROM dictionary";
constexpr std::string_view kFrom = "SELECT id FROM article WHERE id >= ? ORDER BY id LIMIT 1";
constexpr std::string_view kInsert = "INSERT INTO dictionary(id, bytes) VALUES (?, ?)";

// The n-th dictionary, which has the id n + 1, is made when so many articles are stored. The second knows the feeds
// that were subscribed later; more of them would gain little and every reader keeps each that it meets.
constexpr std::int64_t kTrainAt[] = {1'000, 20'000};

// Of articles that are spread evenly over all, so that every feed has its share.
constexpr std::int64_t kSamples = 600;
constexpr std::int64_t kStride = 371;  // has no divisor in common: the samples may end anywhere and are still spread
constexpr std::size_t kSampleBytes = 2 << 20;
constexpr std::size_t kMaxSample = 16 << 10;

struct Samples {
  std::string bytes;
  std::vector<std::size_t> sizes;

  void add(std::string_view text) {
    text = text.substr(0, kMaxSample);
    if (text.empty()) return;
    bytes.append(text);
    sizes.push_back(text.size());
  }
};

Samples gather(WriterState& state) {
  Samples samples;
  const auto last = state.totals.article_id;
  for (std::int64_t i = 0; i < kSamples && samples.bytes.size() < kSampleBytes; ++i) {
    Query query(state.database, kFrom, 1 + last * (i * kStride % kSamples) / kSamples);
    if (!query.step()) continue;
    const auto row = find_article(state.database, model::ArticleId{query.integer(0)});
    const auto texts = state.database.codec().payloads(row->shown());
    if (!texts) continue;
    samples.add(texts->head);
    samples.add(texts->body);
  }
  return samples;
}

}  // namespace

void adopt_dictionary(WriterState& state) {
  const auto newest = state.database.number(kNewest.data());
  state.trained = static_cast<std::size_t>(newest);
  if (newest > 0) state.database.codec().compress_with(static_cast<DictionaryId>(newest));
}

bool Writer::train() {
  auto& state = *state_;
  const auto due = static_cast<std::size_t>(
      std::upper_bound(std::begin(kTrainAt), std::end(kTrainAt), state.totals.articles) - std::begin(kTrainAt));
  if (due <= state.trained) return false;
  // Whatever comes of it: what gave no dictionary now gives none a minute later either.
  state.trained = due;
  const auto id = static_cast<DictionaryId>(due);
  const auto samples = gather(state);
  const auto bytes = train_dictionary(id, samples.bytes, samples.sizes);
  if (bytes.empty()) return false;
  Change change(state, Durability::relaxed);
  Query(change.database(), kInsert, std::int64_t{id}).bind_blob(bytes).run();
  change.commit();
  return state.database.codec().compress_with(id);
}

}  // namespace newscache::store
