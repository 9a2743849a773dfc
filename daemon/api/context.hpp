#pragma once
// What the handlers work with.

#include <memory>
#include <string>
#include <utility>

#include "api/event_hub.hpp"
#include "api/host.hpp"
#include "api/readers/empty_folders.hpp"
#include "api/server.hpp"

namespace newscache::api {

struct Context {
  Services services;
  Host& host;  // which owns this through Host::answer
  std::shared_ptr<EventHub> events;
  bool takes_bundle = false;  // one at a time: it keeps the worker and the writer busy
  EmptyFolders empty_folders;
};

// Where the change log stands.
struct LogPosition {
  std::string epoch;
  model::Revision revision{};
};

LogPosition log_position(store::Reader& reader);

// The entity tag of what depends on the database alone.
std::string position_etag(const LogPosition& position);

// Runs a job on the reader's thread that answers with `body(reader)`, a Result<std::string> of JSON; with 304 when the
// client has that already. The position is read before the body, so that a tag is never newer than what it stands for.
template <class MakeBody>
loop::awaitable<Response> answer_from_log(Context& context, std::string if_none_match, MakeBody make_body) {
  auto job = [if_none_match = std::move(if_none_match), make_body = std::move(make_body)](store::Reader& reader) {
    const store::Reader::View view(reader);
    auto etag = position_etag(log_position(reader));
    if (matches_etag(if_none_match, etag)) return not_modified(std::move(etag));
    Result<std::string> body = make_body(reader);
    if (!body) return problem(body.error());
    auto response = json_response(std::move(*body));
    response.etag = std::move(etag);
    return response;
  };
  co_return co_await context.services.reader.run(std::move(job));
}

// The same for a query of articles, after the search index has caught up with them where it is asked.
template <class MakeBody>
loop::awaitable<Response> answer_query(Context& context, std::string if_none_match, bool by_index, MakeBody make_body) {
  const bool complete = !by_index || co_await context.services.indexer.catch_up();
  if (!complete) if_none_match.clear();
  auto response = co_await answer_from_log(context, std::move(if_none_match), std::move(make_body));
  // The same question will soon have more answers, without a change of revision.
  if (!complete) response.etag.clear();
  co_return response;
}

}  // namespace newscache::api
