// Articles are whole when the network is gone: text and pictures, from the socket alone, also after a power cut in the
// middle of fetching them.

#include <boost/json/parse.hpp>
#include <filesystem>
#include <memory>
#include <regex>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

constexpr std::string_view teaser = "How the harbour got its crane, and who paid for it.";

std::string gif(char color) {
  std::string bytes = "GIF89a";
  bytes += {40, 0, 30, 0, 0, 0, 0};
  return bytes + std::string(3000, color) + ";";
}

std::string page(const std::string& pictures) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text +=
        "<p>The crane stood at the end of the pier, where the wind was strongest, and for years nobody could say, when "
        "asked, who had ordered it or why it had been painted green. Paragraph " +
        std::to_string(i) + " of the story adds, as one would expect, some more detail to all of this.</p>";
  }
  return "<!DOCTYPE html><html><head><title>The crane - The Harbour Post</title></head><body><nav><a "
         "href=\"/\">Home</a>"
         "<a href=\"/sport\">Sport</a></nav><article><h1>The crane</h1>" +
         text + pictures + "</article><footer>Imprint</footer></body></html>";
}

std::string linked_item(std::string_view guid, const std::string& link, std::string_view text) {
  return "<item><guid>" + std::string(guid) + "</guid><title>The crane " + std::string(guid) + "</title><link>" + link +
         "</link><description>" + std::string(text) + "</description></item>";
}

struct Site {
  void publish() {
    publisher.serve_file("/feed.xml", rss("The Harbour Post", linked_item("1", publisher.url("/1"), teaser)));
    publisher.serve_file("/1", page("<img src=\"/a.gif\" alt=\"The crane\"><img data-src=\"/b.gif\" alt=\"Its hook\">"),
                         "text/html");
    publisher.serve_file("/a.gif", gif('a'), "image/gif");
    publisher.serve_file("/b.gif", gif('b'), "image/gif");
  }
  Publisher publisher;
};

boost::json::object offline_of(const Daemon& daemon, int id) {
  return get(daemon, "/v1/articles/" + std::to_string(id)).json.at("offline").as_object();
}

// Waits for the event that says so, if it is not so already.
void await_state(const Daemon& daemon, EventReader& events, int id, std::string_view state) {
  while (offline_of(daemon, id).at("state").as_string() != state) {
    if (!events.next()) throw std::runtime_error("the events ended");
  }
}

// Without what is on its way there.
std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  if (!std::filesystem::exists(folder)) return 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() && entry.path().parent_path().filename() != "new";
  }
  return count;
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

}  // namespace

TEST_CASE("with the publisher gone an article is there with its text and its pictures", "[pages]") {
  auto site = std::make_unique<Site>();
  site->publish();
  Daemon daemon;
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  subscribe(daemon, site->publisher.url("/feed.xml"));
  await_state(daemon, events, 1, "complete");
  site.reset();

  const auto shown = get(daemon, "/v1/articles/1");
  const std::string content(shown.json.at("content_html").as_string());
  CHECK(content.find("Paragraph 11 of the story") != std::string::npos);
  CHECK(content.find("Imprint") == std::string::npos);
  CHECK(shown.json.at("title") == "The crane 1");
  CHECK(shown.json.at("offline").at("bytes").as_int64() >= 6000);

  const auto page = get(daemon, "/v1/articles/1/content");
  CHECK(page.body.find("Paragraph 11 of the story") != std::string::npos);
  const auto pictures = matches(page.body, "<img[^>]* src=\"([^\"]*)\"");
  REQUIRE(pictures.size() == 2);
  CHECK(get(daemon, pictures[0]).body == gif('a'));
  CHECK(get(daemon, pictures[1]).body == gif('b'));
  // A browser takes a file for nothing else than what it is, and lets nothing in it run.
  HttpClient browser(daemon.socket());
  const auto picture = browser.request("GET", pictures[0]);
  CHECK(picture.header("Content-Type") == "image/gif");
  CHECK(picture.header("X-Content-Type-Options") == "nosniff");
  CHECK(picture.header("Content-Security-Policy") == "default-src 'none'; sandbox");
  for (const auto& loaded : matches(page.body, "(?:src|srcset|poster)=\"([^\"]*)\"")) {
    CAPTURE(loaded);
    CHECK(loaded.starts_with("/v1/assets/"));
  }
  CHECK(run_client(daemon, {"show", "1"}).out.find("Paragraph 11 of the story") != std::string::npos);
  CHECK(get(daemon, "/v1/articles?q=strongest").json.at("articles").as_array().size() == 1);
}

