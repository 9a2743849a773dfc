// The Google Reader dialect, as FreshRSS's clients speak it: every request, with the odd forms in which they come.

#include <sys/stat.h>

#include <fstream>
#include <future>
#include <map>
#include <set>

#include "behaviour/google_reader.hpp"
#include "behaviour/loopback.hpp"

using namespace newscache::test;
using namespace newscache::test::google;

namespace {

// A daemon that is reached over TCP, where one needs a password.
class Remote {
  TemporaryDirectory folder_;
  std::uint16_t port_ = free_port();

 public:
  // `http` are further lines of that table, and what follows it.
  explicit Remote(const std::string& http = {}) : daemon(config(http)) { daemon.start(); }
  void set_password(std::string_view password) const {
    std::ofstream(password_file()) << password << '\n';
    ::chmod(password_file().c_str(), 0600);
  }
  HttpAnswer request(std::string_view method, std::string_view target, std::string_view body = {},
                     HeaderList headers = {}) const {
    headers.emplace_back("Host", "127.0.0.1:" + std::to_string(port_));
    return connect_tcp(port_).request(method, target, body, headers);
  }
  HttpAnswer log_in(std::string_view form, const std::string& type = "application/x-www-form-urlencoded") const {
    return request("POST", "/accounts/ClientLogin", form, {{"Content-Type", type}});
  }
  std::string token() const {
    const auto lines = log_in("Email=ann&Passwd=blue+whale").body;
    const auto start = lines.find("Auth=") + 5;
    return lines.substr(start, lines.find('\n', start) - start);
  }
  static HeaderList with(const std::string& token) { return {{"Authorization", "GoogleLogin auth=" + token}}; }

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

  Daemon daemon;

 private:
  std::string password_file() const { return (folder_.path() / "password").string(); }
  std::string config(const std::string& http) const {
    set_password("blue whale");
    return "[http]\nlisten = [\"127.0.0.1:" + std::to_string(port_) + "\"]\nuser = \"ann\"\npassword_file = \"" +
           password_file() + "\"\n" + http;
  }
};

}  // namespace

// ---- who comes in ----

TEST_CASE("a client logs in with any form, and is told the same token in lines or as JSON") {
  const Remote remote;
  const auto token = remote.token();
  INFO(token);
  CHECK(token.find_first_of("= \t\r\n") == std::string::npos);
  CHECK(token.size() == 4 + 40);
  CHECK(token.starts_with("ann/"));
  const auto lines = remote.log_in("service=reader&Email=ann&Passwd=blue%20whale&accountType=GOOGLE");
  CHECK(lines.body == "SID=" + token + "\nLSID=" + token + "\nAuth=" + token + "\n");
  CHECK(lines.header("Content-Type") == "text/plain; charset=utf-8");
  const auto multipart = remote.log_in(
      "--xyz\r\nContent-Disposition: form-data; name=\"Email\"\r\n\r\nann\r\n"
      "--xyz\r\nContent-Disposition: form-data; name=\"Passwd\"\r\n\r\nblue whale\r\n--xyz--\r\n",
      "multipart/form-data; boundary=xyz");
  CHECK(multipart.body == lines.body);
  const auto document = remote.log_in("Email=ann&Passwd=blue+whale&output=json");
  CHECK(json::parse(document.body) == json::value(json::object{{"SID", token}, {"LSID", token}, {"Auth", token}}));
  for (const auto* form : {"Email=ann&Passwd=x", "Email=bob&Passwd=blue+whale", "Email=&Passwd="}) {
    const auto refused = remote.log_in(form);
    CHECK(refused.status == 401);
    CHECK(refused.body.find("BadAuthentication") != std::string::npos);
  }
  CHECK(remote.log_in("Email=ann").status == 400);
}

