#include "api/shapes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "api/openapi.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace json = boost::json;

namespace {

constexpr Instant noon{std::chrono::seconds(1764072000)};  // 2025-11-25T12:00:00Z

model::Article article() {
  model::Article article;
  article.id = model::ArticleId{5};
  article.uid = "00112233445566778899aabbccddeeff";
  article.feed_id = model::FeedId{3};
  article.entry.guid = "tag:example.org,2025:1";
  article.entry.url = "https://example.org/1";
  article.entry.content_html = "<p>Text</p>";
  article.date_received = noon;
  article.revision = model::Revision{99};
  article.starred = true;
  return article;
}

model::Feed feed() {
  model::Feed feed;
  feed.id = model::FeedId{3};
  feed.uid = "0011223344556677";
  feed.url = "https://example.org/feed";
  feed.title = "Example";
  feed.articles = 12;
  feed.unread = 4;
  return feed;
}

json::object parsed(const std::string& text) { return json::parse(text).as_object(); }

}  // namespace

TEST_CASE("an article is a JSON Feed item whose id is ours and whose guid is the publisher's") {
  const auto out = parsed(article_json(article(), true));
  CHECK(out.at("id") == 5);
  CHECK(out.at("uid") == "00112233445566778899aabbccddeeff");
  CHECK(out.at("feed_id") == 3);
  CHECK(out.at("guid") == "tag:example.org,2025:1");
  CHECK(out.at("url") == "https://example.org/1");
  CHECK(out.at("content_html") == "<p>Text</p>");
  CHECK(out.at("date_received") == "2025-11-25T12:00:00Z");
  CHECK(out.at("revision") == 99);
  CHECK(out.at("read") == false);
  CHECK(out.at("starred") == true);
  CHECK(out.at("offline").at("state") == "off");
  CHECK(out.at("offline").at("bytes") == 0);
}

TEST_CASE("an article leaves out what is unknown, except its title") {
  const auto out = parsed(article_json(article(), true));
  CHECK(out.at("title") == "");
  for (const auto* absent :
       {"summary", "image", "date_published", "authors", "tags", "attachments", "snippet", "score"}) {
    INFO(absent);
    CHECK_FALSE(out.contains(absent));
  }
}

TEST_CASE("a summary leaves the content out") {
  CHECK_FALSE(parsed(article_json(article(), false)).contains("content_html"));
}

TEST_CASE("a search result carries its snippet and its score") {
  auto found = article();
  found.snippet = "a <mark>word</mark>";
  found.score = 1.5;
  const auto out = parsed(article_json(found, false));
  CHECK(out.at("snippet") == "a <mark>word</mark>");
  CHECK(out.at("score") == 1.5);
}

TEST_CASE("an article goes into a list behind a comma where one is needed, and only there") {
  const auto one = article_json(article(), true);
  for (const std::string before : {"[", "[1", "", ","}) {
    INFO(before);
    auto list = before;
    append_article(list, article(), true);
    CHECK(list == before + (before == "[1" ? "," : "") + one);
  }
}

TEST_CASE("a feed shows null for what has not happened yet") {
  const auto out = feed_json(feed(), true);
  CHECK(out.at("id") == 3);
  CHECK(out.at("state") == "new");
  CHECK(out.at("polling") == true);
  CHECK(out.at("counts").at("articles") == 12);
  CHECK(out.at("counts").at("unread") == 4);
  CHECK(out.at("managed") == false);
  CHECK(out.at("settings").as_object().empty());
  for (const auto* absent :
       {"last_attempt", "last_success", "next_poll", "next_poll_rule", "error", "icon", "language"}) {
    INFO(absent);
    REQUIRE(out.contains(absent));
    CHECK(out.at(absent).is_null());
  }
}

