// Real feeds, when they are there: every document is a feed and keeps the invariants of an Entry.

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "feed/parse.hpp"
#include "html/sanitise.hpp"
#include "support/catch.hpp"

namespace {
namespace fs = std::filesystem;
using namespace newscache;

bool absolute(const std::string& url) {
  return url.empty() || url.starts_with("http://") || url.starts_with("https://");
}
}  // namespace

TEST_CASE("Every document of the corpus is a feed with sound entries") {
  fs::path folder = fs::path(NEWSCACHE_SHARED_CORPORA) / "feeds";
  if (!fs::exists(folder)) return;
  int documents = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::string name = file.path().filename().string();
    // The two xml_sample files are no feeds.
    if (name.find(".serde.") != std::string::npos || name.starts_with("xml_sample")) continue;
    INFO(name);
    auto bytes = read_file(file.path().string(), 16 << 20);
    REQUIRE(bytes.has_value());
    feed::ParseOptions options;
    options.base_url = "http://example.org/feed";
    auto parsed = feed::parse(*bytes, options);
    REQUIRE(parsed.has_value());
    ++documents;
    for (const model::Entry& entry : parsed->entries) {
      INFO(entry.guid);
      CHECK(absolute(entry.url));
      CHECK(absolute(entry.image));
      CHECK(entry.title.find('\n') == std::string::npos);
      html::SanitiseOptions again;
      again.base_url = options.base_url;
      CHECK(html::sanitise(entry.content_html, again) == entry.content_html);
      for (const model::Attachment& attachment : entry.attachments) CHECK(absolute(attachment.url));
    }
  }
  CHECK(documents > 50);
}