TEST_CASE("the token is shown in the header, or by a POST in its form, and whoever has none is told so") {
  const Remote remote;
  import_articles(remote.daemon, 1, "Alpha");
  const auto token = remote.token();
  const auto written = remote.request("GET", "/reader/api/0/token", {}, Remote::with(token));
  CHECK(written.body == token);  // without a line's end: it is pasted into forms
  const auto form = "i=" + decimal(1) + "&a=user/-/state/com.google/read";
  // What a good header comes with is not looked at.
  CHECK(remote.request("POST", "/reader/api/0/edit-tag", form + "&T=x", Remote::with(token)).body == "OK");
  CHECK(remote.request("POST", "/reader/api/0/edit-tag", form + "&T=", Remote::with(token)).body == "OK");
  // Liferea's way, and Lettura's.
  const auto items = remote.request("POST", "/reader/api/0/stream/items/contents", "i=" + decimal(1) + "&T=" + token);
  CHECK(items.status == 200);
  CHECK(remote.request("POST", "/reader/api/0/edit-tag?T=" + token, form).body == "OK");

  const HttpAnswer refused[] = {
      remote.request("GET", "/reader/api/0/subscription/list"),
      remote.request("GET", "/reader/api/0/subscription/list", {}, Remote::with("ann/0123")),
      remote.request("GET", "/reader/api/0/subscription/list?T=" + token),
      remote.request("POST", "/reader/api/0/edit-tag", form),
      remote.request("POST", "/reader/api/0/edit-tag", form + "&T=x"),
      remote.request("GET", "/reader/api/0/nonsense"),
  };
  for (const auto& answer : refused) {
    CHECK(answer.status == 401);
    CHECK(answer.body == "Unauthorized");
    CHECK(answer.header("X-Reader-Google-Bad-Token") == "true");
    CHECK(answer.header("Google-Bad-Token") == "true");
  }
}

TEST_CASE("a token outlives the daemon, and another password makes another") {
  Remote remote;
  const auto token = remote.token();
  const auto status = [&] { return remote.request("GET", "/reader/api/0/user-info", {}, Remote::with(token)).status; };
  CHECK(status() == 200);
  remote.daemon.stop();
  remote.daemon.start();
  CHECK(status() == 200);
  remote.set_password("grey whale");
  remote.daemon.stop();
  remote.daemon.start();
  CHECK(status() == 401);
}

TEST_CASE(
    "over TCP what changes subscriptions is refused in plain text unless http.admin says so, and marking is not") {
  const std::string url = "http://127.0.0.1:1/feed.xml";
  for (const bool admin : {false, true}) {
    const Remote remote(admin ? "admin = true\n" : "");
    import_articles(remote.daemon, 1, "Alpha");
    const auto headers = Remote::with(remote.token());
    const auto status = [&](const std::string& call, const std::string& form) {
      return remote.request("POST", "/reader/api/0/" + call, form, headers).status;
    };
    CHECK(status("edit-tag", "i=" + decimal(1) + "&a=user/-/state/com.google/read") == 200);
    CHECK(status("mark-all-as-read", "") == 200);
    const auto renamed = remote.request("POST", "/reader/api/0/subscription/edit", "ac=edit&s=feed/1&t=x", headers);
    CHECK(renamed.status == (admin ? 200 : 403));
    CHECK(renamed.header("Content-Type") == "text/plain; charset=utf-8");
    CHECK((status("subscription/quickadd", "quickadd=" + url) == 403) != admin);
    CHECK((status("rename-tag", "s=user/-/label/All&dest=user/-/label/x") == 403) != admin);
    CHECK((status("disable-tag", "s=user/-/label/x") == 403) != admin);
    CHECK((status("subscription/import", "<opml/>") == 403) != admin);
  }
}

// ---- lists ----

TEST_CASE("subscriptions, tags and counts name each feed with its one folder") {
  Daemon daemon;
  daemon.start();
  const auto first = import_articles(daemon, 3, "Alpha");
  const auto second = import_articles(daemon, 2, "Beta");
  move_to(daemon, second, "Übung & \"Co\"");
  mark(daemon, 1, R"({"read":true})");

  const auto subscriptions = list(daemon, "subscription/list?output=json").at("subscriptions").as_array();
  REQUIRE(subscriptions.size() == 2);
  const auto tags = list(daemon, "tag/list").at("tags").as_array();
  std::set<std::string> tag_ids;
  for (const auto& tag : tags) tag_ids.emplace(tag.at("id").as_string());
  CHECK(tag_ids ==
        std::set<std::string>{"user/-/state/com.google/starred", "user/-/label/All", "user/-/label/Übung & \"Co\""});
  for (const auto& one : subscriptions) {
    CHECK(keys(one) == std::set<std::string>{"categories", "htmlUrl", "iconUrl", "id", "title", "url"});
    CHECK(one.at("categories").as_array().size() == 1);
    CHECK(tag_ids.contains(one.at("categories").at(0).at("id").as_string().c_str()));
  }
  const auto counts = list(daemon, "unread-count?output=json");
  CHECK(counts.at("max") == 4);
  std::map<std::string, std::int64_t> unread;
  for (const auto& one : counts.at("unreadcounts").as_array()) {
    unread[one.at("id").as_string().c_str()] = one.at("count").as_int64();
    CHECK(one.at("newestItemTimestampUsec").as_string().size() == 16);
  }
  CHECK(unread == std::map<std::string, std::int64_t>{{"feed/" + std::to_string(first), 2},
                                                      {"feed/" + std::to_string(second), 2},
                                                      {"user/-/label/All", 2},
                                                      {"user/-/label/Übung & \"Co\"", 2},
                                                      {"user/-/state/com.google/reading-list", 4}});
}

