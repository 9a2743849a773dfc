#include "ingest/subscriptions.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "feed/identity.hpp"
#include "feed/import.hpp"
#include "feed/opml.hpp"
#include "feed/parse.hpp"
#include "ingest/identify.hpp"
#include "ingest/refresh.hpp"
#include "text/url.hpp"

namespace newscache::ingest {
namespace {

Refusal refuse(Cause cause, std::string detail) { return Refusal{Error{cause, std::move(detail)}, {}}; }

// A feed of imported files has no address; its URL is a name that no publisher can have.
std::string import_url(std::string_view title) { return "import:" + std::string(title); }

}  // namespace

std::string opml_of(const std::vector<model::Feed>& feeds) {
  std::vector<feed::Subscription> subscriptions;
  for (const model::Feed& feed : feeds) {
    if (!text::split_url(feed.url)) continue;  // imported files
    subscriptions.push_back({feed.url, feed.title, feed.folder, feed.home_page_url});
  }
  return feed::write_opml(subscriptions, "newscached subscriptions");
}

loop::awaitable<std::variant<model::Feed, Refusal>> Subscriptions::subscribe(model::NewFeed feed, Validate validate) {
  const Result<std::string> url = text::subscription_url(feed.url);
  if (!url) co_return Refusal{url.error(), {}};
  feed.url = *url;
  if (auto existing = co_await already_subscribed(feed.url)) co_return std::move(*existing);

  const bool unseen = validate == Validate::later ||
                      (validate == Validate::automatic &&
                       (poller_.network().state != NetworkState::online || poller_.is_cooling_down(feed.url)));
  if (unseen) co_return co_await add_unseen(std::move(feed));

  auto fetched = co_await fetch_feed(feed.url, true, false);
  if (auto* refusal = std::get_if<Refusal>(&fetched)) {
    if (validate == Validate::automatic && is_ours(refusal->error.cause)) {
      co_return co_await add_unseen(std::move(feed));
    }
    co_return std::move(*refusal);
  }
  auto& found = std::get<Found>(fetched);
  if (found.url != feed.url) {
    feed.url = found.url;
    if (auto existing = co_await already_subscribed(feed.url)) co_return std::move(*existing);
  }
  co_return co_await add_fetched(std::move(feed), std::move(found.fetched));
}

loop::awaitable<std::optional<Refusal>> Subscriptions::already_subscribed(std::string url) {
  auto find = [url](store::Reader& reader) { return reader.feed_by_url(url); };
  const std::optional<model::Feed> known = co_await services_.reader.run(std::move(find));
  if (!known) co_return std::nullopt;
  co_return refuse(Cause::conflict, "already subscribed as feed " + std::to_string(model::raw(known->id)));
}

loop::awaitable<std::variant<Subscriptions::Found, Refusal>> Subscriptions::fetch_feed(std::string url,
                                                                                       bool follow_page,
                                                                                       bool named_by_public_site) {
  net::Request request;
  request.url = url;
  request.named_by_public_site = named_by_public_site;
  model::Feed unknown;
  unknown.url = url;
  Fetched fetched = co_await poller_.fetch(std::move(unknown), std::move(request));
  const Result<net::Response>& answer = fetched.answer;
  if (!answer) {
    poller_.note_answer(url, answer, answer.error());
    co_return Refusal{answer.error(), {}};
  }
  if (answer->status != 200) {
    Error error = error_of_status(*answer);
    poller_.note_answer(url, answer, error);
    co_return refuse(error.cause, loggable_url(answer->url) + ": " + error.detail);
  }
  auto look = [&answer] {
    feed::ParseOptions options;
    options.base_url = answer->url;
    options.content_type = answer->content_type;
    options.sanitise = false;
    Refusal refusal;
    if (const auto parsed = feed::parse(answer->body, options); !parsed) {
      refusal.error = parsed.error();
      refusal.candidates = feed::discover(answer->body, answer->content_type, answer->url);
    }
    return refusal;
  };
  Refusal refusal = co_await loop::offload(services_.worker, look);
  if (refusal.error == Error{}) {
    poller_.note_answer(url, answer, std::nullopt);
    Found found{std::move(url), std::move(fetched)};
    co_return std::move(found);
  }
  if (!follow_page || refusal.candidates.size() != 1) co_return std::move(refusal);
  Result<std::string> linked = text::subscription_url(refusal.candidates.front().url);
  if (!linked) co_return std::move(refusal);
  co_return co_await fetch_feed(std::move(*linked), false, answer->from_public_host);
}

loop::awaitable<std::variant<model::Feed, Refusal>> Subscriptions::add_unseen(model::NewFeed feed) {
  Result<model::Feed> added = co_await add(std::move(feed));
  if (!added) co_return Refusal{added.error(), {}};
  co_await poller_.reload_feed(added->id);
  poller_.announce();
  co_return std::move(*added);
}

loop::awaitable<std::variant<model::Feed, Refusal>> Subscriptions::add_fetched(model::NewFeed feed, Fetched fetched) {
  // Not due before the first document is committed: adding a feed costs one request.
  feed.next_poll = services_.clock.wall() + std::chrono::hours(1);
  Result<model::Feed> added = co_await add(std::move(feed));
  if (!added) co_return Refusal{added.error(), {}};
  // Known to the poller from now on: should the rest fail, it polls the feed in its time.
  const model::FeedId id = added->id;
  co_await poller_.reload_feed(id);
  added->state.traffic = fetched.traffic;
  const RefreshContext context = poller_.refresh_context(fetched.cost);
  auto digest = [&added, &fetched, context] { return refresh(*added, fetched.answer, context); };
  Refreshed refreshed = co_await loop::offload(services_.worker, digest);
  co_await poller_.commit(std::move(refreshed.update));
  auto read = [id](store::Reader& reader) { return reader.feed(id); };
  Result<model::Feed> stored = co_await services_.reader.run(std::move(read));
  if (!stored) co_return Refusal{stored.error(), {}};
  co_return std::move(*stored);
}

loop::awaitable<Result<model::Feed>> Subscriptions::add(model::NewFeed feed) {
  std::vector<model::NewFeed> one;
  one.push_back(std::move(feed));
  std::vector<Result<model::Feed>> added = co_await add_all(std::move(one));
  co_return std::move(added.front());
}

// In one transaction, however many there are.
loop::awaitable<std::vector<Result<model::Feed>>> Subscriptions::add_all(std::vector<model::NewFeed> feeds) {
  const Instant now = services_.clock.wall();
  auto write = [feeds = std::move(feeds), now](store::Writer& writer) {
    std::vector<std::string> uids;
    for (const model::NewFeed& feed : feeds) uids.push_back(feed::feed_uid(feed.url));
    return writer.add_feeds(feeds, uids, now);
  };
  auto added = co_await services_.writer.run(std::move(write));
  changed();
  co_return added;
}

loop::awaitable<Result<model::Feed>> Subscriptions::change(model::FeedId id, model::FeedPatch patch) {
  if (patch.url) {
    Result<std::string> url = text::subscription_url(*patch.url);
    if (!url) co_return url.error();
    patch.url = std::move(*url);
  }
  if (patch.url || patch.custom_title || patch.folder || !patch.settings.empty()) {
    if (auto managed = co_await refuse_if_managed(id)) co_return *managed;
  }
  Result<model::Feed> changed = co_await apply_patch(id, std::move(patch));
  if (changed) poller_.announce();
  co_return changed;
}

loop::awaitable<Result<void>> Subscriptions::remove(model::FeedId id, bool purge) {
  if (auto managed = co_await refuse_if_managed(id)) co_return *managed;
  auto write = [id, purge](store::Writer& writer) { return writer.remove_feed(id, purge); };
  Result<void> removed = co_await services_.writer.run(std::move(write));
  if (!removed) co_return removed;
  poller_.forget_feed(id);
  changed();
  poller_.announce();
  co_return removed;
}

loop::awaitable<std::optional<Error>> Subscriptions::refuse_if_managed(model::FeedId id) {
  auto read = [id](store::Reader& reader) { return reader.feed(id); };
  Result<model::Feed> feed = co_await services_.reader.run(std::move(read));
  if (!feed) co_return feed.error();
  if (!feed->managed) co_return std::nullopt;
  co_return Error{Cause::conflict, "the configuration file declares this feed: change it there"};
}

loop::awaitable<Result<OpmlImport>> Subscriptions::import_opml(std::string bytes) {
  auto parse = [&bytes] { return feed::parse_opml(bytes); };
  auto list = co_await loop::offload(services_.worker, parse);
  if (!list) co_return list.error();
  OpmlImport result;
  std::vector<model::NewFeed> feeds;
  for (feed::Subscription& subscription : *list) {
    Result<std::string> url = text::subscription_url(subscription.url);
    if (url) {
      feeds.push_back({*url, subscription.title, subscription.folder, {}, false, std::nullopt});
    } else {
      result.failed.push_back({subscription.url, url.error().detail});
    }
  }
  std::vector<std::string> urls;
  for (const model::NewFeed& feed : feeds) urls.push_back(feed.url);
  const std::vector<Result<model::Feed>> added = co_await add_all(std::move(feeds));
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (added[i]) {
      result.added.push_back(urls[i]);
    } else if (added[i].error().cause == Cause::conflict) {
      result.existing.push_back(urls[i]);
    } else {
      result.failed.push_back({urls[i], added[i].error().detail});
    }
  }
  if (!result.added.empty()) {
    co_await poller_.load();
    poller_.announce();
  }
  co_return std::move(result);
}

