#include "api/readers/google_reader.hpp"

#include "api/context.hpp"
#include "text/json_writer.hpp"

namespace newscache::api {
namespace {

Response text_response(std::string text, int status = 200) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

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
    co_return json_response(std::move(out));
  }
  co_return text_response("SID=" + *token + "\nLSID=" + *token + "\nAuth=" + *token + "\n");
}

// The token for writing is that for reading. No line's end: clients paste it as it is.
loop::awaitable<Response> get_token(Context&, Request& request) {
  co_return text_response(request.reader_token.empty() ? TcpAccess::any_reader_token() : request.reader_token);
}

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
};

}  // namespace

std::span<const Route> google_reader_routes() { return table; }

}  // namespace newscache::api
