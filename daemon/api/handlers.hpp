#pragma once
// One handler for each route, by noun; see routes.cpp.

#include "api/context.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "loop/task.hpp"

namespace newscache::api {

// status.cpp
loop::awaitable<Response> get_status(Context& context, Request& request);
loop::awaitable<Response> get_health(Context& context, Request& request);
loop::awaitable<Response> get_openapi(Context& context, Request& request);
// metrics.cpp
loop::awaitable<Response> get_metrics(Context& context, Request& request);
// feeds.cpp
loop::awaitable<Response> list_feeds(Context& context, Request& request);
loop::awaitable<Response> add_feed(Context& context, Request& request);
loop::awaitable<Response> get_feed(Context& context, Request& request);
loop::awaitable<Response> change_feed(Context& context, Request& request);
loop::awaitable<Response> remove_feed(Context& context, Request& request);
loop::awaitable<Response> get_journal(Context& context, Request& request);
loop::awaitable<Response> refresh_feed(Context& context, Request& request);
loop::awaitable<Response> refresh_all(Context& context, Request& request);
// articles.cpp
loop::awaitable<Response> list_articles(Context& context, Request& request);
loop::awaitable<Response> get_article(Context& context, Request& request);
loop::awaitable<Response> get_history(Context& context, Request& request);
// marks.cpp
loop::awaitable<Response> change_article(Context& context, Request& request);
loop::awaitable<Response> mark_articles(Context& context, Request& request);
// reload.cpp
loop::awaitable<Response> reload(Context& context, Request& request);
// republish.cpp: of one feed, or of all
loop::awaitable<Response> republish_json(Context& context, Request& request);
loop::awaitable<Response> republish_atom(Context& context, Request& request);
// assets.cpp
loop::awaitable<Response> get_asset(Context& context, Request& request);
// content.cpp
loop::awaitable<Response> get_content(Context& context, Request& request);
// changes.cpp
loop::awaitable<Response> get_changes(Context& context, Request& request);
loop::awaitable<Response> get_events(Context& context, Request& request);
// transfer.cpp
loop::awaitable<Response> export_opml(Context& context, Request& request);
loop::awaitable<Response> import_opml(Context& context, Request& request);
loop::awaitable<Response> import_document(Context& context, Request& request);
// bundle.cpp
loop::awaitable<Response> export_bundle(Context& context, Request& request);
loop::awaitable<Response> import_bundle(Context& context, Request& request);

}  // namespace newscache::api
