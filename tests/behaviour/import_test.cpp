#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

namespace {

std::string write(const TemporaryDirectory& directory, const std::string& name, const std::string& content) {
  const std::string path = (directory.path() / name).string();
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

// The text of a document of one paragraph each, as a list.
std::vector<std::string> paragraphs(std::string text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.empty()) found.push_back(line);
  }
  return found;
}

}  // namespace

TEST_CASE("dated plain text comes back from the socket with its date, paragraphs and quotes, once, and can be searched") {
  TemporaryDirectory directory;
  const std::string file = write(directory, "letter.txt",
                                 " date 2020-06-12 The harbour was closed \xe2\x80\x9c" "for good\xe2\x80\x9d. Ships wait.\n\n"
                                 "A second paragraph with \"straight\" & <angled> text\xe2\x80\x99s end.\n");
  Daemon daemon;
  daemon.start();
  for (int i = 0; i < 2; ++i) {
    const ProgramResult result = run_client(daemon, {"import", "--feed", "Letters", file});
    REQUIRE(result.exit_code == 0);
  }
  const Reply list = get(daemon, "/v1/articles");
  REQUIRE(list.json.at("articles").as_array().size() == 1);
  const auto& one = list.json.at("articles").at(0);
  CHECK(one.at("date_published").as_string() == "2020-06-12T00:00:00Z");
  CHECK(one.at("title").as_string() == "The harbour was closed \xe2\x80\x9c" "for good\xe2\x80\x9d.");
  CHECK(one.at("content_html").as_string() ==
        "<p>The harbour was closed \xe2\x80\x9c" "for good\xe2\x80\x9d. Ships wait.</p>"
        "<p>A second paragraph with \"straight\" &amp; &lt;angled&gt; text\xe2\x80\x99s end.</p>");
  CHECK(titles(daemon, "q=angled").size() == 1);
  const auto feeds = get(daemon, "/v1/feeds").json.at("feeds").as_array();
  REQUIRE(feeds.size() == 1);
  CHECK(feeds[0].at("title").as_string() == "Letters");
}

TEST_CASE("feed documents and pages are imported without any network") {
  TemporaryDirectory directory;
  Daemon daemon;
  daemon.start();
  const std::string feed = write(directory, "feed.xml", rss("Archive", item("a", "From a feed")));
  const std::string page = write(directory, "page.html", "<html><head><title>A page</title></head><body><p>Body text.</p></body></html>");
  REQUIRE(run_client(daemon, {"import", feed, page}).exit_code == 0);
  CHECK(titles(daemon, "q=%22body%20text%22") == std::vector<std::string>{"A page"});
  CHECK(titles(daemon, "q=feed") == std::vector<std::string>{"From a feed"});
  CHECK(run_client(daemon, {"import", (directory.path() / "none").string()}).exit_code == 1);
}

TEST_CASE("the real dated document comes back exactly") {
  const std::filesystem::path folder = std::string(NEWSCACHE_SHARED_CORPORA) + "/seed";
  if (!std::filesystem::exists(folder)) {
    WARN("no corpora here: skipped");
    return;
  }
  Daemon daemon;
  daemon.start();
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path());
    std::ostringstream text;
    text << stream.rdbuf();
    const std::string source = text.str();
    const std::size_t date = source.find("date ");
    REQUIRE(date < 2);
    REQUIRE(run_client(daemon, {"import", file.path().string()}).exit_code == 0);
    const Reply list = get(daemon, "/v1/articles?limit=1");
    const auto& one = list.json.at("articles").at(0);
    CHECK(std::string(one.at("date_published").as_string()) == source.substr(date + 5, 10) + "T00:00:00Z");
    const auto shown = run_client(daemon, {"--json", "show", std::to_string(one.at("id").as_int64())});
    REQUIRE(shown.exit_code == 0);
    std::string html(one.at("content_html").as_string());
    std::size_t at = 0;
    for (const std::string& paragraph : paragraphs(source.substr(date + 16))) {
      std::string escaped;
      for (const char c : paragraph) escaped += c == '&' ? std::string("&amp;") : std::string(1, c);
      const std::size_t found = html.find("<p>" + escaped + "</p>", at);
      CAPTURE(paragraph);
      REQUIRE(found != html.npos);
      at = found;
    }
    CHECK(titles(daemon, "q=Soleimani").size() == 1);
  }
}
