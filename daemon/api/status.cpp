// GET /v1/status, /healthz and /v1/openapi.json.

#include <boost/json/array.hpp>

#include "api/handlers.hpp"
#include "api/openapi.hpp"
#include "api/shapes.hpp"
#include "base/hash.hpp"
#include "text/date.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

struct StoreStatus {
  model::Counts counts;
  std::int64_t bytes = 0;
  std::int64_t written_today = 0;
  LogPosition position;
};

json::value number_or_null(const std::optional<std::int64_t>& number) {
  if (!number) return nullptr;
  return json::value(*number);
}

json::object status_json(const DaemonStatus& daemon, const StoreStatus& store, const ingest::Poller& poller) {
  json::object network;
  network["state"] = network_word(poller.network());
  network["since"] = text::format_rfc3339(poller.network().since);
  json::object clock;
  clock["trusted"] = daemon.clock_trusted;
  clock["floor"] = text::format_rfc3339(daemon.clock_floor);
  json::object counts;
  counts["feeds"] = store.counts.feeds;
  counts["articles"] = store.counts.articles;
  counts["unread"] = store.counts.unread;
  counts["starred"] = store.counts.starred;
  json::object storage;
  storage["bytes"] = store.bytes;
  storage["limit_bytes"] = number_or_null(daemon.storage_limit);
  storage["free_bytes"] = number_or_null(daemon.storage_free);
  storage["state"] = daemon.storage_state;
  storage["written_today_bytes"] = store.written_today;
  json::object traffic;
  traffic["received_today_bytes"] = poller.received_today();
  traffic["budget_bytes"] = number_or_null(poller.day_budget());
  const auto activity = poller.activity();
  json::object polling;
  polling["active"] = activity.active;
  polling["queued"] = activity.queued;
  polling["next_at"] = time_json(activity.next_at);

  json::object out;
  out["version"] = daemon.version;
  out["uptime_s"] = daemon.uptime_s;
  out["epoch"] = store.position.epoch;
  out["revision"] = raw(store.position.revision);
  out["network"] = std::move(network);
  out["clock"] = std::move(clock);
  out["counts"] = std::move(counts);
  out["storage"] = std::move(storage);
  out["traffic"] = std::move(traffic);
  out["polling"] = std::move(polling);
  return out;
}

StoreStatus store_status(store::Reader& reader, std::int64_t today) {
  const store::Reader::View view(reader);
  const auto days = reader.traffic(today);
  return {reader.counts(), reader.database_bytes() + reader.assets().bytes,
          days.empty() ? 0 : days.front().written_bytes, log_position(reader)};
}

}  // namespace

loop::awaitable<Response> get_status(Context& context, Request&) {
  auto read = [today = model::day_number(context.services.clock.wall())](store::Reader& reader) {
    return store_status(reader, today);
  };
  const auto store = co_await context.services.reader.run(std::move(read));
  const auto daemon = context.services.status();
  co_return json_response(json::value(status_json(daemon, store, context.services.poller)));
}

loop::awaitable<Response> get_health(Context& context, Request&) {
  json::array reasons;
  auto read = [](store::Reader& reader) {
    std::string fault;
    try {
      reader.counts();
    } catch (const std::exception& error) {
      fault = std::string("the database cannot be read: ") + error.what();
    }
    return fault;
  };
  const std::string fault = co_await context.services.reader.run(read);
  if (!fault.empty()) reasons.push_back(json::value(fault));
  const auto daemon = context.services.status();
  const auto& storage = daemon.storage_state;
  if (storage == "full" || storage == "read_only") reasons.push_back(json::value("storage is " + storage));
  if (!daemon.storage_trouble.empty()) reasons.push_back(json::value(daemon.storage_trouble));
  json::object out;
  out["status"] = reasons.empty() ? "ok" : "failing";
  const int status = reasons.empty() ? 200 : 503;
  // It can work again, but somebody should look at the disk.
  if (!daemon.repair.empty()) reasons.push_back(json::value(daemon.repair));
  if (!reasons.empty()) out["reasons"] = std::move(reasons);
  co_return json_response(json::value(std::move(out)), status);
}

loop::awaitable<Response> get_openapi(Context&, Request& request) {
  auto etag = "\"" + hex(sha256({openapi_document}), 8) + "\"";
  if (matches_etag(request.if_none_match, etag)) co_return not_modified(std::move(etag));
  auto response = json_response(std::string(openapi_document));
  response.etag = std::move(etag);
  co_return response;
}

}  // namespace newscache::api
