// OPML in and out, and articles from files.

#include <boost/json/array.hpp>

#include "api/handlers.hpp"
#include "api/shapes.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

json::array strings_json(const std::vector<std::string>& strings) {
  json::array out;
  out.reserve(strings.size());
  for (const auto& text : strings) out.push_back(json::value(text));
  return out;
}

}  // namespace

loop::awaitable<Response> export_opml(Context& context, Request&) {
  Response response;
  response.body = co_await context.services.subscriptions.export_opml();
  response.content_type = "text/x-opml; charset=utf-8";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"subscriptions.opml\"");
  co_return response;
}

loop::awaitable<Response> import_opml(Context& context, Request& request) {
  auto result = co_await context.services.subscriptions.import_opml(std::move(request.body));
  if (!result) co_return problem(result.error());
  json::array failed;
  for (const auto& failure : result->failed) {
    json::object one;
    one["url"] = failure.url;
    one["detail"] = failure.detail;
    failed.push_back(std::move(one));
  }
  json::object out;
  out["added"] = strings_json(result->added);
  out["existing"] = strings_json(result->existing);
  out["failed"] = std::move(failed);
  co_return json_response(json::value(std::move(out)));
}

loop::awaitable<Response> import_document(Context& context, Request& request) {
  std::string feed;
  std::string name;
  ParameterReader reader(request.parameters);
  reader.text("feed", feed);
  reader.text("name", name);
  if (request.body.empty()) co_return problem(400, "the body is empty: send the file's bytes");
  auto imported = co_await context.services.subscriptions.import_document(std::move(request.body), std::move(name),
                                                                          std::move(feed));
  if (!imported) {
    // Not 404 or 502 for what is wrong with the file.
    const bool unreadable = imported.error().cause == Cause::not_a_feed || imported.error().cause == Cause::invalid;
    co_return problem(unreadable ? 422 : status_of(imported.error().cause), imported.error());
  }
  json::object out;
  out["feed"] = raw(imported->feed);
  out["added"] = imported->added;
  out["updated"] = imported->updated;
  co_return json_response(json::value(std::move(out)));
}

}  // namespace newscache::api
