// What is taken out of a text before it is sent to somebody.

#include "client/scrubber.hpp"

#include "support/catch.hpp"

using namespace newscache::client;

TEST_CASE("of an address only scheme and host are left, whatever stands around it") {
  struct Case {
    const char* text;
    const char* cleaned;
  };
  const Case cases[] = {
      {"https://example.org/a/b?token=s#f", "https://example.org"},
      {"http://ann:s@example.org:8443/x", "http://example.org"},
      {"http://ann:s@s2@example.org/x", "http://example.org"},
      {"http://[::1]:8080/s", "http://[::1]"},
      {"http://ann:s/s@example.org/", "http://(left out)"},
      {"http://example.org: 404", "http://example.org 404"},
      {"url=http://example.org/s detail=\"http://b.example/s is gone\"",
       "url=http://example.org detail=\"http://b.example is gone\""},
      {"socks5h://ann:s@[fe80::1]:9050", "socks5h://[fe80::1]"},
      {"GET /feed.xml?key=s failed; why?", "GET /feed.xml?(left out) failed; why?"},
      {"to ann@example.org.", "to (left out)@example.org."},
      {"/home/ann/.config/x.toml:2:1: and /home/bob", "~/.config/x.toml:2:1: and ~"},
      {"file:///home/ann/s", "file://"},
      {"", ""},
  };
  for (const auto& [text, cleaned] : cases) {
    CAPTURE(text);
    CHECK(Scrubber().clean(text) == cleaned);
  }
}

TEST_CASE("names are replaced as words, the longest first, and not within other words") {
  Scrubber scrubber;
  scrubber.hide("boat", "(host)");
  scrubber.hide("My boat: is it?yes, blue", "(title)");
  scrubber.hide("it", "(never)");
  CHECK(scrubber.clean("boat: it is boat-1's My boat: is it?yes, blue") == "(host): it is (host)-1's (title)");
  CHECK(scrubber.clean("boats and lifeboat") == "boats and lifeboat");
}

TEST_CASE("the parts of a feed's address are hidden where they stand alone, too") {
  Scrubber scrubber;
  scrubber.hide_parts_of("http://reader:pass@example.org/private/feed?key=abcdef&n=1");
  const auto text =
      scrubber.clean("reader, pass, /private/feed, abcdef, /private/feed?key=abcdef&n=1 http://example.org/x");
  CHECK(text == "(user), (password), /(path), (query), /(path) http://example.org");
}

TEST_CASE("a configuration is shown without names and strings that may be secret") {
  const auto shown = without_secrets(
      "[daemon]\n# state_dir is not set\nlog_level = \"info\"\n\n[net]\nuser_agent = \"s\"\nproxy = "
      "\"http://a:s@p.example:1\"\n"
      "\n[poll]\nquiet = [\"23:00-06:30\"]\n\n[http]\nuser = \"s\"\ntoken_file = \"/s\"\n\n[[host]]\nhost = "
      "\"example.org\"\n"
      "headers = [\"X-Key: s\"]\n\n[[feed]]\nurl = \"https://a:s@example.org/s\"\ntitle = \"s = s\"\nkeep_days = "
      "7\nnew_key = \"s\"\n"
      "s\n");
  CHECK(shown ==
        "[daemon]\n# state_dir is not set\nlog_level = \"info\"\n\n[net]\nuser_agent = \"(left out)\"\n"
        "proxy = \"http://p.example\"\n\n[poll]\nquiet = [\"23:00-06:30\"]\n\n[http]\nuser = \"(left out)\"\n"
        "token_file = \"(left out)\"\n\n[[host]]\nhost = \"example.org\"\nheaders = \"(left out)\"\n\n[[feed]]\n"
        "url = \"https://example.org\"\ntitle = \"(left out)\"\nkeep_days = 7\nnew_key = \"(left out)\"\n\n");
}

TEST_CASE("a message about a configuration does not quote its values") {
  CHECK(without_quotations("x.toml:2:1: url: \"ht!p \\\" s\" is no URL; expected \"http://\"") ==
        "x.toml:2:1: url: \"(left out)\" is no URL; expected \"(left out)\"");
}

TEST_CASE("what is no web address shows its scheme") {
  CHECK(publisher_of("import:My letters") == "import:(left out)");
  CHECK(publisher_of("nonsense") == "(left out)");
  CHECK(publisher_of("https://example.org/s") == "https://example.org");
}
