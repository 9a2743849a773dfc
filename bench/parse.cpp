// What parsing costs, beside pugixml's bare load_buffer on the same files.
//
//   bench_parse FOLDER      (every .xml in it)
//
// Prints MB of input a CPU second: pugixml alone, ours without sanitising, ours whole.

#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "feed/parse.hpp"

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

// The best of several rounds of at least a tenth of a second: the others met somebody else's work.
double best_megabytes_a_second(std::size_t bytes, const std::function<void()>& work) {
  double best = 0;
  for (int round = 0; round < 7; ++round) {
    int times = 0;
    const double start = cpu_seconds();
    double used = 0;
    do {
      work();
      ++times;
      used = cpu_seconds() - start;
    } while (used < 0.1);
    best = std::max(best, static_cast<double>(bytes) * times / used / 1e6);
  }
  return best;
}

void report(const char* name, const std::vector<std::string>& documents) {
  std::size_t bytes = 0;
  for (const std::string& document : documents) bytes += document.size();
  const double bare = best_megabytes_a_second(bytes, [&] {
    for (const std::string& document : documents) {
      pugi::xml_document tree;
      (void)tree.load_buffer(document.data(), document.size());
    }
  });
  const auto parse_all = [&](bool sanitise) {
    return best_megabytes_a_second(bytes, [&] {
      for (const std::string& document : documents) {
        newscache::feed::ParseOptions options;
        options.base_url = "http://example.org/feed.xml";
        options.sanitise = sanitise;
        (void)newscache::feed::parse(document, options);
      }
    });
  };
  const double raw = parse_all(false);
  const double whole = parse_all(true);
  std::printf("%-28s %8.0f kB  pugixml %6.0f MB/s  parse %6.0f MB/s (%.2f)  with sanitising %6.0f MB/s (%.2f)\n", name,
              static_cast<double>(bytes) / 1e3, bare, raw, raw / bare, whole, whole / bare);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_parse FOLDER\n";
    return 2;
  }
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) {
    if (file.path().extension() != ".xml") continue;
    std::ifstream stream(file.path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    all.push_back(text.str());
    if (all.back().size() > 50'000) report(file.path().filename().c_str(), {all.back()});
  }
  report("all", all);
  return 0;
}