TEST_CASE("who has the subscriptions and tags already is told so, as NetNewsWire asks") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1, "Alpha");
  for (const auto* target : {"subscription/list", "tag/list"}) {
    const auto tag = ask(daemon, target).header("ETag");
    CHECK(tag.starts_with("\""));
    const auto again = ask(daemon, target, {{"If-None-Match", tag}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
  }
  const auto tag = ask(daemon, "subscription/list").header("ETag");
  mark(daemon, 1, R"({"read":true})");
  CHECK(ask(daemon, "subscription/list", {{"If-None-Match", tag}}).status == 304);
  import_articles(daemon, 1, "Beta");
  CHECK(ask(daemon, "subscription/list", {{"If-None-Match", tag}}).status == 200);
}

TEST_CASE("Liferea, which would not look for articles then, is not told that it has the subscriptions already") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1, "Alpha");
  const auto tag = ask(daemon, "subscription/list").header("ETag");
  const auto answer =
      ask(daemon, "subscription/list",
          {{"If-None-Match", tag}, {"User-Agent", "Liferea/1.14.4 (Linux; https://lzone.de/liferea/)"}});
  CHECK(answer.status == 200);
  CHECK(answer.header("ETag").empty());
  CHECK(answer.body == ask(daemon, "subscription/list").body);
}

TEST_CASE("who one is, what one prefers and whom one knows is answered") {
  Daemon daemon;
  daemon.start();
  const auto user = list(daemon, "user-info");
  CHECK(keys(user) == std::set<std::string>{"userEmail", "userId", "userName", "userProfileId"});
  for (const auto& member : user.as_object()) CHECK_FALSE(member.value().as_string().empty());
  CHECK(ask(daemon, "preference/list").body == R"({"prefs":[]})");
  CHECK(ask(daemon, "preference/stream/list").body == R"({"streamprefs":{}})");
  CHECK(ask(daemon, "friend/list").body == R"({"friends":[]})");
}

// ---- routes ----

TEST_CASE("the same is found at both addresses, with two slashes, and without asking for JSON") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2, "Alpha");
  HttpClient client(daemon.socket());
  const auto expected = client.get("/reader/api/0/stream/items/ids").body;
  for (const auto* target : {"/api/greader.php/reader/api/0/stream/items/ids", "//reader/api/0/stream/items/ids",
                             "/api/greader.php//reader/api/0/stream/items/ids",
                             "/reader/api/0/stream/items/ids?output=json&client=x&ck=1&T=x"}) {
    INFO(target);
    CHECK(client.get(target).body == expected);
  }
}

TEST_CASE("an unknown call is an error in plain text, so that no client takes it for an empty list") {
  Daemon daemon;
  daemon.start();
  for (const auto* target : {"nonsense", "stream", "subscription", ""}) {
    const auto answer = ask(daemon, target);
    CHECK(answer.status == 404);
    CHECK(answer.header("Content-Type") == "text/plain; charset=utf-8");
  }
  CHECK(ask(daemon, "edit-tag").status == 405);
}

