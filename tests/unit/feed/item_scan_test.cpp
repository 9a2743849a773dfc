// That the rest of an arriving document is known, seen early; and that what has been cut off there is still read whole.

#include "feed/item_scan.hpp"

#include <algorithm>

#include "feed/parse.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

using Keys = std::vector<std::uint64_t>;

std::string rss(std::string_view items) {
  return "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [<!ENTITY x \"<item>\">]>\n"
         "<rss version=\"2.0\"><channel><title>T</title><!-- <item> -->" +
         std::string(items) + "</channel></rss>";
}

std::string item(std::string_view guid) {
  return "<item><title>About " + std::string(guid) + "</title><guid isPermaLink=\"false\">" + std::string(guid) +
         "</guid><description><![CDATA[<p>1 > 0</p>]]></description></item>\n";
}

std::string rdf() {
  return "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">"
         "<channel><title>T</title><link>http://a.example/</link><items><rdf:Seq><rdf:li rdf:resource=\"1\"/></rdf:Seq>"
         "</items></channel><item rdf:about=\"1\"><title>One</title><link>http://a.example/1</link></item>"
         "<item rdf:about=\"2\"><title>Two</title><link>http://a.example/2</link></item></rdf:RDF>";
}

std::string atom(const std::string& prefix) {
  const auto colon = prefix.empty() ? prefix : prefix + ":";
  const auto entry = [&](const std::string& name) {
    return "<" + colon + "entry><" + colon + "source><" + colon + "id>planet</" + colon + "id></" + colon + "source><" +
           colon + "title>" + name + "</" + colon + "title><" + colon + "id>urn:" + name + "</" + colon + "id></" +
           colon + "entry>";
  };
  return "<" + colon + "feed xmlns" + (prefix.empty() ? "" : ":" + prefix) + "=\"http://www.w3.org/2005/Atom\"><" +
         colon + "id>urn:feed</" + colon + "id>" + entry("a") + entry("b") + entry("c") + "</" + colon + "feed>";
}

std::shared_ptr<const Keys> sorted(Keys keys) {
  std::sort(keys.begin(), keys.end());
  return std::make_shared<const Keys>(std::move(keys));
}