TEST_CASE("a failing feed shows its error, its settings and when it is polled next") {
  auto failing = feed();
  failing.state.status = model::FeedStatus::failing;
  failing.state.error = model::FeedError{Cause::dns, "no such host", 3, noon};
  failing.state.next_poll = noon;
  failing.state.next_poll_rule = "back-off";
  failing.settings["poll_interval"] = std::string("2h");
  failing.settings["images"] = false;
  failing.settings["keep_days"] = std::int64_t{30};
  const auto out = feed_json(failing, false);
  CHECK(out.at("state") == "failing");
  CHECK(json::serialize(out.at("error")) ==
        R"({"cause":"dns","detail":"no such host","count":3,"since":"2025-11-25T12:00:00Z"})");
  CHECK(out.at("next_poll") == "2025-11-25T12:00:00Z");
  CHECK(out.at("next_poll_rule") == "back-off");
  CHECK(out.at("settings").at("poll_interval") == "2h");
  CHECK(out.at("settings").at("images") == false);
  CHECK(out.at("settings").at("keep_days") == 30);
}

TEST_CASE("a paused feed says so, whatever it was before") {
  auto paused = feed();
  paused.state.status = model::FeedStatus::failing;
  paused.paused = true;
  CHECK(feed_json(paused, false).at("state") == "paused");
}

TEST_CASE("a page of changes names the epoch and the newest revision") {
  model::ChangePage page;
  page.epoch = "e1";
  page.changes = {{model::Revision{7}, model::ChangeType::feed, model::ChangeOp::added, 3},
                  {model::Revision{8}, model::ChangeType::article, model::ChangeOp::state, 5}};
  page.revision = model::Revision{20};
  page.more = true;
  CHECK(change_page_json(page) == R"({"epoch":"e1","changes":[{"revision":7,"type":"feed","op":"added","id":3},)"
                                  R"({"revision":8,"type":"article","op":"state","id":5}],"revision":20,"more":true})");
}

TEST_CASE("a journal leaves out what an attempt does not have") {
  model::Attempt worked;
  worked.time = noon;
  worked.status = 304;
  worked.bytes = 220;
  worked.duration = std::chrono::milliseconds(95);
  worked.next_poll = noon + std::chrono::hours(1);
  worked.next_poll_rule = "max-age";
  model::Attempt brought = worked;
  brought.status = 200;
  brought.added = 3;
  brought.updated = 1;
  model::Attempt failed;
  failed.time = noon;
  failed.cause = Cause::dns;
  failed.detail = "no such host";
  failed.next_poll_rule = "gone";
  CHECK(json::serialize(journal_json({worked, brought, failed})) ==
        R"({"attempts":[{"time":"2025-11-25T12:00:00Z","status":304,"bytes":220,"duration_ms":95,"new":0,"updated":0,)"
        R"("next_poll":"2025-11-25T13:00:00Z","next_poll_rule":"max-age"},)"
        R"({"time":"2025-11-25T12:00:00Z","status":200,"bytes":220,"duration_ms":95,"new":3,"updated":1,)"
        R"("next_poll":"2025-11-25T13:00:00Z","next_poll_rule":"max-age"},)"
        R"({"time":"2025-11-25T12:00:00Z","cause":"dns","detail":"no such host","bytes":0,"duration_ms":0,"new":0,)"
        R"("updated":0,"next_poll_rule":"gone"}]})");
  CHECK(json::serialize(journal_json({})) == R"({"attempts":[]})");
}

TEST_CASE("a feed shows between which times articles may be missing, and which other feed is the same") {
  auto incomplete = feed();
  CHECK(feed_json(incomplete, false).at("gap").is_null());
  CHECK(feed_json(incomplete, false).at("duplicate_of").is_null());
  incomplete.state.gap = model::Gap{noon, noon + std::chrono::hours(1), "https://example.org/feed?page=2", 1};
  const auto out = feed_json(incomplete, false, model::FeedId{9});
  CHECK(json::serialize(out.at("gap")) == R"({"after":"2025-11-25T12:00:00Z","before":"2025-11-25T13:00:00Z"})");
  CHECK(out.at("duplicate_of") == 9);
}

