// What is read and what is starred, as Miniflux's clients say it.

#include <boost/json/array.hpp>

#include "api/marking.hpp"
#include "api/readers/miniflux_handlers.hpp"

namespace newscache::api {
namespace {

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

Result<model::MarkRequest> parse_mark(const boost::json::object& body) {
  model::MarkRequest request;
  request.skip_unknown = true;
  const auto* ids = body.if_contains("entry_ids");
  if (ids == nullptr || !ids->is_array() || ids->get_array().empty()) {
    return Error{Cause::invalid, "entry_ids is empty or missing"};
  }
  for (const auto& id : ids->get_array()) {
    if (!id.is_int64()) return Error{Cause::invalid, "entry_ids must be numbers"};
    request.ids.push_back(model::ArticleId{id.get_int64()});
  }
  if (const auto* status = body.if_contains("status"); status != nullptr && !status->is_null()) {
    const auto word = status->is_string() ? view(status->get_string()) : std::string_view();
    if (word != "read" && word != "unread") return Error{Cause::invalid, "status must be read or unread"};
    request.read = word == "read";
  }
  if (const auto* starred = body.if_contains("starred"); starred != nullptr && !starred->is_null()) {
    if (!starred->is_bool()) return Error{Cause::invalid, "starred must be true or false"};
    request.starred = starred->get_bool();
  }
  if (!request.read && !request.starred) return Error{Cause::invalid, "either status or starred must be given"};
  return request;
}

loop::awaitable<Response> mark_read(Context& context, model::MarkRequest request) {
  request.all = true;
  request.read = true;
  const auto changed = co_await mark(context, std::move(request));
  if (!changed) co_return problem(changed.error());
  co_return no_content();
}

}  // namespace

loop::awaitable<Response> miniflux_mark(Context& context, Request& request) {
  const auto body = lenient_object(request);
  if (!body) co_return problem(body.error());
  auto marks = parse_mark(*body);
  if (!marks) co_return problem(marks.error());
  const auto changed = co_await mark(context, std::move(*marks));
  if (!changed) co_return problem(changed.error());
  co_return no_content();
}

// Clients call it for both directions: it must not be made idempotent.
loop::awaitable<Response> miniflux_toggle_star(Context& context, Request& request) {
  const model::ArticleId id{request.id};
  auto read = [id](store::Reader& reader) -> Result<bool> {
    const auto batch = reader.articles_of({&id, 1}, false, 1);
    if (batch.articles.empty()) return Error{Cause::not_found, "there is no such entry"};
    return batch.articles.front().starred;
  };
  const auto starred = co_await context.services.reader.run(std::move(read));
  if (!starred) co_return problem(starred.error());
  model::MarkRequest marks;
  marks.ids.push_back(id);
  marks.starred = !*starred;
  const auto changed = co_await mark(context, std::move(marks));
  if (!changed) co_return problem(changed.error());
  co_return no_content();
}

loop::awaitable<Response> miniflux_mark_feed(Context& context, Request& request) {
  model::MarkRequest marks;
  marks.feed = model::FeedId{request.id};
  auto read = [id = *marks.feed](store::Reader& reader) { return reader.feed(id).has_value(); };
  const bool exists = co_await context.services.reader.run(std::move(read));
  if (!exists) co_return problem(404, "there is no such feed");
  co_return co_await mark_read(context, std::move(marks));
}

loop::awaitable<Response> miniflux_mark_category(Context& context, Request& request) {
  const auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return problem(404, "there is no such category");
  model::MarkRequest marks;
  marks.folder = category->folder;
  co_return co_await mark_read(context, std::move(marks));
}

loop::awaitable<Response> miniflux_mark_all(Context& context, Request& request) {
  if (request.id != 1) co_return problem(403, "there is one account, and no other");
  model::MarkRequest everything;
  co_return co_await mark_read(context, std::move(everything));
}

}  // namespace newscache::api
