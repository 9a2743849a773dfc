#include "api/dialect.hpp"

#include "api/form.hpp"
#include "api/routes.hpp"
#include "api/tcp_access.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

TcpAccess access() {
  model::HttpSettings settings;
  settings.token = "0123456789abcdef";
  settings.user = "me";
  settings.password = "secret: word";
  return TcpAccess(settings);
}

// "me:secret: word"
constexpr std::string_view basic = "Basic bWU6c2VjcmV0OiB3b3Jk";

int refusal(Credentials request) {
  request.host = "localhost";
  const auto refused = access().refuse(request, true);
  return refused ? refused->status : 0;
}

std::vector<std::string_view> values(const Parameters& parameters, std::string_view name) {
  return parameters.all(name);
}

}  // namespace

TEST_CASE("the dialect is known by the beginning of the path, however many slashes lead to it") {
  struct Row {
    std::string_view given;
    Dialect dialect;
    std::string_view path;
  };
  constexpr Row rows[] = {
      {"/v1/feeds", Dialect::native, "/v1/feeds"},
      {"//v1/feeds", Dialect::native, "//v1/feeds"},
      {"/", Dialect::native, "/"},
      {"///", Dialect::native, "///"},
      {"/minifluxes/v1", Dialect::native, "/minifluxes/v1"},
      {"/readers", Dialect::native, "/readers"},
      {"/api/greader.phpx", Dialect::native, "/api/greader.phpx"},
      {"/miniflux/v1/feeds", Dialect::miniflux, "/v1/feeds"},
      {"/miniflux//v1/feeds", Dialect::miniflux, "/v1/feeds"},
      {"//miniflux///v1/feeds", Dialect::miniflux, "/v1/feeds"},
      {"/miniflux", Dialect::miniflux, ""},
      {"/miniflux/", Dialect::miniflux, "/"},
      {"/reader/api/0/token", Dialect::google_reader, "/reader/api/0/token"},
      {"//reader/api/0/token", Dialect::google_reader, "/reader/api/0/token"},
      {"/api/greader.php/reader/api/0/token", Dialect::google_reader, "/reader/api/0/token"},
      {"//api/greader.php//accounts/ClientLogin", Dialect::google_reader, "/accounts/ClientLogin"},
      {"/accounts/ClientLogin", Dialect::google_reader, "/accounts/ClientLogin"},
      {"/reader/api/0/stream/contents/feed/http://x//y", Dialect::google_reader,
       "/reader/api/0/stream/contents/feed/http://x//y"},
  };
  for (const auto& row : rows) {
    INFO(row.given);
    std::string path(row.given);
    CHECK(take_dialect(path) == row.dialect);
    CHECK(path == row.path);
  }
}

TEST_CASE("a tail takes the rest of a path with its slashes, and two ids are told apart") {
  constexpr Route table[] = {
      {Method::get, "/stream/contents", Permission::everyone, Body::none, "", nullptr},
      {Method::get, "/stream/contents/{tail}", Permission::everyone, Body::none, "", nullptr},
      {Method::get, "/feeds/{id}/entries/{entry}", Permission::everyone, Body::none, "", nullptr},
      {Method::get, "/feeds/counters", Permission::everyone, Body::none, "", nullptr},
      {Method::get, "/feeds/{id}", Permission::everyone, Body::none, "", nullptr},
  };
  CHECK(find_route(table, Method::get, "/stream/contents").route == &table[0]);
  CHECK(find_route(table, Method::get, "/stream/contents/feed/http://x//y").tail == "feed/http://x//y");
  CHECK(find_route(table, Method::get, "/stream/contents/").tail.empty());
  const auto two = find_route(table, Method::get, "/feeds/7/entries/9");
  CHECK((two.id == 7 && two.entry_id == 9));
  CHECK(find_route(table, Method::get, "/feeds/counters").route == &table[3]);
  const auto odd = find_route(table, Method::get, "/feeds/x");
  CHECK((odd.route == nullptr && odd.has_odd_id));
  CHECK_FALSE(find_route(table, Method::get, "/feeds").has_odd_id);
  CHECK_FALSE(find_route(table, Method::get, "/feeds/x/y").has_odd_id);
}

