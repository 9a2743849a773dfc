#include "ingest/teasers.hpp"

#include "ingest/wants.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::ingest;

namespace {

model::Entry entry(std::string content) {
  model::Entry entry;
  entry.title = "Title";
  entry.url = "https://example.org/1";
  entry.content_html = std::move(content);
  return entry;
}

std::string words(std::size_t count) {
  std::string text = "<p>";
  for (std::size_t i = 0; i < count; ++i) text += "word ";
  return text + "end.</p>";
}

}  // namespace

TEST_CASE("a short text, or one that breaks off, is a teaser of its page") {
  CHECK(is_teaser(entry(words(50))));
  CHECK_FALSE(is_teaser(entry(words(300))));
  CHECK(is_teaser(entry(words(300) + "<p>and then \u2026</p>")));
  CHECK(is_teaser(entry(words(300) + "<p>and then [...]</p>")));
  CHECK_FALSE(is_teaser(entry(words(900) + "<p>and then \u2026</p>")));
  CHECK(is_teaser(entry(words(200) + "<p><a href=\"https://example.org/1\">Read more</a></p>")));
  CHECK_FALSE(is_teaser(entry(words(200) + "<p><a href=\"https://example.org/2\">Another</a></p>")));
}

TEST_CASE("markup and white space make no text longer, and hide no end of it") {
  std::string padded;
  for (int i = 0; i < 50; ++i) padded += "<p class=\"" + std::string(100, 'x') + "\">word</p>" + std::string(100, '\n');
  CHECK(is_teaser(entry(padded)));
  const std::string link = "<a href=\"https://example.org/" + std::string(300, 'x') + "\">";
  CHECK(is_teaser(entry(words(300) + "<p>" + link + "and then \u2026</a></p>\n")));
  CHECK(is_teaser(entry(words(300) + "<p>and then [" + link + "...</a>]</p>")));
  CHECK_FALSE(is_teaser(entry(words(300) + "<p>and then \u2026 " + link + "it ended</a></p>")));
  auto plain = entry("");
  plain.summary = "1 < 2 " + std::string(700, 'x');
  CHECK_FALSE(is_teaser(plain));
  plain.summary += " ...\n";
  CHECK(is_teaser(plain));
}

TEST_CASE("a text in few characters is as long as its words") {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "\u6587";
  CHECK_FALSE(is_teaser(entry("<p>" + text + "</p>")));
  CHECK(is_teaser(entry("<p>" + text.substr(0, 300) + "</p>")));
}

TEST_CASE("what has no page, no title, or comes with a recording is whole") {
  auto note = entry("<p>short</p>");
  note.title.clear();
  CHECK_FALSE(is_teaser(note));
  auto pageless = entry("<p>short</p>");
  pageless.url.clear();
  CHECK_FALSE(is_teaser(pageless));
  auto podcast = entry("<p>short</p>");
  podcast.attachments.push_back({"https://example.org/1.mp3", "audio/mpeg", "", {}, {}});
  CHECK_FALSE(is_teaser(podcast));
}

TEST_CASE("a feed is judged by most of its entries, and stays what it was while these disagree") {
  const auto teaser = entry("<p>short</p>");
  const auto whole = entry(words(300));
  using List = std::vector<model::Entry>;
  CHECK(judge_teasers(List{teaser, teaser, whole}, std::nullopt) == true);
  CHECK(judge_teasers(List{whole, whole, teaser}, true) == false);
  CHECK(judge_teasers(List{whole, teaser}, true) == true);
  CHECK(judge_teasers(List{whole, teaser}, false) == false);
  CHECK(judge_teasers(List{whole, teaser}, std::nullopt) == std::nullopt);
  CHECK(judge_teasers(List{}, true) == true);
}

TEST_CASE("what is wanted is what the feed's own settings say, else the general ones", "[pages]") {
  model::OfflineSettings general;
  model::FeedState state;
  model::FeedSettings own;
  CHECK_FALSE(wants(own, state, general).page);
  state.teasers = true;
  CHECK(wants(own, state, general).page);
  own["full_text"] = std::string("never");
  own["image_width"] = std::int64_t{480};
  own["enclosures"] = true;
  const auto wanted = wants(own, state, general);
  CHECK_FALSE(wanted.page);
  CHECK(wanted.image_width == 480);
  CHECK(wanted.enclosures);
  CHECK(wanted.images);
}

TEST_CASE("an article needs something when there is something to be fetched for it") {
  const Wants all{.page = true, .images = true, .enclosures = true, .image_width = 800, .article_limit = 1};
  const Wants media{.page = false, .images = true, .enclosures = true, .image_width = 800, .article_limit = 1};
  CHECK(needs_completion(all, entry("<p>text</p>")));
  CHECK_FALSE(needs_completion(media, entry("<p>text</p>")));
  CHECK(needs_completion(media, entry("<p><img src=\"https://example.org/1.jpg\"></p>")));
  CHECK(needs_completion(media, entry("<audio src=\"https://example.org/1.mp3\"></audio>")));
  auto podcast = entry("<p>text</p>");
  podcast.attachments.push_back({"https://example.org/1.mp3", "audio/mpeg", "", {}, {}});
  CHECK(needs_completion(media, podcast));
  CHECK_FALSE(needs_completion({.page = false, .images = true, .enclosures = false}, podcast));
}
