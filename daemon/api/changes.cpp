// GET /v1/changes and the beginning of GET /v1/events.

#include <limits>

#include "api/handlers.hpp"
#include "api/shapes.hpp"

namespace newscache::api {
namespace {

constexpr std::int64_t max_revision = std::numeric_limits<std::int64_t>::max();

// The client's place is none in this log: it must start over.
std::optional<Response> lost(const Result<model::ChangePage>& page, const std::optional<std::string>& epoch) {
  if (!page) return problem(page.error());
  if (epoch && *epoch != page->epoch) {
    return problem(Error{Cause::gone, "the epoch is now " + page->epoch +
                                          "; read everything anew and go on from revision " +
                                          std::to_string(raw(page->revision))});
  }
  return std::nullopt;
}

void read_filter(ParameterReader& reader, model::ChangeFilter& filter) {
  reader.feed_id("feed", filter.feed);
  reader.text("folder", filter.folder);
  if (filter.feed && filter.folder) reader.fail("folder", "left out where 'feed' is given");
}

}  // namespace

loop::awaitable<Response> get_changes(Context& context, Request& request) {
  std::int64_t since = 0;
  std::int64_t limit = 500;
  std::optional<std::string> epoch;
  model::ChangeFilter filter;
  ParameterReader reader(request.parameters);
  reader.integer("since", 0, max_revision, since);
  reader.integer("limit", 1, 1000, limit);
  reader.text("epoch", epoch);
  read_filter(reader, filter);
  if (reader.error()) co_return problem(*reader.error());

  auto look = [since, limit, epoch, filter, known = request.if_none_match](store::Reader& store_reader) {
    auto page = store_reader.changes(model::Revision{since}, limit, filter);
    if (auto response = lost(page, epoch)) return std::move(*response);
    auto etag = position_etag(LogPosition{page->epoch, page->revision});
    if (matches_etag(known, etag)) return not_modified(std::move(etag));
    auto response = json_response(change_page_json(*page));
    response.etag = std::move(etag);
    return response;
  };
  co_return co_await context.services.reader.run(std::move(look));
}

namespace {

struct EventPlace {
  std::int64_t since = 0;
  std::optional<std::string> epoch;
  model::ChangeFilter filter;
};

// Where the client wants to begin; Last-Event-ID, which a reconnecting client sends by itself, is newer than the URL.
loop::awaitable<Result<EventPlace>> event_place(Context& context, Request& request) {
  EventPlace place;
  std::optional<std::int64_t> since;
  ParameterReader reader(request.parameters);
  reader.integer("since", 0, max_revision, since);
  reader.text("epoch", place.epoch);
  read_filter(reader, place.filter);
  if (reader.error()) co_return *reader.error();
  if (!request.last_event_id.empty()) {
    const auto parameters = Parameters::parse("Last-Event-ID=" + request.last_event_id);
    if (!parameters) co_return parameters.error();
    ParameterReader header(*parameters);
    header.integer("Last-Event-ID", 0, max_revision, since);
    if (header.error()) co_return *header.error();
  }
  if (!since) {
    auto ask = [](store::Reader& store_reader) { return store_reader.revision(); };
    since = raw(co_await context.services.reader.run(ask));
  }
  place.since = *since;
  co_return place;
}

}  // namespace

// A place that is lost is told before the stream begins; what the client missed is sent by the stream itself.
loop::awaitable<Response> get_events(Context& context, Request& request) {
  if (context.host.streams >= static_cast<std::size_t>(context.host.limits.event_streams)) {
    co_return problem(503, "too many event streams: close some");
  }
  auto place = co_await event_place(context, request);
  if (!place) co_return problem(place.error());
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-cache");
  auto look = [since = place->since](store::Reader& reader) { return reader.changes(model::Revision{since}, 1); };
  const auto page = co_await context.services.reader.run(std::move(look));
  if (auto fault = lost(page, place->epoch)) co_return std::move(*fault);
  auto channel = context.events->channel(place->filter);
  response.stream = std::make_shared<Subscriber>(std::move(channel), context.services.executor,
                                                 context.host.limits.event_backlog, model::Revision{place->since});
  response.stream->set_told(context.events->broadcasts());
  co_return response;
}

}  // namespace newscache::api
