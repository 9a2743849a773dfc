#include "api/readers/google_reader.hpp"

#include "api/handlers.hpp"
#include "api/readers/google_handlers.hpp"
#include "api/readers/google_reader_shapes.hpp"
#include "text/json_writer.hpp"

namespace newscache::api {

Response google::text_response(std::string text, int status) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

Response google::json_text(std::string body) {
  auto response = json_response(std::move(body));
  response.content_type = "application/json; charset=utf-8";
  return response;
}

namespace {

using namespace google;

loop::awaitable<Response> log_in(Context& context, Request& request) {
  const auto* user = request.parameters.find("Email");
  const auto* password = request.parameters.find("Passwd");
  if (user == nullptr || password == nullptr) co_return problem(400, "Email and Passwd are needed");
  auto token = request.is_tcp ? context.host.tcp.log_in(*user, *password) : TcpAccess::any_reader_token();
  if (!token) co_return text_response("Error=BadAuthentication\n", 401);
  const auto* output = request.parameters.find("output");
  if (output != nullptr && *output == "json") {
    std::string out;
    text::JsonWriter(out).open('{').key("SID").text(*token).key("LSID").text(*token).key("Auth").text(*token).close(
        '}');
    co_return json_text(std::move(out));
  }
  co_return text_response("SID=" + *token + "\nLSID=" + *token + "\nAuth=" + *token + "\n");
}

// The token for writing is that for reading. No line's end: clients paste it as it is.
loop::awaitable<Response> get_token(Context&, Request& request) {
  co_return text_response(request.reader_token.empty() ? TcpAccess::any_reader_token() : request.reader_token);
}

loop::awaitable<Response> get_user(Context& context, Request&) {
  const auto& name = context.host.tcp.user();
  co_return json_text(user_json(name.empty() ? "newscached" : name));
}

// Nobody keeps anything there with us.
loop::awaitable<Response> list_preferences(Context&, Request&) { co_return json_text(R"({"prefs":[]})"); }
loop::awaitable<Response> list_stream_preferences(Context&, Request&) { co_return json_text(R"({"streamprefs":{}})"); }
loop::awaitable<Response> list_friends(Context&, Request&) { co_return json_text(R"({"friends":[]})"); }

using enum Method;
using enum Permission;

constexpr Route table[] = {
    {.method = post,
     .pattern = "/accounts/ClientLogin",
     .permission = everyone,
     .body = Body::form,
     .handler = log_in,
     .is_open = true},
    {get, "/reader/api/0/token", everyone, Body::none, "", get_token},
    {get, "/reader/api/0/user-info", everyone, Body::none, "", get_user},
    {get, "/reader/api/0/subscription/list", everyone, Body::none, "", list_subscriptions},
    {get, "/reader/api/0/tag/list", everyone, Body::none, "", list_tags},
    {get, "/reader/api/0/unread-count", everyone, Body::none, "", count_unread},
    {get, "/reader/api/0/stream/items/ids", everyone, Body::none, "", list_ids},
    {get, "/reader/api/0/stream/items/contents", everyone, Body::none, "", get_items},
    {post, "/reader/api/0/stream/items/contents", everyone, Body::form, "", get_items},
    {get, "/reader/api/0/stream/contents", everyone, Body::none, "", list_stream},
    {get, "/reader/api/0/stream/contents/{tail}", everyone, Body::none, "", list_stream},
    {get, "/reader/atom/{tail}", everyone, Body::none, "", get_atom},
    {post, "/reader/api/0/edit-tag", everyone, Body::form, "", edit_tag},
    {post, "/reader/api/0/mark-all-as-read", everyone, Body::form, "", mark_all},
    {post, "/reader/api/0/subscription/edit", admin, Body::form, "", edit_subscription},
    {post, "/reader/api/0/subscription/quickadd", admin, Body::form, "", quickadd},
    {post, "/reader/api/0/rename-tag", admin, Body::form, "", rename_tag},
    {post, "/reader/api/0/disable-tag", admin, Body::form, "", disable_tag},
    {get, "/reader/api/0/subscription/export", everyone, Body::none, "", export_opml},
    {post, "/reader/api/0/subscription/import", admin, Body::document, "", import_subscriptions},
    {get, "/reader/api/0/preference/list", everyone, Body::none, "", list_preferences},
    {get, "/reader/api/0/preference/stream/list", everyone, Body::none, "", list_stream_preferences},
    {get, "/reader/api/0/friend/list", everyone, Body::none, "", list_friends},
};

}  // namespace

std::span<const Route> google_reader_routes() { return table; }

}  // namespace newscache::api
