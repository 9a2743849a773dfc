#pragma once
// Which articles a request of Google Reader's dialect means: those of a stream (s), of these those that are also in
// others (it), without those of further ones (xt). Pure.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/readers/google_ids.hpp"
#include "model/feed.hpp"

namespace newscache::api::google {

// Everything that it does not rule out.
class Selection {
 public:
  // `feeds` are all subscriptions, for labels and addresses; they outlive it.
  explicit Selection(std::span<const model::Feed> feeds) : all_feeds_(feeds) {}
  void keep(const Stream& stream);
  void drop(const Stream& stream);

  bool is_empty() const { return is_empty_ || (feeds_ && feeds_->empty()); }
  std::optional<bool> read() const { return read_; }
  std::optional<bool> starred() const { return starred_; }
  // By their ids; none: of any, and of such as are no longer subscribed to.
  const std::optional<std::vector<model::FeedId>>& feeds() const { return feeds_; }

 private:
  void require(std::optional<bool>& state, bool value);

  std::span<const model::Feed> all_feeds_;
  bool is_empty_ = false;
  std::optional<bool> read_;
  std::optional<bool> starred_;
  std::optional<std::vector<model::FeedId>> feeds_;
};

// Of a stream that is a label or a feed, by id; what is unknown has none.
std::vector<model::FeedId> feeds_of(const Stream& stream, std::span<const model::Feed> feeds);

// No client names more; each costs a query, or a write.
constexpr std::size_t most_streams = 32;
// Each of them once, and no more than the first so many.
std::vector<Stream> parse_streams(std::span<const std::string_view> ids, std::size_t most);

// The first so many of both lists together, each once, in the order wanted.
std::vector<model::ArticleId> first_of(std::span<const model::ArticleId> some, std::span<const model::ArticleId> others,
                                       bool oldest_first, std::size_t limit);

}  // namespace newscache::api::google
