#include "offline/completer.hpp"

#include <filesystem>

#include "completing.hpp"

using namespace newscache;
using namespace newscache::test;
using model::OfflineState;

namespace {

const std::string teaser = "<p>The beginning of it.</p>";

std::string page(const std::string& more = {}) {
  std::string text = "ARTICLE <p>";
  for (int i = 0; i < 200; ++i) text += "The whole of it, at length. ";
  return text + "</p>" + more;
}

std::string whole(const std::string& more = {}) { return page(more).substr(8); }

}  // namespace

TEST_CASE("an article of a feed of teasers gets the text and the pictures of its page", "[pages]") {
  Completing world;
  world.publish(1, teaser);
  world.site["http://site.example/1"] = {page("<img src=\"http://cdn.example/1.gif\">")};
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.open();
  CHECK(world.completion().state == OfflineState::pending);
  world.go(20s);
  CHECK(world.completion().state == OfflineState::complete);
  const auto article = world.article();
  CHECK(article.entry.content_html.find("The whole of it") != std::string::npos);
  CHECK(article.entry.title == "Article 1");
  REQUIRE(article.entry.authors.size() == 1);
  CHECK(article.entry.authors[0].name == "Jo Page");
  CHECK(article.offline_bytes >= static_cast<std::int64_t>(gif().size()));
  const auto media = world.media();
  REQUIRE(media.size() == 1);
  CHECK(media[0].url == "http://cdn.example/1.gif");
  CHECK(media[0].asset.type == "image/gif");
  CHECK(std::filesystem::file_size(store::asset_path(world.writer_connection_options(), media[0].asset.sha256)) ==
        gif().size());
  world.go(2h, 10min);
  CHECK(world.asked("http://site.example/1") == 1);
}

TEST_CASE("a feed of whole articles has no page fetched, but its pictures") {
  Completing world;
  world.publish(1, whole("<img src=\"http://cdn.example/1.gif\">"));
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.open();
  world.go(10s);
  CHECK(world.completion().state == OfflineState::complete);
  CHECK(world.asked("http://site.example/1") == 0);
  CHECK(world.media().size() == 1);
}

TEST_CASE("a picture that several articles show is fetched once") {
  Completing world;
  world.publish(3, whole("<img src=\"http://cdn.example/logo.gif\">"));
  world.site["http://cdn.example/logo.gif"] = {gif(), "image/gif"};
  world.open();
  world.go(30s);
  for (int i = 1; i <= 3; ++i) CHECK(world.completion(i).state == OfflineState::complete);
  for (int i = 1; i <= 3; ++i) CHECK(world.media(i).size() == 1);
  CHECK(world.asked("http://cdn.example/logo.gif") <= 3);
  world.publish(4, whole("<img src=\"http://cdn.example/logo.gif\">"));
  const auto before = world.asked("http://cdn.example/logo.gif");
  REQUIRE(world.poller->refresh({}, true).has_value());
  world.go(30s);
  CHECK(world.completion(4).state == OfflineState::complete);
  CHECK(world.asked("http://cdn.example/logo.gif") == before);
}

TEST_CASE("a page without an article leaves the teaser, says why, and is not asked for again", "[pages]") {
  Completing world;
  world.publish(1, teaser);
  world.site["http://site.example/1"] = {"please log in"};
  world.open();
  world.go(10s);
  const auto completion = world.completion();
  CHECK(completion.state == OfflineState::failed);
  CHECK(completion.cause == Cause::no_article);
  CHECK_FALSE(completion.next);
  CHECK(world.article().entry.content_html == teaser);
  world.go(49h, 1h);
  CHECK(world.asked("http://site.example/1") == 1);
}

TEST_CASE("a page that does not answer is tried again, later each time, until it is given up", "[pages]") {
  Completing world;
  world.publish(1, teaser);
  world.site["http://site.example/1"] = {{}, {}, 200, Error{Cause::timeout, "no answer"}};
  world.open();
  world.go(10s);
  CHECK(world.completion().state == OfflineState::pending);
  CHECK(world.completion().cause == Cause::timeout);
  REQUIRE(world.completion().next);
  CHECK(world.completion().attempts == 1);
  SECTION("it comes back") {
    world.site["http://site.example/1"] = {page()};
    world.go(20min, 1min);
    CHECK(world.completion().state == OfflineState::complete);
    CHECK(world.asked("http://site.example/1") == 2);
  }
  SECTION("it does not") {
    world.go(6 * 24h, 1h);
    CHECK(world.completion().state == OfflineState::failed);
    CHECK_FALSE(world.completion().next);
    CHECK(world.asked("http://site.example/1") == 6);
  }
}

TEST_CASE("what is missing of the pictures makes an article partial; what will never come is not waited for") {
  Completing world;
  world.publish(1, whole("<img src=\"http://cdn.example/1.gif\"><img src=\"http://cdn.example/gone.gif\">"
                         "<img src=\"http://cdn.example/page.gif\"><img src=\"http://cdn.example/pixel.gif\">"));
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.site["http://cdn.example/page.gif"] = {"not found", "image/gif"};
  world.site["http://cdn.example/pixel.gif"] = {gif(1), "image/gif"};
  world.open();
  world.go(10s);
  CHECK(world.completion().state == OfflineState::partial);
  CHECK(world.completion().cause == Cause::missing);
  CHECK_FALSE(world.completion().next);
  CHECK(world.media().size() == 1);
}

TEST_CASE("a page that says hardly more than the feed does not take its place", "[pages]") {
  Completing world;
  world.publish(1, "<p>A short piece, which is whole as it is.</p>");
  world.site["http://site.example/1"] = {"ARTICLE <p>A short piece, which is whole as it is.</p>"};
  world.open();
  world.go(10s);
  CHECK(world.completion().state == OfflineState::complete);
  CHECK(world.article().entry.content_html == "<p>A short piece, which is whole as it is.</p>");
  CHECK(world.article().entry.authors.empty());
}

