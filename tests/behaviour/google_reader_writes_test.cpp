// What is changed in the Google Reader dialect: marks, subscriptions, folders.

#include <set>

#include "behaviour/google_reader.hpp"

using namespace newscache::test;
using namespace newscache::test::google;

// ---- marks ----

TEST_CASE("states are added and removed as each client does it") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1, "Alpha");
  const std::string s(state);
  struct Case {
    const char* who;
    bool read_before;
    std::string form;
    bool read;
  };
  const Case cases[] = {
      {"most", false, "a=" + s + "read", true},
      {"most, back", true, "r=" + s + "read", false},
      {"newsboat", false, "a=" + s + "read&r=" + s + "kept-unread&ac=edit", true},
      {"newsboat, back", true, "r=" + s + "read&a=" + s + "kept-unread&a=" + s + "tracking-kept-unread&ac=edit", false},
      {"Liferea, second call", true, "a=" + s + "tracking-kept-unread", true},
      {"kept unread", true, "a=" + s + "kept-unread", false},
      {"kept unread and read", false, "a=" + s + "kept-unread&a=" + s + "read", true},
      {"no longer kept unread", true, "r=" + s + "kept-unread", true},
      {"another user's id", false, "a=user/1005/state/com.google/read", true},
      {"states that nobody knows", true, "a=" + s + "broadcast&a=" + s + "like&a=" + s + "fresh&a=" + s + "x", true},
      {"a label", true, "a=user/-/label/Later", true},
      {"nothing", true, "s=feed/1", true},
  };
  for (const auto& test : cases) {
    INFO(test.who);
    mark(daemon, 1, test.read_before ? R"({"read":true})" : R"({"read":false})");
    for (int twice = 0; twice < 2; ++twice) {
      write(daemon, "edit-tag", "async=true&T=x&i=" + long_id(1) + "&" + test.form);
      CHECK(is_read(daemon, 1) == test.read);
    }
  }
  write(daemon, "edit-tag", "i=" + decimal(1) + "&a=" + s + "starred");
  CHECK(is_starred(daemon, 1));
  CHECK(is_read(daemon, 1));
  write(daemon, "edit-tag", "i=" + decimal(1) + "&r=" + s + "starred&r=" + s + "read");
  CHECK_FALSE(is_starred(daemon, 1));
  CHECK_FALSE(is_read(daemon, 1));
}

TEST_CASE("what cannot be done says so and changes nothing, and what needs not be done is OK") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1, "Alpha");
  const std::string s(state);
  const auto before = revision(daemon);
  CHECK(post(daemon, "edit-tag", "i=" + decimal(1) + "&a=" + s + "read&r=" + s + "read").status == 400);
  write(daemon, "edit-tag", "i=" + decimal(77) + "&i=rubbish&a=" + s + "read");
  write(daemon, "edit-tag", "");
  CHECK(revision(daemon) == before);
}

TEST_CASE("a thousand items are marked at once, the unknown among them passed over") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 1000, "Alpha");
  std::string form = "a=user/-/state/com.google/read&i=" + decimal(5000);
  for (int id = 1; id <= 1000; ++id) form += "&i=" + long_id(id);
  write(daemon, "edit-tag", form);
  CHECK(get(daemon, "/v1/status").json.at("counts").at("unread") == 0);
  const auto before = revision(daemon);
  write(daemon, "edit-tag", form);
  CHECK(revision(daemon) == before);
}