TEST_CASE("an error has the form that the dialect's clients read") {
  const auto native = in_dialect(Dialect::native, problem(403, "why"));
  CHECK(native.content_type == "application/problem+json");
  const auto miniflux = in_dialect(Dialect::miniflux, problem(401, "why"));
  CHECK(miniflux.status == 401);
  CHECK(miniflux.content_type == "application/json");
  CHECK(miniflux.body == R"({"error_message":"access unauthorized"})");
  REQUIRE(miniflux.headers.size() == 1);
  CHECK(miniflux.headers[0].first == "WWW-Authenticate");
  CHECK(in_dialect(Dialect::miniflux, problem(422, "a \"reason\"")).body == R"({"error_message":"a \"reason\""})");
  CHECK(in_dialect(Dialect::miniflux, problem(422, "why")).status == 400);
  const auto reader = in_dialect(Dialect::google_reader, problem(401, "why"));
  CHECK(reader.body == "Unauthorized");
  CHECK(reader.content_type == "text/plain; charset=utf-8");
  REQUIRE(reader.headers.size() == 2);
  CHECK(reader.headers[0].first == "X-Reader-Google-Bad-Token");
  CHECK(reader.headers[1].first == "Google-Bad-Token");
  CHECK(in_dialect(Dialect::google_reader, problem(404, "there is none")).body == "there is none");
  // What is no problem is left alone.
  CHECK(in_dialect(Dialect::miniflux, json_response(std::string("{}"), 201)).body == "{}");
}

TEST_CASE("Miniflux takes the token, which alone decides where it is given, or the password") {
  const auto dialect = Dialect::miniflux;
  CHECK(refusal({.dialect = dialect, .auth_token = "0123456789abcdef"}) == 0);
  CHECK(refusal({.dialect = dialect, .authorization = basic}) == 0);
  CHECK(refusal({.dialect = dialect, .authorization = basic, .auth_token = "0123456789abcdee"}) == 401);
  CHECK(refusal({.dialect = dialect}) == 401);
  CHECK(refusal({.dialect = dialect, .is_open = true}) == 0);
  CHECK(refusal({.dialect = dialect, .origin = "http://evil.example", .is_open = true}) == 403);
  // It is of that dialect only.
  CHECK(refusal({.auth_token = "0123456789abcdef"}) == 401);
}

