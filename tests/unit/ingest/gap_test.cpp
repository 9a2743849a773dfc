// After a long absence: articles that have left the publisher's document meanwhile.

#include <set>

#include "support/catch.hpp"
#include "text/date.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

namespace {

// A publisher that writes an article an hour, numbered from 0 in the hour of the first poll, and lists the last ten;
// its older pages hold ten each.
struct Hourly : World {
  explicit Hourly(bool has_archive = true) : archive(has_archive) {
    settings.poll.host_gap = 0ms;
    fetcher.answer = [this](const net::Request& request) { return answer(request); };
    id = add("http://one.example/feed");
    start();
  }
  std::int64_t newest() const {
    return 20 + std::chrono::duration_cast<std::chrono::hours>(clock.boot() - begun).count();
  }

  Result<net::Response> answer(const net::Request& request) {
    if (down) return Error{Cause::link, "no route"};
    const auto at = request.url.find("page=");
    const std::int64_t last = at == request.url.npos ? newest() : std::stoll(request.url.substr(at + 5));
    std::string body = "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>Hourly</title>";
    const std::int64_t first = std::max<std::int64_t>(last - 9, 0);
    if (archive && first > 0) {
      body +=
          "<atom:link rel=\"prev-archive\" href=\"http://one.example/feed?page=" + std::to_string(first - 1) + "\"/>";
    }
    for (std::int64_t n = last; n >= first; --n) {
      const Instant date = epoch + std::chrono::hours(n);
      body += "<item><guid>" + std::to_string(n) + "</guid><title>Article " + std::to_string(n) + "</title><pubDate>" +
              text::format_rfc3339(date) + "</pubDate></item>";
    }
    net::Response response;
    response.status = 200;
    response.url = request.url;
    response.body = body + "</channel></rss>";
    return response;
  }
  std::set<std::string> missing() const {
    std::set<std::string> titles;
    for (std::int64_t n = 11; n <= newest(); ++n) titles.insert("Article " + std::to_string(n));
    model::ArticleQuery query;
    query.limit = 1000;
    for (const auto& article : reader_connection->articles(query).value().articles) titles.erase(article.entry.title);
    return titles;
  }
  void lose_link(std::chrono::hours time) {
    down = true;
    pass(time, 10min);
    down = false;
  }
  void be_offline(std::chrono::hours time) {
    lose_link(time);
    pass(15min, 10s);
  }
  static bool is_page(const net::Request& request) { return request.url.find("page=") != std::string::npos; }
  std::ptrdiff_t pages() const {
    return std::count_if(fetcher.asked.begin(), fetcher.asked.end(), [](const auto& a) { return is_page(a.request); });
  }

  const BootInstant begun = clock.boot();
  const Instant epoch = clock.wall() - 20h;
  bool archive;
  bool down = false;
  model::FeedId id{};
};

}  // namespace

TEST_CASE("after a short absence the document still reaches back, and there is no gap") {
  Hourly world;
  world.be_offline(8h);
  CHECK(world.missing().empty());
  CHECK_FALSE(world.stored(world.id).state.gap);
}

TEST_CASE("after a long absence older pages are read until they meet what is known, and nothing is missing") {
  Hourly world;
  world.be_offline(48h);
  CHECK(world.missing().empty());
  CHECK_FALSE(world.stored(world.id).state.gap);
  const auto pages = world.pages();
  CHECK(pages >= 4);
  CHECK(pages <= 5);
  const auto before = world.fetcher.asked.size();
  world.pass(50min);
  CHECK(world.fetcher.asked.size() == before);
}

TEST_CASE("where there are no older pages, the feed says between which times articles may be missing") {
  Hourly world(false);
  const Instant last_read = *world.stored(world.id).state.last_success;
  world.be_offline(48h);
  const auto gap = world.stored(world.id).state.gap;
  REQUIRE(gap);
  CHECK(gap->after == last_read);
  CHECK(gap->before - last_read >= 37h);
  CHECK(gap->before - last_read <= 40h);
  CHECK(gap->next_url.empty());
  world.pass(5h);
  CHECK(world.stored(world.id).state.gap == gap);
}