TEST_CASE("nothing is fetched over a link that costs, unless it may be, and it goes on when it costs no more") {
  Completing world;
  world.publish(1, whole("<img src=\"http://cdn.example/1.gif\">"));
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.settings.net.metered = "yes";
  SECTION("as it is") {
    world.open();
    world.go(1min);
    CHECK(world.asked("http://cdn.example/1.gif") == 0);
    CHECK(world.completion().state == OfflineState::pending);
    world.settings.net.metered = "no";
    world.poller->reconfigure(world.settings);
    world.go(5s);
    CHECK(world.completion().state == OfflineState::complete);
  }
  SECTION("when it may be") {
    world.settings.offline.metered = true;
    world.open();
    world.go(10s);
    CHECK(world.completion().state == OfflineState::complete);
  }
}

TEST_CASE("a day's bytes for completing are not exceeded by much, and the next day it goes on") {
  Completing world;
  world.settings.offline.day = 300;
  world.publish(1, whole("<img src=\"http://cdn.example/1.gif\"><img src=\"http://cdn.example/2.gif\">"
                         "<img src=\"http://cdn.example/3.gif\">"));
  for (const char* name : {"1", "2", "3"})
    world.site["http://cdn.example/" + std::string(name) + ".gif"] = {gif(40, *name), "image/gif"};
  world.open();
  world.go(10s);
  CHECK(world.completion().state == OfflineState::pending);
  const auto first_day = world.asked("http://cdn.example/1.gif") + world.asked("http://cdn.example/2.gif") +
                         world.asked("http://cdn.example/3.gif");
  CHECK(first_day <= 2);
  world.go(3 * 24h, 30min);
  CHECK(world.completion().state == OfflineState::complete);
}

TEST_CASE("an enclosure comes in pieces, and goes on where it was cut off") {
  Completing world;
  world.settings.offline.enclosures = true;
  const std::string talk = "ID3\x04" + std::string(9 << 20, 't');
  world.publish(1, whole("<audio src=\"http://cdn.example/talk.mp3\"></audio>"));
  world.site["http://cdn.example/talk.mp3"] = {talk, "audio/mpeg"};
  world.settings.offline.article_limit = 64 << 20;
  int pieces = 0;
  bool broken = true;
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url == "http://cdn.example/talk.mp3" && ++pieces == 2 && broken)
      return Error{Cause::refused, "cut off"};
    return world.answer(request);
  };
  world.open();
  world.go(20s);
  CHECK(world.completion().cause == Cause::refused);
  CHECK(world.media().empty());
  broken = false;
  world.stop();
  world.begin();  // as after a restart
  world.go(30min, 1min);
  CHECK(world.completion().state == OfflineState::complete);
  const auto media = world.media();
  REQUIRE(media.size() == 1);
  CHECK(media[0].asset.bytes == static_cast<std::int64_t>(talk.size()));
  CHECK(media[0].asset.type == "audio/mpeg");
  CHECK(pieces == 1 + 1 + 11);  // one before the cut, the cut one, and the rest in smaller ones
}

TEST_CASE("what waits to be completed is not forgotten by a restart", "[pages]") {
  Completing world;
  world.publish(5, teaser);
  for (int i = 1; i <= 5; ++i) world.site["http://site.example/" + std::to_string(i)] = {page()};
  world.open();
  world.go(3s);
  world.stop();
  world.begin();
  world.go(60s);
  for (int i = 1; i <= 5; ++i) CHECK(world.completion(i).state == OfflineState::complete);
}

TEST_CASE("when a setting asks for more, the newest articles get it") {
  Completing world;
  world.settings.offline.images = false;
  world.publish(1, whole("<img src=\"http://cdn.example/1.gif\">"));
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.open();
  world.go(5s);
  CHECK(world.completion().state == OfflineState::off);
  CHECK(world.asked("http://cdn.example/1.gif") == 0);
  world.settings.offline.images = true;
  world.poller->reconfigure(world.settings);
  world.completer->reconfigure(world.settings);
  world.go(10s);
  CHECK(world.completion().state == OfflineState::complete);
}

TEST_CASE("an edited article is completed anew", "[pages]") {
  Completing world;
  world.publish(1, teaser);
  world.site["http://site.example/1"] = {page()};
  world.open();
  world.go(10s);
  REQUIRE(world.completion().state == OfflineState::complete);
  world.publish(1, "<p>The beginning has changed.</p>");
  world.site["http://site.example/1"] = {page("<p>And so has the rest.</p>")};
  REQUIRE(world.poller->refresh({}, true).has_value());
  world.go(20s);
  CHECK(world.completion().state == OfflineState::complete);
  CHECK(world.article().entry.content_html.find("And so has the rest") != std::string::npos);
}

TEST_CASE("when more is wanted of articles that were complete, they get it, and no page is read twice", "[pages]") {
  Completing world;
  world.settings.offline.images = false;
  world.publish(1, teaser);
  world.site["http://site.example/1"] = {page("<img src=\"http://cdn.example/1.gif\">")};
  world.site["http://cdn.example/1.gif"] = {gif(), "image/gif"};
  world.open();
  world.go(10s);
  REQUIRE(world.completion().state == OfflineState::complete);
  REQUIRE(world.media().empty());
  world.settings.offline.images = true;
  world.poller->reconfigure(world.settings);
  world.completer->reconfigure(world.settings);
  world.go(10s);
  CHECK(world.completion().state == OfflineState::complete);
  CHECK(world.media().size() == 1);
  CHECK(world.asked("http://site.example/1") == 1);
}
