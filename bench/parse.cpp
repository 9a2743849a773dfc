// What parsing costs, beside pugixml's bare load_buffer on the same files.
//
//   bench_parse FOLDER      (every .xml in it)
//
// Prints MB of input a CPU second: pugixml alone, ours without sanitising, ours whole; medians of 31 interleaved
// rounds.

#include <sys/resource.h>

#include <algorithm>
#include <array>
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

using Work = std::function<void()>;

// Seconds that `work` takes, by doing it for at least 20 ms.
double seconds_for(const Work& work) {
  int times = 0;
  const double start = cpu_seconds();
  double used = 0;
  do {
    work();
    ++times;
    used = cpu_seconds() - start;
  } while (used < 0.02);
  return used / times;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// The three take turns, so that what else the machine does touches them alike; each figure is a median of its own, the
// ratios of those within one round.
void report(const char* name, const std::vector<std::string>& documents) {
  std::size_t bytes = 0;
  for (const std::string& document : documents) bytes += document.size();
  const Work bare = [&] {
    for (const std::string& document : documents) {
      pugi::xml_document tree;
      (void)tree.load_buffer(document.data(), document.size());
    }
  };
  const auto parse_all = [&](bool sanitise) {
    return [&documents, sanitise] {
      for (const std::string& document : documents) {
        newscache::feed::ParseOptions options;
        options.base_url = "http://example.org/feed.xml";
        options.sanitise = sanitise;
        (void)newscache::feed::parse(document, options);
      }
    };
  };
  const std::array<Work, 3> works{bare, parse_all(false), parse_all(true)};
  std::array<std::vector<double>, 3> speeds;
  std::array<std::vector<double>, 3> ratios;
  for (int round = 0; round < 31; ++round) {
    double first = 0;
    for (std::size_t i = 0; i < works.size(); ++i) {
      const double seconds = seconds_for(works[i]);
      if (i == 0) first = seconds;
      speeds[i].push_back(static_cast<double>(bytes) / seconds / 1e6);
      ratios[i].push_back(first / seconds);
    }
  }
  std::printf("%-28s %8.0f kB  pugixml %6.0f MB/s  parse %6.0f MB/s (%.2f)  with sanitising %6.0f MB/s (%.2f)\n", name,
              static_cast<double>(bytes) / 1e3, median(speeds[0]), median(speeds[1]), median(ratios[1]),
              median(speeds[2]), median(ratios[2]));
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
