// Every tests/data/html/CASE.html against the CASE.expected.html beside it. The first line of a case says what it
// proves and is no part of it. NEWSCACHE_REWRITE=1 writes the expectations anew, for review.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/file.hpp"
#include "html/sanitise.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(NEWSCACHE_TEST_DATA) + "/html")) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".html") && !name.ends_with(".expected.html")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string content(const std::filesystem::path& path) {
  const auto read = read_file(path.string(), 1 << 20);
  return read ? *read : std::string();
}

}  // namespace

TEST_CASE("every fixture becomes what stands beside it, which is safe and stays as it is") {
  const bool rewrite = std::getenv("NEWSCACHE_REWRITE") != nullptr;
  const auto all = cases();
  REQUIRE(all.size() >= 50);
  html::SanitiseOptions options;
  options.base_url = "https://example.org/news/2026/";
  for (const auto& path : all) {
    const auto text = content(path);
    const auto first_line = text.find('\n');
    INFO(path.filename().string());
    REQUIRE(text.starts_with("<!-- "));
    const auto safe = html::sanitise(std::string_view(text).substr(first_line + 1), options);
    auto expected = path;
    expected.replace_extension(".expected.html");
    if (rewrite) std::ofstream(expected, std::ios::binary) << safe;
    CHECK(safe == content(expected));
    CHECK(what_is_unsafe(safe) == "");
    CHECK(html::sanitise(safe, options) == safe);
  }
}
