#include "api/readers/google_streams.hpp"

#include <algorithm>
#include <iterator>

#include "text/url.hpp"

namespace newscache::api::google {

using Kind = Stream::Kind;

std::vector<model::FeedId> feeds_of(const Stream& stream, std::span<const model::Feed> feeds) {
  const auto url =
      stream.kind == Kind::feed_url ? text::subscription_url(stream.name) : Result<std::string>(stream.name);
  std::vector<model::FeedId> ids;
  for (const auto& feed : feeds) {
    const bool is_meant = (stream.kind == Kind::feed && feed.id == stream.feed) ||
                          (stream.kind == Kind::label && label_of_folder(feed.folder) == stream.name) ||
                          (stream.kind == Kind::feed_url && (feed.url == stream.name || (url && feed.url == *url)));
    if (is_meant) ids.push_back(feed.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void Selection::require(std::optional<bool>& state, bool value) {
  if (state.value_or(value) != value) is_empty_ = true;
  state = value;
}

void Selection::keep(const Stream& stream) {
  switch (stream.kind) {
    case Kind::nothing:
      is_empty_ = true;
      return;
    case Kind::everything:
      return;
    case Kind::read:
      return require(read_, true);
    case Kind::unread:
      return require(read_, false);
    case Kind::starred:
      return require(starred_, true);
    case Kind::label:
    case Kind::feed:
    case Kind::feed_url:
      break;
  }
  auto kept = feeds_of(stream, all_feeds_);
  if (feeds_) {
    std::vector<model::FeedId> both;
    std::set_intersection(feeds_->begin(), feeds_->end(), kept.begin(), kept.end(), std::back_inserter(both));
    kept = std::move(both);
  }
  feeds_ = std::move(kept);
}

void Selection::drop(const Stream& stream) {
  switch (stream.kind) {
    case Kind::nothing:
      return;
    case Kind::everything:
      is_empty_ = true;
      return;
    case Kind::read:
      return require(read_, false);
    case Kind::unread:
      return require(read_, true);
    case Kind::starred:
      return require(starred_, false);
    case Kind::label:
    case Kind::feed:
    case Kind::feed_url:
      break;
  }
  if (!feeds_) {
    feeds_.emplace();
    for (const auto& feed : all_feeds_) feeds_->push_back(feed.id);
    std::sort(feeds_->begin(), feeds_->end());
  }
  const auto dropped = feeds_of(stream, all_feeds_);
  std::vector<model::FeedId> left;
  std::set_difference(feeds_->begin(), feeds_->end(), dropped.begin(), dropped.end(), std::back_inserter(left));
  feeds_ = std::move(left);
}

std::vector<Stream> parse_streams(std::span<const std::string_view> ids, std::size_t most) {
  std::vector<Stream> streams;
  for (const auto id : ids) {
    if (streams.size() == most) break;
    auto stream = parse_stream(id);
    if (std::find(streams.begin(), streams.end(), stream) == streams.end()) streams.push_back(std::move(stream));
  }
  return streams;
}

std::vector<model::ArticleId> first_of(std::span<const model::ArticleId> some, std::span<const model::ArticleId> others,
                                       bool oldest_first, std::size_t limit) {
  std::vector<model::ArticleId> ids(some.begin(), some.end());
  ids.insert(ids.end(), others.begin(), others.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (!oldest_first) std::reverse(ids.begin(), ids.end());
  ids.resize(std::min(ids.size(), limit));
  return ids;
}

}  // namespace newscache::api::google
