// How fast HTML becomes safe, and text: MB of input per second of processor time.
//   bench_sanitise FILE-OR-FOLDER...     every .html file in it, e.g. ../shared/corpora/pages
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>
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

}  // namespace

int main(int argc, char** argv) {
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
