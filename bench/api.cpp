// The API over its socket beside nginx that serves the same answers as files over a Unix socket:
//
//   bench_api DIRECTORY [ARTICLES] [SECONDS] [ANSWER]   each figure the median of some runs of so many seconds
//   bench_api DIRECTORY hold                            starts the daemon on the database and waits
//
// The database is made when the directory has none. newscached and nginx take turns under the same load generator,
// which shares the machine with them: what it takes is in the table, as is what a request costs each of them in CPU.
// Nothing is committed meanwhile, so that the daemon gives most answers from memory; those "anew" it has to make.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "bench/corpus.hpp"
#include "bench/load.hpp"
#include "bench/usage.hpp"
#include "html/plain_text.hpp"
#include "store/store.hpp"
#include "support/daemon.hpp"

using namespace newscache;
namespace fs = std::filesystem;

namespace {

constexpr int kFeeds = 1000;
constexpr int kFolders = 20;
constexpr int kRuns = 5;
constexpr const char* kNginx = "/usr/sbin/nginx";

// --- the database ---

model::FeedUpdate poll(bench::Corpus& corpus, model::FeedId id, int feed, int first, int count) {
  model::FeedUpdate update;
  update.feed_id = id;
  update.received = bench::kStart + std::chrono::hours(first + count);
  update.document.emplace();
  update.document->title = "Feed " + std::to_string(feed);
  update.state.status = model::FeedStatus::ok;
  update.state.validators.etag = "\"1\"";
  // Nothing becomes due while it is measured.
  update.state.next_poll =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::days(30);
  for (int i = count - 1; i >= 0; --i) update.entries.push_back(corpus.article(feed, first + i));
  return update;
}

void index(store::Writer& writer) {
  while (writer.index(store::kIndexStep) > 0) {
  }
  writer.train();
}

// Arrived in slices, as polls bring them; half of the feeds of each folder have been read.
void make_database(const std::string& path, int articles) {
  constexpr int kSlice = 2;
  store::Options options;
  options.path = path;
  options.plain_text = [](std::string_view html) { return html::to_text(html); };
  const auto writer = store::Writer::open(options).value();
  std::vector<model::NewFeed> wishes(kFeeds);
  std::vector<std::string> uids;
  for (int feed = 0; feed < kFeeds; ++feed) {
    auto& wish = wishes[static_cast<std::size_t>(feed)];
    wish.url = "https://feed" + std::to_string(feed) + ".example/";
    wish.folder = "Folder " + std::to_string(feed % kFolders);
    uids.push_back(hex(sha256({wish.url}), 8));
  }
  std::vector<model::FeedId> ids;
  for (const auto& feed : writer->add_feeds(wishes, uids, bench::kStart)) ids.push_back(feed.value().id);
  bench::Corpus corpus;
  for (int first = 0; first < std::max(articles / kFeeds, 1); first += kSlice) {
    for (int feed = 0; feed < kFeeds;) {
      std::vector<model::FeedUpdate> batch;
      for (; feed < kFeeds && batch.size() < 64; ++feed) {
        batch.push_back(poll(corpus, ids[static_cast<std::size_t>(feed)], feed, first, kSlice));
      }
      writer->apply(batch, store::Durability::relaxed);
      index(*writer);
    }
    std::fprintf(stderr, "\r%d articles", (first + kSlice) * kFeeds);
  }
  std::fprintf(stderr, "\n");
  for (std::size_t feed = 0; feed < ids.size(); ++feed) {
    if (feed / kFolders % 2 == 0) continue;
    model::MarkRequest read;
    read.all = true;
    read.feed = ids[feed];
    read.read = true;
    writer->mark(read).value();
  }
  writer->close();
}

// --- what is asked for ---

struct Case {
  std::string name;
  std::vector<std::string> targets;
  bool anew = false;  // nothing that is asked for has been answered before
};

std::string next_cursor(const std::string& answer) {
  constexpr std::string_view key = "\"next_cursor\":\"";
  const auto at = answer.rfind(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  return answer.substr(begin, answer.find('"', begin) - begin);
}

// The list's first pages.
void add_pages(const std::string& socket, const std::string& filter, int pages, std::vector<std::string>& targets) {
  const auto list = "/v1/articles?limit=50" + filter;
  auto target = list;
  for (; pages > 0; --pages) {
    targets.push_back(target);
    const auto cursor = next_cursor(bench::fetch(socket, bench::get_request(target)));
    if (cursor.empty()) break;
    target = list + "&cursor=" + cursor;
  }
}

// Of what readers show: the newest, the unread, feeds.
std::vector<std::string> list_targets(const std::string& socket, const std::string& fields, std::mt19937& random) {
  std::vector<std::string> targets;
  add_pages(socket, fields, 40, targets);
  add_pages(socket, fields + "&read=false", 20, targets);
  for (int i = 0; i < 60; ++i) add_pages(socket, fields + "&feed=" + std::to_string(1 + random() % kFeeds), 2, targets);
  std::shuffle(targets.begin(), targets.end(), random);
  return targets;
}

std::vector<std::string> folder_targets(const std::string& socket) {
  std::vector<std::string> targets;
  for (int i = 0; i < kFolders; ++i) {
    const auto filter = "&fields=summary&folder=Folder%20" + std::to_string(i);
    add_pages(socket, filter, 2, targets);
    add_pages(socket, filter + "&read=false", 2, targets);
  }
  return targets;
}

std::vector<Case> cases(const std::string& socket, int articles) {
  std::mt19937 random(3);
  std::vector<Case> cases{{"status", {"/v1/status"}},
                          {"50 summaries", list_targets(socket, "&fields=summary", random)},
                          {"anew: 50 summaries", {}, true},
                          {"50 in full", list_targets(socket, "&fields=full", random)},
                          {"50 summaries of a folder", folder_targets(socket)},
                          {"anew: 50 summaries of a folder", {}, true},
                          {"one article", {}},
                          {"anew: one article", {}, true},
                          {"search, 20 summaries", {}},
                          {"anew: search, 20 summaries", {}, true}};
  auto& one = cases[6];
  auto& search = cases[8];
  for (int i = 0; i < 1000; ++i) {
    const auto id = 1 + random() % static_cast<unsigned>(articles);
    one.targets.push_back("/v1/articles/" + std::to_string(id));
  }
  bench::Corpus corpus;
  for (int i = 0; i < 200; ++i) {
    auto text = corpus.word(20 + random() % 3000);
    if (i % 2 == 1) text += "%20" + corpus.word(20 + random() % 300);
    search.targets.push_back("/v1/articles?fields=summary&limit=20&q=" + text);
  }
  for (std::size_t i = 1; i < cases.size(); ++i) {
    if (cases[i].anew) cases[i].targets = cases[i - 1].targets;
  }
  return cases;
}

// --- the servers ---

struct Server {
  std::string socket;
  pid_t pid = -1;
};

double cpu_seconds(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double megabytes(pid_t pid, std::string_view key) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(key)) return std::atof(line.c_str() + key.size() + 1) / 1024;
  }
  return 0;
}

