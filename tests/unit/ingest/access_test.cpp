#include "ingest/access.hpp"

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;
using model::Access;

namespace {

model::HostSettings host(std::string name, Access access) { return {std::move(name), std::move(access), {}}; }
model::DeclaredFeed declared(std::string url, Access access) {
  model::DeclaredFeed feed;
  feed.url = std::move(url);
  feed.access = std::move(access);
  return feed;
}

model::Settings settings() {
  model::Settings settings;
  settings.hosts = {
      host("example.org", {.user = "ann",
                           .password = "of the host",
                           .headers = {"X-Host: 1"},
                           .proxy = "http://proxy.example:3128",
                           .ca_file = "/host.pem",
                           .user_agent = "host/1"}),
      host("example.org:8443", {.token = "of the port"}),
      host("token.example", {.token = "of the host", .headers = {"X-Host: 1"}}),
      host("[2001:db8::1]:8080", {.user_agent = "six/1"}),
      host("xn--bcher-kva.example", {.user_agent = "books/1"}),
  };
  settings.feeds = {
      declared("https://example.org/plain", {}),
      declared("https://example.org/agent", {.user_agent = "feed/1"}),
      declared("https://example.org/user", {.user = "bob", .password = "of the feed"}),
      declared("https://example.org/no-password", {.user = "bob"}),
      declared("https://example.org/token", {.token = "of the feed"}),
      declared("https://example.org/headers", {.headers = {"X-Feed: 1", "X-Feed: 2"}}),
      declared("https://example.org/all", {.user = "bob",
                                           .password = "of the feed",
                                           .headers = {"X-Feed: 1"},
                                           .proxy = "socks5://feed.example",
                                           .ca_file = "/feed.pem",
                                           .fingerprint = "f1",
                                           .user_agent = "feed/1"}),
      declared("https://token.example/user", {.user = "bob", .password = "of the feed"}),
      declared("https://alone.example/feed", {.token = "of the feed"}),
      declared("typed.example/feed#fragment", {.token = "of the typed"}),
  };
  return settings;
}

const Access of_host{.user = "ann",
                     .password = "of the host",
                     .headers = {"X-Host: 1"},
                     .proxy = "http://proxy.example:3128",
                     .ca_file = "/host.pem",
                     .user_agent = "host/1"};

// The host's, with these of the feed.
template <class Change>
Access with(Change change) {
  Access access = of_host;
  change(access);
  return access;
}

}  // namespace

TEST_CASE("a feed is reached as its own entry says, else as its host's does, else as all others are") {
  const AccessTable table(settings());
  struct Case {
    const char* what;
    const char* url;
    Access expected;
  };
  const Case cases[] = {
      {"of a host that is not declared", "https://other.example/feed", {}},
      {"of a declared host", "https://example.org/feed", of_host},
      {"over http as well", "http://example.org/feed", of_host},
      {"whatever its letters", "https://EXAMPLE.org/feed", of_host},
      {"with its port named", "https://example.org:443/feed", of_host},
      {"at another port", "https://example.org:9999/feed", of_host},
      {"at the port that has its own entry, and nothing of the host's",
       "https://example.org:8443/feed",
       {.token = "of the port"}},
      {"with an entry that says nothing", "https://example.org/plain", of_host},
      {"with one thing of its own", "https://example.org/agent", with([](Access& a) { a.user_agent = "feed/1"; })},
      {"with a name and password of its own", "https://example.org/user", with([](Access& a) {
         a.user = "bob";
         a.password = "of the feed";
       })},
      {"with a name of its own, and never another's password", "https://example.org/no-password", with([](Access& a) {
         a.user = "bob";
         a.password = "";
       })},
      {"with a token of its own, in place of the host's name", "https://example.org/token", with([](Access& a) {
         a.user = "";
         a.password = "";
         a.token = "of the feed";
       })},
      {"with a name of its own, in place of the host's token",
       "https://token.example/user",
       {.user = "bob", .password = "of the feed", .headers = {"X-Host: 1"}}},
      {"with headers of its own, in place of the host's", "https://example.org/headers", with([](Access& a) {
         a.headers = {"X-Feed: 1", "X-Feed: 2"};
       })},
      {"with everything of its own",
       "https://example.org/all",
       {.user = "bob",
        .password = "of the feed",
        .headers = {"X-Feed: 1"},
        .proxy = "socks5://feed.example",
        .ca_file = "/feed.pem",
        .fingerprint = "f1",
        .user_agent = "feed/1"}},
      {"of a host that is not declared, with its own", "https://alone.example/feed", {.token = "of the feed"}},
      {"declared as a person types it", "https://typed.example/feed", {.token = "of the typed"}},
      {"at an address of version 6", "http://[2001:db8::1]:8080/feed", {.user_agent = "six/1"}},
      {"at a name of other letters",
       "https://b\xc3\xbc"
       "cher.example/feed",
       {.user_agent = "books/1"}},
  };
  for (const Case& c : cases) {
    INFO(c.what << ": " << c.url);
    CHECK((table.find(c.url) == c.expected));
  }
}

TEST_CASE("nobody else gets what a host or a feed may have") {
  const AccessTable table(settings());
  const char* const urls[] = {
      "https://sub.example.org/feed",
      "https://www.example.org/feed",
      "https://ample.org/feed",
      "https://org/feed",
      "https://example.org.evil.example/feed",
      "https://example.org@evil.example/feed",
      "https://evil.example/example.org/feed",
      "https://evil.example/?https://example.org/feed",
      "https://evil.example:8443/feed",
      "https://alone.example/other",
      "https://alone.example/feed/",
      "https://alone.example/feed?x",
      "http://alone.example/feed",
      "http://[2001:db8::1]/feed",
      "http://[2001:db8::2]:8080/feed",
      "ftp://example.org/feed",
      "example.org",
      "/feed",
      "",
  };
  for (const char* const url : urls) {
    INFO(url);
    CHECK((table.find(url) == Access{}));
  }
}

TEST_CASE("without any declared access, nobody has one") {
  const AccessTable table(model::Settings{});
  CHECK((table.find("https://example.org/feed") == Access{}));
}
