// Feeds of real publishers, where they are at hand: served by the publisher, polled by the daemon, read from the socket.

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;

TEST_CASE("every real feed is stored with all its entries, as parse shows them") {
  const std::filesystem::path folder = std::string(NEWSCACHE_SHARED_CORPORA) + "/feeds";
  if (!std::filesystem::exists(folder)) {
    WARN("no corpora here: skipped");
    return;
  }
  Publisher publisher;
  Daemon daemon;
  daemon.start();
  std::map<std::string, std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (name.ends_with(".serde.json") || file.is_directory()) continue;
    files.emplace(name, file.path().string());
  }
  REQUIRE(files.size() > 50);
  int stored = 0;
  for (const auto& [name, path] : files) {
    CAPTURE(name);
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream body;
    body << stream.rdbuf();
    publisher.serve_file("/" + name, body.str());
    const ProgramResult parsed = run_program("newscache", {"parse", "--url", publisher.url("/" + name), path});
    const Reply added = request(daemon, "POST", "/v1/feeds", "{\"url\": \"" + publisher.url("/" + name) + "\"}");
    CHECK((parsed.exit_code == 0) == (added.status == 201));
    if (parsed.exit_code != 0 || added.status != 201) {
      WARN(name << ": " << parsed.err << added.body);
      continue;
    }
    const auto document = boost::json::parse(parsed.out);
    std::map<std::string, const boost::json::object*> items;
    for (const auto& item : document.at("items").as_array()) {
      items.emplace(std::string(item.at("id").as_string()), &item.as_object());
    }
    const std::string query = "/v1/articles?limit=1000&feed=" + std::to_string(added.json.at("id").as_int64());
    const Reply list = get(daemon, query);
    std::size_t count = 0;
    for (const auto& article : list.json.at("articles").as_array()) {
      ++count;
      const auto& a = article.as_object();
      if (!a.contains("guid")) continue;
      const auto found = items.find(std::string(a.at("guid").as_string()));
      if (found == items.end()) continue;
      const auto& item = *found->second;
      for (const char* field : {"title", "url", "date_published", "content_html"}) {
        if (item.contains(field)) CHECK(a.at(field) == item.at(field));
      }
    }
    CHECK(count == items.size());
    ++stored;
  }
  WARN(stored << " of " << files.size() << " documents stored");
}
