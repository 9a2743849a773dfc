// The whole daemon on a thousand feeds: cold, unchanged, and with two new entries each, from publishers on the loopback.
//
//   bench_refresh [FEEDS] [ENTRIES]
//
// Prints a line a round: wall, CPU and peak RSS of the daemon, size of the database, bytes written. Bodies have a median of
// about 3 kB and a long tail; words follow Zipf's law, so that compression and the search index behave as in reality.

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "support/daemon.hpp"
#include "support/publisher.hpp"

namespace {

using newscache::test::Daemon;
using newscache::test::Publisher;
using newscache::test::run_program;

class TextSource {
 public:
  TextSource() {
    constexpr int vocabulary = 30'000;
    std::vector<double> weights;
    for (int rank = 1; rank <= vocabulary; ++rank) {
      weights.push_back(1.0 / rank);
      std::string word;
      const int length = 2 + static_cast<int>(generator_() % 4) + (rank > 200 ? 3 : 0);
      for (int i = 0; i < length; ++i) word += static_cast<char>('a' + generator_() % 26);
      words_.push_back(std::move(word));
    }
    pick_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
  }

  std::string words(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      text += words_[pick_(generator_)];
      text += ' ';
    }
    return text;
  }

  std::string body() {
    std::lognormal_distribution<double> size(std::log(3000.0), 0.9);
    auto left = static_cast<std::size_t>(std::min(size(generator_), 100'000.0));
    std::string html;
    while (true) {
      html += "&lt;p&gt;" + words(std::min<std::size_t>(left, 500)) + "&lt;/p&gt;\n";
      if (left <= 500) return html;
      left -= 500;
    }
  }

 private:
  std::mt19937_64 generator_{1};
  std::vector<std::string> words_;
  std::discrete_distribution<std::size_t> pick_;
};

std::string item(TextSource& text, int feed, int number) {
  const std::string id = std::to_string(feed) + "/" + std::to_string(number);
  return "<item><guid isPermaLink=\"false\">tag:" + id + "</guid><title>" + text.words(50) + "</title><link>http://example.org/" +
         id + "</link><pubDate>Wed, 25 Nov 2026 0" + std::to_string(number % 10) + ":00:00 GMT</pubDate><author>a@example.org (" +
         text.words(10) + ")</author><category>" + text.words(4) + "</category><description>" + text.body() +
         "</description></item>\n";
}

std::string document(const std::vector<std::string>& items, int feed) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Feed " +
                    std::to_string(feed) + "</title><link>http://example.org/</link><description>Bench</description>\n";
  for (const std::string& one : items) xml += one;
  return xml + "</channel></rss>\n";
}

struct Usage {
  double cpu_s = 0;
  long peak_rss_kb = 0;
  long long written = 0;
};

Usage usage_of(pid_t pid) {
  Usage usage;
  const std::string base = "/proc/" + std::to_string(pid);
  std::ifstream stat(base + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long long user = 0;
  long long system = 0;
  fields >> user >> system;
  usage.cpu_s = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream status(base + "/status");
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) usage.peak_rss_kb = std::atol(line.c_str() + 6);
  }
  std::ifstream io(base + "/io");
  while (std::getline(io, line)) {
    if (line.starts_with("write_bytes:")) usage.written = std::atoll(line.c_str() + 12);
  }
  return usage;
}

long long database_bytes(const Daemon& daemon) {
  long long bytes = 0;
  for (const char* name : {"news.db", "news.db-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(daemon.state_dir() / name, error);
    if (!error) bytes += static_cast<long long>(size);
  }
  return bytes;
}

void must(const newscache::test::ProgramResult& result) {
  if (result.exit_code == 0) return;
  std::cerr << "newscache failed: " << result.err << '\n';
  std::exit(1);
}

// The commands are what a person would do; they end when the daemon has done its part.
void measure(const char* name, Daemon& daemon, const std::vector<std::vector<std::string>>& commands) {
  const Usage before = usage_of(daemon.pid());
  const auto start = std::chrono::steady_clock::now();
  for (const auto& command : commands) {
    std::vector<std::string> arguments{"--socket", daemon.socket()};
    arguments.insert(arguments.end(), command.begin(), command.end());
    must(run_program("newscache", arguments));
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const Usage after = usage_of(daemon.pid());
  std::printf("%-10s wall %6.2f s  cpu %6.2f s  peak rss %6.1f MB  database %7.1f MB  written %7.1f MB\n", name, wall.count(),
              after.cpu_s - before.cpu_s, static_cast<double>(after.peak_rss_kb) / 1024,
              static_cast<double>(database_bytes(daemon)) / 1e6, static_cast<double>(after.written - before.written) / 1e6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int feeds = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int entries = argc > 2 ? std::atoi(argv[2]) : 30;
  constexpr int hosts = 20;

  TextSource text;
  std::vector<std::unique_ptr<Publisher>> publishers;
  for (int i = 0; i < hosts; ++i) publishers.push_back(std::make_unique<Publisher>());
  std::vector<std::vector<std::string>> items(static_cast<std::size_t>(feeds));
  std::string opml = "<opml version=\"2.0\"><body>\n";
  std::size_t raw_bytes = 0;
  const auto publish = [&](int feed) {
    std::string xml = document(items[static_cast<std::size_t>(feed)], feed);
    raw_bytes += xml.size();
    publishers[static_cast<std::size_t>(feed % hosts)]->serve_file("/" + std::to_string(feed) + ".xml", std::move(xml));
  };
  for (int feed = 0; feed < feeds; ++feed) {
    for (int number = 0; number < entries; ++number) items[static_cast<std::size_t>(feed)].push_back(item(text, feed, number));
    publish(feed);
    opml += "<outline type=\"rss\" text=\"Feed " + std::to_string(feed) + "\" xmlUrl=\"" +
            publishers[static_cast<std::size_t>(feed % hosts)]->url("/" + std::to_string(feed) + ".xml") + "\"/>\n";
  }
  opml += "</body></opml>\n";
  std::printf("%d feeds x %d entries, %.1f MB of documents\n", feeds, entries, static_cast<double>(raw_bytes) / 1e6);

  newscache::test::TemporaryDirectory directory;
  const std::string opml_file = (directory.path() / "list.opml").string();
  std::ofstream(opml_file) << opml;

  Daemon daemon;
  daemon.start();
  const Usage idle = usage_of(daemon.pid());
  std::printf("%-10s rss %.1f MB\n", "empty", static_cast<double>(idle.peak_rss_kb) / 1024);
  measure("cold", daemon, {{"opml", "import", opml_file}, {"refresh", "--wait"}});
  measure("unchanged", daemon, {{"refresh", "--wait"}});
  for (int feed = 0; feed < feeds; ++feed) {
    auto& list = items[static_cast<std::size_t>(feed)];
    list.insert(list.begin(), item(text, feed, 1'000));
    list.insert(list.begin(), item(text, feed, 1'001));
    list.resize(static_cast<std::size_t>(entries));
    publish(feed);
  }
  measure("two new", daemon, {{"refresh", "--wait"}});
  return daemon.stop();
}