TEST_CASE("a stream is marked read: a feed, a folder, what is starred, everything") {
  Daemon daemon;
  daemon.start();
  const auto alpha = import_articles(daemon, 2, "Alpha");  // 1 and 2
  const auto beta = import_articles(daemon, 2, "Beta");    // 3 and 4
  import_articles(daemon, 2, "Gamma");                     // 5 and 6
  move_to(daemon, beta, "News");
  mark(daemon, 2, R"({"starred":true})");
  mark(daemon, 6, R"({"starred":true})");
  const auto unread = [&] {
    auto found = ids(daemon, "r=o&xt=user/-/state/com.google/read");
    return found;
  };
  write(daemon, "mark-all-as-read", "s=user/-/state/com.google/starred");
  CHECK(unread() == Ids{1, 3, 4, 5});
  write(daemon, "mark-all-as-read", "s=user/-/label/News");
  CHECK(unread() == Ids{1, 5});
  write(daemon, "mark-all-as-read", "s=feed/" + std::to_string(alpha) + "&T=x");
  CHECK(unread() == Ids{5});
  write(daemon, "mark-all-as-read", "s=feed/99");
  write(daemon, "mark-all-as-read", "s=nonsense");
  CHECK(unread() == Ids{5});
  write(daemon, "mark-all-as-read", "s=user/-/label/All");
  CHECK(unread().empty());
  mark(daemon, 3, R"({"read":false})");
  write(daemon, "mark-all-as-read", "");
  CHECK(unread().empty());
}

TEST_CASE("a stream is marked once however often it is named, and of too many none is") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 3, "Alpha");
  std::string many = "s=feed/1";
  for (int feed = 2; feed <= 33; ++feed) many += "&s=feed/" + std::to_string(feed);
  CHECK(post(daemon, "mark-all-as-read", many).status == 400);
  CHECK_FALSE(is_read(daemon, 1));
  std::string again = "s=feed/1";
  for (int i = 0; i < 100; ++i) again += "&s=feed/1";
  write(daemon, "mark-all-as-read", again);
  CHECK(is_read(daemon, 1));
}

TEST_CASE("what came after the time given stays unread, in whatever unit that is") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2, "Alpha");
  const auto one = list(daemon, "stream/contents").at("items").at(0);
  const auto arrival = std::stoll(std::string(one.at("crawlTimeMsec").as_string())) / 1000;
  const auto marked = [&](const std::string& time) {
    REQUIRE(request(daemon, "POST", "/v1/articles/mark", R"({"read":false})").status == 200);
    write(daemon, "mark-all-as-read", "s=user/-/state/com.google/reading-list&ts=" + time);
    return ids(daemon, "it=user/-/state/com.google/read").size();
  };
  for (const auto* zeros : {"", "000", "000000", "000000000"}) {
    INFO(zeros);
    CHECK(marked(std::to_string(arrival) + zeros) == 2);
    CHECK(marked(std::to_string(arrival - 2) + zeros) == 0);
  }
  CHECK(marked("0") == 2);
  CHECK(marked("") == 2);
}

TEST_CASE("what is marked here is marked in the Miniflux dialect at once, and the other way round") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2, "Alpha");
  const auto entry = [&](int id) { return get(daemon, "/miniflux/v1/entries/" + std::to_string(id)).json.as_object(); };
  write(daemon, "edit-tag", "i=" + decimal(1) + "&a=user/-/state/com.google/read&a=user/-/state/com.google/starred");
  CHECK(entry(1).at("status") == "read");
  CHECK(entry(1).at("starred") == true);
  CHECK(request(daemon, "PUT", "/miniflux/v1/entries", R"({"entry_ids":[2],"status":"read"})").status == 204);
  CHECK(ids(daemon, "s=user/-/state/com.google/read") == Ids{2, 1});
}

TEST_CASE("a change made here shows in the native API, its changes and its events at once, and the other way round") {
  Daemon daemon;
  daemon.start();
  import_articles(daemon, 2, "Alpha");
  const auto before = revision(daemon);
  EventReader events(daemon.socket(), "/v1/events?since=" + std::to_string(before));
  write(daemon, "edit-tag", "i=" + long_id(1) + "&a=user/-/state/com.google/read");
  CHECK(is_read(daemon, 1));
  const auto changes = get(daemon, "/v1/changes?since=" + std::to_string(before)).json;
  REQUIRE(changes.at("changes").as_array().size() == 1);
  CHECK(changes.at("changes").at(0).at("id") == 1);
  CHECK(changes.at("changes").at(0).at("op") == "state");
  await_events(events, "article.state", 1);
  mark(daemon, 2, R"({"read":true,"starred":true})");
  CHECK(ids(daemon, "xt=user/-/state/com.google/read").empty());
  CHECK(ids(daemon, "s=user/-/state/com.google/starred") == Ids{2});
}