TEST_CASE("a power cut in the middle of a picture leaves no half of it, and it is fetched after the next start",
          "[pages]") {
  Site site;
  site.publish();
  site.publisher.answer("/b.gif", Answer{.body = gif('b'), .type = "image/gif", .fault = Fault::stall_in_body});
  Daemon daemon;
  daemon.start();
  subscribe(daemon, site.publisher.url("/feed.xml"));
  REQUIRE(site.publisher.wait_for_requests("/b.gif", 1));
  daemon.kill();

  site.publisher.serve_file("/b.gif", gif('b'), "image/gif");
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  await_state(daemon, events, 1, "complete");
  const auto page = get(daemon, "/v1/articles/1/content");
  for (const auto& picture : matches(page.body, "<img[^>]* src=\"([^\"]*)\""))
    CHECK(get(daemon, picture).status == 200);
  CHECK(files_in(daemon.state_dir() / "assets") == 2);
}

TEST_CASE("assets go with the last article that refers to them", "[pages]") {
  Site site;
  site.publish();
  site.publisher.serve_file("/other.xml", rss("Other", linked_item("2", site.publisher.url("/2"), teaser)));
  site.publisher.serve_file("/2", page("<img src=\"/a.gif\">"), "text/html");
  Daemon daemon;
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  const auto first = subscribe(daemon, site.publisher.url("/feed.xml"));
  const auto second = subscribe(daemon, site.publisher.url("/other.xml"));
  await_state(daemon, events, 1, "complete");
  await_state(daemon, events, 2, "complete");
  CHECK(files_in(daemon.state_dir() / "assets") == 2);
  CHECK(request(daemon, "DELETE", "/v1/feeds/" + std::to_string(first)).status == 204);
  CHECK(files_in(daemon.state_dir() / "assets") == 1);
  CHECK(request(daemon, "DELETE", "/v1/feeds/" + std::to_string(second)).status == 204);
  CHECK(files_in(daemon.state_dir() / "assets") == 0);
}

TEST_CASE("a page that is no article leaves the teaser and says so", "[pages]") {
  Site site;
  site.publish();
  site.publisher.serve_file("/1",
                            "<html><head><title>Log in</title></head><body><form><input name=\"user\"><input "
                            "type=\"password\" name=\"password\"><button>Log in</button></form></body></html>",
                            "text/html");
  Daemon daemon;
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  subscribe(daemon, site.publisher.url("/feed.xml"));
  await_state(daemon, events, 1, "failed");
  const auto offline = offline_of(daemon, 1);
  CHECK(offline.at("cause") == "no_article");
  CHECK_FALSE(offline.contains("next"));
  const std::string content(get(daemon, "/v1/articles/1").json.at("content_html").as_string());
  CHECK(content.find(teaser) != std::string::npos);
}

TEST_CASE("a feed's own settings say what is fetched for it, also for what is there already", "[pages]") {
  Site site;
  site.publish();
  Daemon daemon("[offline]\nfull_text = \"never\"\nimages = false\n");
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  const auto feed = subscribe(daemon, site.publisher.url("/feed.xml"));
  CHECK(offline_of(daemon, 1).at("state") == "off");
  const auto target = "/v1/feeds/" + std::to_string(feed);
  CHECK(request(daemon, "PATCH", target, R"({"settings":{"full_text":"always","images":true}})").status == 200);
  await_state(daemon, events, 1, "complete");
  CHECK(site.publisher.requests("/a.gif").size() == 1);
}
