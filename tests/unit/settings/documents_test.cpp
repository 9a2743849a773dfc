// config/newscached.toml and docs/configuration.md say what the table of fields says.
#include <regex>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "secret_files.hpp"
#include "settings/access.hpp"
#include "settings/feed_settings.hpp"
#include "settings/settings.hpp"
#include "settings/site.hpp"
#include "support/catch.hpp"

using namespace newscache;
using newscache::test::SecretFiles;

namespace {

struct Line {
  std::string key;   // "poll.floor"
  std::string text;  // uncommented
  bool is_example;   // of a key without default
};

std::string source_file(const char* name) {
  return read_file(std::string(NEWSCACHE_SOURCE) + "/" + name, 1 << 20).value();
}

std::vector<Line> example_lines() {
  static const std::regex table(R"(#?\[\[?([a-z]+)\]\]?.*)");
  static const std::regex key(R"(#([a-z_]+) = .*)");
  std::vector<Line> lines;
  std::istringstream file(source_file("config/newscached.toml"));
  std::string open_table;
  for (std::string text; std::getline(file, text);) {
    std::smatch match;
    if (std::regex_match(text, match, table)) {
      open_table = match[1];
    } else if (std::regex_match(text, match, key)) {
      lines.push_back({open_table + "." + match[1].str(), text.substr(1), text.ends_with("  # example")});
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("the example file as it is, with everything commented out, changes nothing") {
  const auto parsed = settings::parse(source_file("config/newscached.toml"), "newscached.toml");
  REQUIRE(parsed.has_value());
  CHECK(settings::print(*parsed) == settings::print({}));
}

TEST_CASE("the example file has every field once, with its default when there is one") {
  std::map<std::string, Line> lines;
  for (const Line& line : example_lines()) {
    INFO(line.key);
    if (line.key == "host.host" && lines.contains(line.key)) continue;  // two examples, as not all keys fit together
    CHECK(lines.emplace(line.key, line).second);
  }
  for (const auto& field : settings::fields()) {
    INFO(field.key);
    const auto line = lines.find(std::string(field.key));
    REQUIRE(line != lines.end());
    CHECK(line->second.is_example == field.default_value.empty());
    if (!line->second.is_example) CHECK(line->second.text.ends_with(" = " + std::string(field.default_value)));
    lines.erase(line);
  }
  for (const auto& field : settings::feed_fields()) {
    INFO(field.key);
    CHECK(lines.erase("feed." + std::string(field.key)) == 1);
  }
  for (const auto& field : settings::access_fields()) {
    INFO(field.key);
    CHECK(lines.erase("host." + std::string(field.key)) == 1);
  }
  for (const auto& field : settings::site_fields()) {
    INFO(field.key);
    CHECK(lines.erase("site." + std::string(field.key)) == 1);
  }
  for (const char* key : {"feed.url", "feed.title", "feed.folder", "host.host", "site.site"})
    CHECK(lines.erase(key) == 1);
  for (const auto& [key, line] : lines) FAIL_CHECK("the example file has " << key << ", which is no field");
}

TEST_CASE("the example file with all its defaults put in force is the default settings") {
  std::string document;
  for (const Line& line : example_lines()) {
    if (!line.is_example) document += line.key.substr(0, line.key.find('.')) + "." + line.text + "\n";
  }
  const auto parsed = settings::parse(document, "newscached.toml");
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  CHECK(settings::print(*parsed) == settings::print({}));
}

TEST_CASE("the example file with every example put in force is valid", "[pages]") {
  std::istringstream file(source_file("config/newscached.toml"));
  static const std::regex setting(R"(#(\[\[[a-z]+\]\]|[a-z_]+ = ).*)");
  std::string document;
  for (std::string text; std::getline(file, text);)
    document += text.substr(std::regex_match(text, setting) ? 1 : 0) + "\n";
  const SecretFiles secrets;
  document = secrets.in_place_of(document, "/etc/newscached/");
  const auto parsed = settings::parse(document, "newscached.toml");
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->hosts.size() == 2);
  CHECK(parsed->hosts[0].access.password == "secret");
  CHECK(parsed->hosts[0].access.headers == std::vector<std::string>{"X-Client: home", "X-Api-Key: secret"});
  REQUIRE(parsed->sites.size() == 1);
  CHECK(parsed->sites[0].drop == std::vector<std::string>{".related", "aside > p"});
  REQUIRE(parsed->feeds.size() == 1);
  CHECK(parsed->feeds[0].settings.size() == settings::feed_fields().size());
}

TEST_CASE("the documentation has a row for every key, with type, default and when it is applied") {
  const std::string document = source_file("docs/configuration.md");
  for (const auto& field : settings::fields()) {
    const std::string default_value =
        field.default_value.empty() ? "*not set*" : "`" + std::string(field.default_value) + "`";
    const std::string row = "\n| `" + std::string(field.key) + "` | " + std::string(field.type) + " | " +
                            default_value + " | " + (field.live ? "reload" : "restart") + " | ";
    INFO(row);
    CHECK(document.find(row) != std::string::npos);
  }
  for (const auto& field : settings::feed_fields()) {
    const std::string row = "\n| `feed." + std::string(field.key) + "` | " + std::string(field.type) + " | ";
    INFO(row);
    CHECK(document.find(row) != std::string::npos);
  }
  for (const auto& field : settings::access_fields()) {
    const std::string type(settings::type_name(field.rule.kind));
    const std::string row = "\n| `host." + std::string(field.key) + "` | " + type + " | ";
    INFO(row);
    CHECK(document.find(row) != std::string::npos);
  }
  for (const auto& field : settings::site_fields()) {
    const std::string row = "\n| `site." + std::string(field.key) + "` | strings | " + std::string(field.help) + " |\n";
    INFO(row);
    CHECK(document.find(row) != std::string::npos);
  }
}

TEST_CASE("the documentation has no key that the daemon does not know") {
  std::set<std::string> known = {"feed.url", "feed.title", "feed.folder", "host.host", "site.site"};
  for (const auto& field : settings::access_fields()) known.insert("host." + std::string(field.key));
  for (const auto& field : settings::site_fields()) known.insert("site." + std::string(field.key));
  for (const auto& field : settings::fields()) known.emplace(field.key);
  for (const auto& field : settings::feed_fields()) known.insert("feed." + std::string(field.key));
  const std::string document = source_file("docs/configuration.md");
  static const std::regex row(R"(\n\| `([a-z_]+\.[a-z_]+)` \|)");
  for (auto match = std::sregex_iterator(document.begin(), document.end(), row); match != std::sregex_iterator();
       ++match) {
    INFO((*match)[1]);
    CHECK(known.contains((*match)[1]));
  }
}

TEST_CASE("the documentation's examples are valid") {
  const SecretFiles secrets;
  const std::string document = source_file("docs/configuration.md");
  std::size_t examples = 0;
  for (auto begin = document.find("```toml\n"); begin != std::string::npos; begin = document.find("```toml\n", begin)) {
    begin += 8;
    auto example = document.substr(begin, document.find("```", begin) - begin);
    example = secrets.in_place_of(example, "/etc/newscached/");
    example = secrets.in_place_of(example, "\"example.password\"");
    const auto parsed = settings::parse(example, "configuration.md");
    INFO(example << (parsed ? "" : parsed.error().detail));
    CHECK(parsed.has_value());
    ++examples;
  }
  CHECK(examples == 9);
}
