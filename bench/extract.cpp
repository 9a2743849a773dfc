// How well and how fast the article of a web page is found.
//   bench_extract FOLDER [WORST]   a folder like ../shared/corpora/pages: NAME/source.html (UTF-8, whatever it says of
//                                  itself) and NAME/expected.html; with a number, that many of the worst pages are
//                                  named
//
// Both the article found and the one expected become text by html::to_text and are compared as text_agreement.hpp has
// it. A page that is taken for no article counts zero.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "html/page.hpp"
#include "html/plain_text.hpp"
#include "support/text_agreement.hpp"
#include "usage.hpp"

using namespace newscache;

namespace {

struct Score {
  std::string name;
  double precision = 0, recall = 0, f1 = 0, ms = 0;
};

double mean(const std::vector<Score>& scores, double Score::*value) {
  double sum = 0;
  for (const auto& score : scores) sum += score.*value;
  return sum / static_cast<double>(scores.size());
}

Score measure(const std::filesystem::path& folder) {
  Score score;
  score.name = folder.filename().string();
  const auto page = read_file((folder / "source.html").string(), 64 << 20).value();
  const auto expected = read_file((folder / "expected.html").string(), 64 << 20).value();
  html::PageOptions options;
  options.url = "http://fakehost/test/page.html";
  options.content_type = "text/html; charset=utf-8";
  const auto start = std::clock();
  const auto article = html::extract(page, options);
  score.ms = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (article) {
    const auto agreement = test::agreement(article->content_text, html::to_text(expected));
    score.precision = agreement.precision;
    score.recall = agreement.recall;
    score.f1 = agreement.f1;
  }
  return score;
}

void report(std::vector<Score> scores, std::size_t worst) {
  const auto good = std::count_if(scores.begin(), scores.end(), [](const auto& score) { return score.f1 >= 0.9; });
  std::cout << std::fixed << std::setprecision(4) << scores.size() << " pages: F1 " << mean(scores, &Score::f1)
            << ", precision " << mean(scores, &Score::precision) << ", recall " << mean(scores, &Score::recall) << "; "
            << good << " of them 0.9 or more\n";
  std::sort(scores.begin(), scores.end(), [](const auto& a, const auto& b) { return a.ms < b.ms; });
  std::cout << std::setprecision(2) << "CPU ms a page: mean " << mean(scores, &Score::ms) << ", median "
            << scores[scores.size() / 2].ms << ", p99 " << scores[scores.size() * 99 / 100].ms << ", slowest "
            << scores.back().ms << " (" << scores.back().name << "); " << bench::peak_megabytes() << " MB at most\n";
  std::sort(scores.begin(), scores.end(), [](const auto& a, const auto& b) { return a.f1 < b.f1; });
  for (std::size_t i = 0; i < std::min(worst, scores.size()); ++i) {
    std::cout << std::setprecision(3) << scores[i].f1 << "  P " << scores[i].precision << "  R " << scores[i].recall
              << "  " << scores[i].name << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: bench_extract FOLDER [WORST]   (with NAME/source.html and NAME/expected.html)\n";
    return 2;
  }
  std::vector<Score> scores;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (std::filesystem::exists(entry.path() / "expected.html")) scores.push_back(measure(entry.path()));
  }
  if (scores.empty()) {
    std::cerr << "bench_extract: " << argv[1] << " holds no pages with what is expected of them\n";
    return 2;
  }
  report(std::move(scores), argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 0);
}
