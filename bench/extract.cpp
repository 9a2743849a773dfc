// How well and how fast the article of a web page is found.
//   bench_extract FOLDER [WORST]   a folder like ../shared/corpora/pages: NAME/source.html (UTF-8, whatever it says of
//                                  itself) and NAME/expected.html; with a number, that many of the worst pages are
//                                  named
//
// Both the article found and the one expected become text by html::to_text; a word is a run of letters and digits, or
// one character of a script without blanks. Compared are the multisets of all four words in a row (all there are of a
// shorter text): precision is how much of what we have is expected, recall how much of the expected we have, F1 their
// harmonic mean. A page that is taken for no article counts zero.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "html/page.hpp"
#include "html/plain_text.hpp"
#include "text/utf8.hpp"
#include "usage.hpp"

using namespace newscache;

namespace {

bool is_word_by_itself(std::uint32_t c) {
  return (c >= 0x2E80 && c < 0xA4D0 && c != 0x3000 && c != 0x3001 && c != 0x3002) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0x20000 && c < 0x40000);
}

bool is_of_word(std::uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z');
  return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) && !(c >= 0x3000 && c < 0x3005) &&
         !(c >= 0xFF00 && c < 0xFF10) && c != 0xFFFD;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  while (!text.empty()) {
    const auto before = text;
    const auto c = text::next_code_point(text);
    const auto bytes = before.substr(0, before.size() - text.size());
    const bool alone = is_word_by_itself(c);
    if (alone || !is_of_word(c)) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
      if (alone) words.emplace_back(bytes);
    } else {
      word += text::to_lower(bytes);
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::map<std::string, int> shingles(std::string_view text) {
  const auto all = words(text);
  std::map<std::string, int> counts;
  const std::size_t size = std::min<std::size_t>(4, all.size());
  for (std::size_t i = 0; size > 0 && i + size <= all.size(); ++i) {
    std::string shingle;
    for (std::size_t k = i; k < i + size; ++k) shingle += all[k] + " ";
    ++counts[shingle];
  }
  return counts;
}

struct Score {
  std::string name;
  double precision = 0, recall = 0, f1 = 0, ms = 0;
};

void compare(const std::string& got, const std::string& expected, Score& score) {
  const auto ours = shingles(got);
  const auto theirs = shingles(expected);
  double shared = 0, in_ours = 0, in_theirs = 0;
  for (const auto& [shingle, count] : theirs) in_theirs += count;
  for (const auto& [shingle, count] : ours) {
    in_ours += count;
    if (const auto found = theirs.find(shingle); found != theirs.end()) shared += std::min(count, found->second);
  }
  score.precision = in_ours == 0 ? 0 : shared / in_ours;
  score.recall = in_theirs == 0 ? 1 : shared / in_theirs;
  score.f1 = shared == 0 ? 0 : 2 * score.precision * score.recall / (score.precision + score.recall);
}

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
  if (article) compare(article->content_text, html::to_text(expected), score);
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