// ---- subscriptions ----

TEST_CASE("feeds are subscribed, renamed, moved and unsubscribed") {
  Publisher publisher;
  publisher.serve_file("/a.xml", rss("Alpha", item("a", "One")));
  publisher.serve_file("/b.xml", rss("Beta", item("b", "Two")));
  Daemon daemon;
  daemon.start();
  const auto a = publisher.url("/a.xml");
  const auto b = publisher.url("/b.xml");
  const auto feed = [&](int id) { return get(daemon, "/v1/feeds/" + std::to_string(id)).json; };

  write(daemon, "subscription/edit", "ac=subscribe&s=feed/" + a + "&t=My+title&a=user/-/label/News+%26+more");
  CHECK(feed(1).at("title") == "My title");
  CHECK(feed(1).at("folder") == "News & more");
  CHECK(ids(daemon) == Ids{1});
  write(daemon, "subscription/edit", "ac=subscribe&s=feed/" + a);
  // All of it in the query, as RSS Guard does.
  write(daemon, "subscription/edit?ac=subscribe&s=feed/" + b, "T=x");
  CHECK(feed(2).at("title") == "Beta");

  write(daemon, "subscription/edit", "ac=edit&s=feed/1&t=Other");
  CHECK(feed(1).at("title") == "Other");
  CHECK(feed(1).at("folder") == "News & more");
  write(daemon, "subscription/edit", "ac=edit&s=feed/1&a=user/-/label/There&r=user/-/label/News+%26+more");
  CHECK(feed(1).at("folder") == "There");
  write(daemon, "subscription/edit", "ac=edit&s=feed/1&r=user/-/label/There");
  CHECK(feed(1).at("folder") == "");
  write(daemon, "subscription/edit", "ac=edit&s=feed/" + b + "&a=user/-/label/All");
  CHECK(feed(2).at("folder") == "");

  for (const auto* form :
       {"ac=edit&s=feed/99&t=x", "ac=unsubscribe&s=feed/99", "ac=unsubscribe&s=feed/http://x.example/",
        "ac=what&s=feed/1", "s=feed/1", "ac=edit", "ac=subscribe&s=user/-/label/x", "ac=unsubscribe&s=user/-/label/All",
        "ac=edit&s=feed/1&t=a%0Ab", "ac=edit&s=feed/1&a=user/-/label/a%0Ab",
        "ac=subscribe&s=feed/http://127.0.0.1:9/x&t=a%0Ab",
        "ac=subscribe&s=feed/http://127.0.0.1:9/x&a=user/-/label/a%0Ab"}) {
    INFO(form);
    const auto answer = post(daemon, "subscription/edit", form);
    CHECK(answer.status == 400);
    CHECK(answer.header("Content-Type") == "text/plain; charset=utf-8");
  }
  publisher.answer("/none.xml", Answer{.status = 404});
  CHECK(post(daemon, "subscription/edit", "ac=subscribe&s=feed/" + publisher.url("/none.xml")).status == 400);
  CHECK(get(daemon, "/v1/feeds").json.at("feeds").as_array().size() == 2);

  write(daemon, "subscription/edit", "ac=unsubscribe&s=feed/" + a);
  write(daemon, "subscription/edit", "ac=unsubscribe&s=feed/2");
  CHECK(list(daemon, "subscription/list").at("subscriptions").as_array().empty());
}

TEST_CASE("an address is added quickly, once, and what is no feed says why") {
  Publisher publisher;
  publisher.serve_file("/a.xml", rss("Alpha", item("a", "One")));
  publisher.answer("/page", Answer{.body = "<html>no feed", .type = "text/html"});
  Daemon daemon;
  daemon.start();
  const auto url = publisher.url("/a.xml");
  const json::object expected{{"numResults", 1}, {"query", url}, {"streamId", "feed/1"}, {"streamName", "Alpha"}};
  CHECK(json::parse(post(daemon, "subscription/quickadd", "quickadd=" + url).body) == json::value(expected));
  CHECK(json::parse(post(daemon, "subscription/quickadd?quickadd=feed/" + url, "T=x").body) == json::value(expected));
  CHECK(list(daemon, "subscription/list").at("subscriptions").at(0).at("id") == "feed/1");
  const auto failed = post(daemon, "subscription/quickadd", "quickadd=" + publisher.url("/page"));
  CHECK(failed.status == 200);
  CHECK(json::parse(failed.body).at("numResults") == 0);
  CHECK_FALSE(json::parse(failed.body).at("error").as_string().empty());
  CHECK(post(daemon, "subscription/quickadd", "").status == 400);
}

