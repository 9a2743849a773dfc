// What the client makes of publishers that break off, lie or flood.
#include <sys/resource.h>

#include <string>
#include <utility>
#include <vector>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

const std::string kBody(20'000, 'x');

long peak_memory_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

std::string interim_answers(int count) {
  std::string raw;
  for (int i = 0; i < count; ++i) raw += "HTTP/1.1 100 Continue\r\n\r\n";
  return raw + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace

TEST_CASE("an answer that breaks off is refused, wherever it does") {
  Publisher publisher;
  Fetching fetching;
  const auto fault =
      GENERATE(Fault::truncate, Fault::close_before_headers, Fault::reset_before_headers, Fault::reset_in_body);
  publisher.answer("/feed", Answer{.body = kBody, .fault = fault});
  INFO(static_cast<int>(fault));
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::refused);
}

TEST_CASE("answers that are no proper HTTP have the cause that fits") {
  struct Case {
    const char* name;
    std::string raw;
    Cause cause;
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::vector<Case> cases{
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", Cause::server},
      {"a bare body", "<rss></rss>", Cause::server},
      {"length in words", head + "Content-Length: many\r\n\r\nabc", Cause::server},
      {"negative length", head + "Content-Length: -3\r\n\r\nabc", Cause::server},
      {"no chunk size", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", Cause::refused},
      {"chunks without an end", head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Cause::refused},
      {"chunk cut off", head + "Transfer-Encoding: chunked\r\n\r\nff\r\nabc", Cause::refused},
      {"not gzip", head + "Content-Encoding: gzip\r\nContent-Length: 11\r\n\r\n<rss></rss>", Cause::server},
      {"unknown encoding", head + "Content-Encoding: rot13\r\nContent-Length: 11\r\n\r\n<rss></rss>", Cause::server},
      {"headers cut off", "HTTP/1.1 200 OK\r\nContent-Le", Cause::refused},
      {"one interim answer after the other", interim_answers(300), Cause::too_large},
  };
  for (const auto& row : cases) {
    Publisher publisher;
    Fetching fetching;
    publisher.answer("/feed", Answer{.raw = row.raw});
    INFO(row.name);
    CHECK(fetching.failure(publisher.url("/feed")) == row.cause);
  }
}

TEST_CASE("a length that is too short gives a short document, for the parser to judge") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = kBody, .fault = Fault::short_length});
  Fetching fetching;
  CHECK(fetching.get(publisher.url("/feed")).value().body == kBody.substr(0, kBody.size() / 2));
}

TEST_CASE("floods of headers are too large") {
  Publisher publisher;
  Fetching fetching;
  publisher.answer("/many", header_flood(1'000));
  publisher.answer("/more-than-64k", huge_header(70'000));
  publisher.answer("/more-than-libcurl-takes", huge_header(200'000));
  publisher.answer("/much-more", huge_header(4'000'000));
  publisher.answer("/fair", header_flood(200));
  CHECK(fetching.failure(publisher.url("/many")) == Cause::too_large);
  CHECK(fetching.failure(publisher.url("/more-than-64k")) == Cause::too_large);
  CHECK(fetching.failure(publisher.url("/more-than-libcurl-takes")) == Cause::too_large);
  CHECK(fetching.failure(publisher.url("/much-more")) == Cause::too_large);
  CHECK(fetching.get(publisher.url("/fair")).value().status == 200);
}

TEST_CASE("a document may have exactly as many bytes as allowed, and not one more") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = kBody, .chunked = true});
  Fetching fetching;
  auto request = request_for(publisher.url("/feed"));
  request.max_body = static_cast<std::int64_t>(kBody.size());
  CHECK(fetching.get(request).value().body == kBody);
  request.max_body -= 1;
  const auto result = fetching.get(request);
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::too_large);
  CHECK(result.error().detail.find("net.max_body") != std::string::npos);
}

TEST_CASE("the limit of the settings counts where the request has none") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = kBody});
  auto settings = loopback_settings();
  settings.max_body = 1'000;
  Fetching fetching(settings);
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::too_large);
}

TEST_CASE("a document that announces too many bytes is given up before they are read") {
  Publisher publisher;
  // It would be broken off otherwise.
  publisher.answer("/feed", Answer{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n<rss>"});
  Fetching fetching;
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::too_large);
}

TEST_CASE("an endless document is cut at the limit, an endless error page is kept in part") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.body = kBody, .fault = Fault::endless});
  publisher.answer("/missing", Answer{.status = 404, .body = kBody, .fault = Fault::endless});
  Fetching fetching;
  auto request = request_for(publisher.url("/feed"));
  request.max_body = 1 << 20;
  CHECK(fetching.get(request).error().cause == Cause::too_large);
  const auto missing = fetching.get(publisher.url("/missing")).value();
  CHECK(missing.status == 404);
  CHECK(missing.body.size() == 64 * 1024);
}

TEST_CASE("a compressed bomb is cut at the limit with bounded memory") {
  Publisher publisher;
  publisher.answer("/zstd", zstd_bomb(1ULL << 28));
  publisher.answer("/gzip", gzip_bomb(1ULL << 23));
  Fetching fetching;
  [[maybe_unused]] const auto before = peak_memory_kb();
  for (const char* path : {"/zstd", "/gzip"}) {
    auto request = request_for(publisher.url(path));
    request.max_body = 1 << 20;
    CHECK(fetching.get(request).error().cause == Cause::too_large);
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak_memory_kb() - before < 16 * 1024);
#endif
}

TEST_CASE("a publisher that says nothing is given up when the time is over") {
  Publisher publisher;
  publisher.answer("/feed", Answer{.fault = Fault::stall_before_headers});
  auto settings = loopback_settings();
  settings.timeout = std::chrono::seconds(1);
  Fetching fetching(settings);
  CHECK(fetching.failure(publisher.url("/feed")) == Cause::timeout);
  CHECK(publisher.wait_for_open_connections(0));
}

TEST_CASE("a port where nobody listens refuses") {
  std::string url;
  {
    const Publisher publisher;
    url = publisher.url("/feed");
  }
  Fetching fetching;
  const auto result = fetching.get(url);
  REQUIRE(result.has_error());
  CHECK(result.error().cause == Cause::refused);
  CHECK(result.error().detail.find("127.0.0.1") != std::string::npos);
}

TEST_CASE("a publisher's secrets in the address do not appear in messages") {
  std::string url;
  {
    const Publisher publisher;
    url = publisher.url("/feed?token=hush");
  }
  url.insert(url.find("//") + 2, "user:hush@");
  Fetching fetching;
  CHECK(fetching.get(url).error().detail.find("hush") == std::string::npos);
}
