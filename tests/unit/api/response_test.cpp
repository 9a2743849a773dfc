#include "api/response.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>

#include "store/store.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace json = boost::json;

namespace {

std::exception_ptr thrown(auto exception) { return std::make_exception_ptr(exception); }

}  // namespace

TEST_CASE("a problem document has RFC 9457's members and the cause") {
  const auto response = problem(Error{Cause::not_found, "no feed 7"});
  CHECK(response.status == 404);
  CHECK(response.content_type == "application/problem+json");
  const auto document = json::parse(response.body);
  CHECK(document.at("type") == "about:blank");
  CHECK(document.at("title") == "Not Found");
  CHECK(document.at("status") == 404);
  CHECK(document.at("detail") == "no feed 7");
  CHECK(document.at("cause") == "not_found");
}

TEST_CASE("a refusal without an error of its own has a cause too") {
  const std::pair<int, std::string_view> rows[] = {{400, "invalid"}, {401, "forbidden"}, {404, "not_found"},
                                                   {405, "invalid"}, {431, "too_large"}, {503, "busy"}};
  for (const auto& [status, cause] : rows) {
    INFO(status);
    CHECK(json::parse(problem(status, "x").body).at("cause").as_string() == cause);
  }
  boost::json::object more;
  more["cause"] = "gone";
  CHECK(json::parse(problem(400, "x", std::move(more)).body).at("cause") == "gone");
}

TEST_CASE("every cause has an HTTP status that has a phrase") {
  for (int i = 0; i <= static_cast<int>(Cause::internal); ++i) {
    const auto status = status_of(static_cast<Cause>(i));
    INFO(cause_name(static_cast<Cause>(i)));
    CHECK(status >= 400);
    CHECK(status < 600);
    CHECK(status_phrase(status) != "Unknown");
  }
  CHECK(status_of(Cause::invalid) == 400);
  CHECK(status_of(Cause::conflict) == 409);
  CHECK(status_of(Cause::gone) == 410);
  CHECK(status_of(Cause::unavailable) == 503);
}

TEST_CASE("what a handler throws becomes 503 or 500, and a cancellation goes on") {
  const auto log = Log::silent();
  CHECK(problem_from_exception(thrown(store::StoreError(Cause::unavailable, "disk full")), log).status == 503);
  CHECK(problem_from_exception(thrown(store::StoreError(Cause::internal, "damaged")), log).status == 500);
  CHECK(problem_from_exception(thrown(std::runtime_error("oops")), log).status == 500);
  const auto failed = problem_from_exception(thrown(std::runtime_error("secret path")), log);
  CHECK(failed.body.find("secret") == std::string::npos);
  const boost::system::system_error cancelled(boost::asio::error::operation_aborted);
  CHECK_THROWS_AS(problem_from_exception(thrown(cancelled), log), boost::system::system_error);
}

TEST_CASE("If-None-Match knows lists, weak tags and the star") {
  CHECK(matches_etag(R"(W/"a-1")", R"(W/"a-1")"));
  CHECK(matches_etag(R"("a-1")", R"(W/"a-1")"));
  CHECK(matches_etag(R"("x", W/"a-1")", R"(W/"a-1")"));
  CHECK(matches_etag("*", R"(W/"a-1")"));
  CHECK_FALSE(matches_etag(R"("a-2")", R"(W/"a-1")"));
  CHECK_FALSE(matches_etag("", R"(W/"a-1")"));
  CHECK_FALSE(matches_etag("*", ""));
}

TEST_CASE("a head says how the message ends") {
  auto response = json_response(std::string("{}"), 201);
  response.headers.emplace_back("Location", "/v1/feeds/7");
  const auto head = response_head(response, true, true, Instant{std::chrono::seconds(1764062820)});
  CHECK(head.starts_with("HTTP/1.1 201 Created\r\nDate: Tue, 25 Nov 2025 09:27:00 GMT\r\n"));
  CHECK(head.find("Content-Length: 2\r\n") != std::string::npos);
  CHECK(head.find("Location: /v1/feeds/7\r\n") != std::string::npos);
  CHECK(head.find("Connection") == std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
  Response empty;
  empty.status = 204;
  CHECK(response_head(empty, true, true, Instant{}).find("Content-Length") == std::string::npos);
  CHECK(response_head(empty, false, true, Instant{}).find("Connection: close\r\n") != std::string::npos);
}