TEST_CASE("no more older pages are read than allowed, and what is left of the gap is told") {
  Hourly world;
  world.settings.poll.backfill_pages = 2;
  world.poller->reconfigure(world.settings);
  const Instant last_read = *world.stored(world.id).state.last_success;
  world.be_offline(10 * 24h);
  const auto gap = world.stored(world.id).state.gap;
  REQUIRE(gap);
  CHECK(gap->pages == 2);
  CHECK(gap->after == last_read);
  CHECK(gap->before - last_read >= 200h);
  CHECK(world.reader_connection->counts().articles == 10 + 30);
}

TEST_CASE("a restart in the middle of the older pages goes on where it was") {
  Hourly world;
  world.lose_link(48h);
  int pages = 0;
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url.find("page=") != std::string::npos && ++pages > 1) return Error{Cause::link, "no route"};
    return world.answer(request);
  };
  world.pass(15min, 10s);
  REQUIRE(world.stored(world.id).state.gap);
  world.shut_down();
  world.fetcher.answer = [&](const net::Request& request) { return world.answer(request); };
  world.start();
  world.pass(1min, 1s);
  CHECK(world.missing().empty());
  CHECK_FALSE(world.stored(world.id).state.gap);
}

TEST_CASE("a page of older articles that cannot be read ends the search, and the feed goes on") {
  Hourly world;
  world.lose_link(48h);
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url.find("page=") == std::string::npos) return world.answer(request);
    net::Response missing;
    missing.url = request.url;
    missing.status = 404;
    return missing;
  };
  world.pass(5h, 10s);
  const auto state = world.stored(world.id).state;
  CHECK(state.status == model::FeedStatus::ok);
  REQUIRE(state.gap);
  CHECK(state.gap->next_url.empty());
  const auto pages = world.pages();
  CHECK(pages == 1);
}

TEST_CASE("a new subscription has no gap, however much there was before it") {
  Hourly world;
  CHECK_FALSE(world.stored(world.id).state.gap);
  CHECK(world.fetcher.asked.size() == 1);
}

TEST_CASE("credentials of a feed do not go to an older page that is somewhere else") {
  World world;
  model::DeclaredFeed declared;
  declared.url = "http://one.example/feed";
  declared.access.token = "secret";
  world.settings.feeds.push_back(declared);
  world.add("http://one.example/feed");
  int poll = 0;
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    net::Response response;
    response.status = 200;
    response.url = request.url;
    const std::string number = std::to_string(++poll);
    response.body =
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><atom:link rel=\"next\" "
        "href=\"http://evil.example/more\"/><item><guid>" +
        number + "</guid><title>" + number + "</title></item><item><guid>x" + number + "</guid><title>x" + number +
        "</title></item></channel></rss>";
    return response;
  };
  world.start();
  world.pass(6h, 1min);
  REQUIRE_FALSE(world.fetcher.times("http://evil.example/more").empty());
  for (const auto& asked : world.fetcher.asked) {
    const bool own = asked.request.url == "http://one.example/feed";
    CHECK((asked.request.access.token == "secret") == own);
    CHECK(asked.request.named_by_public_site != own);
  }
}

TEST_CASE("an older page that is busy is tried again, after the feed itself, and its host is left alone meanwhile") {
  Hourly world;
  world.lose_link(48h);
  int pages = 0;
  world.fetcher.answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url.find("page=") == std::string::npos || ++pages > 1) return world.answer(request);
    net::Response busy;
    busy.url = request.url;
    busy.status = 503;
    busy.retry_after = "7200";
    busy.from_public_host = true;
    return busy;
  };
  world.pass(15min, 10s);
  CHECK(pages == 1);
  CHECK(world.poller->is_cooling_down("http://one.example/feed"));
  CHECK(world.stored(world.id).state.status == model::FeedStatus::ok);
  const auto before = world.fetcher.asked.size();
  world.pass(100min, 10s);
  CHECK(world.fetcher.asked.size() == before);
  world.pass(4h, 10s);
  CHECK(pages >= 5);
  CHECK_FALSE(world.stored(world.id).state.gap);
}
