// The dialect of Miniflux: what its clients ask, in the forms in which they ask it.

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <regex>
#include <set>

#include "behaviour/behaviour.hpp"
#include "behaviour/loopback.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::test;

namespace json = boost::json;

namespace {

constexpr std::string_view token = "0123456789abcdef0123";
const HeaderList with_token{{"X-Auth-Token", std::string(token)}};
const HeaderList with_basic{{"Authorization", "Basic bWU6c2VjcmV0IHdvcmQ="}};  // me:secret word

std::string secret_file(const TemporaryDirectory& folder, const std::string& name, std::string_view content) {
  const auto path = (folder.path() / name).string();
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  return path;
}

// Token and password, on a port of its own.
std::string http_config(const TemporaryDirectory& folder, std::uint16_t port, const std::string& more = "") {
  return more + "[http]\nlisten = [\"127.0.0.1:" + std::to_string(port) + "\"]\nuser = \"me\"\npassword_file = \"" +
         secret_file(folder, "password", "secret word") + "\"\ntoken_file = \"" + secret_file(folder, "token", token) +
         "\"\n";
}

Reply ask(const Daemon& daemon, std::string_view method, const std::string& path, std::string_view body = {}) {
  return request(daemon, method, "/miniflux/v1" + path, body);
}
Reply ask(const Daemon& daemon, const std::string& path) { return ask(daemon, "GET", path); }

std::set<std::string> members(const json::value& value) {
  std::set<std::string> names;
  for (const auto& member : value.as_object()) names.insert(std::string(member.key()));
  return names;
}

std::vector<std::int64_t> ids_of(const Reply& reply) {
  std::vector<std::int64_t> ids;
  if (!reply.json.is_object()) FAIL(reply.body);
  for (const auto& entry : reply.json.at("entries").as_array()) ids.push_back(entry.at("id").as_int64());
  return ids;
}

std::vector<std::int64_t> list(const Daemon& daemon, const std::string& query) {
  return ids_of(ask(daemon, "/entries?" + query));
}

// Nothing but the icon may be null.
void check_no_null(const json::value& value, const std::string& name = "") {
  INFO(name);
  if (name != "icon") CHECK_FALSE(value.is_null());
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) check_no_null(member.value(), std::string(member.key()));
  }
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) check_no_null(element, name + "[]");
  }
}

using Ids = std::vector<std::int64_t>;

std::string dated(std::string_view guid, std::string_view day, std::string_view more = "") {
  return "<item><guid>" + std::string(guid) + "</guid><title>Title " + std::string(guid) +
         "</title><link>http://x.example/" + std::string(guid) + "</link><description>&lt;p&gt;Words of " +
         std::string(guid) + "&lt;/p&gt;</description><pubDate>" + std::string(day) +
         " Nov 2026 10:00:00 GMT</pubDate>" + std::string(more) + "</item>";
}

// Two feeds: 1, without a folder, has the articles 1 to 3, dated the 1st to the 3rd; 2, in "Blogs", has 4 and 5, of the
// 10th and the 4th.
struct Library {
  Library() {
    publisher.serve_file(
        "/a.xml",
        rss("Alpha", dated("a3", "03", "<category>Red</category><category>Blue</category>") +
                         dated("a2", "02", "<category>red</category>") +
                         dated("a1", "01",
                               "<author>ann@x.example (Ann)</author><enclosure url=\"http://x.example/a.mp3\" "
                               "type=\"audio/mpeg\" length=\"123\"/>")));
    publisher.serve_file("/b.xml", rss("Beta \"&amp;\" Äpfel", dated("b2", "04") + dated("b1", "10")));
    daemon.start();
    subscribe(daemon, publisher.url("/a.xml"));
    subscribe(daemon, publisher.url("/b.xml"));
    REQUIRE(request(daemon, "PATCH", "/v1/feeds/2", R"({"folder":"Blogs"})").status == 200);
  }
  std::int64_t blogs() {
    const auto categories = ask(daemon, "/categories").json;
    return categories.at(1).at("id").as_int64();
  }
  Publisher publisher;
  Daemon daemon;
};

}  // namespace

