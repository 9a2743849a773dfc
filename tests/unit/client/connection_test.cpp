#include "client/connection.hpp"

#include "support/catch.hpp"

using namespace newscache::client;

TEST_CASE("queries are percent-encoded and empty parameters left out") {
  CHECK(with_query("/v1/articles", {{"feed", ""}, {"q", "a&b=c d\xc3\xbc"}, {"limit", "5"}}) ==
        "/v1/articles?q=a%26b%3Dc%20d%C3%BC&limit=5");
  CHECK(with_query("/v1/articles", {{"feed", ""}}) == "/v1/articles");
}

TEST_CASE("a refusal becomes an exit code and one line") {
  struct Case {
    std::string_view target;
    long status;
    std::string_view body;
    Failure failure;
  };
  const Case cases[] = {
      {"/v1/feeds/7",
       404,
       R"({"status":404,"title":"Not Found","detail":"no feed 7"})",
       {Exit::not_found, "no feed 7"}},
      {"/v1/articles?feed=7", 404, R"({"title":"no such feed"})", {Exit::not_found, "no such feed"}},
      {"/v1/import", 404, "", {Exit::failed, "the daemon answered with status 404"}},
      {"/v1/feeds", 409, R"({"detail":"subscribed already"})", {Exit::failed, "subscribed already"}},
      {"/v1/feeds",
       422,
       R"({"detail":"no feed","candidates":[{"url":"http://a/1","title":"One"},{"url":"http://a/2","title":""}]})",
       {Exit::failed, "no feed; add one of these instead: http://a/1 (One), http://a/2"}},
      {"/v1/feeds", 500, "<html>", {Exit::failed, "the daemon answered with status 500"}},
  };
  for (const auto& [target, status, body, failure] : cases) {
    CAPTURE(target, status);
    const auto got = refusal(target, status, body);
    CHECK(got.exit == failure.exit);
    CHECK(got.message == failure.message);
  }
}
