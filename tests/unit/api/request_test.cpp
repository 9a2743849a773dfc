#include "api/request.hpp"

#include "api/articles.hpp"
#include "support/catch.hpp"
#include "text/date.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

std::string head_of(std::string_view fields) { return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n"; }

Parameters parameters_of(std::string_view query) {
  auto parameters = Parameters::parse(query);
  REQUIRE(parameters.has_value());
  return *parameters;
}

}  // namespace

TEST_CASE("a head that two readers could read differently is refused") {
  struct Row {
    std::string_view what;
    std::string head;
    int status;
  };
  const Row rows[] = {
      {"both lengths", head_of("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"two different lengths", head_of("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
      {"the same length twice", head_of("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
      {"a list of lengths", head_of("Content-Length: 3, 3\r\n"), 400},
      {"a signed length", head_of("Content-Length: +3\r\n"), 400},
      {"a hexadecimal length", head_of("Content-Length: 0x3\r\n"), 400},
      {"an empty length", head_of("Content-Length:\r\n"), 400},
      {"a length beyond all numbers", head_of("Content-Length: 99999999999999999999\r\n"), 400},
      {"an unknown coding", head_of("Transfer-Encoding: gzip, chunked\r\n"), 400},
      {"a coding that is nearly chunked", head_of("Transfer-Encoding: xchunked\r\n"), 400},
      {"two codings", head_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"a folded line", head_of("A: b\r\n c\r\n"), 400},
      {"a blank before the colon", head_of("Content-Length : 3\r\n"), 400},
      {"a field without a colon", head_of("nonsense\r\n"), 400},
      {"a field without a name", head_of(": x\r\n"), 400},
      {"a bare CR", head_of("A: b\rc\r\n"), 400},
      {"a bare LF", head_of("A: b\nC: d\r\n"), 400},
      {"a NUL", head_of(std::string_view("A: b\0c\r\n", 8)), 400},
      {"a control character", head_of("A: b\x01\r\n"), 400},
      {"two hosts", head_of("Host: y\r\n"), 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    const auto fault = check_head(row.head);
    REQUIRE(fault.has_value());
    CHECK(fault->status == row.status);
  }
}

TEST_CASE("an ordinary head passes, also an old one without a host") {
  CHECK_FALSE(check_head(head_of("")));
  CHECK_FALSE(check_head(head_of("Content-Length: 3\r\nAccept: */*\r\n")));
  CHECK_FALSE(check_head(head_of("transfer-encoding: Chunked\r\n")));
  CHECK_FALSE(check_head(head_of("A:\tb \t\r\n")));
  CHECK_FALSE(check_head("GET / HTTP/1.0\r\n\r\n"));
}

TEST_CASE("more than 64 header fields are too many") {
  std::string fields;
  for (int i = 0; i < 63; ++i) fields += "A: b\r\n";
  CHECK_FALSE(check_head(head_of(fields)));
  const auto fault = check_head(head_of(fields + "A: b\r\n"));
  REQUIRE(fault.has_value());
  CHECK(fault->status == 431);
}

TEST_CASE("a CR at the end of what has arrived may still get its LF") {
  CHECK_FALSE(stray_byte("GET / HTTP/1.1\r", 0));
  CHECK_FALSE(stray_byte("GET / HTTP/1.1\r\n", 14));
  CHECK(stray_byte("GET / HTTP/1.1\rX", 0));
}

TEST_CASE("a target is a path, in origin or absolute form") {
  struct Row {
    std::string_view target;
    std::string_view path;
    std::string_view query;
  };
  const Row rows[] = {
      {"/v1/status", "/v1/status", ""},
      {"/v1/articles?q=a%20b", "/v1/articles", "q=a%20b"},
      {"http://localhost/v1/status?x=1", "/v1/status", "x=1"},
      {"HTTP://localhost:80/v1/status", "/v1/status", ""},
      {"/v1/%73tatus", "/v1/status", ""},
      {"/a+b", "/a+b", ""},
  };
  for (const auto& row : rows) {
    INFO(row.target);
    const auto target = parse_target(row.target);
    REQUIRE(target.has_value());
    CHECK(target->path == row.path);
    CHECK(target->query == row.query);
  }
  for (const std::string_view bad : {"", "*", "localhost:80", "v1/status", "/%", "/%zz", "/%00", "/%ff", "/x#y"}) {
    INFO(bad);
    CHECK_FALSE(parse_target(bad).has_value());
  }
}

TEST_CASE("parameters are decoded, and each may stand once") {
  const auto parameters = parameters_of("q=a+b%26c&empty=&flag&feed=7");
  REQUIRE(parameters.find("q") != nullptr);
  CHECK(*parameters.find("q") == "a b&c");
  CHECK(parameters.find("empty")->empty());
  CHECK(parameters.find("flag")->empty());
  CHECK(parameters.find("other") == nullptr);
  CHECK(parameters.unknown("q feed empty flag").empty());
  CHECK(parameters.unknown("q feed empty") == "flag");
  CHECK(parameters.unknown("") == "q");
  CHECK_FALSE(Parameters::parse("a=1&a=2").has_value());
  CHECK_FALSE(Parameters::parse("a=%4").has_value());
  CHECK_FALSE(Parameters::parse("a=%c3").has_value());
}

TEST_CASE("an id is a plain positive number below 2^31") {
  CHECK(parse_id("1") == 1);
  CHECK(parse_id("2147483647") == 2147483647);
  for (const std::string_view bad : {"", "0", "01", "-1", "+1", "1x", " 1", "2147483648", "99999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(parse_id(bad));
  }
}

TEST_CASE("a time is RFC 3339 or a date, and not whatever feeds contain") {
  const auto shown = [](std::string_view given) {
    const auto instant = parse_instant(given);
    return instant ? text::format_rfc3339(*instant) : std::string();
  };
  CHECK(shown("2026-11-25T09:27:00Z") == "2026-11-25T09:27:00Z");
  CHECK(shown("2026-11-25T09:27:00.25+01:00") == "2026-11-25T08:27:00Z");
  CHECK(shown("2026-11-25") == "2026-11-25T00:00:00Z");
  for (const std::string_view bad :
       {"", "yesterday", "2026", "2026-11", "Wed, 25 Nov 2026 09:27:00 GMT", "2026-11-25T09:27:00", "2026-13-01",
        "2026-11-25T09:27:00.Z", "2026-11-25T09:27:00 Z", "1764062820"}) {
    INFO(bad);
    CHECK(shown(bad).empty());
  }
}

TEST_CASE("the filters of an article query are read") {
  const auto query = parse_article_query(
      parameters_of("feed=7&folder=A%2FB&tag=x&read=false&starred=true&since=2026-01-01&until=2026-02-01T00:00:00Z"
                    "&q=a+b&order=relevance&limit=1000&cursor=abc&fields=summary"));
  REQUIRE(query.has_value());
  CHECK(query->feed == model::FeedId{7});
  CHECK(query->folder == "A/B");
  CHECK(query->tag == "x");
  CHECK(query->read == false);
  CHECK(query->starred == true);
  CHECK(text::format_rfc3339(query->since.value()) == "2026-01-01T00:00:00Z");
  CHECK(text::format_rfc3339(query->until.value()) == "2026-02-01T00:00:00Z");
  CHECK(query->text == "a b");
  CHECK(query->order == model::ArticleOrder::relevance);
  CHECK(query->limit == 1000);
  CHECK(query->cursor == "abc");
  CHECK_FALSE(query->with_content);
}

TEST_CASE("an article query without parameters asks for the newest 50, whole") {
  const auto query = parse_article_query(parameters_of(""));
  REQUIRE(query.has_value());
  CHECK(query->limit == 50);
  CHECK(query->order == model::ArticleOrder::newest);
  CHECK(query->with_content);
  CHECK_FALSE(query->feed);
  CHECK_FALSE(query->read);
}

TEST_CASE("a bad filter is refused by name") {
  struct Row {
    std::string_view query;
    std::string_view name;
  };
  const Row rows[] = {
      {"feed=0", "'feed'"},       {"feed=x", "'feed'"},           {"read=yes", "'read'"},
      {"starred=2", "'starred'"}, {"since=now", "'since'"},       {"until=1", "'until'"},
      {"limit=0", "'limit'"},     {"limit=1001", "'limit'"},      {"limit=-1", "'limit'"},
      {"limit=5x", "'limit'"},    {"order=best", "'order'"},      {"order=relevance", "'order'"},
      {"fields=all", "'fields'"}, {"feed=99999999999", "'feed'"},
  };
  for (const auto& row : rows) {
    INFO(row.query);
    const auto query = parse_article_query(parameters_of(row.query));
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error().cause == Cause::invalid);
    CHECK(query.error().detail.find(row.name) != std::string::npos);
  }
}

TEST_CASE("a query string can be written again without some of its parameters") {
  const auto parameters = Parameters::parse("q=a+b%26c%3d&limit=5&cursor=ff&tag=caf%C3%A9&x=");
  REQUIRE(parameters.has_value());
  CHECK(parameters->encoded("cursor") == "q=a%20b%26c%3D&limit=5&tag=caf%C3%A9&x=");
  CHECK(parameters->encoded("cursor limit") == "q=a%20b%26c%3D&tag=caf%C3%A9&x=");
  CHECK(parameters->encoded("q limit cursor tag x").empty());
  CHECK(Parameters::parse("").value().encoded("").empty());
}
