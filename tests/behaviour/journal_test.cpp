#include <boost/json/parse.hpp>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() {
    daemon.start();
    publisher.serve_file("/feed.xml", rss("Harbour", item("a", "One") + item("b", "Two")));
    id = subscribe(daemon, publisher.url("/feed.xml"));
  }
  std::string feed_path() const { return "/v1/feeds/" + std::to_string(id); }
  Reply journal(const std::string& query = "") const { return get(daemon, feed_path() + "/journal" + query); }
  boost::json::array attempts() const { return journal().json.at("attempts").as_array(); }
  // What the feed says of its next poll is what its newest attempt says.
  void check_newest() const {
    const auto feed = get(daemon, feed_path()).json;
    const auto newest = attempts().at(0).as_object();
    CHECK(newest.at("time") == feed.at("last_attempt"));
    CHECK(newest.at("next_poll") == feed.at("next_poll"));
    CHECK(newest.at("next_poll_rule") == feed.at("next_poll_rule"));
    CHECK(newest.at("bytes").as_int64() > 0);
    CHECK(newest.at("duration_ms").as_int64() >= 0);
  }

  Publisher publisher;
  Daemon daemon;
  std::int64_t id = 0;
};

}  // namespace

TEST_CASE("the journal tells each attempt with its cause and its rule, at once, and survives a restart") {
  World w;
  w.check_newest();
  refresh(w.daemon);
  w.check_newest();
  w.publisher.answer("/feed.xml", Answer{.status = 404});
  refresh(w.daemon);
  w.check_newest();

  const auto attempts = w.attempts();
  REQUIRE(attempts.size() == 3);
  const auto& missing = attempts[0].as_object();
  CHECK(missing.at("status") == 404);
  CHECK(missing.at("cause") == "missing");
  CHECK(missing.at("detail") == get(w.daemon, w.feed_path()).json.at("error").at("detail"));
  CHECK(missing.at("next_poll_rule") == "back-off");
  const auto& unchanged = attempts[1].as_object();
  CHECK(unchanged.at("status") == 304);
  CHECK_FALSE(unchanged.contains("cause"));
  CHECK(unchanged.at("new") == 0);
  const auto& first = attempts[2].as_object();
  CHECK(first.at("status") == 200);
  CHECK_FALSE(first.contains("cause"));
  CHECK(first.at("new") == 2);
  CHECK(first.at("updated") == 0);

  CHECK(w.daemon.stop() == 0);
  w.daemon.start();
  CHECK(w.attempts() == attempts);
}

TEST_CASE("attempts that found nothing new are kept through a clean stop, however many there were") {
  World w;
  for (int i = 0; i < 4; ++i) refresh(w.daemon);
  CHECK(w.attempts().size() == 5);
  CHECK(w.daemon.stop() == 0);
  w.daemon.start();
  CHECK(w.attempts().size() == 5);
}

TEST_CASE("an attempt without an answer has a cause and no status") {
  World w;
  w.publisher.answer("/feed.xml", Answer{.fault = Fault::close_before_headers});
  refresh(w.daemon);
  const auto newest = w.attempts().at(0).as_object();
  CHECK(newest.at("cause") == "refused");
  CHECK_FALSE(newest.at("detail").as_string().empty());
  CHECK_FALSE(newest.contains("status"));
}

TEST_CASE("the journal is as long as asked, and there is none of a feed that is not there") {
  World w;
  refresh(w.daemon);
  CHECK(w.journal("?limit=1").json.at("attempts").as_array().size() == 1);
  CHECK(w.journal("?limit=1").json.at("attempts").at(0).at("status") == 304);
  CHECK(w.journal("?limit=0").status == 400);
  CHECK(w.journal("?limit=many").status == 400);
  CHECK(get(w.daemon, "/v1/feeds/4711/journal").status == 404);
  CHECK(request(w.daemon, "DELETE", w.feed_path()).status == 204);
  CHECK(w.journal().status == 404);
}

TEST_CASE("newscache why shows state, rule and attempts, as text and as JSON") {
  World w;
  w.publisher.answer("/feed.xml", Answer{.status = 404});
  refresh(w.daemon);
  const ProgramResult text = run_client(w.daemon, {"why", w.publisher.url("/feed.xml")});
  CHECK(text.exit_code == 0);
  for (const auto* words : {"Harbour", "failing: ", "back-off: ", "missing: ", "1 failure in a row", "404", "200"}) {
    CAPTURE(words, text.out);
    CHECK(text.out.find(words) != std::string::npos);
  }
  CHECK(text.out.find('\t') == std::string::npos);
  const ProgramResult json = run_client(w.daemon, {"--json", "why", std::to_string(w.id)});
  CHECK(json.exit_code == 0);
  const auto document = boost::json::parse(json.out);
  CHECK(document.at("attempts") == w.journal().json.at("attempts"));
  CHECK(document.at("feed").at("id") == w.id);
  CHECK(document.at("network").at("state") == "online");
  CHECK(run_client(w.daemon, {"why", "4711"}).exit_code == 4);
}