TEST_CASE("a folder is renamed and given up with all of its feeds") {
  Daemon daemon;
  daemon.start();
  for (const auto* title : {"Alpha", "Beta"}) move_to(daemon, import_articles(daemon, 1, title), "News");
  const auto folders = [&] {
    std::multiset<std::string> found;
    const auto feeds = get(daemon, "/v1/feeds").json;
    for (const auto& feed : feeds.at("feeds").as_array()) {
      found.emplace(feed.at("folder").as_string());
    }
    return found;
  };
  write(daemon, "rename-tag", "s=user/-/label/News&dest=user/-/label/%C3%9Cbung");
  CHECK(folders() == std::multiset<std::string>{"Übung", "Übung"});
  CHECK(post(daemon, "rename-tag", "s=user/-/label/News&dest=user/-/label/x").status == 400);
  CHECK(post(daemon, "rename-tag", "s=user/-/label/%C3%9Cbung").status == 400);
  CHECK(post(daemon, "rename-tag", "s=user/-/label/%C3%9Cbung&dest=user/-/label/a%0Ab").status == 400);
  CHECK(post(daemon, "disable-tag", "s=user/-/label/News").status == 400);
  CHECK(post(daemon, "disable-tag", "").status == 400);
  write(daemon, "disable-tag", "s=user/-/label/%C3%9Cbung");
  CHECK(folders() == std::multiset<std::string>{"", ""});
}

TEST_CASE("a folder is made without a feed, as Readrops does it, and is there until it is given up") {
  Daemon daemon;
  daemon.start();
  const auto feed = import_articles(daemon, 1, "Alpha");
  const auto has = [&](const std::string& label) {
    return ask(daemon, "tag/list").body.find("\"user/-/label/" + label + "\"") != std::string::npos;
  };
  write(daemon, "edit-tag", "a=user/-/label/New");
  CHECK(has("New"));
  write(daemon, "rename-tag", "s=user/-/label/New&dest=user/-/label/Newer");
  CHECK_FALSE(has("New"));
  CHECK(has("Newer"));
  const auto of_feed = "&s=feed/" + std::to_string(feed);
  write(daemon, "subscription/edit", "ac=edit&a=user/-/label/Newer" + of_feed);
  CHECK(has("Newer"));
  write(daemon, "subscription/edit", "ac=edit&r=user/-/label/Newer" + of_feed);
  CHECK_FALSE(has("Newer"));
  write(daemon, "edit-tag", "a=user/-/label/New");
  write(daemon, "disable-tag", "s=user/-/label/New");
  CHECK_FALSE(has("New"));
}

TEST_CASE("subscriptions go out and come in as OPML") {
  Publisher publisher;
  publisher.serve_file("/a.xml", rss("Alpha", item("a", "One")));
  Daemon daemon;
  daemon.start();
  const auto opml = "<opml version=\"2.0\"><body><outline text=\"News\"><outline type=\"rss\" text=\"A\" xmlUrl=\"" +
                    publisher.url("/a.xml") + "\"/></outline></body></opml>";
  CHECK(post(daemon, "subscription/import", opml, "application/xml").body == "OK");
  CHECK(list(daemon, "subscription/list").at("subscriptions").at(0).at("categories").at(0).at("label") == "News");
  refresh(daemon);  // the document tells more of the feed
  CHECK(ask(daemon, "subscription/export").body == get(daemon, "/v1/opml").body);
  CHECK(post(daemon, "subscription/import", "no OPML", "application/xml").status == 400);
}