// How many bytes must have come, byte by byte, until it is enough; 0: never.
std::size_t enough_after(const std::string& document, const Keys& known, std::size_t enough) {
  feed::ItemScan scan(sorted(known), enough);
  for (std::size_t size = 1; size <= document.size(); ++size) {
    if (scan.is_enough(std::string_view(document).substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

TEST_CASE("Items have a key each, which is theirs wherever they stand and in whatever company") {
  struct Case {
    const char* what;
    std::string document;
    std::size_t items;
  };
  const Case cases[] = {
      {"RSS", rss(item("a") + item("b") + item("c")), 3},
      {"RDF", rdf(), 2},
      {"Atom", atom(""), 3},
      {"Atom with a prefix", atom("a"), 3},
      {"CDATA with a false end", rss("<item><description><![CDATA[</item><item>]]></description></item>" + item("b")),
       2},
      {"a comment with a false end", rss("<item><!-- </item> --><guid>a</guid></item>" + item("b")), 2},
      {"an attribute with a false end", rss("<item><x y='</item>'/><guid>a</guid></item>" + item("b")), 2},
      {"items by another name in them", rss("<item><m:item>1</m:item><guid>a</guid></item>" + item("b")), 2},
      {"empty items", rss("<item/><item />" + item("b")), 3},
      {"upper case", rss("<ITEM><GUID>a</GUID></ITEM>" + item("b")), 2},
      {"only the last one incomplete", rss(item("a")).substr(0, rss(item("a")).find("</item>")), 0},
      {"text with a bracket", rss("<item><title>1 < 2</title></item>" + item("b")), 2},
      {"a BOM", "\xEF\xBB\xBF" + rss(item("b")), 1},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    auto keys = feed::item_keys(test.document);
    CHECK(keys.size() == test.items);
    std::sort(keys.begin(), keys.end());
    if (test.what != std::string_view("empty items")) {
      CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
    }
  }
  CHECK(feed::item_keys(rss(item("a") + item("b"))).at(1) == feed::item_keys(rss(item("b"))).at(0));
}

TEST_CASE("A key is made of the guid, else the link, else everything") {
  const auto key = [](const std::string& inside) {
    const auto keys = feed::item_keys(rss("<item>" + inside + "</item>"));
    REQUIRE(keys.size() == 1);
    return keys.front();
  };
  struct Case {
    const char* what;
    bool same;
    const char* one;
    const char* other;
  };
  const Case cases[] = {
      {"another title", true, "<title>1</title><guid>a</guid>", "<guid>a</guid><title>2</title>"},
      {"white space around", true, "<guid>a</guid>", "<guid isPermaLink='true'>\n a </guid>"},
      {"another guid", false, "<guid>a</guid><link>l</link>", "<guid>b</guid><link>l</link>"},
      {"another link beside the guid", true, "<guid>a</guid><link>l</link>", "<guid>a</guid><link>m</link>"},
      {"an id for a guid", true, "<id>a</id>", "<guid>a</guid>"},
      {"only a link", true, "<link>l</link><title>1</title>", "<link>l</link><title>2</title>"},
      {"another link", false, "<link>l</link>", "<link>m</link>"},
      {"a guid that is a link elsewhere", false, "<link>l</link>", "<guid>l</guid>"},
      {"href for text", true, "<link>l</link>", "<link href='l' rel='alternate'/>"},
      {"other relations", false, "<link rel='hub' href='h'/>1", "<link rel='hub' href='h'/>2"},
      {"an alternate after another relation", true, "<link rel='hub' href='h'/><link href=\"l\"/>1", "<link>l</link>2"},
      {"the first guid", true, "<guid>a</guid><guid>b</guid>", "<guid>a</guid><guid>c</guid>"},
      {"an empty guid", true, "<guid/><link>l</link>", "<guid> </guid><link>l</link>"},
      {"nothing but text", false, "<title>1</title>", "<title>2</title>"},
      {"an id deeper down", false, "<source><id>s</id></source>1", "<source><id>s</id></source>2"},
      {"an id of another vocabulary", false, "<x:id>s</x:id>1", "<x:id>s</x:id>2"},
      {"a guid in CDATA", false, "<guid><![CDATA[a]]></guid>", "<guid><![CDATA[b]]></guid>"},
      {"unclosed markup before the guid", false, "<d>a<br>b</d><guid>a</guid>", "<d>a<br>b</d><guid>b</guid>"},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    CHECK((key(test.one) == key(test.other)) == test.same);
  }
}

TEST_CASE("What is no XML in a byte-wise encoding has no items") {
  std::string utf16;
  for (const char c : rss(item("a"))) utf16 += {c, '\0'};
  CHECK(feed::item_keys(utf16).empty());
  CHECK(feed::item_keys("{\"items\":[{\"content_html\":\"" + item("a") + "\"}]}").empty());
  CHECK(feed::item_keys("Notice: x " + rss(item("a"))).empty());
  CHECK(feed::item_keys("").empty());
  CHECK(feed::item_keys("<").empty());
}

TEST_CASE("Keys are the same whether a document comes at once or byte by byte") {
  const std::string documents[] = {
      rss(item("a") + "<item><description><![CDATA[</item>]] > ]]></description></item>" + item("b")),
      rdf(),
      atom(""),
      atom("a"),
      rss("<item><!-- </item> - -- --><guid>a</guid><x y=\"'>\"/></item><item/>"),
  };
  for (const auto& document : documents) {
    INFO(document);
    feed::ItemFinder finder;
    Keys keys;
    for (std::size_t size = 0; size <= document.size(); ++size) {
      while (const auto key = finder.next(std::string_view(document).substr(0, size))) keys.push_back(*key);
    }
    CHECK(keys == feed::item_keys(document));
    CHECK(!keys.empty());
  }
}

TEST_CASE("It is enough when that many known items have come in a row, and not a byte earlier") {
  const auto known = feed::item_keys(rss(item("c") + item("d") + item("e") + item("f")));
  struct Case {
    const char* what;
    std::string items;
    std::size_t enough;
    const char* last;  // the item that is enough; none: never
  };
  const Case cases[] = {
      {"known from the start", item("c") + item("d") + item("e"), 2, "d"},
      {"after new ones", item("a") + item("b") + item("c") + item("d") + item("e"), 3, "e"},
      {"one new resets the row", item("c") + item("d") + item("x") + item("e") + item("f"), 3, nullptr},
      {"too few", item("c") + item("d"), 3, nullptr},
      {"a repetition is not known twice", item("c") + item("c") + item("c"), 2, nullptr},
      {"one is the least", item("a") + item("c"), 0, "c"},
      {"more than there are", item("c") + item("d") + item("e") + item("f"), 5, nullptr},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    const auto document = rss(test.items);
    const auto expected = test.last == nullptr ? 0 : document.find(item(test.last)) + item(test.last).size() - 1;
    CHECK(enough_after(document, known, test.enough) == expected);
    feed::ItemScan at_once(sorted(known), test.enough);
    CHECK(at_once.is_enough(document) == (expected != 0));
    CHECK(at_once.is_enough(document) == (expected != 0));
  }
}

TEST_CASE("A key that several known items have identifies none") {
  const auto linked = [](std::string_view title) {
    return "<item><title>" + std::string(title) + "</title><link>http://a.example/</link></item>";
  };
  const auto known = feed::item_keys(rss(linked("1") + linked("2") + item("a") + item("b")));
  CHECK(enough_after(rss(linked("3") + linked("4") + linked("5")), known, 1) == 0);
  CHECK(enough_after(rss(linked("3") + item("a") + item("b")), known, 2) != 0);
}

TEST_CASE("Without known items it is never enough") {
  CHECK_FALSE(feed::ItemScan(nullptr, 1).is_enough(rss(item("a"))));
  CHECK_FALSE(feed::ItemScan(sorted({}), 0).is_enough(rss(item("a"))));
}

TEST_CASE("A document that comes in many pieces is scanned once") {
  // Each would take minutes if every piece were scanned from its beginning.
  const std::string big(400'000, 'x');
  const std::string documents[] = {rss("<item>" + big),
                                   rss("<item><![CDATA[" + big),
                                   rss("<item><!--" + big),
                                   rss("<item y='" + big),
                                   "<!DOCTYPE x " + big,
                                   std::string(400'000, ' '),
                                   "<?x " + big};
  for (const auto& document : documents) {
    INFO(document.substr(0, 150));
    CHECK(enough_after(document, {1, 2, 3}, 2) == 0);
  }
}

TEST_CASE("Of a document that is cut anywhere every complete entry is read, and it says that it is incomplete") {
  const std::string documents[] = {rss(item("a") + item("b") + item("c")), rdf(), atom(""), atom("a")};
  for (const auto& document : documents) {
    const auto whole = feed::parse(document, {});
    REQUIRE(whole.has_value());
    CHECK(whole->complete);
    const auto end = document.rfind("</");
    std::size_t longest = 0;
    for (std::size_t size = document.find("title>"); size <= end; ++size) {
      const auto prefix = std::string_view(document).substr(0, size);
      INFO(prefix);
      const auto parsed = feed::parse(prefix, {});
      REQUIRE(parsed.has_value());
      CHECK_FALSE(parsed->complete);
      const auto complete = feed::item_keys(prefix).size();
      // An item that only lacks a bit of its end tag is whole too.
      REQUIRE(parsed->entries.size() >= complete);
      REQUIRE(parsed->entries.size() <= complete + 1);
      CHECK(std::equal(parsed->entries.begin(), parsed->entries.end(), whole->entries.begin()));
      longest = std::max(longest, complete);
    }
    CHECK(longest == whole->entries.size());
  }
}
