#include "ingest/moves.hpp"

#include <utility>

#include "text/url.hpp"

namespace newscache::ingest {

model::FeedUpdate state_update(const model::Feed& feed) {
  model::FeedUpdate update;
  update.feed_id = feed.id;
  update.url = feed.url;
  update.state = feed.state;
  return update;
}

loop::awaitable<Result<model::Feed>> follow_move(Services services, model::Feed feed) {
  if (feed.managed) {
    co_return Error{Cause::conflict, "the configuration file declares this feed: change its address there"};
  }
  const auto parts = text::split_url(feed.url);
  if (parts && !parts->user.empty()) {
    co_return Error{Cause::conflict, "the old address holds credentials, which are not handed on: change it by hand"};
  }
  const Result<std::string> target = text::subscription_url(feed.state.move.url);
  if (!target) co_return target.error();
  model::FeedUpdate kept = state_update(feed);
  kept.url = *target;
  kept.state.move = {};
  auto write = [kept](store::Writer& writer) mutable {
    model::FeedPatch patch;
    patch.url = kept.url;
    Result<model::Feed> moved = writer.change_feed(kept.feed_id, patch);
    if (moved) writer.apply({&kept, 1}, store::Durability::synced);
    return moved;
  };
  co_return co_await services.writer.run(std::move(write));
}

}  // namespace newscache::ingest
