#pragma once
// Subscribing, changing, unsubscribing; OPML and files; the feeds that the configuration declares. Everything here is
// on the disk before it returns. Loop thread only.

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "feed/discover.hpp"
#include "ingest/poller.hpp"
#include "ingest/services.hpp"
#include "model/settings.hpp"

namespace newscache::ingest {

struct Refusal {
  Error error;  // conflict: subscribed already (the detail says as what); not_a_feed; or why it could not be fetched
  std::vector<feed::Candidate> candidates;  // the feeds that the page links to
};

// automatic: later while offline or while the host wants to be left alone, else now
enum class Validate { automatic, now, later };

struct OpmlImport {
  std::vector<std::string> added;
  std::vector<std::string> existing;
  struct Failure {
    std::string url;
    std::string detail;
  };
  std::vector<Failure> failed;
};

struct DocumentImport {
  model::FeedId feed{};
  std::int64_t added = 0;
  std::int64_t updated = 0;
};

// The feeds that have an address, with their titles and folders.
std::string opml_of(const std::vector<model::Feed>& feeds);

class Subscriptions {
 public:
  Subscriptions(Services services, Poller& poller) : services_(services), poller_(poller) {}

  // Fetches the URL once and stores what it brought; a page that links to exactly one feed subscribes to that feed.
  loop::awaitable<std::variant<model::Feed, Refusal>> subscribe(model::NewFeed feed, Validate validate);
  // Cause::conflict for what the configuration declares, except pausing.
  loop::awaitable<Result<model::Feed>> change(model::FeedId id, model::FeedPatch patch);
  loop::awaitable<Result<void>> remove(model::FeedId id, bool purge);
  // Unseen: the feeds are polled when they can be.
  loop::awaitable<Result<OpmlImport>> import_opml(std::string bytes);
  loop::awaitable<std::string> export_opml();
  // `feed_title` empty: the document's own title, else "Imported". `name` is the file's name.
  loop::awaitable<Result<DocumentImport>> import_document(std::string bytes, std::string name, std::string feed_title);
  // Declared feeds are added or brought up to date; one that is no longer declared stays, unmanaged, and the log says
  // so.
  loop::awaitable<void> reconcile(std::vector<model::DeclaredFeed> declared);

  // Called when subscriptions have changed.
  std::function<void()> on_change;
  // Called when more may be wanted of a feed's articles than before.
  std::function<void(model::FeedId)> on_wants;

 private:
  void changed() const {
    if (on_change) on_change();
  }
  struct Found {
    std::string url;  // the feed's: what was asked for, or what the page linked to
    Fetched fetched;
  };
  loop::awaitable<std::optional<Refusal>> already_subscribed(std::string url);
  loop::awaitable<std::variant<Found, Refusal>> fetch_feed(std::string url, bool follow_page,
                                                           bool named_by_public_site);
  loop::awaitable<std::variant<model::Feed, Refusal>> add_unseen(model::NewFeed feed);
  loop::awaitable<std::variant<model::Feed, Refusal>> add_fetched(model::NewFeed feed, Fetched fetched);
  loop::awaitable<Result<model::Feed>> add(model::NewFeed feed);
  loop::awaitable<std::vector<Result<model::Feed>>> add_all(std::vector<model::NewFeed> feeds);
  loop::awaitable<std::optional<Error>> refuse_if_managed(model::FeedId id);
  loop::awaitable<Result<model::Feed>> apply_patch(model::FeedId id, model::FeedPatch patch);
  loop::awaitable<void> reconcile_feed(model::FeedId id, model::FeedPatch patch);

  Services services_;
  Poller& poller_;
};

}  // namespace newscache::ingest
