// One connection over a socket pair, with routes of the test's own: what goes over the wire, to the byte.

#include "api/session.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <thread>

#include "api/event_stream.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"

using namespace newscache;
using namespace newscache::api;

namespace asio = boost::asio;

namespace {

constexpr Route table[] = {
    {Method::get, "/echo", Permission::everyone, Body::none, "q", nullptr},
    {Method::post, "/echo", Permission::everyone, Body::json, "", nullptr},
    {Method::post, "/document", Permission::everyone, Body::document, "", nullptr},
    {Method::post, "/admin", Permission::admin, Body::json, "", nullptr},
    {Method::get, "/throws", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/large", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/pieces", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/breaks", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/stop", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/events", Permission::everyone, Body::none, "", nullptr},
    {Method::get, "/kept", Permission::everyone, Body::none, "q tag", nullptr, true},
};

// Of other dialects, below /miniflux and at /reader and /accounts.
constexpr Route miniflux_table[] = {
    {Method::get, "/v1/feeds/{id}", Permission::everyone, Body::none, "", nullptr},
    {Method::put, "/v1/entries", Permission::everyone, Body::json, "", nullptr},
    {Method::get, "/health", Permission::everyone, Body::none, "", nullptr, false, true},
    {Method::get, "/throws", Permission::everyone, Body::none, "", nullptr},
};
constexpr Route reader_table[] = {
    {Method::post, "/accounts/ClientLogin", Permission::everyone, Body::form, "", nullptr, false, true},
    {Method::post, "/reader/echo", Permission::everyone, Body::form, "", nullptr},
    {Method::get, "/reader/stream/{tail}", Permission::everyone, Body::none, "", nullptr},
};

// What has been made of "/kept".
struct Made {
  int answers = 0;
  std::shared_ptr<store::Editions> editions = std::make_shared<store::Editions>();
  bool commit_meanwhile = false;
  void commit() { const store::Editions::Commit one(*editions); }
};

loop::awaitable<std::string> next_piece(std::shared_ptr<int> left, bool breaks) {
  if (breaks) throw std::runtime_error("it broke");
  if (*left == 0) co_return std::string();
  co_return std::string(5000, static_cast<char>('a' + --*left));
}

Response kept_answer(Made& made, const Request& request) {
  ++made.answers;
  if (made.commit_meanwhile) made.commit();
  const auto* tag = request.parameters.find("tag");
  const std::string etag = tag == nullptr ? "\"strong\"" : *tag;
  if (matches_etag(request.if_none_match, etag)) {
    auto unchanged = not_modified(etag);
    unchanged.headers.emplace_back("Vary", "Accept");
    return unchanged;
  }
  if (request.parameters.find("q") == nullptr) return problem(400, "q is missing");
  auto response = json_response(*request.parameters.find("q") + " as " + request.host + " for " + request.accept);
  response.etag = etag;
  response.headers.emplace_back("Vary", "Accept");
  response.headers.emplace_back("X-Other", "only with a body");
  return response;
}

loop::awaitable<Response> answer(Host& host, Made& made, const Route& route, Request& request) {
  if (route.pattern == "/kept") co_return kept_answer(made, request);
  if (route.pattern == "/throws") throw std::runtime_error("a handler's bug");
  if (route.pattern == "/stop") host.stopping = true;
  if (route.pattern == "/events") {
    Response response;
    response.stream = std::make_shared<Subscriber>(nullptr, host.executor, 100, model::Revision{0});
    co_return response;
  }
  if (route.pattern == "/large" || route.pattern == "/stop") co_return json_response(std::string(32 << 20, ' '));
  if (route.pattern == "/pieces" || route.pattern == "/breaks") {
    auto response = json_response(std::string("begin"));
    response.etag = "\"strong\"";
    response.rest = [left = std::make_shared<int>(3), breaks = route.pattern == "/breaks"] {
      return next_piece(left, breaks);
    };
    co_return response;
  }
  if (request.dialect != Dialect::native) {
    std::string told = request.path + " " + request.tail + " <" + request.body + ">";
    for (const auto value : request.parameters.all("i")) told.append(" ").append(value);
    co_return json_response(std::move(told));
  }
  if (const auto* q = request.parameters.find("q")) co_return json_response(std::string(*q));
  co_return json_response("<" + request.body + ">");
}

Limits small_limits() {
  Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 100;
  limits.import_bytes = 1000;
  return limits;
}

model::HttpSettings tcp_settings() {
  model::HttpSettings settings;
  settings.token = "0123456789abcdef";
  settings.user = "me";
  settings.password = "secret: word";
  return settings;
}

// The server's side in a thread of its own, the client's in the test.
class Connection {
 public:
  explicit Connection(Limits limits = small_limits(), bool admin = true, Door door = {})
      : tasks_(loop_.get_executor(), log_),
        host_(std::make_shared<Host>(loop_.get_executor(), clock_, log_, worker_, limits, made_.editions)),
        client_(start(admin, std::move(door))) {
    thread_ = std::thread([this] { loop_.run(); });
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    client_.close();
    thread_.join();
    CHECK(tasks_.count() == 0);
    CHECK(host_->sessions.empty());
  }
  test::HttpClient& client() { return client_; }
  // Between requests only.
  Made& made() { return made_; }
  void stop() {
    asio::post(loop_, [this] {
      host_->stopping = true;
      for (auto* session : host_->sessions) wind_down(*session);
    });
  }
  // As if other connections were sending so much.
  void hold(std::ptrdiff_t bytes) {
    asio::post(loop_, [this, bytes] { host_->held += static_cast<std::size_t>(bytes); });
  }
  void change_token(const std::string& token) {
    asio::post(loop_, [this, token] {
      auto settings = tcp_settings();
      settings.token = token;
      host_->tcp = TcpAccess(settings);
    });
  }
  // Sends raw bytes and returns the answer's status; 0 when the connection ends without one.
  int status_of(std::string_view bytes) {
    client_.send(bytes);
    const auto got = client_.receive();
    return got ? got->status : 0;
  }

 private:
  test::HttpClient start(bool admin, Door door) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    host_->routes[Dialect::native] = table;
    host_->routes[Dialect::miniflux] = miniflux_table;
    host_->routes[Dialect::google_reader] = reader_table;
    host_->tcp = TcpAccess(tcp_settings());
    host_->answer = [&host = *host_, &made = made_](const Route& route, Request& request) {
      return answer(host, made, route, request);
    };
    asio::local::stream_protocol::socket socket(loop_, asio::local::stream_protocol(), ends[0]);
    tasks_.spawn("connection",
                 serve_connection(host_, Socket(std::move(socket)), std::move(door), Caller{admin, 1000}));
    return test::HttpClient(FileDescriptor(ends[1]));
  }

  asio::io_context loop_;
  SystemClock clock_;
  Log log_ = Log::silent();
  loop::Tasks tasks_;
  loop::Thread worker_;
  Made made_;
  std::shared_ptr<Host> host_;
  test::HttpClient client_;
  std::thread thread_;
};

std::string gunzip(std::string body) {
  z_stream stream{};
  constexpr int gzip = 15 + 16;
  REQUIRE(inflateInit2(&stream, gzip) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  std::vector<char> block(std::size_t{1} << 20);
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
  }
  CHECK(code == Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("a connection serves one request after the other") {
  Connection connection;
  CHECK(connection.client().get("/echo?q=one").body == "one");
  CHECK(connection.client().get("/echo?q=two").body == "two");
  CHECK(connection.client().request("POST", "/echo", "{}").body == "<{}>");
}

TEST_CASE("requests sent at once are answered in their order") {
  Connection connection;
  auto& client = connection.client();
  client.send(get("/echo?q=1") + get("/missing") + "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}" +
              get("/echo?q=4"));
  CHECK(client.receive()->body == "1");
  CHECK(client.receive()->status == 404);
  CHECK(client.receive()->body == "<{}>");
  CHECK(client.receive()->body == "4");
}

TEST_CASE("a request may arrive byte by byte") {
  Connection connection;
  for (const char byte : get("/echo?q=slow")) connection.client().send(std::string_view(&byte, 1));
  CHECK(connection.client().receive()->body == "slow");
}

TEST_CASE("HEAD is GET without the body") {
  Connection connection;
  const auto head = connection.client().request("HEAD", "/echo?q=four");
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") == "4");
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("HEAD of a stream begins none") {
  Connection connection;
  CHECK(connection.client().request("HEAD", "/events").header("Transfer-Encoding") == "chunked");
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("a chunked body is put together") {
  Connection connection;
  connection.client().send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  CHECK(connection.client().receive()->body == "<abcde>");
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("a client that expects 100-continue gets it, and not when its body is refused anyway") {
  Connection connection;
  auto& client = connection.client();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive()->status == 100);
  client.send("{}");
  CHECK(client.receive()->body == "<{}>");
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive()->status == 413);
  CHECK(client.at_end());
}

TEST_CASE("a malformed request gets 400, and the connection is closed") {
  struct Row {
    std::string_view what;
    std::string bytes;
  };
  const std::string chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Row rows[] = {
      {"nonsense", "nonsense\r\n\r\n"},
      {"no version", "GET /echo\r\nHost: x\r\n\r\n"},
      {"two blanks", "GET  /echo HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"both lengths", get("/echo", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")},
      {"a repeated length", get("/echo", "Content-Length: 1\r\nContent-Length: 1\r\n")},
      {"a folded line", get("/echo", "A: b\r\n c\r\n")},
      {"bare line feeds", "GET /echo HTTP/1.1\nHost: x\n\n"},
      {"a NUL", get("/echo", std::string_view("A: \0\r\n", 6))},
      {"no host", "GET /echo HTTP/1.1\r\n\r\n"},
      {"a bad chunk size", chunked + "zz\r\n"},
      {"a chunk longer than it says", chunked + "1\r\nabc\r\n0\r\n\r\n"},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Connection connection;
    CHECK(connection.status_of(row.bytes) == 400);
    CHECK(connection.client().at_end());
  }
}

TEST_CASE("a bad target or parameter gets 400, and the connection goes on") {
  Connection connection;
  CHECK(connection.status_of(get("/echo?q=%zz")) == 400);
  CHECK(connection.status_of(get("/echo?other=1")) == 400);
  CHECK(connection.status_of(get("/echo?q=1&q=2")) == 400);
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("a version of HTTP that we do not speak gets 505, and HTTP/1.0 one answer") {
  CHECK(Connection().status_of("GET /echo HTTP/2.0\r\nHost: x\r\n\r\n") == 505);
  Connection old;
  CHECK(old.status_of("GET /echo HTTP/1.0\r\n\r\n") == 200);
  CHECK(old.client().at_end());
}

TEST_CASE("limits of a head answer 431") {
  const std::string blob(1100, 'x');
  Connection long_field;
  CHECK(long_field.status_of(get("/echo", "A: " + blob + "\r\n")) == 431);
  CHECK(long_field.client().at_end());
  CHECK(Connection().status_of(get("/" + blob)) == 431);
  CHECK(Connection().status_of("GET /" + blob) == 431);
  std::string fields;
  for (int i = 0; i < 70; ++i) fields += "A: b\r\n";
  CHECK(Connection().status_of(get("/echo", fields)) == 431);
}

TEST_CASE("limits of a body answer 413, and a document may be longer") {
  const std::string body(200, ' ');
  CHECK(Connection().client().request("POST", "/echo", body).status == 413);
  CHECK(Connection().client().request("POST", "/document", body).status == 200);
  CHECK(Connection().client().request("POST", "/document", std::string(1001, ' ')).status == 413);
  Connection chunked;
  CHECK(chunked.status_of("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" + body +
                          "\r\n0\r\n\r\n") == 413);
  CHECK(chunked.client().at_end());
}

TEST_CASE("a refused body of any length does not hide its refusal") {
  Connection connection;
  const std::string body(4 << 20, 'x');
  CHECK(connection.client().request("POST", "/echo", body).status == 413);
}

TEST_CASE("a request that does not arrive in time gets 408") {
  auto limits = small_limits();
  limits.header_time = std::chrono::seconds(0);
  limits.body_time = std::chrono::seconds(0);
  Connection body(limits);
  CHECK(body.status_of("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{") == 408);
  CHECK(body.client().at_end());
  limits.header_time = std::chrono::seconds(1);
  Connection head(limits);
  CHECK(head.status_of("GET /echo HTTP/1.1\r\n") == 408);
  CHECK(head.client().at_end());
}

TEST_CASE("a connection on which nothing is asked is closed without a word") {
  auto limits = small_limits();
  limits.idle_time = std::chrono::seconds(1);
  Connection connection(limits);
  CHECK(connection.client().at_end());
}

TEST_CASE("a client that does not read its answer is cut off") {
  auto limits = small_limits();
  limits.write_time = std::chrono::seconds(-600);  // with what a large answer gets in addition: at once
  Connection connection(limits);
  connection.client().send(get("/large"));
  pollfd hung_up{connection.client().descriptor(), 0, 0};
  CHECK(::poll(&hung_up, 1, 60'000) == 1);
  CHECK_THROWS_WITH(connection.client().receive(), "the answer's body is cut off");
}

TEST_CASE("a client that does not read its answer holds up no stop") {
  auto limits = small_limits();
  limits.write_time = std::chrono::hours(1);
  Connection connection(limits);
  connection.client().send(get("/stop"));
  pollfd hung_up{connection.client().descriptor(), 0, 0};
  CHECK(::poll(&hung_up, 1, 60'000) == 1);
}

TEST_CASE("an unknown path is 404, and a known one with another method 405 with Allow") {
  Connection connection;
  const auto missing = connection.client().get("/missing");
  CHECK(missing.status == 404);
  CHECK(missing.header("Content-Type") == "application/problem+json");
  for (const std::string_view method : {"DELETE", "PUT", "OPTIONS", "BREW"}) {
    INFO(method);
    const auto wrong = connection.client().request(method, "/echo");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET, HEAD, POST");
  }
}

TEST_CASE("a body of another type than JSON is 415; what curl -d says passes") {
  const auto status = [](std::string_view type) {
    return Connection().client().request("POST", "/echo", "{}", {{"Content-Type", std::string(type)}}).status;
  };
  CHECK(status("application/json") == 200);
  CHECK(status("Application/JSON; charset=utf-8") == 200);
  CHECK(status("application/merge-patch+json") == 200);
  CHECK(status("application/x-www-form-urlencoded") == 200);
  CHECK(status("text/plain") == 415);
  CHECK(status("multipart/form-data; boundary=x") == 415);
}

TEST_CASE("what a web page sends is refused") {
  const auto status = [](std::string_view name, std::string_view value) {
    return Connection().client().get("/echo", {{std::string(name), std::string(value)}}).status;
  };
  CHECK(status("Origin", "http://evil.example") == 403);
  CHECK(status("Referer", "http://evil.example/") == 403);
  CHECK(status("Sec-Fetch-Site", "cross-site") == 403);
  CHECK(status("User-Agent", "x") == 200);
}

TEST_CASE("a route for administrators is refused to others before their body is read") {
  Connection other(small_limits(), false);
  CHECK(other.status_of("POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n") == 403);
  CHECK(Connection(small_limits(), true).client().request("POST", "/admin", "{}").status == 200);
}

TEST_CASE("a handler that throws costs one request") {
  Connection connection;
  CHECK(connection.client().get("/throws").status == 500);
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("Connection: close is honoured") {
  Connection connection;
  CHECK(connection.client().get("/echo", {{"Connection", "close"}}).header("Connection") == "close");
  CHECK(connection.client().at_end());
}

TEST_CASE("a stop ends a waiting connection, also in the middle of a head") {
  Connection waiting;
  waiting.client().get("/echo");
  waiting.stop();
  CHECK(waiting.client().at_end());
  Connection half;
  half.client().get("/echo");
  half.client().send("GET /ec");
  half.stop();
  CHECK(half.client().at_end());
}

TEST_CASE("an answer that is too large to be held comes in pieces") {
  Connection connection;
  const auto whole = connection.client().get("/pieces");
  CHECK(whole.status == 200);
  CHECK(whole.header("Transfer-Encoding") == "chunked");
  CHECK(whole.header("Content-Length").empty());
  CHECK(whole.body == "begin" + std::string(5000, 'c') + std::string(5000, 'b') + std::string(5000, 'a'));
  CHECK(connection.client().request("HEAD", "/pieces").header("Transfer-Encoding") == "chunked");
  CHECK(connection.client().get("/echo?q=next").body == "next");
}

TEST_CASE("in HTTP/1.0 an answer in pieces ends with the connection") {
  Connection connection;
  connection.client().send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  std::string all;
  char byte = 0;
  while (::read(connection.client().descriptor(), &byte, 1) == 1) all += byte;
  CHECK(all.find("Transfer-Encoding") == std::string::npos);
  CHECK(all.find("Connection: close") != std::string::npos);
  CHECK(all.ends_with("begin" + std::string(5000, 'c') + std::string(5000, 'b') + std::string(5000, 'a')));
}

TEST_CASE("an answer that breaks off does not look complete") {
  Connection connection;
  CHECK_THROWS_WITH(connection.client().get("/breaks"), "the answer's body is cut off");
}

TEST_CASE("a large answer is compressed for who asks, and says that it would be") {
  Connection connection;
  auto& client = connection.client();
  const auto plain = client.get("/echo?q=" + std::string(900, 'x'));
  CHECK(plain.header("Vary").empty());  // too small
  const auto pieces = client.get("/pieces");
  CHECK(pieces.header("Vary") == "Accept-Encoding");
  CHECK(pieces.header("Content-Encoding").empty());
  CHECK(pieces.header("ETag") == "\"strong\"");
  const test::HeaderList gzip{{"Accept-Encoding", "br, gzip;q=0.5"}};
  const auto compressed = client.get("/pieces", gzip);
  CHECK(compressed.header("Content-Encoding") == "gzip");
  CHECK(compressed.header("ETag") == "W/\"strong\"");
  CHECK(compressed.body.starts_with("\x1f\x8b"));
  CHECK(gunzip(compressed.body) == pieces.body);
  const auto whole = client.get("/large", gzip);
  CHECK(whole.header("Content-Encoding") == "gzip");
  CHECK(whole.header("Content-Length") == std::to_string(whole.body.size()));
  CHECK(gunzip(whole.body) == std::string(32 << 20, ' '));
  CHECK(client.request("HEAD", "/pieces", {}, gzip).header("Content-Encoding") == "gzip");
  CHECK(client.request("HEAD", "/large", {}, gzip).header("Content-Length") == whole.header("Content-Length"));
}

TEST_CASE("who comes over TCP needs the token or the password, whatever the kernel says") {
  Door door;
  door.is_tcp = true;
  door.is_loopback = true;
  const auto answer_to = [&door](const test::HeaderList& headers) {
    return Connection(small_limits(), true, door).client().get("/echo?q=in", headers);
  };
  const auto without = answer_to({});
  CHECK(without.status == 401);
  CHECK(without.header("WWW-Authenticate") == R"(Bearer realm="newscached")");
  CHECK(answer_to({{"Authorization", "Bearer 0123456789abcdeg"}}).status == 401);
  CHECK(answer_to({{"Authorization", "Bearer"}}).status == 401);
  CHECK(answer_to({{"Authorization", "bearer 0123456789abcdef"}}).body == "in");
  CHECK(answer_to({{"Authorization", "Basic bWU6c2VjcmV0OiB3b3Jk"}}).body == "in");  // me:secret: word
  CHECK(answer_to({{"Authorization", "Basic bWU6c2VjcmV0"}}).status == 401);
  CHECK(answer_to({{"Authorization", "Digest bWU6c2VjcmV0OiB3b3Jk"}}).status == 401);
}

namespace {

Door loopback_door() {
  Door door;
  door.is_tcp = true;
  return door;
}

std::string reader_login() {
  return "GoogleLogin auth=" + TcpAccess(tcp_settings()).log_in("me", "secret: word").value();
}

}  // namespace

TEST_CASE("another dialect's requests are read leniently, and ours as strictly as ever") {
  Connection connection;
  auto& client = connection.client();
  CHECK(client.get("//miniflux//v1/feeds/7?x=1&x=2&y=%zz").status == 200);
  CHECK(client.get("/miniflux/v1/feeds/x").status == 400);
  CHECK(client.get("/miniflux/v1/feeds/7x/icon").body == R"({"error_message":"resource not found"})");
  CHECK(client.request("DELETE", "/miniflux/v1/feeds/7").status == 405);
  CHECK(client.get("/miniflux/throws").header("Content-Type") == "application/json");
  CHECK(client.request("PUT", "/miniflux/v1/entries", "{}", {{"Content-Type", "text/plain"}}).body ==
        "/v1/entries  <{}>");
  CHECK(client.request("PUT", "/miniflux/v1/entries").status == 200);
  CHECK(client.get("/reader/stream/feed%2Fhttp%3A%2F%2Fx//y").body ==
        "/reader/stream/feed/http://x//y feed/http://x//y <>");
  CHECK(client.request("POST", "/api/greader.php/reader/echo?i=1&i=2", "i=3&T=x").body ==
        "/reader/echo  <i=3&T=x> 1 2 3");
  CHECK(client.get("/reader/missing").header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(client.get("/echo?q=1&q=2").status == 400);
  CHECK(client.get("/echo?r=1").status == 400);
  CHECK(client.get("//echo?q=1").status == 404);
}

TEST_CASE("over TCP each dialect has its own credentials, and what is open needs none") {
  const auto status = [](std::string_view method, std::string_view target, const test::HeaderList& headers = {},
                         std::string_view body = "") {
    Connection connection(small_limits(), true, loopback_door());
    return connection.client().request(method, target, body, headers).status;
  };
  CHECK(status("GET", "/miniflux/health") == 200);
  CHECK(status("GET", "/miniflux/v1/feeds/7") == 401);
  CHECK(status("GET", "/miniflux/missing") == 401);
  CHECK(status("GET", "/miniflux/v1/feeds/7", {{"X-Auth-Token", "0123456789abcdef"}}) == 200);
  CHECK(status("GET", "/echo?q=in", {{"X-Auth-Token", "0123456789abcdef"}}) == 401);
  CHECK(status("POST", "/accounts/ClientLogin", {}, "Email=me") == 200);
  CHECK(status("GET", "/reader/stream/x") == 401);
  CHECK(status("GET", "/reader/stream/x", {{"Authorization", reader_login()}}) == 200);
  CHECK(status("GET", "/echo?q=in", {{"Authorization", reader_login()}}) == 401);
}

TEST_CASE("a form that is posted without a header may hold the reader's token, and nothing else may") {
  const auto answer_to = [](std::string_view method, const std::string& target, const std::string& body,
                            const test::HeaderList& headers = {}) {
    Connection connection(small_limits(), true, loopback_door());
    return connection.client().request(method, target, body, headers);
  };
  const auto token = reader_login().substr(std::string_view("GoogleLogin auth=").size());
  CHECK(answer_to("POST", "/reader/echo", "i=1&T=" + token).status == 200);
  CHECK(answer_to("POST", "/reader/echo?T=" + token, "i=1").status == 200);
  CHECK(answer_to("GET", "/reader/stream/x?T=" + token, "").status == 401);
  const auto refused = answer_to("POST", "/reader/echo", "i=1&T=" + token + "0");
  CHECK(refused.status == 401);
  CHECK(refused.header("X-Reader-Google-Bad-Token") == "true");
  CHECK(refused.header("Connection") == "close");
  CHECK(answer_to("POST", "/reader/echo", "i=1").status == 401);
  // A header that is wrong is not made good by a form, and a right one needs none.
  CHECK(answer_to("POST", "/reader/echo", "T=" + token, {{"Authorization", "GoogleLogin auth=me/0"}}).status == 401);
  CHECK(answer_to("POST", "/reader/echo", "T=x", {{"Authorization", reader_login()}}).status == 200);
}

TEST_CASE("whoever has shown no secret yet may send a small form only") {
  auto limits = small_limits();
  limits.form_bytes = 1000;
  limits.unproven_form_bytes = 100;
  const auto status = [&limits](const std::string& target, const test::HeaderList& headers) {
    Connection connection(limits, true, loopback_door());
    return connection.client().request("POST", target, "i=" + std::string(500, '1'), headers).status;
  };
  CHECK(status("/reader/echo", {}) == 413);
  CHECK(status("/accounts/ClientLogin", {}) == 413);
  CHECK(status("/reader/echo", {{"Authorization", reader_login()}}) == 200);
}

TEST_CASE("over TCP a body must say that it is JSON, as no form can") {
  Door door;
  door.is_tcp = true;
  const auto status = [&door](std::string_view type) {
    Connection connection(small_limits(), true, door);
    test::HeaderList headers{{"Authorization", "Bearer 0123456789abcdef"}};
    if (!type.empty()) headers.emplace_back("Content-Type", type);
    return connection.client().request("POST", "/echo", "{}", headers).status;
  };
  CHECK(status("application/json") == 200);
  CHECK(status("application/x-www-form-urlencoded") == 415);
  CHECK(status("") == 415);
}

TEST_CASE("a stop still answers who has connected and is about to ask") {
  auto limits = small_limits();
  limits.last_chance = std::chrono::hours(1);
  Connection connection(limits);
  connection.stop();
  CHECK(connection.client().get("/echo?q=late").body == "late");
  CHECK(connection.client().at_end());
}

TEST_CASE("who is slow to ask holds up no stop, whatever it sends meanwhile") {
  auto limits = small_limits();
  limits.last_chance = std::chrono::milliseconds(50);
  limits.body_time = std::chrono::hours(1);
  Connection drip(limits);
  drip.client().send("GET /ec");
  drip.stop();
  while (drip.client().send("o")) {
  }
  Connection body(limits);
  body.client().send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n");
  CHECK(body.client().receive()->status == 100);
  body.stop();
  CHECK(body.client().at_end());
}

TEST_CASE("while too much is being sent to clients that do not read, nothing more is") {
  auto limits = small_limits();
  limits.held_bytes = 0;
  Connection connection(limits, false);
  connection.hold(1);
  const auto refused = connection.client().get("/echo?q=x");
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  connection.hold(-1);
  CHECK(connection.client().get("/echo?q=x").status == 200);
}

namespace {

// All answers to those requests, of which the last asks for the connection to be closed; but for their dates.
std::vector<std::string> sent_for(Connection& connection, const std::string& requests) {
  connection.client().send(requests);
  std::string all;
  char byte = 0;
  while (::read(connection.client().descriptor(), &byte, 1) == 1) all += byte;
  std::vector<std::string> answers;
  while (!all.empty()) {
    const auto end = std::min(all.find("HTTP/1.1 ", 1), all.size());
    answers.push_back(all.substr(0, end));
    all.erase(0, end);
    const auto date = answers.back().find("Date: ");
    REQUIRE(date != std::string::npos);
    answers.back().erase(date, answers.back().find("\r\n", date) - date);
  }
  return answers;
}

}  // namespace

TEST_CASE("what depends on the database alone is made once until the next commit") {
  Connection connection;
  auto& client = connection.client();
  const auto first = client.get("/kept?q=1");
  const auto again = client.get("/kept?q=1");
  CHECK(connection.made().answers == 1);
  CHECK(again.body == first.body);
  client.get("/kept?q=2");
  client.get("/kept?q=1", {{"Host", "other"}});
  client.get("/kept?q=1", {{"Accept", "other"}});
  CHECK(connection.made().answers == 4);
  for (int i = 0; i < 2; ++i) {
    CHECK(client.request("HEAD", "/kept?q=1").header("Content-Length") == std::to_string(first.body.size()));
  }
  CHECK(connection.made().answers == 5);
  connection.made().commit();
  client.get("/kept?q=1");
  CHECK(connection.made().answers == 6);
}

TEST_CASE("what is given again is the same to the byte, but for its date") {
  struct Row {
    std::string request;
    std::string expected;  // in the answer
  };
  const std::string q = "/kept?q=1 HTTP/1.1\r\nHost: ";
  const Row rows[] = {
      {"GET " + q + "x\r\n\r\n", "\r\n\r\n1 as x"},
      {"\r\nGET " + q + "x\r\n\r\n", "\r\n\r\n1 as x"},
      {"GET " + q + "x\r\nContent-Length: 0\r\n\r\n", "\r\n\r\n1 as x"},
      {"HEAD " + q + "x\r\n\r\n", "Content-Length: 11\r\n"},
      {"GET " + q + "x\r\nIf-None-Match: \"strong\"\r\n\r\n", "HTTP/1.1 304 "},
      {"GET " + q + "x\r\nIf-None-Match: \"older\"\r\n\r\n", "HTTP/1.1 200 "},
      {"GET " + q + std::string(800, 'x') + "\r\nAccept-Encoding: gzip\r\n\r\n", "\r\n\r\n1 as xxx"},
  };
  for (const auto& row : rows) {
    INFO(row.request);
    Connection connection;
    const auto sent =
        sent_for(connection, row.request + row.request + "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].find(row.expected) != std::string::npos);
    CHECK(sent[0].ends_with("\r\n\r\n") == (row.request.starts_with("HEAD") || row.expected.ends_with("304 ")));
    CHECK(sent[0] == sent[1]);
    CHECK(connection.made().answers == 1);
  }
}

TEST_CASE("an empty chunked body is read with each request, not taken for the next one") {
  const std::string request = "GET /kept?q=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  Connection connection;
  for (int i = 1; i <= 2; ++i) {
    CHECK(connection.status_of(request) == 200);
    CHECK(connection.made().answers == i);
  }
}

TEST_CASE("a refusal, what has no tag and what is asked with a body are answered anew each time") {
  Connection connection;
  auto& client = connection.client();
  const auto made_of = [&](auto ask) {
    const int before = connection.made().answers;
    ask();
    ask();
    return connection.made().answers - before;
  };
  CHECK(made_of([&] { CHECK(client.get("/kept").status == 400); }) == 2);
  CHECK(made_of([&] { CHECK(client.get("/kept?q=1&tag=").status == 200); }) == 2);
  CHECK(made_of([&] { CHECK(client.request("GET", "/kept?q=3", "body").status == 200); }) == 2);
  CHECK(made_of([&] { CHECK(client.get("/kept?q=4").status == 200); }) == 1);
  CHECK(client.get("/kept?q=4", {{"Expect", "wonders"}}).status == 417);
}

TEST_CASE("an answer during which something was committed is not given again") {
  Connection connection;
  connection.made().commit_meanwhile = true;
  connection.client().get("/kept?q=1");
  connection.made().commit_meanwhile = false;
  connection.client().get("/kept?q=1");
  CHECK(connection.made().answers == 2);
  connection.client().get("/kept?q=1");
  CHECK(connection.made().answers == 2);
}

TEST_CASE("the secret is asked for also where the answer is there") {
  Door door;
  door.is_tcp = true;
  door.is_loopback = true;
  const test::HeaderList secret{{"Host", "localhost"}, {"Authorization", "Bearer 0123456789abcdef"}};
  for (const bool changed : {false, true}) {
    Connection connection(small_limits(), true, door);
    CHECK(connection.client().get("/kept?q=1", secret).status == 200);
    CHECK(connection.client().get("/kept?q=1", secret).status == 200);
    CHECK(connection.made().answers == 1);
    if (changed) connection.change_token("fedcba9876543210");
    const auto shown = changed ? secret : test::HeaderList{{"Host", "localhost"}};
    CHECK(connection.client().get("/kept?q=1", shown).status == 401);
    CHECK(connection.made().answers == 1);
  }
}
