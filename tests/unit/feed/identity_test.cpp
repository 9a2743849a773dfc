#include "feed/identity.hpp"

#include "support/catch.hpp"

using namespace newscache;

// These values are on disks and in bundles of other devices: a change of any of them is a break.
TEST_CASE("A feed's uid is the start of the hash of its canonical URL") {
  CHECK(feed::feed_uid("https://example.org/feed") == feed::feed_uid("http://www.Example.org:80/feed/"));
  CHECK(feed::feed_uid("https://example.org/feed").size() == 16);
  CHECK(feed::feed_uid("https://example.org/feed") == "09157359a856586c");
  CHECK(feed::feed_uid("import:Letters") != feed::feed_uid("import:Archive"));
}

TEST_CASE("An entry is known by its guid, else by its link, else by what it says") {
  model::Entry entry;
  entry.title = "Title";
  entry.content_html = "<p>Text</p>";
  // sha256("Title\0<p>Text</p>")
  CHECK(feed::article_key(entry) == "hash:32eb84fd12b3a562f3c0eaf6ed9e99d50550313fd99c18ea87cd825db4c45831");
  entry.url = "http://www.example.org/a/?utm_source=rss";
  CHECK(feed::article_key(entry) == "link:https://example.org/a");
  entry.guid = " urn:X ";
  CHECK(feed::article_key(entry) == "guid: urn:X ");
}

TEST_CASE("Title and content are kept apart in the hash") {
  model::Entry a;
  a.title = "ab";
  a.content_html = "c";
  model::Entry b;
  b.title = "a";
  b.content_html = "bc";
  CHECK(feed::article_key(a) != feed::article_key(b));
}

TEST_CASE("An article's uid depends on its feed and its key") {
  CHECK(feed::article_uid("0123456789abcdef", "guid:1") == "8be3a9739abab8d3960c00f6a126274f");
  CHECK(feed::article_uid("0123456789abcdef", "guid:1") != feed::article_uid("0123456789abcdee", "guid:1"));
}
