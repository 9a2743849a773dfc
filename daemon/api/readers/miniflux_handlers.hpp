#pragma once
// The handlers of Miniflux's routes, by noun; see miniflux.cpp.

#include <boost/json/object.hpp>
#include <memory>
#include <optional>

#include "api/context.hpp"
#include "api/readers/miniflux_shapes.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace newscache::api {

// What is subscribed to; with the icons that are here.
loop::awaitable<std::shared_ptr<MinifluxLibrary>> read_library(Context& context);
// The body as an object, whatever its label says; an empty one is one without members. Members that are not known are
// nobody's business.
Result<boost::json::object> lenient_object(const Request& request);
Response no_content();
// 1 t T true True TRUE and their opposites.
std::optional<bool> lenient_boolean(std::string_view text);

// miniflux_feeds.cpp
loop::awaitable<Response> miniflux_feeds(Context& context, Request& request);
loop::awaitable<Response> miniflux_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_counters(Context& context, Request& request);
loop::awaitable<Response> miniflux_icon(Context& context, Request& request);
loop::awaitable<Response> miniflux_refresh_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_refresh_category(Context& context, Request& request);
loop::awaitable<Response> miniflux_refresh_all(Context& context, Request& request);
loop::awaitable<Response> miniflux_add_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_change_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_remove_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_categories(Context& context, Request& request);
loop::awaitable<Response> miniflux_category_feeds(Context& context, Request& request);
loop::awaitable<Response> miniflux_add_category(Context& context, Request& request);
loop::awaitable<Response> miniflux_change_category(Context& context, Request& request);
loop::awaitable<Response> miniflux_remove_category(Context& context, Request& request);
loop::awaitable<Response> miniflux_export(Context& context, Request& request);
loop::awaitable<Response> miniflux_import(Context& context, Request& request);
// miniflux_entries.cpp
loop::awaitable<Response> miniflux_entries(Context& context, Request& request);
loop::awaitable<Response> miniflux_feed_entries(Context& context, Request& request);
loop::awaitable<Response> miniflux_category_entries(Context& context, Request& request);
loop::awaitable<Response> miniflux_entry_ids(Context& context, Request& request);
loop::awaitable<Response> miniflux_entry(Context& context, Request& request);
loop::awaitable<Response> miniflux_feed_entry(Context& context, Request& request);
loop::awaitable<Response> miniflux_category_entry(Context& context, Request& request);
loop::awaitable<Response> miniflux_entry_content(Context& context, Request& request);
// miniflux_marks.cpp
loop::awaitable<Response> miniflux_mark(Context& context, Request& request);
loop::awaitable<Response> miniflux_toggle_star(Context& context, Request& request);
loop::awaitable<Response> miniflux_mark_feed(Context& context, Request& request);
loop::awaitable<Response> miniflux_mark_category(Context& context, Request& request);
loop::awaitable<Response> miniflux_mark_all(Context& context, Request& request);

}  // namespace newscache::api
