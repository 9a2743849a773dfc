// What a fetch costs is told while it is under way, whatever becomes of it; and it can be ended early.
#include <cstdint>
#include <string>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

const std::string kBody(20'000, 'x');
constexpr std::int64_t kMostHeaderBytes = 500;

struct Meter {
  std::int64_t total = 0;
  std::int64_t most = INT64_MAX;
  int calls = 0;
  std::function<bool(std::int64_t)> function() {
    return [this](std::int64_t more) {
      CHECK(more > 0);
      total += more;
      ++calls;
      return total <= most;
    };
  }
};

net::Request metered(const std::string& url, Meter& meter) {
  auto request = request_for(url);
  request.meter = meter.function();
  return request;
}

std::string over_budget(std::int64_t bytes) {
  return "127.0.0.1: stopped after " + std::to_string(bytes) + " bytes: a budget is used up";
}

}  // namespace

TEST_CASE("the meter's calls add up to what came over the wire, headers and all hops included") {
  Publisher publisher;
  auto moved = redirect(301, "/plain");
  moved.body = kBody;
  publisher.answer("/plain", Answer{.body = kBody});
  publisher.answer("/moved", moved);
  publisher.answer("/chunked", Answer{.body = kBody, .chunked = true});
  publisher.answer("/gzip", Answer{.headers = {{"Content-Encoding", "gzip"}}, .body = gzip_stored(kBody)});
  publisher.answer("/zstd", zstd_bomb(1'000'000));
  publisher.answer("/missing", Answer{.status = 404, .body = kBody});
  publisher.answer("/unchanged", Answer{.status = 304});
  publisher.answer("/drip", Answer{.body = std::string(300, 'x'), .fault = Fault::drip});
  struct Case {
    const char* path;
    std::int64_t least;
    std::int64_t most;
  };
  const auto c = GENERATE(Case{"/plain", 20'000, 20'000}, Case{"/moved", 40'000, 40'000},
                          Case{"/chunked", 20'000, 20'200}, Case{"/gzip", 20'000, 20'100}, Case{"/zstd", 50, 10'000},
                          Case{"/missing", 20'000, 20'000}, Case{"/unchanged", 0, 0}, Case{"/drip", 300, 300});
  INFO(c.path);
  Fetching fetching;
  Meter meter;
  const auto response = fetching.get(metered(publisher.url(c.path), meter)).value();
  CHECK(meter.total == response.wire_bytes);
  CHECK(meter.total > c.least);
  CHECK(meter.total <= c.most + 2 * kMostHeaderBytes);
}

TEST_CASE("what a fetch that failed has cost is told as well") {
  Publisher publisher;
  publisher.answer("/truncated", Answer{.body = kBody, .fault = Fault::truncate});
  publisher.answer("/reset", Answer{.body = std::string(64, 'x'), .fault = Fault::reset_in_body});
  auto moved = redirect(301, "/truncated");
  moved.body = kBody;
  publisher.answer("/moved", moved);
  publisher.answer("/many", header_flood(1'000));
  struct Case {
    const char* path;
    Cause cause;
    std::int64_t least;
    std::int64_t most;
  };
  const auto c =
      GENERATE(Case{"/truncated", Cause::refused, 10'000, 10'000}, Case{"/reset", Cause::refused, 0, 32},
               Case{"/moved", Cause::refused, 30'000, 30'000}, Case{"/many", Cause::too_large, 2'000, 64'000});
  INFO(c.path);
  Fetching fetching;
  Meter meter;
  const auto result = fetching.get(metered(publisher.url(c.path), meter));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == c.cause);
  CHECK(meter.total >= c.least);
  CHECK(meter.total <= c.most + 2 * kMostHeaderBytes);
}

TEST_CASE("what was read of a document that is too large is told to the byte, compressed or not") {
  const std::string packed = gzip_stored(std::string(5'000, 'x'));
  const auto chunk = [](const std::string& bytes) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
  };
  const std::string plain(5'000, 'x');
  struct Case {
    std::string header;
    std::string body;
    std::size_t payload;
  };
  const Case cases[] = {
      {"Content-Length: 5000\r\n", plain, plain.size()},
      {"Transfer-Encoding: chunked\r\n", chunk(plain), plain.size()},
      {"Content-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n", packed, packed.size()},
      {"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunk(packed), packed.size()},
  };
  for (const auto& c : cases) {
    INFO(c.header);
    Publisher publisher;
    const std::string head = "HTTP/1.1 200 OK\r\n" + c.header + "\r\n";
    publisher.answer("/feed", Answer{.raw = head + c.body});
    Fetching fetching;
    Meter meter;
    auto request = metered(publisher.url("/feed"), meter);
    request.max_body = 1'000;
    CHECK(fetching.get(request).error().cause == Cause::too_large);
    CHECK(meter.total == static_cast<std::int64_t>(head.size() + c.payload));
  }
}

TEST_CASE("a cancelled fetch has told what it has cost") {
  Publisher publisher;
  publisher.answer("/stuck", Answer{.body = kBody, .fault = Fault::stall_in_body});
  Fetching fetching;
  Meter meter;
  auto& pending = fetching.start(metered(publisher.url("/stuck"), meter));
  fetching.run_until([&] { return meter.total >= 10'000; });
  pending.cancel();
  fetching.run_until([&] { return pending.ended(); });
  CHECK(pending.aborted);
  CHECK(meter.total <= 10'000 + kMostHeaderBytes);
}

TEST_CASE("a meter that says no ends the fetch, and the message says after how many bytes") {
  Publisher publisher;
  publisher.answer("/endless", Answer{.body = kBody, .fault = Fault::endless});
  publisher.answer("/missing", Answer{.status = 404, .body = kBody, .fault = Fault::stall_in_body});
  const std::string path = GENERATE("/endless", "/missing");
  Fetching fetching;
  Meter meter{.most = 5'000};
  const auto result = fetching.get(metered(publisher.url(path), meter));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::budget);
  CHECK(result.error().detail == over_budget(meter.total));
  CHECK(meter.total > 5'000);
  CHECK(meter.total < 5'000 + 64 * 1024);
  CHECK(publisher.wait_for_open_connections(0));
}

TEST_CASE("a meter that says no ends the fetch between two hops, and all hops are in the message") {
  Publisher publisher;
  publisher.answer("/1", redirect(302, "/2"));
  publisher.answer("/2", redirect(302, "/3"));
  publisher.answer("/3", Answer{.body = "x"});
  Fetching fetching;
  Meter first;
  REQUIRE(fetching.get(metered(publisher.url("/2"), first)).has_value());
  publisher.clear_requests();
  Meter meter{.most = 1};
  const auto result = fetching.get(metered(publisher.url("/1"), meter));
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::budget);
  CHECK(result.error().detail == over_budget(meter.total));
  CHECK(publisher.requests().size() == 1);
  Meter later{.most = meter.total};
  const auto second = fetching.get(metered(publisher.url("/1"), later));
  REQUIRE(second.has_error());
  CHECK(second.error().detail == over_budget(later.total));
  CHECK(publisher.requests("/3").empty());
}

TEST_CASE("an answer that is there already is not thrown away for a meter that says no") {
  Publisher publisher;
  publisher.answer("/small", Answer{.body = "whole"});
  publisher.answer("/unchanged", Answer{.status = 304});
  Fetching fetching;
  Meter meter{.most = 1};
  CHECK(fetching.get(metered(publisher.url("/small"), meter)).value().body == "whole");
  CHECK(fetching.get(metered(publisher.url("/unchanged"), meter)).value().status == 304);
}

TEST_CASE("a document of which enough has come is cut off, and is no error") {
  Publisher publisher;
  publisher.answer("/endless", Answer{.body = kBody, .fault = Fault::endless});
  publisher.answer("/whole", Answer{.body = kBody});
  publisher.answer("/stuck", Answer{.body = kBody, .fault = Fault::stall_in_body});
  publisher.answer("/gzip",
                   Answer{.headers = {{"Content-Encoding", "gzip"}}, .body = gzip_stored(kBody), .chunked = true});
  const std::string path = GENERATE("/endless", "/whole", "/stuck", "/gzip");
  INFO(path);
  Fetching fetching;
  Meter meter;
  auto request = metered(publisher.url(path), meter);
  request.is_enough = [](std::string_view body) { return body.size() >= 5'000; };
  const auto response = fetching.get(request).value();
  CHECK(response.status == 200);
  CHECK(response.cut_off);
  CHECK(response.body.size() >= 5'000);
  CHECK(response.body == std::string(response.body.size(), 'x'));
  CHECK(meter.total == response.wire_bytes);
}

TEST_CASE("each piece of a document is asked for, with all before it, and only of a document") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = std::string(100, 'x'), .fault = Fault::drip});
  publisher.answer("/missing", Answer{.status = 404, .body = kBody});
  publisher.answer("/moved", redirect(302, "/feed"));
  Fetching fetching;
  std::size_t last = 0;
  auto request = request_for(publisher.url("/moved"));
  request.is_enough = [&](std::string_view body) {
    CHECK(body.size() > last);
    last = body.size();
    return false;
  };
  const auto response = fetching.get(request).value();
  CHECK(last == 100);
  CHECK_FALSE(response.cut_off);
  request.url = publisher.url("/missing");
  request.is_enough = [](std::string_view) { return true; };
  const auto missing = fetching.get(request).value();
  CHECK(missing.body == kBody);
  CHECK_FALSE(missing.cut_off);
}
