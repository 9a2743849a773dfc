#include "client/reader/articles.hpp"

#include <boost/json/array.hpp>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::reader;

namespace {

boost::json::object page(const std::vector<int>& ids, const std::string& next_cursor = {}) {
  boost::json::array articles;
  for (const auto id : ids)
    articles.push_back(boost::json::object{{"id", id}, {"title", std::to_string(id)}, {"read", false}});
  boost::json::object answer{{"articles", std::move(articles)}};
  if (!next_cursor.empty()) answer["next_cursor"] = next_cursor;
  return answer;
}

std::string ids(ArticlesPage& list) {
  std::string text;
  for (const auto& article : list.articles()) text += std::to_string(article.id) + (article.read ? "r " : " ");
  return text;
}

}  // namespace

TEST_CASE("the next page is asked for once, when the end comes near, until there is none") {
  ArticlesPage list({.feed = 7}, false, 1);
  CHECK(list.next_target(3) == "/v1/articles?fields=summary&limit=200&order=newest&feed=7");
  CHECK(list.next_target(3).empty());
  std::vector<int> first;
  for (int id = 100; id > 80; --id) first.push_back(id);
  list.append(page(first, "c"));
  CHECK(list.next_target(3).empty());
  list.move(Command::page_down, 15);
  CHECK(list.next_target(3) == "/v1/articles?fields=summary&limit=200&order=newest&feed=7&cursor=c");
  list.append(page({81, 80}));
  CHECK(list.articles().size() == 21);
  list.move(Command::bottom, 3);
  CHECK(list.next_target(3).empty());
}

TEST_CASE("the last line is that of the whole list, until another key is pressed") {
  ArticlesPage list({}, false, 1);
  list.next_target(3);
  list.append(page({9, 8, 7}, "c"));
  list.move(Command::bottom, 3);
  CHECK(list.next_target(3) == "/v1/articles?fields=summary&limit=1000&order=newest&cursor=c");
  list.append(page({6, 5, 4}, "d"));
  CHECK(list.place() == "6/6+");
  CHECK(list.next_target(3) == "/v1/articles?fields=summary&limit=1000&order=newest&cursor=d");
  list.retry();
  list.append(page({3, 2, 1}));
  CHECK(list.place() == "6/9");
}

TEST_CASE("a page that could not be had is asked for again when somebody tries") {
  ArticlesPage list({}, false, 1);
  CHECK_FALSE(list.next_target(3).empty());
  list.page_failed();
  CHECK(list.next_target(3).empty());
  list.retry();
  CHECK_FALSE(list.next_target(3).empty());
}

TEST_CASE("what changes is taken in, and the place is kept") {
  struct Case {
    std::string name;
    Source source;
    std::vector<int> old;
    std::string old_cursor;
    std::vector<int> fresh;
    std::string fresh_cursor;
    std::set<std::int64_t> deleted;
    std::string expected;
  };
  const Case cases[] = {
      {"new on top", {}, {5, 4, 3}, "", {7, 6, 5, 4, 3}, "", {}, "7 6 5 4 3 "},
      {"gone", {}, {5, 4, 3}, "", {5, 3}, "", {}, "5 3 "},
      {"pushed behind the answer's end", {}, {5, 4, 3}, "c", {6, 5, 4}, "d", {}, "6 5 4 3 "},
      {"deleted behind it", {}, {5, 4, 3}, "c", {6, 5, 4}, "d", {3}, "6 5 4 "},
      {"read in an unread list", {.unread = true}, {5, 4, 3}, "", {5, 3}, "", {}, "5 4r 3 "},
      {"deleted there", {.unread = true}, {5, 4, 3}, "", {5, 3}, "", {4}, "5 3 "},
      {"read there, and new ones", {.unread = true}, {5, 4, 3}, "", {6, 5}, "", {}, "6 5 4r 3r "},
      {"all is new", {}, {5, 4, 3}, "c", {9, 8, 7}, "d", {}, "9 8 7 "},
      {"all is new and that is all", {.unread = true}, {5}, "", {9}, "", {}, "9 5r "},
      {"more than before", {}, {5}, "", {5, 4, 3}, "d", {}, "5 4 3 "},
      {"another order", {}, {5, 4, 3}, "", {3, 5, 4}, "", {}, "3 5 4 "},
  };
  for (const auto& one : cases) {
    CAPTURE(one.name);
    ArticlesPage list(one.source, false, 1);
    list.append(page(one.old, one.old_cursor));
    list.replace_head(page(one.fresh, one.fresh_cursor), one.deleted);
    CHECK(ids(list) == one.expected);
  }
}

TEST_CASE("the selected article stays selected when others come in") {
  ArticlesPage list({}, false, 1);
  list.append(page({5, 4, 3}));
  list.move(Command::down, 10);
  list.replace_head(page({7, 6, 5, 4, 3}), {});
  CHECK(list.selected()->id == 4);
}

TEST_CASE("after a gap the list goes on behind the answer and not behind what it had") {
  ArticlesPage list({}, false, 1);
  list.append(page({5, 4}, "old"));
  list.replace_head(page({9, 8}, "new"), {});
  CHECK(list.next_target(5).ends_with("cursor=new"));
}

TEST_CASE("an article without a title is known by its text, and no title steers the terminal") {
  CHECK(article_of({{"summary", "<p>Some text"}}).title == "Some text");
  CHECK(article_of({}).title == "(untitled)");
  CHECK(article_of({{"title", "a\x1b[31m\u202eb\nc"}}).title == "a[31mb c");
}
