// Clients that go away while they write, a daemon without descriptors, and more subscriptions than anybody has.

#include <algorithm>
#include <boost/json/parse.hpp>

#include "behaviour/behaviour.hpp"
#include "faults/process.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
namespace fs = std::filesystem;

namespace {

std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::int64_t unread(const Daemon& daemon) {
  return get(daemon, "/v1/status").json.at("counts").at("unread").as_int64();
}

std::string opml_of(int feeds) {
  std::string opml = "<opml version=\"2.0\"><body>";
  for (int i = 0; i < feeds; ++i) {
    opml += "<outline type=\"rss\" xmlUrl=\"http://site" + std::to_string(i) + ".invalid/feed.xml\"/>";
  }
  return opml + "</body></opml>";
}

}  // namespace

TEST_CASE("a client that disappears while it writes has changed all or nothing, and may ask again") {
  constexpr int articles = 400;
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.start();
  import_articles(daemon, articles);
  for (int round = 0; round < 40; ++round) {
    const auto whole = post("/v1/articles/mark", round % 2 == 0 ? R"({"read":true})" : R"({"read":false})");
    HttpClient client(daemon.socket());
    // Of some everything has arrived, of others half of the body, or half of the head.
    const std::size_t lengths[] = {whole.size(), whole.size() - 5, 20};
    client.send(std::string_view(whole).substr(0, lengths[round % 3]));
    client.close();
    const auto left = unread(daemon);
    CHECK((left == 0 || left == articles));
  }
  CHECK(request(daemon, "POST", "/v1/articles/mark", R"({"read":true})").status == 200);
  CHECK(request(daemon, "POST", "/v1/articles/mark", R"({"read":true})").json.at("changed") == 0);
  CHECK(unread(daemon) == 0);

  const auto subscription = "{\"url\":\"" + publisher.url("/feed.xml") + "\"}";
  for (int again = 0; again < 3; ++again) {
    HttpClient client(daemon.socket());
    client.send(post("/v1/feeds", subscription));
    client.close();
  }
  const int status = request(daemon, "POST", "/v1/feeds", subscription).status;
  CHECK((status == 201 || status == 409));
  CHECK(request(daemon, "POST", "/v1/feeds", subscription).status == 409);
  CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 2);  // with the imported one
}

#if !defined(__SANITIZE_ADDRESS__)  // with it objects are looked at through a pipe, for which there are no descriptors
TEST_CASE(
    "without descriptors who is connected is served, the log says so once, and others come in when there are some") {
  Publisher publisher;
  publisher.answer("/feed.xml", Answer{.body = rss("t", item("a", "One")), .close = true});
  Daemon daemon;
  daemon.start();
  const auto feed = "/v1/feeds/" + std::to_string(subscribe(daemon, publisher.url("/feed.xml")));
  HttpClient connected(daemon.socket());
  REQUIRE(connected.get("/healthz").status == 200);
  int free_one = 3;
  while (fs::exists(fs::symlink_status(process_folder(daemon) / "fd" / std::to_string(free_one)))) ++free_one;
  limit(daemon, RLIMIT_NOFILE, static_cast<rlim_t>(free_one) + 2);

  std::vector<HttpClient> clients;  // until there is no place between the others
  int refused = 0;
  while (refused < 8) {
    HttpClient client(daemon.socket());
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    if (client.receive()) {
      clients.push_back(std::move(client));
    } else {
      ++refused;
    }
    REQUIRE(clients.size() < 64);
    CHECK(connected.get("/v1/articles").status == 200);
  }
  CHECK(count_of(daemon.log(), "cannot accept a connection") == 1);

  // Without a single one there is no socket to poll with either, which is not the feed's fault.
  limit(daemon, RLIMIT_NOFILE, 3);
  HttpClient waiting(daemon.socket());
  waiting.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(connected.request("POST", "/v1/refresh").status == 202);
  const auto attempts = [&] { return boost::json::parse(connected.get(feed + "/journal").body).at("attempts"); };
  for (int tries = 0; attempts().as_array().size() < 2; ++tries) REQUIRE(tries < 100'000);
  CHECK(attempts().at(0).at("cause") == "unavailable");
  const auto state = boost::json::parse(connected.get(feed).body);
  CHECK(state.at("state") == "ok");
  CHECK(state.at("error").at("count") == 0);

  limit(daemon, RLIMIT_NOFILE, RLIM_INFINITY);
  const auto answer = waiting.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  publisher.serve_file("/feed.xml", rss("t", item("a", "One") + item("b", "Two")));
  refresh(daemon);
  CHECK(titles(daemon).size() == 2);
  CHECK(count_of(daemon.log(), "cannot accept a connection") == 1);
}
#endif

TEST_CASE("ten thousand subscriptions in one file are taken, and the same file again changes nothing") {
  constexpr int feeds = 10'000;
  Daemon daemon;
  daemon.write_config("[net]\nmax_transfers = 1\n[poll]\nwindows = [\"00:00-00:01\"]\n");
  daemon.start();
  HttpClient client(daemon.socket());
  const auto opml = opml_of(feeds);
  CHECK(client.request("POST", "/v1/opml", opml).status == 200);
  CHECK(get(daemon, "/v1/status").json.at("counts").at("feeds") == feeds);
  CHECK(client.request("POST", "/v1/opml", opml).status == 200);
  CHECK(get(daemon, "/v1/status").json.at("counts").at("feeds") == feeds);
  CHECK(daemon.stop() == 0);
}
