#pragma once
// What the handlers work with.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/event_stream.hpp"
#include "api/server.hpp"

namespace newscache::api {

struct Context {
  Services services;
  const Host& host;  // which owns this through Host::answer
  std::shared_ptr<EventHub> events;
  std::optional<model::Revision> seen;  // some revision that the change log still reaches
};

// Where the change log stands.
struct LogPosition {
  std::string epoch;
  model::Revision revision{};
};

// Looks without copying any change. None when the log does not reach back to `seen` any more.
std::optional<LogPosition> log_position(store::Reader& reader, model::Revision seen);
// A revision for the function above.
loop::awaitable<model::Revision> seen_revision(Context& context);

// The entity tag of what depends on the database alone.
std::string position_etag(const std::optional<LogPosition>& position);

// Runs a job on the reader's thread that answers with `body(reader)`, a Result<std::string> of JSON; with 304 when the
// client has that already. The position is read before the body, so that a tag is never newer than what it stands for.
template <class MakeBody>
loop::awaitable<Response> answer_from_log(Context& context, std::string if_none_match, MakeBody make_body) {
  const auto seen = co_await seen_revision(context);
  std::optional<model::Revision> now;
  auto job = [seen, &now, if_none_match = std::move(if_none_match),
              make_body = std::move(make_body)](store::Reader& reader) mutable {
    const auto position = log_position(reader, seen);
    if (position) now = position->revision;
    auto etag = position_etag(position);
    if (matches_etag(if_none_match, etag)) return not_modified(std::move(etag));
    Result<std::string> body = make_body(reader);
    if (!body) return problem(body.error());
    auto response = json_response(std::move(*body));
    response.etag = std::move(etag);
    return response;
  };
  auto response = co_await context.services.reader.run(std::move(job));
  context.seen = now;
  co_return response;
}

}  // namespace newscache::api