// One process that serves a folder, on one socket with sendfile and on another without.
class Nginx {
 public:
  Nginx() {
    fs::create_directory(root());
    std::ofstream config(directory_.path() / "nginx.conf");
    config << "daemon off; master_process off; pid " << path("pid") << "; error_log " << path("error.log") << " crit;\n"
           << "events { worker_connections 512; }\n"
           << "http { access_log off; default_type application/json; keepalive_requests 1000000000; etag on;\n"
           << "  tcp_nopush on; root " << root().string() << ";\n";
    for (const char* folder : {"body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      config << "  " << (std::string(folder) == "body" ? "client_body" : folder) << "_temp_path " << path("temp")
             << ";\n";
    }
    for (const bool sendfile : {false, true}) {
      config << "  server { listen unix:" << socket(sendfile) << "; sendfile " << (sendfile ? "on" : "off") << "; }\n";
    }
    config << "}\n";
    config.close();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execl(kNginx, kNginx, "-p", directory_.path().c_str(), "-c", path("nginx.conf").c_str(), nullptr);
      ::_exit(127);
    }
    while (!fs::exists(socket(true))) {
      if (::waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error("nginx did not start");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  ~Nginx() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  // What the daemon answers to each target becomes a file; their targets.
  std::vector<std::string> serve(const std::string& daemon, const std::vector<std::string>& targets) {
    std::vector<std::string> files;
    for (const auto& target : targets) {
      const auto answer = bench::fetch(daemon, bench::get_request(target));
      files.push_back("/" + std::to_string(files_++) + ".json");
      std::ofstream(root().string() + files.back(), std::ios::binary) << answer.substr(answer.find("\r\n\r\n") + 4);
    }
    return files;
  }
  Server server(bool sendfile) const { return {socket(sendfile), pid_}; }

 private:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  fs::path root() const { return directory_.path() / "files"; }
  std::string socket(bool sendfile) const { return path(sendfile ? "sendfile" : "plain"); }

  test::TemporaryDirectory directory_;
  pid_t pid_ = -1;
  int files_ = 0;
};

// --- measuring ---

struct Figures {
  double rate = 0, p50_us = 0, p99_us = 0, cpu_us = 0, bytes = 0;
  double generator = 0;  // its share of one core
};

Figures run(const Server& server, const std::vector<std::string>& requests, int connections, double seconds) {
  const auto own = bench::Usage::now();
  const double cpu = cpu_seconds(server.pid);
  const auto result = bench::load(server.socket, requests, connections, seconds);
  const auto count = static_cast<double>(result.requests);
  const double taken = cpu_seconds(server.pid) - cpu;
  return {count / result.seconds,
          result.p50_us,
          result.p99_us,
          taken * 1e6 / count,
          static_cast<double>(result.bytes) / count,
          (bench::Usage::now() - own).cpu_s / result.seconds};
}

Figures median(const std::vector<Figures>& runs) {
  Figures result;
  for (double Figures::*figure :
       {&Figures::rate, &Figures::p50_us, &Figures::p99_us, &Figures::cpu_us, &Figures::bytes, &Figures::generator}) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run.*figure);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    result.*figure = values[values.size() / 2];
  }
  return result;
}

std::vector<std::string> requests_for(const std::vector<std::string>& targets) {
  std::vector<std::string> requests;
  for (const auto& target : targets) requests.push_back(bench::get_request(target));
  return requests;
}

// The daemon takes two hosts for two questions, and before these come round again it has forgotten them.
std::vector<std::string> requests_anew(const std::vector<std::string>& targets) {
  constexpr std::size_t kForgotten = 10'000;
  static int hosts = 0;
  std::vector<std::string> requests;
  while (requests.size() < kForgotten) {
    const auto host = "h" + std::to_string(++hosts);
    for (const auto& target : targets) requests.push_back(bench::get_request(target, host));
  }
  return requests;
}

void measure(const Case& what, const Server& daemon, Nginx* nginx, double seconds) {
  auto requests = requests_for(what.targets);
  std::vector<std::string> files;
  if (nginx != nullptr) files = requests_for(nginx->serve(daemon.socket, what.targets));
  for (const int connections : {1, 8, 64}) {
    std::array<std::vector<Figures>, 3> runs;
    for (int i = 0; i < kRuns; ++i) {
      if (what.anew) requests = requests_anew(what.targets);
      runs[0].push_back(run(daemon, requests, connections, seconds));
      if (nginx == nullptr) continue;
      runs[1].push_back(run(nginx->server(false), files, connections, seconds));
      runs[2].push_back(run(nginx->server(true), files, connections, seconds));
    }
    const auto ours = median(runs[0]);
    std::printf("| %s | %d | %.0f | %.0f | %.0f, %.0f | %.0f | %.0f |", what.name.c_str(), connections,
                ours.bytes / 1e3, ours.rate, ours.p50_us, ours.p99_us, ours.cpu_us, ours.generator * 100);
    if (nginx != nullptr) {
      const auto plain = median(runs[1]);
      const auto sendfile = median(runs[2]);
      const auto& best = plain.rate > sendfile.rate ? plain : sendfile;
      std::printf(" %.0f | %.0f, %.0f | %.0f | %.0f | %.2f | %.1f |", best.rate, best.p50_us, best.p99_us, best.cpu_us,
                  best.generator * 100, ours.rate / best.rate, ours.cpu_us / best.cpu_us);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}

void print_memory(const char* when, pid_t pid) {
  std::printf("newscached %s: RSS %.1f MB (%.1f MB of it its own), peak %.1f MB\n", when, megabytes(pid, "VmRSS"),
              megabytes(pid, "RssAnon"), megabytes(pid, "VmHWM"));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_api DIRECTORY [ARTICLES] [SECONDS] [ANSWER], or DIRECTORY hold\n");
    return 2;
  }
  const std::string database = std::string(arguments[1]) + "/news.db";
  const bool hold = count > 2 && std::string(arguments[2]) == "hold";
  const int articles = count > 2 && !hold ? std::atoi(arguments[2]) : 100'000;
  const double seconds = count > 3 ? std::atof(arguments[3]) : 1.0;
  if (!fs::exists(database)) make_database(database, articles);

  test::Daemon daemon;
  fs::create_directory(daemon.state_dir());
  fs::copy_file(database, daemon.state_dir() / "news.db");
  daemon.start();
  print_memory("started", daemon.pid());
  if (hold) {
    std::printf("pid %d, socket %s; press Enter to end\n", static_cast<int>(daemon.pid()), daemon.socket().c_str());
    std::getchar();
    return daemon.stop();
  }
  std::optional<Nginx> nginx;
  if (fs::exists(kNginx)) nginx.emplace();
  std::printf("| answer | connections | kB | requests/s | p50, p99 us | CPU us | generator %% |");
  if (nginx)
    std::printf(" nginx: requests/s | p50, p99 us | CPU us | generator %% | rate of nginx's | CPU of nginx's |");
  std::printf("\n");
  const std::string only = count > 4 ? arguments[4] : "";
  for (const auto& one : cases(daemon.socket(), articles)) {
    if (!one.name.starts_with(only)) continue;
    measure(one, {daemon.socket(), daemon.pid()}, nginx ? &*nginx : nullptr, seconds);
  }
  print_memory("after the load", daemon.pid());
  return daemon.stop();
}
