// How fast HTML becomes safe, and text: MB of input per second of processor time.
//   bench_sanitise FILE-OR-FOLDER...     every .html file in it, e.g. ../shared/corpora/pages
//   bench_sanitise --hostile             repeated pieces that make others take quadratic time: as fast for twice as
//   many
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"

using namespace newscache;

namespace {

void add(std::vector<std::string>& documents, const std::filesystem::path& path) {
  if (path.extension() != ".html") return;
  if (auto content = read_file(path.string(), 64 << 20)) documents.push_back(std::move(*content));
}

template <class Work>
void measure(const char* what, const std::vector<std::string>& documents, Work work) {
  std::size_t in = 0;
  std::size_t out = 0;
  const auto start = std::clock();
  double seconds = 0;
  while (seconds < 2) {
    for (const auto& document : documents) {
      in += document.size();
      out += work(document);
    }
    seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  const auto megabytes = static_cast<double>(in) / 1e6;
  std::cout << what << ": " << megabytes / seconds << " MB/s, " << 100 * out / in << " % of it left\n";
}

constexpr std::string_view hostile[] = {"<",
                                        "<b",
                                        "<b>",
                                        "<p><b>",
                                        "<div></p>",
                                        "<a href=/x>",
                                        "<b></i>",
                                        "<i><p></i>",
                                        "<table>x",
                                        "<table><tr><td>",
                                        "</table>",
                                        "<li><ul>",
                                        "<rt><ruby>",
                                        "<dd>",
                                        "<svg>",
                                        "<template>",
                                        "<select>",
                                        "<noscript>",
                                        "<h1>",
                                        "<pre>\n",
                                        "<span><div>",
                                        "<!--",
                                        "<!-- a>",
                                        "<!-- -- >",
                                        "<!-- --<",
                                        "<!-- --",
                                        "<![CDATA[",
                                        "<![CDATA[]]>",
                                        "<!doctype",
                                        "<?",
                                        "<script>",
                                        "<script/>",
                                        "<script><!--",
                                        "<style/><title/>",
                                        "<iframe/>",
                                        "<iframe src=//youtube.com/embed/x>",
                                        "<a b=\"x>",
                                        "<a b='x>",
                                        "<p a=b ",
                                        "<img src=x alt='y'>",
                                        "&",
                                        "&#",
                                        "&amp",
                                        "</",
                                        "]]>",
                                        "<xmp>",
                                        "<img srcset='x 1x,"};

double megabytes_per_second(std::string_view unit, std::size_t bytes) {
  std::string html;
  while (html.size() < bytes) html += unit;
  const auto start = std::clock();
  const auto left = html::sanitise(html, {"https://example.org/"}).size() + html::to_text(html).size();
  const auto ticks = std::clock() - start;
  if (left > 100 * bytes) std::cout << "more comes out than goes in: ";
  return static_cast<double>(html.size()) / 1e6 / (static_cast<double>(ticks + 1) / CLOCKS_PER_SEC);
}

void measure_hostile() {
  for (const auto unit : hostile) {
    std::cout << unit.substr(0, unit.find('\n')) << " ...: ";
    for (const std::size_t bytes : {1U << 20U, 2U << 20U, 4U << 20U}) {
      std::cout << megabytes_per_second(unit, bytes) << (bytes < 4U << 20U ? ", " : " MB/s for 1, 2 and 4 MB\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string_view("--hostile")) {
    measure_hostile();
    return 0;
  }
  std::vector<std::string> documents;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path(argv[i]);
    if (!std::filesystem::is_directory(path)) {
      add(documents, path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) add(documents, entry.path());
  }
  std::size_t bytes = 0;
  for (const auto& document : documents) bytes += document.size();
  if (bytes == 0) {
    std::cerr << "usage: bench_sanitise FILE-OR-FOLDER...   (with at least one .html file that is not empty)\n";
    return 2;
  }
  html::SanitiseOptions options;
  options.base_url = "https://example.org/dir/page";
  std::vector<std::string> safe;
  for (const auto& document : documents) safe.push_back(html::sanitise(document, options));
  measure("pages to safe HTML", documents, [&](const auto& html) { return html::sanitise(html, options).size(); });
  measure("safe HTML again", safe, [&](const auto& html) { return html::sanitise(html, options).size(); });
  measure("pages to text", documents, [](const auto& html) { return html::to_text(html).size(); });
}
