// The shared corpus of pages, where it is there.
#include <filesystem>

#include "base/file.hpp"
#include "html/page.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"
#include "support/text_agreement.hpp"

using namespace newscache;
namespace fs = std::filesystem;

TEST_CASE("the articles of the shared pages are those that Readability expects") {
  const auto folder = fs::path(NEWSCACHE_SHARED_CORPORA) / "pages";
  if (!fs::exists(folder)) return;
  double sum = 0;
  std::size_t pages = 0;
  std::size_t good = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    INFO(entry.path().filename().string());
    html::PageOptions options;
    options.url = "https://example.org/test/page.html";
    options.content_type = "text/html; charset=utf-8";
    const auto page = read_file((entry.path() / "source.html").string(), 64 << 20).value();
    const auto article = html::extract(page, options);
    ++pages;
    if (!article) continue;
    CHECK(what_is_unsafe(article->content_html) == "");
    html::SanitiseOptions again;
    again.base_url = options.url;
    CHECK(html::sanitise(article->content_html, again) == article->content_html);
    const auto expected = read_file((entry.path() / "expected.html").string(), 64 << 20).value();
    const double f1 = test::agreement(article->content_text, html::to_text(expected)).f1;
    sum += f1;
    if (f1 >= 0.9) ++good;
  }
  CHECK(sum / static_cast<double>(pages) >= 0.988);
  CHECK(good + 4 >= pages);
}