loop::awaitable<std::string> Subscriptions::export_opml() {
  auto list = [](store::Reader& reader) { return reader.feeds(); };
  co_return opml_of(co_await services_.reader.run(std::move(list)));
}

loop::awaitable<Result<DocumentImport>> Subscriptions::import_document(std::string bytes, std::string name,
                                                                       std::string feed_title) {
  const bool strip_tracking = poller_.content_settings().strip_tracking;
  auto read = [&bytes, &name, strip_tracking] { return feed::import_document(bytes, name, strip_tracking); };
  Result<model::ParsedFeed> document = co_await loop::offload(services_.worker, read);
  if (!document) co_return document.error();
  if (feed_title.empty()) feed_title = document->title.empty() ? "Imported" : document->title;

  const std::string url = import_url(feed_title);
  auto find = [url](store::Reader& reader) { return reader.feed_by_url(url); };
  std::optional<model::Feed> feed = co_await services_.reader.run(std::move(find));
  if (!feed) {
    model::NewFeed new_feed;
    new_feed.url = url;
    new_feed.custom_title = feed_title;
    Result<model::Feed> added = co_await add(std::move(new_feed));
    if (!added) co_return added.error();
    feed = std::move(*added);
    co_await poller_.reload_feed(feed->id);
  }
  model::FeedUpdate update;
  update.feed_id = feed->id;
  update.state = feed->state;
  update.state.status = model::FeedStatus::ok;
  update.state.last_success = services_.clock.wall();
  update.state.next_poll.reset();
  update.state.next_poll_rule = "import";
  update.received = services_.clock.wall();
  auto sort_out = [&document, &feed] {
    return identify(std::move(document->entries), feed->uid, feed->state.unreliable);
  };
  Identified identified = co_await loop::offload(services_.worker, sort_out);
  update.entries = std::move(identified.entries);
  update.state.unreliable = identified.unreliable;
  const model::UpdateResult done = co_await poller_.commit(std::move(update));
  co_return DocumentImport{feed->id, done.added, done.updated};
}

