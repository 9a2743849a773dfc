// The daemon and its publishers in network namespaces of their own: cables, routes, resolvers and portals that fail.

#include "support/network.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

// Polls at once and without gaps, but not this machine.
constexpr std::string_view config = "[poll]\nhost_gap = \"0s\"\n";

struct World {
  explicit World(int count, TestNetwork::Options options = {}, std::string_view settings = config) : network(options) {
    daemon.set_before_start(network.entrance());
    daemon.write_config(settings);
    for (int i = 0; i < count; ++i) {
      const std::string address = "20.0.0." + std::to_string(i + 1);
      network.name(host(i), address);
      publishers.push_back(network.publisher(address));
    }
  }
  static std::string host(int i) { return "site" + std::to_string(i) + ".example"; }
  static std::string url(int i) { return "http://" + host(i) + "/feed.xml"; }
  Publisher& site(int i) { return *publishers.at(static_cast<std::size_t>(i)); }
  int count() const { return static_cast<int>(publishers.size()); }

  void publish(const std::string& items) {
    for (int i = 0; i < count(); ++i) site(i).serve_file("/feed.xml", rss(host(i), items));
  }
  void subscribe_all() {
    for (int i = 0; i < count(); ++i) ids.push_back(subscribe(daemon, url(i)));
  }
  boost::json::object feed(int i) const {
    return get(daemon, "/v1/feeds/" + std::to_string(ids.at(static_cast<std::size_t>(i)))).json.as_object();
  }
  std::string network_state() const {
    return std::string(get(daemon, "/v1/status").json.at("network").at("state").as_string());
  }
  // A poll of all, not waited for.
  void ask_for_all() { REQUIRE(request(daemon, "POST", "/v1/refresh").status == 202); }

  TestNetwork network;
  std::vector<std::unique_ptr<Publisher>> publishers;
  Daemon daemon;
  std::vector<std::int64_t> ids;
};

// Waits for the next event of the network; what it says. Hangs, until CTest ends it, when there is none.
std::string next_state(EventReader& events) {
  while (const auto event = events.next()) {
    if (event->name == "network") return std::string(boost::json::parse(event->data).at("state").as_string());
  }
  throw std::runtime_error("the events ended");
}

// What a feed must not lose while the network is to blame.
void check_blameless(const boost::json::object& before, const boost::json::object& now) {
  CAPTURE(boost::json::serialize(now));
  CHECK(now.at("state") == "ok");
  for (const auto* key : {"url", "title", "counts", "last_success"}) CHECK(now.at(key) == before.at(key));
  if (const auto* error = now.if_contains("error"); error != nullptr && !error->is_null())
    CHECK(error->at("count") == 0);
}

}  // namespace

TEST_CASE("a cable that is pulled in the middle of a transfer blames no feed, and all goes on when it is back") {
  if (!TestNetwork::available()) return;
  World w(2, {}, "[net]\ntimeout = \"5s\"\n[poll]\nhost_gap = \"0s\"\n");  // after which the transfer gives up
  w.publish(item("a", "One"));
  w.daemon.start();
  w.subscribe_all();
  const auto before = w.feed(0);
  EventReader events(w.daemon.socket(), "/v1/events");

  w.site(0).answer("/feed.xml", Answer{.body = rss("Half", item("x", "Ghost")), .fault = Fault::stall_in_body});
  w.ask_for_all();
  REQUIRE(w.site(0).wait_for_requests("/feed.xml", 2));
  w.network.unplug();
  REQUIRE(next_state(events) == "offline");
  check_blameless(before, w.feed(0));
  CHECK(w.network_state() == "offline");

  w.site(0).clear_requests();
  w.site(0).serve_file("/feed.xml", rss("Site", item("a", "One") + item("b", "Two")));
  w.network.plug_in();
  REQUIRE(next_state(events) == "online");
  await_events(events, "article.added", 1);
  CHECK(titles(w.daemon).size() == 3);
  CHECK_FALSE(w.site(0).requests().at(0).header("If-None-Match").empty());
  CHECK(w.feed(0).at("state") == "ok");
}

TEST_CASE("a link that has come back is online, though nothing is due") {
  if (!TestNetwork::available()) return;
  World w(1);
  w.publish(item("a", "One"));
  w.daemon.start();
  w.subscribe_all();
  EventReader events(w.daemon.socket(), "/v1/events");
  w.network.unplug();
  REQUIRE(next_state(events) == "offline");
  w.network.plug_in();
  REQUIRE(next_state(events) == "online");
  CHECK(w.site(0).requests().size() == 1);
}

