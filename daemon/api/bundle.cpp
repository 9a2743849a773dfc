// GET and POST /v1/bundle: what the database holds as one file, and one from another device taken in.

#include <boost/json/object.hpp>
#include <memory>

#include "api/handlers.hpp"
#include "offline/bundle_import.hpp"
#include "offline/bundle_writer.hpp"

namespace newscache::api {

namespace json = boost::json;

namespace {

// Whose path is all that matters.
store::Options database_of(const Services& services) {
  store::Options options;
  options.path = services.state_dir + "/news.db";
  return options;
}

constexpr std::int64_t no_bound = std::int64_t{1} << 60;

// Piece after piece, each made on the reader's thread.
loop::awaitable<std::string> next_piece(Context& context, std::shared_ptr<offline::BundleWriter> bundle) {
  auto make = [bundle](store::Reader& reader) { return bundle->next(reader); };
  co_return co_await context.services.reader.run(std::move(make));
}

}  // namespace

loop::awaitable<Response> export_bundle(Context& context, Request& request) {
  offline::BundleOptions options;
  std::int64_t since = 0;
  std::int64_t after = 0;
  ParameterReader reader(request.parameters);
  reader.integer("since", 0, no_bound, since);
  reader.integer("after", 0, no_bound, after);
  reader.boolean("states", options.states);
  reader.boolean("media", options.media);
  reader.integer("max_bytes", offline::kLeastPart, no_bound, options.max_bytes);
  if (reader.error()) co_return problem(*reader.error());
  options.since = model::Revision{since};
  options.after = model::ArticleId{after};
  auto& services = context.services;
  auto bundle = std::make_shared<offline::BundleWriter>(database_of(services), options, services.clock.wall());
  Response response;
  response.body = co_await next_piece(context, bundle);
  response.content_type = "application/zstd";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"news.tar.zst\"");
  response.rest = [&context, bundle] { return next_piece(context, bundle); };
  co_return response;
}

loop::awaitable<Response> import_bundle(Context& context, Request& request) {
  offline::BundleImportOptions options;
  ParameterReader reader(request.parameters);
  reader.boolean("states", options.states);
  reader.text("signer", options.signer);
  if (reader.error()) co_return problem(*reader.error());
  if (context.takes_bundle) co_return problem(503, "another bundle is being taken in: try again when that is done");
  context.takes_bundle = true;
  const auto release = [](Context* taking) { taking->takes_bundle = false; };
  const std::unique_ptr<Context, decltype(release)> taking(&context, release);
  auto& services = context.services;
  const offline::BundleServices work{services.clock, services.worker, services.writer, services.poller,
                                     store::new_assets_path(database_of(services))};
  const auto imported = co_await offline::import_bundle(work, request.body_file.get(), options);
  if (!imported) {
    const bool unsound = imported.error().cause == Cause::invalid;
    co_return problem(unsound ? 422 : status_of(imported.error().cause), imported.error());
  }
  if (imported->feeds_added > 0 && services.subscriptions.on_change) services.subscriptions.on_change();
  json::object out;
  out["feeds_added"] = imported->feeds_added;
  out["feeds_existing"] = imported->feeds_existing;
  out["articles_added"] = imported->articles_added;
  out["existing"] = imported->existing;
  out["deleted"] = imported->deleted;
  out["completed"] = imported->completed;
  out["signer"] = imported->signer;
  co_return json_response(json::value(std::move(out)));
}

}  // namespace newscache::api