TEST_CASE("Google Reader's clients log in with the password or the token, and show what they got") {
  const auto dialect = Dialect::google_reader;
  const auto by_password = access().log_in("me", "secret: word");
  const auto by_token = access().log_in("anybody", "0123456789abcdef");
  REQUIRE((by_password && by_token));
  CHECK(*by_password != *by_token);
  for (const auto& token : {*by_password, *by_token}) {
    INFO(token);
    CHECK(token.find_first_of("= \t") == std::string::npos);
    const auto digits = token.substr(token.find('/') + 1);
    CHECK(digits.size() == 40);
    CHECK(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(access().knows_reader_token(token));
    CHECK(refusal({.dialect = dialect, .authorization = "GoogleLogin auth=" + token}) == 0);
    CHECK(refusal({.dialect = dialect, .authorization = "googlelogin  auth=" + token + " "}) == 0);
    CHECK(refusal({.dialect = dialect, .authorization = "GoogleLogin auth=" + token + "0"}) == 401);
    CHECK(refusal({.authorization = "GoogleLogin auth=" + token}) == 401);
  }
  CHECK_FALSE(access().log_in("me", "secret: wor"));
  CHECK_FALSE(access().log_in("you", "secret: word"));
  CHECK_FALSE(access().log_in("me", ""));
  CHECK(refusal({.dialect = dialect, .authorization = basic}) == 401);
  CHECK(refusal({.dialect = dialect, .authorization = "GoogleLogin auth="}) == 401);
  CHECK(refusal({.dialect = dialect}) == 401);
}

TEST_CASE("a reader's token goes with its password, and without one there is none") {
  model::HttpSettings settings;
  settings.user = "me";
  settings.password = "another password";
  const auto before = access().log_in("me", "secret: word");
  CHECK(TcpAccess(settings).log_in("me", "another password") != before);
  CHECK_FALSE(TcpAccess(settings).knows_reader_token(*before));
  CHECK_FALSE(TcpAccess().log_in("", ""));
  CHECK_FALSE(TcpAccess().knows_reader_token(""));
  CHECK_FALSE(TcpAccess().knows_reader_token(TcpAccess::any_reader_token()));
}

TEST_CASE("the address of a picture opens that picture, where pictures are given, and nothing else") {
  model::HttpSettings settings;
  settings.token = "0123456789abcdef";
  const std::string_view secret = "a random secret";
  CHECK_FALSE(TcpAccess(settings, secret).picture_keys().are_given());
  settings.offline_images = true;
  // Without one, keys would be made of what a person has thought of.
  CHECK_FALSE(TcpAccess(settings).picture_keys().are_given());
  const TcpAccess giving(settings, secret);
  const std::string picture(64, 'a');
  const auto key = giving.picture_keys().key_of(picture);
  CHECK(key.size() == 32);
  const auto status = [&](const TcpAccess& access, const Credentials& request) {
    const auto refused = access.refuse(request, true);
    return refused ? refused->status : 0;
  };
  const std::string_view host = "localhost";
  CHECK(status(giving, {.host = host, .picture = picture, .picture_key = key}) == 0);
  CHECK(status(giving, {.host = host, .referer = "http://evil.example/", .picture = picture, .picture_key = key}) == 0);
  CHECK(status(giving, {.host = "evil.example", .picture = picture, .picture_key = key}) == 403);
  CHECK(status(giving, {.host = host, .picture = picture}) == 401);
  CHECK(status(giving, {.host = host, .picture_key = key}) == 401);
  CHECK(status(giving, {.host = host, .picture = std::string(64, 'b'), .picture_key = key}) == 401);
  settings.offline_images = false;
  CHECK(status(TcpAccess(settings, secret), {.host = host, .picture = picture, .picture_key = key}) == 401);
  settings.offline_images = true;
  CHECK(status(TcpAccess(settings, "another"), {.host = host, .picture = picture, .picture_key = key}) == 401);
  settings.token = "another token altogether";
  CHECK(status(TcpAccess(settings, secret), {.host = host, .picture = picture, .picture_key = key}) == 401);
}

TEST_CASE("parameters of other dialects repeat, and what is broken in them harms nothing") {
  Parameters parameters;
  REQUIRE(
      parameters.add_leniently("i=1&i=tag:google.com,2005:reader/item/ff&&=x&a=100%&b=%zz&c=a+b%2Bc&d=%ff&e=%00&f"));
  CHECK(values(parameters, "i") == std::vector<std::string_view>{"1", "tag:google.com,2005:reader/item/ff"});
  CHECK(*parameters.find("a") == "100%");
  CHECK(*parameters.find("b") == "%zz");
  CHECK(*parameters.find("c") == "a b+c");
  CHECK(parameters.find("d") == nullptr);
  CHECK(parameters.find("e") == nullptr);
  CHECK(parameters.find("f")->empty());
  CHECK(parameters.all("missing").empty());
}

TEST_CASE("there is an end to how many parameters are taken") {
  std::string query;
  for (int i = 0; i < 20000; ++i) query += "i=1&";
  Parameters parameters;
  REQUIRE(parameters.add_leniently(query));
  const auto more = parameters.add_leniently("i=2");
  REQUIRE_FALSE(more);
  CHECK(more.error().cause == Cause::too_large);
}

TEST_CASE("a form is read whatever its label says, and a multipart one by its boundary") {
  Parameters form;
  REQUIRE(add_form(form, "text/plain", "Email=me&Passwd=secret%3A+word\n"));
  CHECK(*form.find("Email") == "me");
  CHECK(*form.find("Passwd") == "secret: word");
  const std::string parts =
      "--xyz\r\nContent-Disposition: form-data; name=\"Email\"\r\n\r\nme\r\n"
      "--xyz\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=Passwd\r\n\r\na=b&c\r\nd\r\n"
      "--xyz\r\n\r\nnameless\r\n--xyz--\r\n";
  for (const std::string_view type :
       {"multipart/form-data; boundary=xyz", "Multipart/Form-Data; a=b; Boundary=\"xyz\""}) {
    Parameters multipart;
    REQUIRE(add_form(multipart, type, "preamble\r\n" + parts));
    REQUIRE(multipart.find("Email") != nullptr);
    CHECK(*multipart.find("Email") == "me");
    CHECK(*multipart.find("Passwd") == "a=b&c\r\nd");
  }
  for (std::size_t length = 0; length < parts.size(); ++length) {
    Parameters cut;
    CHECK(add_form(cut, "multipart/form-data; boundary=xyz", std::string_view(parts).substr(0, length)));
  }
  Parameters with_nul;
  const std::string nul("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nx\0y\r\n--xyz--\r\n", 63);
  REQUIRE(nul.ends_with("--xyz--\r\n"));
  CHECK(add_form(with_nul, "multipart/form-data; boundary=xyz", nul));
  CHECK(with_nul.find("a") == nullptr);
  Parameters none;
  CHECK(add_form(none, "multipart/form-data", parts));
  CHECK(none.find("Email") == nullptr);
}