TEST_CASE("Miniflux's clients come in over TCP with the token or the password, and are told off in their own words") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  Daemon daemon(http_config(folder, port));
  daemon.start();
  const auto answer_to = [&](const HeaderList& headers, const std::string& path = "/miniflux/v1/me") {
    return connect_tcp(port).get(path, headers);
  };
  CHECK(answer_to(with_token).status == 200);
  CHECK(answer_to(with_basic).status == 200);
  CHECK(json::parse(answer_to(with_basic).body).at("username") == "me");
  auto wrong_token = with_basic;
  wrong_token.emplace_back("X-Auth-Token", "0123456789abcdef0124");
  CHECK(answer_to(wrong_token).status == 401);
  const auto none = answer_to({});
  CHECK(none.status == 401);
  CHECK(none.body == R"({"error_message":"access unauthorized"})");
  CHECK(none.header("Content-Type") == "application/json");
  CHECK(none.header("WWW-Authenticate") == R"(Basic realm="Restricted")");
  CHECK(answer_to({}, "/miniflux/healthcheck").body == "OK");
  CHECK(answer_to(with_token, "//miniflux//v1/me").status == 200);
  auto client = connect_tcp(port);
  CHECK(client.request("DELETE", "/miniflux/v1/feeds/1", {}, with_token).body ==
        R"({"error_message":"access forbidden"})");
  const auto missing = client.get("/miniflux/v1/nothing", with_token);
  CHECK(missing.status == 404);
  CHECK(missing.body == R"({"error_message":"resource not found"})");
  auto foreign = with_token;
  foreign.emplace_back("Origin", "http://evil.example");
  CHECK(answer_to(foreign).status == 403);
  CHECK(daemon.log().find(token) == std::string::npos);
}

