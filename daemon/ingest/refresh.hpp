#pragma once
// What an answer of the publisher means for its feed. Pure: runs on the worker, knows no clock and no database.

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ingest/network.hpp"
#include "model/feed.hpp"
#include "model/settings.hpp"
#include "net/fetch.hpp"
#include "schedule/schedule.hpp"

namespace newscache::ingest {

// What a fetch cost, whether it worked or not.
struct Cost {
  std::int64_t bytes = 0;
  bool metered = false;
  std::chrono::milliseconds duration{0};
};

struct RefreshContext {
  schedule::Policy policy;
  Instant now{};
  double random = 0;  // in [0, 1)
  model::ContentSettings content;
  model::OfflineSettings offline;
  std::int64_t host_refusals = 0;  // in a row by the feed's host, whichever feed was asked for
  Cost cost;
  Instant budget_renewed{};         // when a budget that stopped the fetch has bytes again
  std::int64_t backfill_pages = 0;  // how many older pages may be read to close a gap
  bool wants_items = false;         // item_keys are not known yet, also of a document that is unchanged
};

struct Refreshed {
  model::FeedUpdate update;                       // with the whole new state
  std::chrono::seconds wait{0};                   // until the next poll
  bool only_times = false;                        // nothing changed but when: may be written later
  bool same_document = false;                     // the publisher's answer stands for the document that we know
  std::optional<std::chrono::seconds> host_wait;  // the answering host, a public one, is to be left alone by all
  // Of a long document that lists its newest entries first and that the server cannot say to be unchanged, in order: by
  // them the next one can be cut off (feed/item_scan.hpp).
  std::vector<std::uint64_t> item_keys;
  std::optional<Error> error;  // why the poll failed
};

// `feed.state.traffic` has been charged already.
Refreshed refresh(const model::Feed& feed, const Result<net::Response>& answer, const RefreshContext& context);

// The same for a page of older articles that was fetched to close the feed's gap. Nothing else of the feed changes. A
// page that will never be read ends the search, and the gap stays; another is tried again, within the bound of pages.
Refreshed refresh_older(const model::Feed& feed, const Result<net::Response>& answer, const RefreshContext& context);

// A failure that turned out to be the network's: the feed's standing and schedule are as they were.
void excuse(Refreshed& result, const model::Feed& feed, NetworkState network);

// A failure of our network, clock or budget: it says nothing of the address, which may be right later.
bool is_ours(Cause cause);

// What an answer other than 200 and 304 means.
Error error_of_status(const net::Response& response);

// The feed's own interval, if it has one.
std::optional<std::chrono::seconds> poll_interval(const model::FeedSettings& settings);

}  // namespace newscache::ingest
