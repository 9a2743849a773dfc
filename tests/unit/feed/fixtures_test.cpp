// Walks tests/data/feed/<class>/: every document is parsed and compared with the <case>.expected.json beside it, which
// holds document_json()'s output, indented, or one line "error: ...". Options stand in the document's first comment as
// "url: ..." (none: the document's address is unknown) and "content-type: ...". With NEWSCACHE_REWRITE=1 the
// expectations are written; review the diff.

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "feed/json_feed.hpp"
#include "feed/parse.hpp"
#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using namespace newscache;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

// The rest of the line behind "key: ", anywhere in the document's first bytes.
std::string option(std::string_view bytes, std::string_view key) {
  std::string_view head = bytes.substr(0, 1500);
  auto at = head.find(std::string(key) + ": ");
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + key.size() + 2);
  return std::string(head.substr(0, head.find_first_of("\r\n\"")));
}

void indent(std::string& out, const boost::json::value& value, std::size_t depth) {
  std::string margin(2 * depth + 2, ' ');
  if (value.is_object() && !value.get_object().empty()) {
    const char* separator = "{\n";
    for (const auto& member : value.get_object()) {
      out += separator + margin + boost::json::serialize(member.key()) + ": ";
      indent(out, member.value(), depth + 1);
      separator = ",\n";
    }
    out += "\n" + std::string(2 * depth, ' ') + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    const char* separator = "[\n";
    for (const auto& element : value.get_array()) {
      out += separator + margin;
      indent(out, element, depth + 1);
      separator = ",\n";
    }
    out += "\n" + std::string(2 * depth, ' ') + "]";
  } else {
    out += boost::json::serialize(value);
  }
}

std::string outcome(const fs::path& path) {
  std::string bytes = contents(path);
  feed::ParseOptions options;
  options.base_url = option(bytes, "url");
  if (options.base_url.empty()) options.base_url = "http://example.org/feeds/feed.xml";
  if (options.base_url == "none") {
    options.base_url.clear();
    options.keep_relative = true;
  }
  options.content_type = option(bytes, "content-type");
  auto parsed = feed::parse(bytes, options);
  if (parsed.has_error()) {
    return "error: " + std::string(cause_name(parsed.error().cause)) + ": " + parsed.error().detail + "\n";
  }
  std::string out;
  indent(out, boost::json::parse(feed::document_json(*parsed)), 0);
  return out + "\n";
}

std::vector<fs::path> fixtures() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(NEWSCACHE_TEST_DATA) / "feed")) {
    if (entry.is_regular_file() && entry.path().string().find(".expected.") == std::string::npos)
      paths.push_back(entry);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

TEST_CASE("Every fixture parses to what its expectation says") {
  bool rewrite = std::getenv("NEWSCACHE_REWRITE") != nullptr;
  auto paths = fixtures();
  REQUIRE(paths.size() > 100);
  for (const fs::path& path : paths) {
    INFO(path.string());
    fs::path expected = path.parent_path() / (path.stem().string() + ".expected.json");
    std::string actual = outcome(path);
    if (rewrite) std::ofstream(expected, std::ios::binary) << actual;
    CHECK(actual == contents(expected));
  }
}

TEST_CASE("No two fixtures share an expectation") {
  std::vector<std::string> stems;
  for (const fs::path& path : fixtures()) stems.push_back((path.parent_path() / path.stem()).string());
  std::sort(stems.begin(), stems.end());
  CHECK(std::adjacent_find(stems.begin(), stems.end()) == stems.end());
}
