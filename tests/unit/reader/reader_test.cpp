// Keys in; what is seen, what is asked of the daemon, and what is opened out.

#include "unit/reader/desk.hpp"

using namespace newscache;
using namespace newscache::reader;
using namespace newscache::reader::test;

TEST_CASE("the first page has everything, unread, starred, then feeds and folders with their counts") {
  const Desk desk;
  CHECK(desk.screen() ==
        "Feeds\n"
        "  2/12  All\n"
        "     2  Unread\n"
        "     1  Starred\n"
        "   2/3  Harbour\n"
        "   0/9  Tech/\n"
        "!  0/9    Kernel  failing: dns\n"
        "\n\n\n\n"
        "?:Help  Enter:Open  q:Back  n:Next unread  /:Search             online  2 unread\n");
}

TEST_CASE("a feed opens as a list, an article as text with numbered links, and opening it marks it as read") {
  Desk desk;
  desk.press("jjj\n");
  CHECK(desk.calls.back() == "GET /v1/articles?fields=summary&limit=200&order=newest&feed=1");
  CHECK(desk.selected().starts_with("N  2026-11-25  Third"));
  CHECK(desk.shows(" *             Second"));
  desk.press("\n");
  CHECK(desk.calls.back() == R"(PATCH /v1/articles/13 {"read":true})");
  CHECK(desk.shows("Author: Ann"));
  CHECK(desk.shows("Read this[1] [image: A pier][2]."));
  CHECK(desk.shows("[2]: https://example.org/p.png (image)"));
  CHECK(desk.last_row().ends_with("online  1 unread"));
  desk.press("q");
  CHECK(desk.selected().starts_with("   2026-11-25  Third"));
  desk.press("h");
  CHECK(desk.shows("1/3  Harbour"));
  desk.press("q");
  CHECK(desk.quit);
}

TEST_CASE("an article that could not be read is not marked as read") {
  Desk desk(1);
  desk.failure = client::Failure(client::Exit::unreachable, "no daemon");
  desk.press("\n");
  CHECK(desk.calls.back() == "GET /v1/articles/13");
  CHECK(desk.selected().starts_with("N"));
  CHECK(desk.shows("not opened"));
}

TEST_CASE("n and p go to unread articles, J and K to any, in the list and in the article") {
  Desk desk(1);
  desk.press("n");
  CHECK(desk.selected().find("First") != std::string::npos);
  desk.press("p");
  CHECK(desk.selected().find("Third") != std::string::npos);
  desk.press("J");
  CHECK(desk.selected().find("Second") != std::string::npos);
  desk.press("K\nn");
  CHECK(desk.screen().starts_with("First"));
  desk.press("K");
  CHECK(desk.screen().starts_with("Second"));
  desk.press("n");
  CHECK(desk.shows("no more unread articles"));
}

TEST_CASE("n goes on in the next feed when there is nothing more in this one") {
  Desk desk;
  desk.answers["GET /v1/feeds"] =
      R"({"feeds":[{"id":1,"title":"Harbour","state":"ok","counts":{"articles":3,"unread":2}},)"
      R"({"id":2,"title":"Kernel","state":"ok","counts":{"articles":2,"unread":1}}]})";
  desk.reload();
  desk.press("jjj\nG\n");
  CHECK(desk.screen().starts_with("First"));
  desk.answers["GET /v1/articles"] =
      R"({"articles":[{"id":12,"feed_id":2,"title":"Second","read":true},{"id":13,"feed_id":2,"title":"Third"}]})";
  desk.press("n");
  CHECK(desk.screen().starts_with("Third"));
  desk.press("q");
  CHECK(desk.screen().starts_with("Kernel"));
  desk.press("n");
  CHECK(desk.shows("no more unread articles"));
}

TEST_CASE("n goes on in the next page when this one has nothing unread") {
  Desk desk;
  desk.answers["GET /v1/articles"] = R"({"articles":[{"id":9,"title":"Nine","read":true}],"next_cursor":"c"})";
  desk.silent = true;
  desk.press("jjj\n");
  REQUIRE(desk.held.size() == 1);
  const auto first = desk.held.back();
  desk.reader.take(first, desk.answers["GET /v1/articles"]);
  desk.work();
  desk.press("n");
  desk.reader.take(desk.held.back(), three_articles);
  CHECK(desk.selected().find("Third") != std::string::npos);
}

TEST_CASE("marks and stars are shown at once and sent") {
  Desk desk(1);
  desk.press("N");
  CHECK(desk.calls.back() == R"(PATCH /v1/articles/13 {"read":true})");
  CHECK(desk.last_row().ends_with("1 unread"));
  desk.press("N*");
  CHECK(desk.calls.back() == R"(PATCH /v1/articles/13 {"starred":true})");
  CHECK(desk.selected().starts_with("N*"));
  desk.press("js");
  CHECK(desk.calls.back() == R"(PATCH /v1/articles/12 {"starred":false})");
  CHECK(desk.last_row().ends_with("2 unread"));
}