loop::awaitable<void> Subscriptions::reconcile(std::vector<model::DeclaredFeed> declared) {
  auto list = [](store::Reader& reader) { return reader.feeds(); };
  const std::vector<model::Feed> feeds = co_await services_.reader.run(std::move(list));
  std::unordered_map<std::string_view, const model::Feed*> by_url;
  for (const model::Feed& feed : feeds) by_url.emplace(feed.url, &feed);

  std::unordered_set<std::string> wanted;
  std::vector<model::NewFeed> missing;
  bool changed = false;
  for (model::DeclaredFeed& declaration : declared) {
    const Result<std::string> url = text::subscription_url(declaration.url);
    if (!url) {
      services_.log.error("declared feed has a bad address",
                          {{"url", loggable_url(declaration.url)}, {"detail", url.error().detail}});
      continue;
    }
    if (!wanted.insert(*url).second) {
      services_.log.warning("feed is declared twice; the first declaration counts", {{"url", loggable_url(*url)}});
      continue;
    }
    const auto known = by_url.find(*url);
    if (known == by_url.end()) {
      missing.push_back({*url, declaration.title, declaration.folder, declaration.settings, true, std::nullopt});
      continue;
    }
    const model::Feed& feed = *known->second;
    if (feed.managed && feed.custom_title == declaration.title && feed.folder == declaration.folder &&
        feed.settings == declaration.settings) {
      continue;
    }
    model::FeedPatch patch;
    patch.custom_title = declaration.title;
    patch.folder = declaration.folder;
    for (const auto& [key, value] : feed.settings) patch.settings.emplace(key, std::nullopt);  // unless declared
    for (const auto& [key, value] : declaration.settings) patch.settings.insert_or_assign(key, value);
    patch.managed = true;
    co_await reconcile_feed(feed.id, std::move(patch));
    changed = true;
  }
  if (!missing.empty()) {
    const std::vector<Result<model::Feed>> added = co_await add_all(std::move(missing));
    for (const Result<model::Feed>& one : added) {
      if (!one) services_.log.error("declared feed cannot be added", {{"detail", one.error().detail}});
    }
    co_await poller_.load();
    changed = true;
  }
  for (const model::Feed& feed : feeds) {
    if (!feed.managed || wanted.contains(feed.url)) continue;
    services_.log.notice("feed is no longer declared; it stays subscribed until it is removed",
                         {{"feed", model::raw(feed.id)}, {"url", loggable_url(feed.url)}});
    model::FeedPatch patch;
    patch.managed = false;
    co_await reconcile_feed(feed.id, std::move(patch));
    changed = true;
  }
  if (changed) poller_.announce();
}

loop::awaitable<Result<model::Feed>> Subscriptions::apply_patch(model::FeedId id, model::FeedPatch patch) {
  const auto sets = [&](const char* key) { return patch.settings.contains(key); };
  const bool may_want_more = sets("full_text") || sets("images") || sets("enclosures");
  auto write = [id, patch = std::move(patch)](store::Writer& writer) { return writer.change_feed(id, patch); };
  Result<model::Feed> patched = co_await services_.writer.run(std::move(write));
  if (patched) co_await poller_.reload_feed(id);
  if (patched && may_want_more && on_wants) on_wants(id);
  changed();
  co_return patched;
}

// As apply_patch; the configuration file has nobody else to tell of a failure.
loop::awaitable<void> Subscriptions::reconcile_feed(model::FeedId id, model::FeedPatch patch) {
  const Result<model::Feed> changed = co_await apply_patch(id, std::move(patch));
  if (!changed)
    services_.log.error("feed cannot be changed", {{"feed", model::raw(id)}, {"detail", changed.error().detail}});
}

}  // namespace newscache::ingest