TEST_CASE("Miniflux's shapes have all of their members, and none is null") {
  Library library;
  const auto& daemon = library.daemon;
  const auto user = ask(daemon, "/me").json;
  check_no_null(user);
  CHECK(user.at("id") == 1);
  CHECK(user.at("is_admin") == false);
  for (const auto* name : {"username",
                           "theme",
                           "language",
                           "timezone",
                           "entry_sorting_direction",
                           "stylesheet",
                           "google_id",
                           "openid_connect_id",
                           "entries_per_page",
                           "keyboard_shortcuts",
                           "show_reading_time",
                           "entry_swipe",
                           "last_login_at",
                           "entry_sorting_order",
                           "custom_js",
                           "external_font_hosts",
                           "gesture_nav",
                           "display_mode",
                           "default_home_page",
                           "categories_sorting_order",
                           "default_reading_speed",
                           "cjk_reading_speed",
                           "media_playback_rate",
                           "mark_read_on_view"}) {
    INFO(name);
    CHECK(members(user).contains(name));
  }
  const auto version = ask(daemon, "/version").json;
  CHECK(version.at("version") == "2.2.0");
  CHECK(std::string(version.at("commit").as_string()).starts_with("newscached "));

  const auto categories = ask(daemon, "/categories?counts=True").json;
  REQUIRE(categories.as_array().size() == 2);
  CHECK(members(categories.at(0)) ==
        std::set<std::string>{"id", "title", "user_id", "hide_globally", "feed_count", "total_unread"});
  CHECK(categories.at(0).at("id") == 1);
  CHECK(categories.at(0).at("title") == "All");
  CHECK(categories.at(1).at("title") == "Blogs");
  CHECK(categories.at(1).at("total_unread") == 2);
  CHECK_FALSE(members(ask(daemon, "/categories").json.at(0)).contains("feed_count"));

  const auto feeds = ask(daemon, "/feeds").json;
  REQUIRE(feeds.as_array().size() == 2);
  const std::set<std::string> feed_members{"id",
                                           "user_id",
                                           "feed_url",
                                           "site_url",
                                           "title",
                                           "description",
                                           "language",
                                           "checked_at",
                                           "next_check_at",
                                           "etag_header",
                                           "last_modified_header",
                                           "parsing_error_message",
                                           "parsing_error_count",
                                           "scraper_rules",
                                           "rewrite_rules",
                                           "blocklist_rules",
                                           "keeplist_rules",
                                           "block_filter_entry_rules",
                                           "keep_filter_entry_rules",
                                           "urlrewrite_rules",
                                           "user_agent",
                                           "cookie",
                                           "username",
                                           "password",
                                           "disabled",
                                           "no_media_player",
                                           "ignore_http_cache",
                                           "allow_self_signed_certificates",
                                           "fetch_via_proxy",
                                           "hide_globally",
                                           "disable_http2",
                                           "crawler",
                                           "ignore_entry_updates",
                                           "proxy_url",
                                           "category",
                                           "icon"};
  for (const auto& feed : feeds.as_array()) {
    check_no_null(feed);
    CHECK(members(feed) == feed_members);
    CHECK(members(feed.at("category")) == std::set<std::string>{"id", "title", "user_id", "hide_globally"});
    CHECK(feed.at("icon").is_null());
  }
  const auto beta = ask(daemon, "/feeds/2").json;
  CHECK(beta.at("title") == "Beta \"&\" Äpfel");
  CHECK(beta.at("category").at("title") == "Blogs");
  CHECK(ask(daemon, "/categories/" + std::to_string(library.blogs()) + "/feeds").json.as_array().size() == 1);

  const auto entries = ask(daemon, "/entries").json;
  CHECK(entries.at("total") == 5);
  const std::regex second(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  const std::regex moment(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
  for (const auto& entry : entries.at("entries").as_array()) {
    check_no_null(entry);
    CHECK(members(entry) == std::set<std::string>{"id",           "user_id",      "feed_id",    "status",
                                                  "hash",         "title",        "url",        "comments_url",
                                                  "language",     "published_at", "created_at", "changed_at",
                                                  "content",      "author",       "share_code", "starred",
                                                  "reading_time", "enclosures",   "feed",       "tags"});
    CHECK(members(entry.at("feed")) == feed_members);
    CHECK(entry.at("status") == "unread");
    CHECK(std::regex_match(std::string(entry.at("published_at").as_string()), second));
    CHECK(std::regex_match(std::string(entry.at("created_at").as_string()), moment));
    CHECK(std::regex_match(std::string(entry.at("changed_at").as_string()), moment));
  }
  const auto first = ask(daemon, "/entries/1").json;
  CHECK(first.at("title") == "Title a1");
  CHECK(first.at("content") == "<p>Words of a1</p>");
  CHECK(first.at("author") == "Ann");
  CHECK(first.at("published_at") == "2026-11-01T10:00:00Z");
  REQUIRE(first.at("enclosures").as_array().size() == 1);
  const auto& enclosure = first.at("enclosures").at(0);
  CHECK(members(enclosure) ==
        std::set<std::string>{"id", "user_id", "entry_id", "url", "mime_type", "size", "media_progression"});
  CHECK(enclosure.at("size") == 123);
  CHECK(ask(daemon, "/feeds/1/entries/1").status == 200);
  CHECK(ask(daemon, "/feeds/2/entries/1").status == 404);
  CHECK(ask(daemon, "/categories/1/entries/1").status == 200);
  CHECK(ask(daemon, "/entries/999").status == 404);
  CHECK(ask(daemon, "/entries/x").status == 400);
  CHECK(ask(daemon, "/entries/0").status == 400);
  CHECK(ask(daemon, "/entries/1/fetch-content").json.at("content") == "<p>Words of a1</p>");
  CHECK(ask(daemon, "/feeds/1/icon").status == 404);
  CHECK(ask(daemon, "/feeds1/icon").status == 404);
  CHECK(ask(daemon, "/integrations/status").body == R"({"has_integrations":false})");
  CHECK(ask(daemon, "/users").status == 403);
  CHECK(ask(daemon, "/users/admin").status == 403);
  CHECK(ask(daemon, "/export").body.find("<opml") != std::string::npos);
}

namespace {

std::string many_tags(int count) {
  std::string tags = "red";
  for (int i = 1; i < count; ++i) tags += "&tags=red";
  return tags;
}

}  // namespace

TEST_CASE("Miniflux's lists take every filter, order and page") {
  Library library;
  const auto& daemon = library.daemon;
  const auto blogs = std::to_string(library.blogs());
  REQUIRE(ask(daemon, "PUT", "/entries", R"({"entry_ids":[2,4],"status":"read"})").status == 204);
  REQUIRE(ask(daemon, "PUT", "/entries", R"({"entry_ids":[2,5],"starred":true})").status == 204);
  struct Row {
    std::string query;
    Ids ids;
  };
  // a1 a2 a3 are 1 2 3; b1 is 4, of the 10th, and b2 is 5, of the 4th.
  const Row rows[] = {
      {"", {1, 2, 3, 5, 4}},
      {"direction=desc", {4, 5, 3, 2, 1}},
      {"order=id", {1, 2, 3, 4, 5}},
      {"order=id&direction=desc", {5, 4, 3, 2, 1}},
      {"order=status", {1, 3, 5, 2, 4}},
      {"order=changed_at", {1, 3, 4, 2, 5}},
      {"order=created_at", {1, 2, 3, 4, 5}},
      {"order=title&direction=desc", {5, 4, 3, 2, 1}},
      {"order=author&direction=desc&limit=1", {1}},
      {"order=category_title", {1, 2, 3, 4, 5}},
      {"order=category_title&direction=desc", {5, 4, 3, 2, 1}},
      {"order=category_id", {1, 2, 3, 4, 5}},
      {"status=unread", {1, 3, 5}},
      {"status=read", {2, 4}},
      {"status=read&status=unread", {1, 2, 3, 5, 4}},
      {"starred=1", {2, 5}},
      {"starred=True", {2, 5}},
      {"starred=f", {1, 3, 4}},
      {"starred=rubbish", {1, 2, 3, 5, 4}},
      {"feed_id=1", {1, 2, 3}},
      {"category_id=" + blogs, {5, 4}},
      {"category_id=1&feed_id=2", {}},
      {"after=1793613600", {3, 5, 4}},  // after the 2nd, 10:00
      {"before=1793613600", {1}},
      {"published_after=1793613599&published_before=1793613601", {2}},
      {"before=0&changed_before=0", {1, 2, 3, 5, 4}},
      {"after=0&changed_after=0&after_entry_id=0&before_entry_id=0", {1, 2, 3, 5, 4}},
      {"after_entry_id=3&order=id", {4, 5}},
      {"before_entry_id=3&after_entry_id=1", {2}},
      {"tags=red", {2, 3}},
      {"tags=RED&tags=blue", {3}},
      {"search=words+a1", {1}},
      {"search=a1+or+b2", {1, 5}},
      {"search=words+-a1&feed_id=1", {2, 3}},
      {"search=%22words+of+a3%22", {3}},
      {"search=%22a3", {3}},
      {"search=a3)+AND+(", {3}},
      {"search=')%3B+DROP+TABLE+article%3B--", {}},
      {"search=%22%22%22", {}},
      {"search=nowhere", {}},
      {"limit=2&offset=1", {2, 3}},
      {"limit=2&offset=4", {4}},
      {"limit=2&offset=9", {}},
      {"limit=2&offset=9223372036854775807", {}},
      {"limit=2&status=unread&status=read&order=id&offset=9223372036854775806", {}},
      {"tags=" + many_tags(16), {2, 3}},
      {"limit=0", {1, 2, 3, 5, 4}},
      {"limit=-1&offset=x&globally_visible=true&unknown=1", {1, 2, 3, 5, 4}},
      {"status=unread&starred=true&category_id=" + blogs + "&search=words&limit=10&order=id", {5}},
  };
  for (const auto& row : rows) {
    INFO(row.query);
    const auto reply = ask(daemon, "/entries?" + row.query);
    REQUIRE(reply.status == 200);
    CHECK(ids_of(reply) == row.ids);
    if (row.query.find("limit=2") != std::string::npos) CHECK(reply.json.at("total") == 5);
  }
  for (const auto* query :
       {"order=size", "direction=up", "status=removed", "feed_id=99", "category_id=99", "limit=10001", "tags="}) {
    INFO(query);
    const auto more = query == std::string_view("tags=") ? many_tags(17) : "";
    const auto reply = ask(daemon, std::string("/entries?") + query + more);
    CHECK(reply.status == 400);
    CHECK(reply.json.as_object().contains("error_message"));
  }
  CHECK(ids_of(ask(daemon, "/feeds/1/entries?order=published_at&direction=desc")) == Ids{3, 2, 1});
  CHECK(ids_of(ask(daemon, "/categories/" + blogs + "/entries?status=unread")) == Ids{5});
  CHECK(ask(daemon, "/feeds/99/entries").status == 400);
  CHECK(ask(daemon, "/categories/99/entries").status == 400);
  CHECK(ask(daemon, "/entries/ids?starred=true").body == R"({"total":2,"entry_ids":[5,2]})");
  CHECK(ask(daemon, "/entries/ids?status=unread&limit=2").body == R"({"total":3,"entry_ids":[5,3]})");
  CHECK(ask(daemon, "/entries/ids?starred=1").status == 400);
}

TEST_CASE("Miniflux's marks take the odd forms of its clients") {
  Library library;
  const auto& daemon = library.daemon;
  HttpClient client(daemon.socket());
  // newsboat labels its JSON as a form; the Go client sends it in chunks.
  const auto labelled = client.request("PUT", "/miniflux/v1/entries", R"({"entry_ids":[1,2,999],"status":"read"})",
                                       {{"Content-Type", "application/x-www-form-urlencoded"}});
  CHECK(labelled.status == 204);
  CHECK(labelled.body.empty());
  client.send("PUT /miniflux/v1/entries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("22\r\n{\"entry_ids\":[1],\"status\":\"unread\"\r\n1\r\n}\r\n0\r\n\r\n");
  CHECK(client.receive()->status == 204);
  CHECK(list(daemon, "status=read") == Ids{2});
  client.send("PUT /miniflux/v1/entries/3/bookmark HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.receive()->status == 204);
  CHECK(list(daemon, "starred=1") == Ids{3});
  CHECK(ask(daemon, "PUT", "/entries/3/star").status == 204);
  CHECK(list(daemon, "starred=1").empty());
  CHECK(ask(daemon, "PUT", "/entries/99/star").status == 404);
  CHECK(ask(daemon, "PUT", "/entries", R"({"entry_ids":[3],"status":"read","starred":true,"unknown":1})").status ==
        204);
  CHECK(list(daemon, "status=read&starred=t") == Ids{3});
  CHECK(ask(daemon, "POST", "/entries/3/save", "\"\"").status == 400);
  for (const auto* body :
       {R"({"entry_ids":[],"status":"read"})", R"({"status":"read"})", R"({"entry_ids":[1]})",
        R"({"entry_ids":[1],"status":"removed"})", R"({"entry_ids":["x"],"status":"read"})", "{", "[]"}) {
    INFO(body);
    const auto reply = ask(daemon, "PUT", "/entries", body);
    CHECK(reply.status == 400);
    CHECK(reply.json.as_object().contains("error_message"));
  }
  std::string many = "{\"status\":\"read\",\"entry_ids\":[1";
  for (int i = 2; i <= 10000; ++i) many += "," + std::to_string(i);
  CHECK(ask(daemon, "PUT", "/entries", many + "]}").status == 204);
  CHECK(list(daemon, "status=unread").empty());
}

TEST_CASE("Miniflux's clients mark a feed, a category and everything as read, and count what is left") {
  Library library;
  const auto& daemon = library.daemon;
  CHECK(ask(daemon, "/feeds/counters").body == R"({"reads":{},"unreads":{"1":3,"2":2}})");
  REQUIRE(ask(daemon, "PUT", "/entries", R"({"entry_ids":[1],"status":"read"})").status == 204);
  CHECK(ask(daemon, "/feeds/counters").body == R"({"reads":{"1":1},"unreads":{"1":2,"2":2}})");
  CHECK(ask(daemon, "PUT", "/categories/" + std::to_string(library.blogs()) + "/mark-all-as-read").status == 204);
  CHECK(list(daemon, "status=unread") == Ids{2, 3});
  CHECK(ask(daemon, "PUT", "/categories/1/mark-all-as-read").status == 204);
  CHECK(list(daemon, "status=unread").empty());
  REQUIRE(ask(daemon, "PUT", "/entries", R"({"entry_ids":[2,4],"status":"unread"})").status == 204);
  CHECK(ask(daemon, "PUT", "/feeds/1/mark-all-as-read").status == 204);
  CHECK(list(daemon, "status=unread") == Ids{4});
  CHECK(ask(daemon, "PUT", "/users/2/mark-all-as-read").status == 403);
  CHECK(ask(daemon, "PUT", "/users/1/mark-all-as-read").status == 204);
  CHECK(list(daemon, "status=unread").empty());
  CHECK(ask(daemon, "/feeds/counters").body == R"({"reads":{"1":3,"2":2},"unreads":{}})");
  CHECK(ask(daemon, "PUT", "/feeds/99/mark-all-as-read").status == 404);
  CHECK(ask(daemon, "PUT", "/categories/99/mark-all-as-read").status == 404);
}

TEST_CASE(
    "a mark made natively is found by changed_after within the same second, and one made here is in the change log") {
  Library library;
  const auto& daemon = library.daemon;
  // The second in which the last change was made, as a client keeps it: everything in it is asked for again.
  const auto changed_at = [&](const std::string& id) {
    return std::string(ask(daemon, "/entries/" + id).json.at("changed_at").as_string());
  };
  const auto before = changed_at("2");
  REQUIRE(request(daemon, "PATCH", "/v1/articles/2", R"({"read":true})").status == 200);
  const auto after = changed_at("2");
  CHECK(after > before);
  std::tm time{};
  REQUIRE(::strptime(after.c_str(), "%Y-%m-%dT%H:%M:%S", &time) != nullptr);
  const bool is_whole = after.find(".000000Z") != std::string::npos;
  const auto second = std::to_string(::timegm(&time) - (is_whole ? 1 : 0));
  const auto changed = list(daemon, "order=id&changed_after=" + second);
  CHECK(std::count(changed.begin(), changed.end(), 2) == 1);
  CHECK(list(daemon, "changed_before=" + second + "&status=read").empty());
  CHECK(list(daemon, "changed_before=" + std::to_string(::timegm(&time) + 1) + "&status=read") == Ids{2});
  CHECK(list(daemon, "changed_after=" + std::to_string(::timegm(&time) + 1)).empty());

  const auto revision = test::revision(daemon);
  EventReader events(daemon.socket(), "/v1/events");
  REQUIRE(ask(daemon, "PUT", "/entries", R"({"entry_ids":[4],"status":"read"})").status == 204);
  CHECK(events.next()->name == "article.state");
  const auto log = get(daemon, "/v1/changes?since=" + std::to_string(revision)).json;
  REQUIRE(log.at("changes").as_array().size() == 1);
  CHECK(log.at("changes").at(0).at("id") == 4);
  CHECK(get(daemon, "/v1/articles/4").json.at("read") == true);
}

TEST_CASE("Miniflux's clients subscribe, move, rename and unsubscribe, and make folders") {
  Library library;
  const auto& daemon = library.daemon;
  library.publisher.serve_file("/c.xml", rss("Gamma", dated("c1", "05")));
  const auto made = ask(daemon, "POST", "/categories", R"({"title":"Later"})");
  REQUIRE(made.status == 201);
  const auto later = std::to_string(made.json.at("id").as_int64());
  CHECK(made.json.at("id").as_int64() < 0x7fffffff);
  CHECK(ask(daemon, "POST", "/categories", R"({"title":"Later"})").status == 400);
  CHECK(ask(daemon, "POST", "/categories", R"({"title":""})").status == 400);
  CHECK(ask(daemon, "/categories").json.as_array().size() == 3);
  const auto added = ask(daemon, "POST", "/feeds",
                         R"({"feed_url":")" + library.publisher.url("/c.xml") + R"(","category_id":)" + later + "}");
  CHECK(added.status == 201);
  CHECK(added.body == R"({"feed_id":3})");
  CHECK(get(daemon, "/v1/feeds/3").json.at("folder") == "Later");
  CHECK(ask(daemon, "POST", "/feeds", R"({"feed_url":")" + library.publisher.url("/c.xml") + "\"}").status == 400);
  CHECK(ask(daemon, "POST", "/feeds", "{}").status == 400);
  const auto moved = ask(daemon, "PUT", "/feeds/3", R"({"title":"Mine","category_id":1})");
  CHECK(moved.status == 201);
  CHECK(moved.json.at("title") == "Mine");
  CHECK(moved.json.at("category").at("id") == 1);
  CHECK(ask(daemon, "PUT", "/feeds/3", R"({"category_id":99})").status == 400);
  // What the native API would not take either.
  for (const auto& title : {std::string("two\\nlines"), std::string(2001, 'x')}) {
    const auto body = "{\"title\":\"" + title + "\"}";
    CHECK(ask(daemon, "PUT", "/feeds/3", body).status == 400);
    CHECK(ask(daemon, "POST", "/categories", body).status == 400);
    CHECK(ask(daemon, "PUT", "/categories/" + std::to_string(library.blogs()), body).status == 400);
  }
  const auto blogs = std::to_string(library.blogs());
  CHECK(ask(daemon, "PUT", "/categories/" + blogs, R"({"title":"Logs"})").json.at("title") == "Logs");
  CHECK(get(daemon, "/v1/feeds/2").json.at("folder") == "Logs");
  const auto logs = std::to_string(library.blogs());
  CHECK(ask(daemon, "DELETE", "/categories/" + logs).status == 204);
  CHECK(get(daemon, "/v1/feeds/2").json.at("folder") == "");
  CHECK(ask(daemon, "DELETE", "/categories/1").status == 400);
  CHECK(ask(daemon, "PUT", "/categories/1", R"({"title":"Mine"})").status == 400);
  CHECK(ask(daemon, "PUT", "/feeds/3/refresh").status == 204);
  CHECK(ask(daemon, "PUT", "/feeds/refresh").status == 204);
  CHECK(ask(daemon, "PUT", "/categories/1/refresh").status == 204);
  CHECK(ask(daemon, "PUT", "/feeds/99/refresh").status == 404);
  CHECK(ask(daemon, "DELETE", "/feeds/3").status == 204);
  CHECK(ask(daemon, "/feeds/3").status == 404);
  CHECK(ask(daemon, "DELETE", "/feeds/3").status == 404);
  const std::string opml = "<opml version=\"2.0\"><body><outline text=\"C\" xmlUrl=\"" +
                           library.publisher.url("/c.xml") + "\"/></body></opml>";
  const auto imported = ask(daemon, "POST", "/import", opml);
  CHECK(imported.status == 201);
  CHECK(imported.body == R"({"message":"Feeds imported successfully"})");
}

TEST_CASE("an entry that is starred is in no list of Miniflux's once its feed is gone") {
  Library library;
  const auto& daemon = library.daemon;
  REQUIRE(ask(daemon, "PUT", "/entries/1/star").status == 204);
  REQUIRE(request(daemon, "DELETE", "/v1/feeds/1").status == 204);
  CHECK(list(daemon, "") == Ids{5, 4});
  CHECK(list(daemon, "starred=1").empty());
  CHECK(ask(daemon, "/entries/1").status == 404);
  CHECK(get(daemon, "/v1/articles/1").status == 200);
}

TEST_CASE("a long list of Miniflux's is sent in pieces, and a page holds as many as were asked for") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 700, "Files", std::string(3000, 'x'));
  HttpClient client(daemon.socket());
  const auto whole = client.get("/miniflux/v1/entries?limit=0&order=id");
  CHECK(whole.header("Transfer-Encoding") == "chunked");
  const auto entries = json::parse(whole.body);
  CHECK(entries.at("total") == 700);
  REQUIRE(entries.at("entries").as_array().size() == 700);
  for (int i = 0; i < 700; ++i) CHECK(entries.at("entries").at(static_cast<std::size_t>(i)).at("id") == i + 1);
  CHECK(list(daemon, "").size() == 100);
}

TEST_CASE("an icon that is cached is in its feed, and is to be had by either of its paths", "[pages]") {
  std::string gif = "GIF89a";
  gif.append({16, 0, 16, 0, 0, 0, 0}).append(300, 'i').append(";");
  Publisher publisher;
  publisher.serve_file("/icon.gif", gif, "image/gif");
  publisher.serve_file("/a.gif", gif + "a", "image/gif");
  publisher.serve_file("/feed.xml", rss("Icons", "<image><url>" + publisher.url("/icon.gif") + "</url></image>" +
                                                     item("1", "One", "&lt;img src=\"/a.gif\"&gt;")));
  Daemon daemon("[offline]\nfull_text = \"never\"\n");
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  subscribe(daemon, publisher.url("/feed.xml"));
  while (get(daemon, "/v1/articles/1").json.at("offline").at("state") != "complete") REQUIRE(events.next());
  const auto feed = ask(daemon, "/feeds/1").json;
  REQUIRE(feed.at("icon").is_object());
  CHECK(members(feed.at("icon")) == std::set<std::string>{"feed_id", "icon_id", "external_icon_id"});
  const auto id = std::to_string(feed.at("icon").at("icon_id").as_int64());
  const auto icon = ask(daemon, "/icons/" + id);
  CHECK(icon.json.at("mime_type") == "image/gif");
  // "GIF89a" and so on, in base64.
  CHECK(std::string(icon.json.at("data").as_string()).starts_with("image/gif;base64,R0lGODlh"));
  CHECK(ask(daemon, "/feeds/1/icon").body == icon.body);
  CHECK(ask(daemon, "/icons/99").status == 404);
}

TEST_CASE("with http.offline_images pictures come from here, to who has their addresses and to nobody else",
          "[pages]") {
  const TemporaryDirectory folder;
  const auto port = free_port();
  std::string gif = "GIF89a";
  gif.append({40, 0, 30, 0, 0, 0, 0}).append(3000, 'a').append(";");
  auto publisher = std::make_unique<Publisher>();
  publisher->serve_file("/a.gif", gif, "image/gif");
  publisher->serve_file(
      "/feed.xml", rss("Pictures", item("1", "One", "&lt;p&gt;Look: &lt;img src=\"/a.gif\" alt=\"A\"&gt;&lt;/p&gt;")));
  const auto config = http_config(folder, port, "[offline]\nfull_text = \"never\"\n");
  Daemon daemon(config + "offline_images = true\n");
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  subscribe(daemon, publisher->url("/feed.xml"));
  while (get(daemon, "/v1/articles/1").json.at("offline").at("state") != "complete") REQUIRE(events.next());
  publisher.reset();

  auto with_host = with_token;
  with_host.emplace_back("Host", "localhost:" + std::to_string(port));
  const auto entry = json::parse(connect_tcp(port).get("/miniflux/v1/entries/1", with_host).body);
  const std::string content(entry.at("content").as_string());
  std::smatch found;
  const std::regex address("src=\"http://localhost:" + std::to_string(port) +
                           "(/v1/assets/[0-9a-f]{64})[?](key=[0-9a-f]{32})\"");
  REQUIRE(std::regex_search(content, found, address));
  const auto path = found[1].str();
  const auto status = [&](const std::string& target, const HeaderList& headers = {}) {
    return connect_tcp(port).get(target, headers).status;
  };
  // A viewer shows it on a page of the publisher's.
  const auto picture = connect_tcp(port).get(
      path + "?" + found[2].str(), {{"Referer", "http://publisher.example/"}, {"Sec-Fetch-Site", "cross-site"}});
  CHECK(picture.status == 200);
  CHECK(picture.body == gif);
  CHECK(status(path) == 401);
  CHECK(status(path + "?key=" + std::string(32, '0')) == 401);
  CHECK(status("/v1/articles?" + found[2].str()) == 401);
  CHECK(status("/v1/articles/1?" + found[2].str()) == 401);
  CHECK(status(path + "?" + found[2].str(), {{"Host", "evil.example"}}) == 403);
  // Over the Unix socket nothing is rewritten.
  CHECK(std::string(ask(daemon, "/entries/1").json.at("content").as_string()).find("/v1/assets/") == std::string::npos);

  daemon.write_config(config);
  daemon.signal(SIGHUP);
  daemon.await_notification("READY=1");
  CHECK(status(path + "?" + found[2].str()) == 401);
}