TEST_CASE("a mark that the daemon refuses is said and taken back at the next look") {
  Desk desk(1);
  desk.failure = client::Failure(client::Exit::failed, "the disk is full");
  desk.press("N");
  CHECK(desk.shows("the disk is full"));
  CHECK(desk.reader.reload_due());
  desk.failure.reset();
  desk.reload();
  CHECK(desk.selected().starts_with("N"));
}

TEST_CASE("what could not be marked is shown as it was, also when two keys were on their way") {
  for (const std::string keys : {"N", "s", "NN", "NNN", "Ns", "Ay"}) {
    CAPTURE(keys);
    Desk desk(1);
    const auto before = desk.screen();
    desk.silent = true;
    desk.press(keys);
    for (const auto& call : std::exchange(desk.held, {})) {
      desk.reader.take(call, client::Failure(client::Exit::unreachable, "no daemon"));
    }
    CHECK(desk.shows("not marked: the daemon cannot be reached"));
    CHECK(desk.selected().starts_with("N  2026"));
    CHECK(desk.screen().find("*") == before.find("*"));
    desk.silent = false;
    desk.reader.connected(*client::parse_object(status));
    CHECK(desk.last_row().ends_with("2 unread"));
  }
  Desk desk(1);
  desk.failure = client::Failure(client::Exit::failed, "the disk is full");
  desk.press("N");
  CHECK(desk.selected().starts_with("N"));
}

TEST_CASE("A asks, and marks what the list holds") {
  struct Case {
    std::string keys;
    std::string question;
    std::string call;
  };
  const Case cases[] = {
      {"A", "every article", R"({"read":true})"},
      {"jjj", "all articles of Harbour", R"({"read":true,"feed":1})"},
      {"jjjj", "all articles of Tech/", R"({"read":true,"folder":"Tech"})"},
      {"jjj\n", "all articles of Harbour", R"({"read":true,"feed":1})"},
      {"/sea\n", "all articles of Search in All: sea", R"({"read":true,"q":"sea"})"},
      {"jj\n", "all articles of Starred", R"({"read":true,"ids":[13,12,11]})"},
  };
  for (const auto& [keys, question, call] : cases) {
    CAPTURE(keys);
    Desk desk;
    desk.answers["POST /v1/articles/mark"] = R"({"changed":2})";
    desk.press(keys == "A" ? "" : keys);
    desk.press("A");
    CHECK(desk.shows("Mark " + question + " as read? (y/n)"));
    const auto before = desk.calls.size();
    desk.press("n");
    CHECK(desk.calls.size() == before);
    desk.press("Ay");
    CHECK(desk.calls.back() == "POST /v1/articles/mark " + call);
    CHECK(desk.shows("2 articles marked as read"));
  }
}

TEST_CASE("a search is typed, finds within what is open, and replaces the search before") {
  Desk desk;
  desk.press("/two wordz");
  desk.press_key(key::backspace);
  desk.press("s");
  CHECK(desk.last_row() == "Search: two words");
  desk.press("\n");
  CHECK(desk.calls.back() == "GET /v1/articles?fields=summary&limit=200&order=relevance&q=two%20words");
  desk.press("/other\n");
  CHECK(desk.screen().starts_with("Search in All: other"));
  desk.press("q");
  CHECK(desk.screen().starts_with("Feeds"));
  desk.press("jjj\n/");
  CHECK(desk.last_row() == "Search Harbour:");
  desk.press_key(key::escape);
  CHECK(desk.screen().starts_with("Harbour"));
  desk.press("\n/sea\n");
  CHECK(desk.calls.back() == "GET /v1/articles?fields=summary&limit=200&order=relevance&feed=1&q=sea");
  desk.press("q");
  CHECK(desk.screen().starts_with("Harbour"));
}

TEST_CASE("a search that the daemon refuses leaves the one before") {
  Desk desk;
  desk.press("/sea\n");
  desk.failure = client::Failure(client::Exit::failed, "a quote is not closed, at position 1");
  desk.press("/\"\n");
  CHECK(desk.screen().starts_with("Search in All: sea"));
  CHECK(desk.last_row() == "Search: \"");
}

TEST_CASE("a search that the daemon refuses is told and leaves no page behind") {
  Desk desk;
  desk.failure = client::Failure(client::Exit::failed, "a quote is not closed, at position 1");
  desk.press("/\"\n");
  CHECK(desk.screen().starts_with("Feeds"));
  CHECK(desk.shows("a quote is not closed, at position 1\nSearch: \"\n"));
  desk.failure.reset();
  desk.press("a");
  CHECK_FALSE(desk.shows("not closed"));
  desk.press("\"\n");
  CHECK(desk.screen().starts_with("Search in All: \"a\""));
}