TEST_CASE("a stream is named in the path, raw or encoded, or by a parameter") {
  Daemon daemon;
  daemon.start();
  const auto feed = import_articles(daemon, 2, "Alpha");
  import_articles(daemon, 1, "Beta");
  mark(daemon, 1, R"({"starred":true})");
  const auto id = std::to_string(feed);
  for (const auto& target :
       {"stream/contents/feed/" + id, "stream/contents/feed%2F" + id, "stream/contents/feed/feed/" + id,
        "stream/contents?s=feed/" + id, "stream/contents?output=json&s=feed%2F" + id,
        std::string("stream/contents/feed/import:Alpha"), std::string("stream/contents/feed%2Fimport%3AAlpha")}) {
    INFO(target);
    CHECK(item_ids(list(daemon, target)) == Ids{2, 1});
  }
  for (const auto* target :
       {"stream/contents/user/-/state/com.google/starred", "stream/contents/user%2F-%2Fstate%2Fcom.google%2Fstarred",
        "stream/contents/user/1005/state/com.google/starred"}) {
    INFO(target);
    CHECK(item_ids(list(daemon, target)) == Ids{1});
  }
  CHECK(item_ids(list(daemon, "stream/contents?n=5&ot=&c=")) == Ids{3, 2, 1});
  CHECK(list(daemon, "stream/contents").at("id") == "user/-/state/com.google/reading-list");
  CHECK(list(daemon, "stream/contents/feed%2F" + id).at("id").as_string() == "feed/" + id);
}

TEST_CASE("a feed whose address is in the path is found, its slashes as they are or encoded") {
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("Alpha", item("a", "One")));
  Daemon daemon;
  daemon.start();
  subscribe(daemon, publisher.url("/feed.xml"));
  std::string encoded;
  for (const char c : publisher.url("/feed.xml")) encoded += c == '/' ? "%2F" : c == ':' ? "%3A" : std::string(1, c);
  CHECK(item_ids(list(daemon, "stream/contents/feed/" + publisher.url("/feed.xml"))) == Ids{1});
  CHECK(item_ids(list(daemon, "stream/contents/feed/" + encoded)) == Ids{1});
  CHECK(ids(daemon, "s=feed/" + encoded) == Ids{1});
}

// ---- ids ----

TEST_CASE("twenty ids come, the last arrivals first, unless it is asked otherwise") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 25, "Alpha");
  Ids newest;
  for (std::int64_t id = 25; id > 5; --id) newest.push_back(id);
  CHECK(ids(daemon) == newest);
  CHECK(ids(daemon, "r=d") == newest);
  CHECK(ids(daemon, "r=n&n=rubbish") == newest);
  CHECK(ids(daemon, "r=o&n=3") == Ids{1, 2, 3});
  CHECK(ids(daemon, "n=200000").size() == 25);
  CHECK(ids(daemon, "n=99999999999999999999").size() == 25);
}

TEST_CASE("pages follow each other until the last, which has no continuation") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 6, "Alpha");
  auto page = list(daemon, "stream/items/ids?n=4");
  CHECK(ids_in(page) == Ids{6, 5, 4, 3});
  CHECK(page.at("continuation").as_string() == decimal(3));
  page = list(daemon, "stream/items/ids?n=4&c=" + decimal(3));
  CHECK(ids_in(page) == Ids{2, 1});
  CHECK_FALSE(page.as_object().contains("continuation"));
  // Just as many as there are.
  CHECK_FALSE(list(daemon, "stream/items/ids?n=6").as_object().contains("continuation"));
  CHECK_FALSE(list(daemon, "stream/items/ids?n=3&c=" + decimal(4)).as_object().contains("continuation"));
  // A place that nobody gave is the beginning.
  CHECK(ids(daemon, "n=2&c=rubbish") == Ids{6, 5});
  page = list(daemon, "stream/items/ids?s=user/-/state/com.google/starred");
  CHECK(page == json::parse(R"({"itemRefs":[]})"));
}

TEST_CASE("while half of the articles are marked read between pages, each of the others comes once") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 20, "Alpha");
  for (const auto* order : {"", "&r=o"}) {
    std::set<std::int64_t> seen;
    std::string more;
    do {
      const auto page = list(daemon, std::string("stream/items/ids?n=3&xt=user/-/state/com.google/read") + order +
                                         (more.empty() ? "" : "&c=" + more));
      for (const auto id : ids_in(page)) {
        CHECK(seen.insert(id).second);
        if (id % 2 == 0) mark(daemon, id, R"({"read":true})");
      }
      const auto* next = page.as_object().if_contains("continuation");
      more = next == nullptr ? "" : std::string(next->as_string());
    } while (!more.empty());
    CHECK(seen.size() == (std::string_view(order).empty() ? 20 : 10));
  }
}

