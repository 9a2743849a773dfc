#include "client/reader/browser.hpp"

#include "support/catch.hpp"

using namespace newscache::reader;

TEST_CASE("the address is a word of its own in the browser's command") {
  const std::string url = "https://example.org/a b;$(reboot)";
  struct Case {
    std::string browser;
    std::vector<std::string> words;
  };
  const Case cases[] = {
      {"", {"xdg-open", url}},
      {"lynx", {"lynx", url}},
      {"w3m  -o x=1", {"w3m", "-o", "x=1", url}},
      {"firefox --new-tab=%s -P me", {"firefox", "--new-tab=" + url, "-P", "me"}},
      {"links:lynx", {"links", url}},
  };
  for (const auto& [browser, words] : cases) {
    CAPTURE(browser);
    CHECK(browser_command({browser, false}, url) == words);
  }
}

TEST_CASE("with a display and no choice of the user's the desktop's browser runs beside the reader") {
  const auto words = browser_command({"", true}, "https://example.org/");
  REQUIRE(words.size() == 6);
  CHECK(words[0] == "sh");
  CHECK(words[4] == "xdg-open");
  CHECK(words[5] == "https://example.org/");
}