TEST_CASE("an interrupt leaves a prompt or a question, and is not taken where there is none") {
  for (const auto* keys : {"/oops", "A"}) {
    Desk desk;
    const auto before = desk.screen();
    CHECK_FALSE(desk.reader.interrupt());
    desk.press(keys);
    CHECK(desk.screen() != before);
    CHECK(desk.reader.interrupt());
    CHECK(desk.screen() == before);
    CHECK_FALSE(desk.quit);
  }
}

TEST_CASE("links are opened by number, the article's own without one, and only web addresses are") {
  Desk desk(1);
  desk.press("o");
  CHECK(desk.opened == "https://example.org/3");
  desk.press("\n1");
  CHECK(desk.last_row().starts_with("Link 1"));
  desk.press("\n");
  CHECK(desk.opened == "https://example.org/a");
  desk.press("2o");
  CHECK(desk.opened == "https://example.org/p.png");
  desk.press("12");
  desk.press_key(key::backspace);
  desk.press("o");
  CHECK(desk.opened == "https://example.org/a");
  desk.press("o");
  CHECK(desk.opened == "https://example.org/3");
  desk.opened.clear();
  desk.press("3o");
  CHECK(desk.opened.empty());
  CHECK(desk.shows("not opened, as it is no web address: javascript:steal"));
  desk.press("99o");
  CHECK(desk.shows("there is no link 99"));
  desk.press("qqo");  // at the feeds: the page of the selected one
  CHECK(desk.shows("there is no link"));
}

TEST_CASE("u leaves out what is read, everywhere, and shows it again") {
  Desk desk;
  desk.press("u");
  CHECK_FALSE(desk.shows("Kernel"));
  CHECK(desk.shows("Harbour"));
  desk.press("jjj\n");
  CHECK(desk.calls.back() == "GET /v1/articles?fields=summary&limit=200&order=newest&feed=1&read=false");
  desk.press("u");
  CHECK(desk.calls.back() == "GET /v1/articles?fields=summary&limit=200&order=newest&feed=1");
}

TEST_CASE("r polls the feed, the folder or all, R all") {
  struct Case {
    std::string keys;
    std::string call;
  };
  const Case cases[] = {{"r", "POST /v1/refresh"},
                        {"jjjr", "POST /v1/feeds/1/refresh"},
                        {"jjjjr", "POST /v1/feeds/2/refresh"},
                        {"jjj\nr", "POST /v1/feeds/1/refresh"},
                        {"jjj\n\nr", "POST /v1/feeds/1/refresh"},
                        {"jjjR", "POST /v1/refresh"}};
  for (const auto& [keys, call] : cases) {
    CAPTURE(keys);
    Desk desk;
    desk.press(keys);
    CHECK(desk.calls.back() == call);
    CHECK(desk.shows("not polled now"));
  }
}

TEST_CASE("the help has every key and goes away again") {
  Desk desk;
  desk.press("?");
  std::string seen;
  for (int i = 0; i < 60; ++i) {
    seen += desk.screen();
    desk.press("j");
  }
  for (const auto& binding : bindings()) {
    CAPTURE(binding.shown);
    CHECK(seen.find(std::string(binding.shown)) != std::string::npos);
  }
  desk.press("q");
  CHECK(desk.screen().starts_with("Feeds"));
  CHECK_FALSE(desk.quit);
  desk.press("?Q");
  CHECK(desk.quit);
}

TEST_CASE("every page fits forty columns and ten rows, and less is said to be too little") {
  for (const std::string keys :
       {"", "jjj\n", "jjj\n\n", "?", "/a long search that does not fit in forty columns", "A", "z"}) {
    Desk desk;
    desk.reader.resize({10, 40});
    desk.press(keys);
    CAPTURE(keys, desk.screen());
    const auto frame = desk.reader.frame();
    CHECK(frame.rows.size() == 10);
    for (const auto& row : frame.rows) {
      for (const auto& piece : row.pieces) CHECK(piece.column + client::display_width(piece.text) <= 40);
    }
    desk.reader.resize({9, 40});
    CHECK(desk.shows("This terminal is too small"));
    desk.reader.resize({1, 1});
    CHECK(desk.reader.frame().rows.size() == 1);
  }
}

TEST_CASE("what is read stays at the top when the width changes") {
  Desk desk(1);
  std::string html;
  for (int i = 0; i < 50; ++i)
    html += "<p>Paragraph " + std::to_string(i) + " of some length, so that it takes two rows of forty.";
  desk.answers["GET /v1/articles/13"] = boost::json::serialize(boost::json::object{{"id", 13}, {"content_html", html}});
  desk.press("\n");
  for (int i = 0; i < 21; ++i) desk.press("j");
  const auto first_row = [&] { return desk.screen().substr(desk.screen().find('\n') + 1, 14); };
  const auto before = first_row();
  REQUIRE(before.starts_with("Paragraph"));
  desk.reader.resize({12, 40});
  CHECK(first_row() == before);
  desk.reader.resize({12, 120});
  CHECK(first_row() == before);
}