TEST_CASE("an attempt says that it was metered, or nothing of that") {
  model::Attempt attempt;
  CHECK_FALSE(journal_json({attempt}).at("attempts").at(0).as_object().contains("metered"));
  attempt.metered = true;
  CHECK(journal_json({attempt}).at("attempts").at(0).at("metered") == true);
}

namespace {

json::object schema(std::string_view name) {
  const auto document = json::parse(json::string_view(openapi_document.data(), openapi_document.size()));
  return document.at("components").at("schemas").at(json::string_view(name.data(), name.size())).as_object();
}

// What the object has is described, and what must be there is.
void check_described(const json::object& object, std::string_view name) {
  const auto described = schema(name);
  for (const auto& member : object) {
    INFO(name << "." << std::string_view(member.key().data(), member.key().size()));
    CHECK(described.at("properties").as_object().contains(member.key()));
  }
  for (const auto& member : described.at("required").as_array()) {
    INFO(name << "." << member.as_string().c_str());
    CHECK(object.contains(member.as_string()));
  }
}

std::set<std::string> words_of(const json::value& list) {
  std::set<std::string> words;
  for (const auto& word : list.as_array()) words.emplace(word.as_string().c_str());
  return words;
}

}  // namespace

TEST_CASE("the OpenAPI document describes feeds, attempts and their parts member by member") {
  auto failing = feed();
  failing.state.error = model::FeedError{Cause::dns, "no such host", 3, noon};
  failing.state.gap = model::Gap{noon, noon, "", 0};
  const auto shown = feed_json(failing, true, model::FeedId{9});
  check_described(shown, "Feed");
  check_described(shown.at("error").as_object(), "FeedError");
  check_described(shown.at("gap").as_object(), "Gap");
  model::Attempt attempt;
  check_described(journal_json({attempt}).at("attempts").at(0).as_object(), "Attempt");
  attempt.cause = Cause::budget;
  attempt.status = 200;
  attempt.metered = true;
  attempt.next_poll = noon;
  check_described(journal_json({attempt}).at("attempts").at(0).as_object(), "Attempt");
  check_described(parsed(article_json(article(), true)), "Article");
}

TEST_CASE("a history shows each version as an article is shown, without what is ours") {
  model::ArticleVersion version;
  version.revision = model::Revision{7};
  version.replaced = noon;
  version.entry = article().entry;
  const auto shown = json::parse(history_json({version, {}}));
  REQUIRE(shown.at("versions").as_array().size() == 2);
  for (const auto& one : shown.at("versions").as_array()) check_described(one.as_object(), "ArticleVersion");
  const auto& first = shown.at("versions").at(0).as_object();
  CHECK(first.at("revision") == 7);
  CHECK(first.at("replaced") == time_json(noon));
  const auto whole = parsed(article_json(article(), true));
  for (const char* member : {"guid", "url", "title", "content_html"}) {
    INFO(member);
    CHECK(first.at(member) == whole.at(member));
  }
  CHECK_FALSE(first.contains("id"));
  CHECK_FALSE(first.contains("read"));
  CHECK(history_json({}) == R"({"versions":[]})");
}

TEST_CASE("the OpenAPI document names every cause") {
  const auto of_problems = words_of(schema("Problem").at("properties").at("cause").at("enum"));
  const auto of_polls = words_of(schema("PollCause").at("enum"));
  for (int number = 0; number <= static_cast<int>(Cause::internal); ++number) {
    const std::string name(cause_name(static_cast<Cause>(number)));
    CAPTURE(name);
    CHECK(of_problems.contains(name));
    const bool of_callers = name == "not_found" || name == "conflict" || name == "forbidden";
    CHECK(of_polls.contains(name) != of_callers);
  }
}