TEST_CASE("a cable that was never in blames no feed, not even the only one") {
  if (!TestNetwork::available()) return;
  World w(1);
  w.publish(item("a", "One"));
  w.network.unplug();
  w.daemon.write_config(std::string(config) + "[[feed]]\nurl = \"" + World::url(0) + "\"\n");
  w.daemon.start();
  w.ids = {1};
  refresh(w.daemon);
  const auto feed = w.feed(0);
  CAPTURE(boost::json::serialize(feed));
  CHECK(feed.at("state") == "new");
  CHECK(feed.at("error").at("count") == 0);
  CHECK(w.network_state() == "offline");
  EventReader events(w.daemon.socket(), "/v1/events");
  w.network.plug_in();
  REQUIRE(next_state(events) == "online");
  refresh(w.daemon);
  CHECK(w.feed(0).at("state") == "ok");
}

TEST_CASE("without a route at the start nothing counts as a failure, and all is polled when there is one") {
  if (!TestNetwork::available()) return;
  World w(3, {.route = false});
  w.publish(item("a", "One"));
  std::string settings(config);
  for (int i = 0; i < 3; ++i) settings += "[[feed]]\nurl = \"" + World::url(i) + "\"\n";
  w.daemon.write_config(settings);
  w.daemon.start();
  w.ids = {1, 2, 3};
  refresh(w.daemon);
  CHECK(w.network_state() == "offline");
  for (int i = 0; i < 3; ++i) {
    const auto feed = w.feed(i);
    CAPTURE(boost::json::serialize(feed));
    CHECK(feed.at("state") == "new");
    if (!feed.at("error").is_null()) {
      CHECK(feed.at("error").at("cause") == "link");
      CHECK(feed.at("error").at("count") == 0);
    }
    CHECK(w.site(i).requests().empty());
  }
  EventReader events(w.daemon.socket(), "/v1/events");
  w.network.add_route();
  REQUIRE(next_state(events) == "online");
  await_events(events, "article.added", 2);  // the first may have come before "online"
  refresh(w.daemon);
  CHECK(titles(w.daemon).size() == 3);
  for (int i = 0; i < 3; ++i) CHECK(w.feed(i).at("state") == "ok");
}

TEST_CASE("a dead resolver holds up no client and no stop, and blames no feed") {
  if (!TestNetwork::available()) return;
  World w(4, {.resolver_options = "timeout:5 attempts:1"});
  w.publish(item("a", "One"));
  w.daemon.start();
  w.subscribe_all();
  std::vector<boost::json::object> before;
  for (int i = 0; i < 4; ++i) before.push_back(w.feed(i));
  CHECK(w.daemon.stop() == 0);  // libcurl remembers addresses for a minute
  w.network.names().fall_silent();
  w.daemon.start();
  EventReader events(w.daemon.socket(), "/v1/events");
  w.ask_for_all();
  for (int i = 0; i < 4; ++i) REQUIRE(w.network.names().wait_for_queries(World::host(i), 2));

  std::vector<double> milliseconds;
  HttpClient client(w.daemon.socket());
  for (int i = 0; i < 200; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(client.get(i % 2 == 0 ? "/v1/status" : "/v1/articles").status == 200);
    milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
  }
  // The resolver has not given up yet: all these were answered while it hung.
  CHECK(w.network_state() == "online");
  CHECK(get(w.daemon, "/v1/status").json.at("polling").at("active") == 4);
  std::sort(milliseconds.begin(), milliseconds.end());
  std::cout << "requests during a dead resolver: median " << milliseconds[100] << " ms, worst " << milliseconds.back()
            << " ms\n";

  REQUIRE(next_state(events) == "offline");
  refresh(w.daemon);  // whatever is told of the last of them
  for (int i = 0; i < 4; ++i) check_blameless(before[static_cast<std::size_t>(i)], w.feed(i));

  // It asks again, and the stop does not wait for the answer: a second query would come after five seconds.
  w.ask_for_all();
  const auto asked = [&] {
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += w.network.names().queries(World::host(i));
    return sum;
  };
  for (int before_probe = asked(); asked() == before_probe;) std::this_thread::yield();
  CHECK(w.daemon.stop() == 0);
}

