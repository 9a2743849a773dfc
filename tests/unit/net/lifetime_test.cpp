// Fetches side by side, and what happens when they, the client or the loop end early.
#include <atomic>
#include <memory>
#include <string>

#include "fetching.hpp"
#include "support/catch.hpp"
#include "support/publisher.hpp"

using namespace newscache;
using namespace newscache::test;

namespace {

// A publisher whose requests are reported to the loop.
Publisher::Options reporting(const std::shared_ptr<std::function<void(const SeenRequest&)>>& report) {
  Publisher::Options options;
  options.on_request = [report](const SeenRequest& request, const Answer&) {
    if (*report) (*report)(request);
  };
  return options;
}

using Report = std::function<void(const SeenRequest&)>;

}  // namespace

TEST_CASE("fetches run side by side") {
  const auto report = std::make_shared<Report>();
  Publisher publisher(reporting(report));
  Fetching fetching;
  for (const char* path : {"/a", "/b", "/c"}) publisher.answer(path, Answer{.body = path, .fault = Fault::hold});
  std::atomic<int> arrived = 0;
  *report = [&](const SeenRequest&) {
    if (++arrived < 3) return;
    for (const char* path : {"/a", "/b", "/c"}) publisher.release(path);
  };
  auto& a = fetching.start(publisher.url("/a"));
  auto& b = fetching.start(publisher.url("/b"));
  auto& c = fetching.start(publisher.url("/c"));
  fetching.run_until([&] { return a.ended() && b.ended() && c.ended(); });
  CHECK(a.result->value().body == "/a");
  CHECK(b.result->value().body == "/b");
  CHECK(c.result->value().body == "/c");
  CHECK(publisher.most_at_once() == 3);
}

TEST_CASE("a cancelled fetch throws, its connection closes, and others go on") {
  const auto report = std::make_shared<Report>();
  const auto fault = GENERATE(Fault::stall_before_headers, Fault::stall_in_body);
  Publisher publisher(reporting(report));
  Fetching fetching;
  publisher.answer("/stuck", Answer{.body = "never whole", .fault = fault});
  publisher.answer("/fine", Answer{.body = "fine", .fault = Fault::hold});
  auto& stuck = fetching.start(publisher.url("/stuck"));
  auto& fine = fetching.start(publisher.url("/fine"));
  std::atomic<int> arrived = 0;
  *report = [&](const SeenRequest&) {
    if (++arrived == 2) fetching.post([&] { stuck.cancel(); });
  };
  fetching.run_until([&] { return stuck.ended(); });
  CHECK(stuck.aborted);
  CHECK_FALSE(fine.ended());
  CHECK(publisher.wait_for_open_connections(1));
  publisher.release("/fine");
  fetching.run_until([&] { return fine.ended(); });
  CHECK(fine.result->value().body == "fine");
  CHECK(fetching.get(publisher.url("/fine")).value().body == "fine");
}

TEST_CASE("a fetch that is cancelled before it has begun asks nobody") {
  Publisher publisher;
  publisher.serve_file("/feed", "x");
  Fetching fetching;
  auto& pending = fetching.start(publisher.url("/feed"));
  pending.cancel();
  fetching.run_until([&] { return pending.ended(); });
  CHECK(pending.aborted);
  CHECK(publisher.requests().empty());
}

TEST_CASE("the end of the client ends its fetches, and their connections close") {
  const auto report = std::make_shared<Report>();
  Publisher publisher(reporting(report));
  Fetching fetching;
  publisher.answer("/stuck", Answer{.body = "never whole", .fault = Fault::stall_in_body});
  auto& first = fetching.start(publisher.url("/stuck"));
  auto& second = fetching.start(publisher.url("/stuck"));
  std::atomic<int> arrived = 0;
  *report = [&](const SeenRequest&) {
    if (++arrived == 2) fetching.post([&] { fetching.destroy_client(); });
  };
  fetching.run_until([&] { return first.ended() && second.ended(); });
  CHECK(first.aborted);
  CHECK(second.aborted);
  CHECK(publisher.wait_for_open_connections(0));
}

TEST_CASE("the end of client and loop with a fetch under way leaks and touches nothing") {
  const auto report = std::make_shared<Report>();
  Publisher publisher(reporting(report));
  publisher.answer("/stuck", Answer{.fault = Fault::stall_before_headers});
  {
    Fetching fetching;
    fetching.start(publisher.url("/stuck"));
    bool arrived = false;
    *report = [&](const SeenRequest&) { fetching.post([&] { arrived = true; }); };
    fetching.run_until([&] { return arrived; });
  }
  CHECK(publisher.wait_for_open_connections(0));
}

TEST_CASE("many fetches through few connections all end") {
  Publisher publisher;
  publisher.serve_file("/feed", std::string(30'000, 'x'));
  auto settings = loopback_settings();
  settings.max_transfers = 4;
  Fetching fetching(settings);
  std::vector<Fetching::Pending*> all;
  for (int i = 0; i < 100; ++i) all.push_back(&fetching.start(publisher.url("/feed?" + std::to_string(i))));
  for (const auto* pending : all) {
    fetching.run_until([&] { return pending->ended(); });
    CHECK(pending->result->value().body.size() == 30'000);
  }
  CHECK(publisher.connections() <= 4);
}
