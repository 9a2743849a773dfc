#pragma once
// The handlers of the Google Reader dialect; see google_reader.cpp.

#include <string>

#include "api/context.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "loop/task.hpp"

namespace newscache::api::google {

Response text_response(std::string text, int status = 200);
// Exactly these two bytes: clients compare them.
inline Response ok() { return text_response("OK"); }
// Of a request that cannot be done, to a client that shows it at best.
inline Response refusal(std::string detail) { return text_response(std::move(detail), 400); }
Response json_text(std::string body);
inline bool is_liferea(const Request& request) { return request.user_agent.find("Liferea/") != std::string::npos; }

// google_items.cpp
loop::awaitable<Response> list_ids(Context& context, Request& request);
loop::awaitable<Response> list_stream(Context& context, Request& request);
loop::awaitable<Response> get_items(Context& context, Request& request);
loop::awaitable<Response> get_atom(Context& context, Request& request);
// google_marks.cpp
loop::awaitable<Response> edit_tag(Context& context, Request& request);
loop::awaitable<Response> mark_all(Context& context, Request& request);
// google_subscriptions.cpp
loop::awaitable<Response> list_subscriptions(Context& context, Request& request);
loop::awaitable<Response> list_tags(Context& context, Request& request);
loop::awaitable<Response> count_unread(Context& context, Request& request);
loop::awaitable<Response> edit_subscription(Context& context, Request& request);
loop::awaitable<Response> quickadd(Context& context, Request& request);
loop::awaitable<Response> rename_tag(Context& context, Request& request);
loop::awaitable<Response> disable_tag(Context& context, Request& request);
loop::awaitable<Response> import_subscriptions(Context& context, Request& request);

}  // namespace newscache::api::google
