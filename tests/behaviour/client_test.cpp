#include <boost/json/parse.hpp>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

struct World {
  World() {
    daemon.start();
    publisher.serve_file("/feed.xml", rss("Harbour", item("a", "One", "Lighthouse text.") + item("b", "Two")));
  }
  std::string url() const { return publisher.url("/feed.xml"); }
  Publisher publisher;
  Daemon daemon;
};

}  // namespace

TEST_CASE("a person can subscribe, poll, list, read, search, mark and unsubscribe from the command line") {
  World w;
  REQUIRE(run_client(w.daemon, {"add", w.url(), "--folder", "sea", "--title", "Mine"}).exit_code == 0);
  CHECK(run_client(w.daemon, {"feeds"}).out.find("Mine") != std::string::npos);
  CHECK(run_client(w.daemon, {"refresh", "--wait"}).exit_code == 0);
  const ProgramResult list = run_client(w.daemon, {"list"});
  CHECK(list.out.find("One") != std::string::npos);
  CHECK(list.out.find('\t') == std::string::npos);
  CHECK(list.out.find('\x1b') == std::string::npos);
  const std::string id = std::to_string(article(w.daemon, "One").at("id").as_int64());
  CHECK(run_client(w.daemon, {"show", id}).out.find("Lighthouse text.") != std::string::npos);
  CHECK(run_client(w.daemon, {"search", "lighthouse"}).out.find("One") != std::string::npos);
  CHECK(run_client(w.daemon, {"mark", "read", id}).exit_code == 0);
  CHECK(run_client(w.daemon, {"list", "--unread"}).out.find("One") == std::string::npos);
  CHECK(run_client(w.daemon, {"mark", "read", "--all"}).exit_code == 0);
  CHECK(titles(w.daemon, "read=false").empty());
  CHECK(run_client(w.daemon, {"set", w.url(), "title=Other", "poll_interval=3h"}).exit_code == 0);
  CHECK(run_client(w.daemon, {"feeds"}).out.find("Other") != std::string::npos);
  CHECK(run_client(w.daemon, {"status"}).exit_code == 0);
  CHECK(run_client(w.daemon, {"remove", w.url()}).exit_code == 0);
  CHECK(get(w.daemon, "/v1/feeds").json.at("feeds").as_array().empty());
}

TEST_CASE("with --json the output is the API's own, one document") {
  World w;
  REQUIRE(run_client(w.daemon, {"add", w.url()}).exit_code == 0);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"--json", "list"},
                                                  {"--json", "feeds"},
                                                  {"--json", "status"},
                                                  {"--json", "search", "one"}}) {
    const ProgramResult result = run_client(w.daemon, command);
    CAPTURE(command[1], result.out);
    CHECK(result.exit_code == 0);
    boost::system::error_code error;
    CHECK(boost::json::parse(result.out, error).is_object());
  }
}

TEST_CASE("exit codes tell what went wrong") {
  World w;
  CHECK(run_client(w.daemon, {"show", "4711"}).exit_code == 4);
  CHECK(run_client(w.daemon, {"remove", "http://not.subscribed.example/"}).exit_code == 4);
  CHECK(run_client(w.daemon, {"no-such-command"}).exit_code == 2);
  CHECK(run_client(w.daemon, {"mark", "purple", "1"}).exit_code == 2);
  CHECK(run_client(w.daemon, {"add", w.publisher.url("/missing.xml")}).exit_code == 1);
  const ProgramResult unreachable = run_program("newscache", {"--socket", "/nonexistent/socket", "list"});
  CHECK(unreachable.exit_code == 3);
  CHECK(unreachable.err.find("/nonexistent/socket") != std::string::npos);
  CHECK(unreachable.err.find('\n') == unreachable.err.size() - 1);
}

TEST_CASE("parse needs no daemon: a feed document becomes JSON Feed, anything else one line and exit 1") {
  const ProgramResult parsed = run_program("newscache", {"parse", "-"}, rss("Harbour", item("a", "One")));
  REQUIRE(parsed.exit_code == 0);
  const auto json = boost::json::parse(parsed.out);
  CHECK(json.at("version").as_string() == "https://jsonfeed.org/version/1.1");
  CHECK(json.at("title").as_string() == "Harbour");
  CHECK(json.at("items").at(0).at("id").as_string() == "a");
  CHECK(json.at("_newscache").at("encoding").as_string() == "utf-8");
  CHECK_FALSE(json.at("_newscache").at("lenient").as_bool());
  const ProgramResult page =
      run_program("newscache", {"parse", "--url", "http://example.org/", "-"},
                  "<!doctype html><link rel=alternate type=application/atom+xml href=feed.xml><p>no feed</p>");
  CHECK(page.exit_code == 1);
  CHECK(page.out.empty());
  CHECK(page.err.find('\n') == page.err.size() - 1);
  CHECK(page.err.find("links to http://example.org/feed.xml") != std::string::npos);
}