TEST_CASE("a portal is noticed whatever it answers; nothing of it is kept, and all is as before when it has gone") {
  if (!TestNetwork::available()) return;
  const std::string login =
      "<!doctype html><html><head><title>Welcome to our hotel</title></head><body>Log in</body></html>";
  struct Case {
    const char* name;
    Answer answer;
  };
  const Case cases[] = {
      {"HTML where a feed was", {.headers = {{"ETag", "\"portal\""}}, .body = login, .type = "text/html"}},
      {"302 to a login page", redirect(302, "http://login.example/")},
      {"511", {.status = 511, .body = login, .type = "text/html"}},
      {"301 to a login page", redirect(301, "http://login.example/")},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World w(3);
    w.network.name("login.example", "20.0.1.1");
    const auto login_site = w.network.publisher("20.0.1.1");
    login_site->answer("/", Answer{.headers = {{"ETag", "\"login\""}}, .body = login, .type = "text/html"});
    w.publish(item("a", "One"));
    w.daemon.start();
    w.subscribe_all();
    std::vector<boost::json::object> before;
    for (int i = 0; i < 3; ++i) before.push_back(w.feed(i));
    const auto revision = get(w.daemon, "/v1/status").json.at("revision");
    EventReader events(w.daemon.socket(), "/v1/events");
    for (int i = 0; i < 3; ++i) w.site(i).answer("/feed.xml", c.answer);
    w.ask_for_all();
    REQUIRE(next_state(events) == "portal");
    refresh(w.daemon);
    CHECK(w.network_state() == "portal");
    for (int i = 0; i < 3; ++i) {
      check_blameless(before[static_cast<std::size_t>(i)], w.feed(i));
      w.site(i).clear_requests();
      w.site(i).serve_file("/feed.xml", rss("New", item("a", "One") + item("b", "Two")));
    }
    CHECK(titles(w.daemon).size() == 3);
    w.ask_for_all();  // somebody knows that the login is done; by itself it would be tried later
    REQUIRE(next_state(events) == "online");
    await_events(events, "article.added", 3);
    for (int i = 0; i < 3; ++i) {
      const auto etag = w.site(i).requests().at(0).header("If-None-Match");
      CHECK_FALSE(etag.empty());
      CHECK(etag.find("portal") == std::string::npos);
      CHECK(etag.find("login") == std::string::npos);
    }
    CHECK(titles(w.daemon).size() == 6);
  }
}

TEST_CASE("a thousand feeds of five hosts are all read, one at a time from each host") {
  if (!TestNetwork::available()) return;
  constexpr int per_host = 200;
  World w(5, {}, "[poll]\nhost_gap = \"2ms\"\n");
  std::string opml = "<opml version=\"2.0\"><body>";
  for (int i = 0; i < w.count(); ++i) {
    for (int n = 0; n < per_host; ++n) {
      const std::string path = "/" + std::to_string(n) + ".xml";
      w.site(i).serve_file(path, rss("t", item("a", World::host(i) + path)));
      opml += "<outline type=\"rss\" xmlUrl=\"http://" + World::host(i) + path + "\"/>";
    }
  }
  w.daemon.start();
  EventReader events(w.daemon.socket(), "/v1/events");
  HttpClient client(w.daemon.socket());
  REQUIRE(client.request("POST", "/v1/opml", opml + "</body></opml>").status == 200);
  await_events(events, "article.added", w.count() * per_host);
  CHECK(get(w.daemon, "/v1/status").json.at("counts").at("articles") == w.count() * per_host);
  for (int i = 0; i < w.count(); ++i) {
    CHECK(w.site(i).requests().size() == per_host);
    CHECK(w.site(i).most_at_once() == 1);
  }
}

TEST_CASE("a modem's link is metered by its name, and has a budget of its own") {
  if (!TestNetwork::available()) return;
  World w(3, {.interface = "wwan0"}, "[poll]\nhost_gap = \"0s\"\n[budget]\nmetered_day = \"20kB\"\n");
  w.publish(item("a", "One", std::string(8000, 'x')));
  w.daemon.start();
  CHECK(w.network_state() == "metered");
  w.subscribe_all();  // the third one does not fit; what has arrived of it already costs nothing more
  const auto status = get(w.daemon, "/v1/status").json;
  CHECK(status.at("traffic").at("budget_bytes") == 20000);
  CHECK(status.at("traffic").at("received_today_bytes").as_int64() >= 16000);
  CHECK(status.at("traffic").at("received_today_bytes").as_int64() <= 3 * 8500);
  for (int i = 0; i < 3; ++i) w.site(i).clear_requests();
  refresh(w.daemon);
  std::size_t requests = 0;
  for (int i = 0; i < 3; ++i) requests += w.site(i).requests().size();
  CHECK(requests == 0);
  for (int i = 0; i < 3; ++i) {
    CAPTURE(boost::json::serialize(w.feed(i)));
    CHECK(w.feed(i).at("state") != "failing");
  }
}

TEST_CASE("a link that comes and goes causes no storm, and ends online") {
  if (!TestNetwork::available()) return;
  World w(4);
  w.publish(item("a", "One"));
  w.daemon.start();
  w.subscribe_all();
  EventReader events(w.daemon.socket(), "/v1/events");
  for (auto& site : w.publishers) site->clear_requests();
  w.network.unplug();
  REQUIRE(next_state(events) == "offline");
  for (int i = 0; i < 10; ++i) {
    w.network.plug_in();
    std::this_thread::sleep_for(std::chrono::milliseconds(150));  // what is tested, not what is waited for
    w.network.unplug();
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
  w.network.plug_in();
  while (next_state(events) != "online") {
  }
  for (int i = 0; i < w.count(); ++i) {
    CHECK(w.site(i).requests().size() <= 2);
    CHECK(w.feed(i).at("state") == "ok");
  }
  refresh(w.daemon);
  for (int i = 0; i < w.count(); ++i) CHECK(w.feed(i).at("error").is_null());
}
