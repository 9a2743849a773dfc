// Which entries of a document are one article, and by what they are told apart.

#include "ingest/identify.hpp"

#include <set>

#include "feed/identity.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;

namespace {

constexpr std::string_view feed_uid = "0123456789abcdef";
constexpr Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours(12)};
constexpr auto day = std::chrono::hours(24);

model::Entry entry(std::string guid, std::string url, std::string title, std::optional<Instant> published = {},
                   std::string content = {}) {
  model::Entry result;
  result.guid = std::move(guid);
  result.url = std::move(url);
  result.title = std::move(title);
  result.date_published = published;
  result.content_html = content.empty() ? "<p>" + result.title + "</p>" : std::move(content);
  return result;
}

std::vector<model::Entry> entries(int count, std::string (*guid)(int), std::string (*url)(int)) {
  std::vector<model::Entry> result;
  for (int i = 0; i < count; ++i)
    result.push_back(entry(guid(i), url(i), "Title " + std::to_string(i), noon + i * day));
  return result;
}

std::string uid_by(std::string_view key) { return feed::article_uid(feed_uid, key); }

std::string constant(int) { return "https://example.org/"; }
std::string own(int i) { return "https://example.org/" + std::to_string(i); }
std::string none(int) { return {}; }

}  // namespace

TEST_CASE("an entry is identified by its guid, else by its canonical link, else by title and content") {
  const auto identified = identify({entry("1", "https://example.org/a", "A"),
                                    entry("", "http://www.example.org/b?utm_source=x", "B"), entry("", "", "C")},
                                   feed_uid, {});
  REQUIRE(identified.entries.size() == 3);
  CHECK(identified.entries[0].uid == uid_by("guid:1"));
  CHECK(identified.entries[1].uid == uid_by("link:https://example.org/b"));
  CHECK(identified.entries[1].link == "https://example.org/b");
  CHECK(identified.entries[2].uid == uid_by(feed::article_key(entry("", "", "C"))));
  CHECK(identified.unreliable == model::Unreliable{});
}

TEST_CASE("no piece of a document gets lost, and none is there twice") {
  struct Case {
    const char* what;
    model::Entry first, second;
    std::size_t articles;
  };
  const std::string link = "https://example.org/a";
  auto older = entry("1", link, "A", noon);
  auto newer = entry("1", link, "A, corrected", noon);
  older.date_modified = noon;
  newer.date_modified = noon + day;
  const Case cases[] = {
      {"the same entry", entry("1", link, "A", noon), entry("1", link, "A", noon), 1},
      {"the same with a tracking parameter", entry("1", link, "A", noon), entry("1", link + "?utm_source=x", "A", noon),
       1},
      {"the same, edited", entry("1", link, "A", noon), entry("1", link, "A", noon, "<p>b</p>"), 1},
      {"the same at two dates", entry("1", link, "A", noon), entry("1", link, "A", noon + day), 1},
      {"two versions of an entry", newer, older, 1},
      {"one guid, two links", entry("1", link, "A", noon), entry("1", link + "/b", "B", noon + day), 2},
      {"one guid and link, two titles", entry("1", link, "A"), entry("1", link, "B"), 2},
      {"one guid and link and date, two titles", entry("1", link, "A", noon), entry("1", link, "B", noon), 2},
      {"one guid and link and title, other dates and words", entry("1", link, "A", noon),
       entry("1", link, "A", noon + day, "b"), 2},
      {"one guid and no link, two titles", entry("1", "", "A"), entry("1", "", "B"), 2},
      {"no guid, one link, two titles", entry("", link, "A"), entry("", link, "B"), 2},
      {"no guid, two fragments, two titles", entry("", link + "#1", "A"), entry("", link + "#2", "B"), 2},
      {"no guid, one link, the same", entry("", link, "A"), entry("", link, "A"), 1},
      {"no titles, one guid and date, other words", entry("1", "", "", noon, "a"), entry("1", "", "", noon, "b"), 2},
      {"nothing but words", entry("", "", "", {}, "a"), entry("", "", "", {}, "b"), 2},
      {"two guids, one link", entry("1", link, "A"), entry("2", link, "A"), 2},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    const auto identified = identify({test.first, test.second}, feed_uid, {});
    std::set<std::string> uids;
    for (const auto& incoming : identified.entries) uids.insert(incoming.uid);
    CHECK(uids.size() == test.articles);
    CHECK(identified.entries.size() == test.articles);
    CHECK(identified.entries[0].entry == test.first);
  }
}

TEST_CASE("a guid or a link that most of a document shares is not trusted again") {
  struct Case {
    const char* what;
    std::vector<model::Entry> document;
    model::Unreliable found;
  };
  auto one_slip = entries(6, own, own);
  one_slip[1].guid = one_slip[0].guid;
  const Case cases[] = {
      {"as it should be", entries(6, own, own), {false, false}},
      {"one guid for all", entries(6, constant, own), {true, false}},
      {"one page for all", entries(6, own, constant), {false, true}},
      {"one page for all, without guids", entries(6, none, constant), {false, true}},
      {"one guid and one page for all", entries(6, constant, constant), {true, true}},
      {"no guids and no links", entries(6, none, none), {false, false}},
      {"a slip", one_slip, {false, false}},
      {"two entries prove nothing", entries(2, constant, own), {false, false}},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    const auto identified = identify(test.document, feed_uid, {});
    CHECK(identified.entries.size() == test.document.size());
    CHECK(identified.unreliable == test.found);
  }
}

TEST_CASE("what is not trusted identifies nothing, also where it stands alone") {
  const auto uid = [](model::Unreliable known) {
    const auto identified = identify({entry("1", "https://example.org/a", "A")}, feed_uid, known);
    CHECK(identified.unreliable == known);
    CHECK(identified.entries.at(0).entry.guid == "1");
    CHECK(identified.entries.at(0).entry.url == "https://example.org/a");
    CHECK(identified.entries.at(0).link == "https://example.org/a");
    return identified.entries.at(0).uid;
  };
  CHECK(uid({false, false}) == uid_by("guid:1"));
  CHECK(uid({false, true}) == uid_by("guid:1"));
  CHECK(uid({true, false}) == uid_by("link:https://example.org/a"));
  CHECK(uid({true, true}) == uid_by(feed::article_key(entry("", "", "A"))));
}