TEST_CASE("streams are left out and intersected, several at once") {
  Daemon daemon;
  daemon.start();
  const auto alpha = import_articles(daemon, 4, "Alpha");
  const auto beta = import_articles(daemon, 2, "Beta");  // 5 and 6
  move_to(daemon, beta, "News/Süd & West");
  mark(daemon, 1, R"({"read":true})");
  mark(daemon, 2, R"({"read":true,"starred":true})");
  mark(daemon, 3, R"({"starred":true})");
  const std::string s(state);
  const std::string a = "feed/" + std::to_string(alpha);
  struct Case {
    std::string query;
    Ids ids;
  };
  const Case cases[] = {
      {"xt=" + s + "read", {6, 5, 4, 3}},
      {"xt=" + s + "read&xt=" + s + "starred", {6, 5, 4}},
      {"xt=" + s + "unread", {2, 1}},
      {"s=" + s + "reading-list&it=" + s + "read", {2, 1}},
      {"s=" + a + "&it=" + s + "starred", {3, 2}},
      {"s=" + s + "starred&xt=" + s + "read", {3}},
      {"s=" + s + "read", {2, 1}},
      {"s=" + s + "unread", {6, 5, 4, 3}},
      {"s=" + s + "kept-unread", {6, 5, 4, 3}},
      {"s=" + s + "fresh", {6, 5, 4, 3}},
      {"s=reading-list", {6, 5, 4, 3, 2, 1}},
      {"s=" + s + "broadcast", {}},
      {"s=" + s + "created", {}},
      {"s=nonsense", {}},
      {"s=user/-/label/News/S%C3%BCd+%26+West", {6, 5}},
      {"s=user/-/label/All", {4, 3, 2, 1}},
      {"s=user/-/label/Unknown", {}},
      {"xt=" + a, {6, 5}},
      {"xt=user/-/label/All&xt=" + s + "read", {6, 5}},
      {"s=feed/import:Beta", {6, 5}},
      {"s=feed/99", {}},
      {"s=feed/import:Beta&s=" + s + "starred", {6, 5, 3, 2}},
      {"s=" + s + "read&it=" + s + "unread", {}},
  };
  for (const auto& test : cases) {
    INFO(test.query);
    CHECK(ids(daemon, test.query) == test.ids);
    CHECK(item_ids(list(daemon, "stream/contents?" + test.query)) == test.ids);
  }
}

TEST_CASE("bounds in time are of the arrival, and take in the second that they name") {
  Daemon daemon;
  daemon.start();
  const std::string old =
      "<item><guid isPermaLink=\"false\">old</guid><title>Old</title><description>Long ago.</description>"
      "<pubDate>Sat, 01 Jan 2005 00:00:00 GMT</pubDate></item>";
  REQUIRE(request(daemon, "POST", "/v1/import?feed=Alpha&name=x.xml", rss("Alpha", old)).status == 200);
  const auto only = list(daemon, "stream/contents").at("items").at(0);
  CHECK(only.at("published") == 1104537600);
  const auto arrival = std::stoll(std::string(only.at("crawlTimeMsec").as_string())) / 1000;
  const auto count = [&](const std::string& query) { return ids(daemon, query).size(); };
  CHECK(count("ot=" + std::to_string(arrival)) == 1);
  CHECK(count("ot=" + std::to_string(arrival) + ".5") == 1);
  CHECK(count("ot=" + std::to_string(arrival + 1)) == 0);
  CHECK(count("nt=" + std::to_string(arrival)) == 1);
  CHECK(count("nt=" + std::to_string(arrival - 1)) == 0);
  CHECK(count("ot=0&nt=0") == 1);
  CHECK(count("ot=rubbish&nt=") == 1);
}

// ---- items ----