TEST_CASE("extract needs no daemon: a page becomes its article, anything else one line and exit 1", "[pages]") {
  std::string page = "<!doctype html><html lang=en><title>The harbour - Example</title><article><h1>The harbour</h1>";
  for (int i = 0; i < 12; ++i) {
    page +=
        "<p>The water rose in the night, and by the morning, when the first boats had left, the harbour stood under "
        "it: nobody had seen such a thing, said those who live there, in all their years.</p>";
  }
  page += "<p><img src=blank.gif data-src=/boat.jpg alt=boat></p><div class=more>Read more</div></article>";
  const ProgramResult extracted = run_program(
      "newscache", {"extract", "--url", "http://example.org/a", "--drop", ".more", "--drop", "nav", "-"}, page);
  CAPTURE(extracted.err);
  REQUIRE(extracted.exit_code == 0);
  const auto json = boost::json::parse(extracted.out);
  CHECK(json.at("title").as_string() == "The harbour");
  CHECK(json.at("lang").as_string() == "en");
  CHECK(json.at("published").is_null());
  const std::string html = json.at("content_html").as_string().c_str();
  CHECK(html.find("http://example.org/boat.jpg") != std::string::npos);
  CHECK(html.find("Read more") == std::string::npos);
  const ProgramResult none =
      run_program("newscache", {"extract", "--url", "http://example.org/", "-"},
                  "<title>Log in</title><form><input name=user><input type=password><button>Log in</button></form>");
  CHECK(none.exit_code == 1);
  CHECK(none.out.empty());
  CHECK(none.err.find('\n') == none.err.size() - 1);
  const ProgramResult wrong =
      run_program("newscache", {"extract", "--url", "http://example.org/", "--keep", "a >", "-"}, page);
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err.find("at character 4") != std::string::npos);
  CHECK(run_program("newscache", {"extract", "-"}, page).exit_code == 2);
}

TEST_CASE("doctor finds nothing wrong with a daemon that is well, and names what is wrong with one that is not") {
  World w;
  const auto doctor = [&w] { return run_client(w.daemon, {"doctor", "--config", w.daemon.config_file().string()}); };
  subscribe(w.daemon, w.url());
  const ProgramResult well = doctor();
  CAPTURE(well.out);
  CHECK(well.exit_code == 0);
  CHECK(well.out.find("fail: ") == std::string::npos);
  CHECK(well.out.find(w.daemon.config_file().string() + " is valid") != std::string::npos);

  w.daemon.write_config("[poll]\nflor = \"1h\"\n");
  const ProgramResult broken = doctor();
  CHECK(broken.exit_code == 1);
  CHECK(broken.out.find("fail: " + w.daemon.config_file().string() + ":2:") != std::string::npos);
  CHECK(broken.out.find("flor") != std::string::npos);

  w.daemon.kill();
  const ProgramResult dead = doctor();
  CHECK(dead.exit_code == 3);
  CHECK(dead.out.find(w.daemon.socket() + " is stale") != std::string::npos);
  CHECK(dead.out.find("flor") != std::string::npos);
}

TEST_CASE("reload tells what it could not apply, and what is wrong with a broken configuration") {
  World w;
  w.daemon.write_config("[poll]\nfloor = \"2h\"\n[socket]\nmax_connections = 7\n");
  const ProgramResult reloaded = run_client(w.daemon, {"reload"});
  CHECK(reloaded.exit_code == 0);
  CHECK(reloaded.out == "the configuration was read again; only a restart applies socket.max_connections\n");
  w.daemon.write_config("[poll]\nflor = \"2h\"\n");
  const ProgramResult broken = run_client(w.daemon, {"reload"});
  CHECK(broken.exit_code == 1);
  CHECK(broken.err.starts_with("newscache: " + w.daemon.config_file().string() + ":2:"));
  CHECK(broken.err.find("flor") != std::string::npos);
}
