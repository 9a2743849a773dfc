#include <boost/json/parse.hpp>

#include "api/shapes.hpp"
#include "settings/feed_settings.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

boost::json::object object_of(std::string_view text) {
  auto object = parse_object(text);
  REQUIRE(object.has_value());
  return *object;
}

template <class T>
void check_refused(const Result<T>& result, std::string_view word) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().cause == Cause::invalid);
  INFO(result.error().detail);
  CHECK(result.error().detail.find(word) != std::string::npos);
}

}  // namespace

TEST_CASE("a body that is no JSON object is refused, saying where it breaks") {
  check_refused(parse_object(""), "empty");
  check_refused(parse_object("{\"a\":1"), "no JSON");
  check_refused(parse_object("{\"a\" 1}"), "byte 5");
  check_refused(parse_object("{} {}"), "no JSON");
  check_refused(parse_object("[1]"), "object");
  check_refused(parse_object("a=1&b=2"), "no JSON");
  check_refused(parse_object(std::string(100, '[')), "no JSON");
}

TEST_CASE("a subscription is read") {
  const auto feed =
      parse_new_feed(object_of(R"({"url":"https://a/","title":"T","folder":"F","settings":{"images":false}})"));
  REQUIRE(feed.has_value());
  CHECK(feed->url == "https://a/");
  CHECK(feed->custom_title == "T");
  CHECK(feed->folder == "F");
  CHECK(feed->settings.at("images") == model::SettingValue(false));
  CHECK(parse_new_feed(object_of(R"({"url":"https://a/","title":null})"))->custom_title.empty());
}

TEST_CASE("a subscription that cannot be understood is refused by name") {
  struct Row {
    std::string_view body;
    std::string_view word;
  };
  const Row rows[] = {
      {"{}", "'url'"},
      {R"({"url":""})", "'url'"},
      {R"({"url":7})", "'url'"},
      {R"({"url":null})", "'url'"},
      {R"({"url":"a","titel":"x"})", "'titel'"},
      {R"({"url":"a","title":"a\nb"})", "'title'"},
      {R"({"url":"a","settings":[]})", "'settings'"},
      {R"({"url":"a","settings":{"no_such":1}})", "no_such"},
      {R"({"url":"a","settings":{"images":[]}})", "images"},
      {R"({"url":"a","settings":{"images":"maybe"}})", "images"},
  };
  for (const auto& row : rows) {
    INFO(row.body);
    check_refused(parse_new_feed(object_of(row.body)), row.word);
  }
}

TEST_CASE("a patch of a feed changes what it names, also of the settings") {
  const auto patch =
      parse_feed_patch(object_of(R"({"paused":true,"title":null,"settings":{"images":null,"keep_days":5}})"));
  REQUIRE(patch.has_value());
  CHECK(patch->paused == true);
  CHECK(patch->custom_title == "");
  CHECK_FALSE(patch->folder);
  CHECK_FALSE(patch->url);
  CHECK_FALSE(patch->managed);
  CHECK(patch->settings == model::SettingChanges{{"images", std::nullopt}, {"keep_days", std::int64_t{5}}});
  CHECK(parse_feed_patch(object_of("{}"))->settings.empty());
  check_refused(parse_feed_patch(object_of(R"({"managed":true})")), "'managed'");
  check_refused(parse_feed_patch(object_of(R"({"paused":"yes"})")), "'paused'");
}

TEST_CASE("marking is by ids or by filters") {
  const auto by_ids = parse_mark_request(object_of(R"({"ids":[3,5],"read":true})"));
  REQUIRE(by_ids.has_value());
  CHECK_FALSE(by_ids->all);
  CHECK(by_ids->ids == std::vector{model::ArticleId{3}, model::ArticleId{5}});
  CHECK(by_ids->read == true);
  CHECK_FALSE(by_ids->starred);
  const auto by_filter = parse_mark_request(object_of(R"({"feed":7,"before":"2026-01-01","q":"x","starred":false})"));
  REQUIRE(by_filter.has_value());
  CHECK(by_filter->all);
  CHECK(by_filter->feed == model::FeedId{7});
  CHECK(by_filter->before.has_value());
  CHECK(by_filter->text == "x");
  CHECK(by_filter->starred == false);
  CHECK(parse_mark_request(object_of(R"({"read":true})"))->all);
  CHECK_FALSE(parse_mark_request(object_of(R"({"ids":[],"read":true})"))->all);
}

TEST_CASE("a mark that is ambiguous marks nothing") {
  struct Row {
    std::string_view body;
    std::string_view word;
  };
  const Row rows[] = {
      {R"({"ids":[1]})", "nothing to set"},
      {R"({"ids":null,"read":true})", "'ids'"},
      {R"({"feed":null,"read":true})", "'feed'"},
      {R"({"ids":[1],"feed":2,"read":true})", "not both"},
      {R"({"ids":[1,"2"],"read":true})", "'ids'"},
      {R"({"ids":[0],"read":true})", "'ids'"},
      {R"({"ids":[1.5],"read":true})", "'ids'"},
      {R"({"feed":"x","read":true})", "'feed'"},
      {R"({"before":"soon","read":true})", "'before'"},
      {R"({"read":1})", "'read'"},
      {R"({"folders":"x","read":true})", "'folders'"},
  };
  for (const auto& row : rows) {
    INFO(row.body);
    check_refused(parse_mark_request(object_of(row.body)), row.word);
  }
}

TEST_CASE("a patch of an article sets read and starred and nothing else") {
  const auto patch = parse_article_patch(object_of(R"({"read":false,"starred":true})"), model::ArticleId{4});
  REQUIRE(patch.has_value());
  CHECK(patch->ids == std::vector{model::ArticleId{4}});
  CHECK(patch->read == false);
  CHECK(patch->starred == true);
  check_refused(parse_article_patch(object_of("{}"), model::ArticleId{4}), "nothing to set");
  check_refused(parse_article_patch(object_of(R"({"title":"x"})"), model::ArticleId{4}), "'title'");
}