TEST_CASE("an item is found by each spelling of its id, once, and unknown ones are passed over") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 3, "Alpha");
  const auto hexadecimal = long_id(2).substr(32);
  const auto content = [&](const std::string& form) {
    const auto answer = post(daemon, "stream/items/contents?output=json", form);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body);
  };
  for (const auto& id :
       {long_id(2), decimal(2), hexadecimal, std::string("tag%3Agoogle.com%2C2005%3Areader%2Fitem%2F") + hexadecimal}) {
    INFO(id);
    CHECK(item_ids(content("T=x&i=" + id)) == Ids{2});
  }
  CHECK(item_ids(content("i=" + long_id(2) + "&i=" + decimal(2) + "&i=" + hexadecimal)) == Ids{2});
  CHECK(item_ids(content("i=" + decimal(1) + "&i=" + decimal(99) + "&i=7&i=&i=rubbish&i=" + decimal(3))) == Ids{1, 3});
  const auto none = content("");
  CHECK(none.at("items").as_array().empty());
  CHECK(keys(none) == std::set<std::string>{"id", "items", "updated"});
  CHECK(item_ids(list(daemon, "stream/items/contents?i=" + decimal(2))) == Ids{2});
  // Without a label on the body.
  const auto bare = post(daemon, "stream/items/contents", "i=" + decimal(2), "");
  CHECK(item_ids(json::parse(bare.body)) == Ids{2});
}

TEST_CASE("an item says what its article says, of the types that clients need") {
  Daemon daemon;
  daemon.start();
  const std::string entry =
      "<item><guid isPermaLink=\"false\">a</guid><title>Fish &amp;amp; chips</title><link>http://example.org/a</link>"
      "<description>&lt;p&gt;Some &lt;b&gt;text&lt;/b&gt;.&lt;/p&gt;</description><author>ann@example.org "
      "(Ann)</author>"
      "<pubDate>Tue, 25 Nov 2025 12:00:00 GMT</pubDate>"
      "<enclosure url=\"http://example.org/a.mp3\" type=\"audio/mpeg\" length=\"12345\"/></item>";
  REQUIRE(request(daemon, "POST", "/v1/import?feed=Alpha&name=x.xml", rss("Alpha", entry)).status == 200);
  const auto page = list(daemon, "stream/contents");
  CHECK(keys(page) == std::set<std::string>{"id", "items", "updated"});
  CHECK(page.at("updated").is_int64());
  const auto& one = page.at("items").at(0);
  CHECK(keys(one) == std::set<std::string>{"alternate", "author", "canonical", "categories", "crawlTimeMsec",
                                           "enclosure", "id", "origin", "published", "summary", "timestampUsec",
                                           "title", "updated"});
  const auto article = native(daemon, 1);
  CHECK(one.at("title") == article.at("title"));
  CHECK(one.at("summary") == json::value(json::object{{"content", article.at("content_html")}}));
  CHECK(one.at("published") == 1764072000);
  CHECK(one.at("updated") == 1764072000);
  CHECK(one.at("author") == "Ann");
  CHECK(one.at("canonical").at(0).at("href") == "http://example.org/a");
  CHECK(one.at("alternate") == json::parse(R"([{"href":"http://example.org/a","type":"text/html"}])"));
  CHECK(one.at("enclosure") ==
        json::parse(R"([{"href":"http://example.org/a.mp3","type":"audio/mpeg","length":12345}])"));
  CHECK(one.at("origin").at("streamId") == "feed/1");
  CHECK(one.at("origin").at("title") == "Alpha");
  CHECK(one.at("origin").at("htmlUrl").is_string());
  CHECK(texts(one.at("categories")) ==
        std::set<std::string>{"user/-/label/All", "user/-/state/com.google/reading-list"});

  write(daemon, "edit-tag", "i=" + decimal(1) + "&a=user/-/state/com.google/read&a=user/-/state/com.google/starred");
  const auto after = list(daemon, "stream/contents").at("items").at(0);
  CHECK(after.at("updated") == one.at("updated"));
  CHECK(after.at("crawlTimeMsec") == one.at("crawlTimeMsec"));
  CHECK(texts(after.at("categories")).contains("user/-/state/com.google/read"));
  CHECK(texts(after.at("categories")).contains("user/-/state/com.google/starred"));
}

TEST_CASE("an article without title, author, link and date is an item all the same") {
  Daemon daemon;
  daemon.start();
  const std::string entry = "<item><description>Nothing but these words.</description></item>";
  REQUIRE(request(daemon, "POST", "/v1/import?feed=Alpha&name=x.xml", rss("Alpha", entry)).status == 200);
  const auto one = list(daemon, "stream/contents").at("items").at(0);
  CHECK(one.at("title") == "Nothing but these words.");
  CHECK(one.at("author") == "");
  CHECK(one.at("canonical").as_array().size() == 1);
  CHECK(one.at("alternate").at(0).at("href").is_string());
  CHECK(one.at("published").is_int64());
}

TEST_CASE("Liferea, and nobody else, gets the category by which it knows what has been read") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1, "Alpha");
  mark(daemon, 1, R"({"read":true})");
  const auto first = [&](const HeaderList& headers) {
    return std::string(list(daemon, "stream/contents", headers).at("items").at(0).at("categories").at(0).as_string());
  };
  CHECK(first({{"User-Agent", "Liferea/1.14.4 (Linux; https://lzone.de/liferea/) AppleWebKit"}}) ==
        R"(user/-/state\/com.google\/read)");
  CHECK(first({{"User-Agent", "newsboat"}}) == "user/-/state/com.google/reading-list");
}

TEST_CASE("ten thousand items come in one answer, and in pieces, so that memory stays flat") {
  Daemon daemon;
  daemon.start();
  for (int part = 0; part < 10; ++part)
    import_articles(daemon, 300, "Part" + std::to_string(part), std::string(3000, 'x'));
  const auto peak = [&] {
    const auto status = run_program("/bin/grep", {"VmHWM", "/proc/" + std::to_string(daemon.pid()) + "/status"}).out;
    return std::stoll(status.substr(status.find_first_of("0123456789")));
  };
  ask(daemon, "stream/contents?n=20");
  const auto before = peak();
  const auto answer = ask(daemon, "stream/contents?n=10000");
  CHECK(answer.header("Transfer-Encoding") == "chunked");
  CHECK(answer.body.size() > 9'000'000);
  CHECK(json::parse(answer.body).at("items").as_array().size() == 3000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak() - before < 6 * 1024);  // kB
#else
  CHECK(peak() >= before);
#endif
}

TEST_CASE("sixteen clients at once each get the 250 items that they ask for") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 300, "Alpha", std::string(2000, 'x'));
  std::string form;
  for (int id = 1; id <= 250; ++id) form += "&i=" + long_id(id);
  std::vector<std::future<std::size_t>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::async(std::launch::async, [&] {
      return json::parse(post(daemon, "stream/items/contents", form).body).at("items").as_array().size();
    }));
  }
  for (auto& client : clients) CHECK(client.get() == 250);
}

TEST_CASE("ten thousand ids are taken at once") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2, "Alpha");
  std::string form = "T=x";
  for (int id = 1; id <= 9'999; ++id) form += "&i=tag%3Agoogle.com%2C2005%3Areader%2Fitem%2F" + long_id(id).substr(32);
  const auto answer = post(daemon, "stream/items/contents", form);
  REQUIRE(answer.status == 200);
  CHECK(item_ids(json::parse(answer.body)) == Ids{1, 2});
}

TEST_CASE("with http.offline_images the pictures of items come from here", "[pages]") {
  std::string gif = "GIF89a";
  gif.append({40, 0, 30, 0, 0, 0, 0}).append(3000, 'a').append(";");
  Publisher publisher;
  publisher.serve_file("/a.gif", gif, "image/gif");
  publisher.serve_file("/feed.xml", rss("Alpha", item("1", "One", "&lt;img src=\"/a.gif\" alt=\"A\"&gt;")));
  const Remote remote("offline_images = true\n[offline]\nfull_text = \"never\"\n");
  EventReader events(remote.daemon.socket(), "/v1/events");
  subscribe(remote.daemon, publisher.url("/feed.xml"));
  while (native(remote.daemon, 1).at("offline").at("state") != "complete") REQUIRE(events.next());
  const auto body = remote.request("GET", "/reader/api/0/stream/contents", {}, Remote::with(remote.token())).body;
  const auto content = json::parse(body).at("items").at(0).at("summary").at("content").as_string();
  const std::string text(content);
  const auto before = "src=\"" + remote.origin();
  const auto start = text.find(before + "/v1/assets/");
  INFO(text);
  REQUIRE(start != std::string::npos);
  const auto path = text.substr(start + before.size(), text.find('"', start + before.size()) - start - before.size());
  CHECK(remote.request("GET", path).body == gif);
}
