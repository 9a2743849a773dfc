// The least that has to be done, each part alone, for bench/run:
//
//   bench_floors fetch URLS STATE [AT_ONCE]     libcurl alone; STATE keeps the validators from one run to the next
//   bench_floors parse FOLDER                   pugixml alone: every document of the folder into a tree, and through it
//   bench_floors insert FOLDER FOLDER DATABASE [plain]
//       SQLite alone: the articles of the first folder, then what is new in the second; `plain` leaves out search
//
// Prints a JSON object for each part, without what had to be made ready for it.

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "bench/floor.hpp"
#include "bench/usage.hpp"
#include "feed/parse.hpp"
#include "html/plain_text.hpp"
#include "ingest/identify.hpp"

using namespace newscache;
using bench::Usage;

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "bench_floors: %s\n", what.c_str());
  std::exit(1);
}

void report(const Usage& usage, std::size_t count, std::size_t bytes, std::size_t database_bytes = 0) {
  std::printf(
      R"({"wall": %.6f, "cpu": %.6f, "written": %lld, "peak_kb": %ld, "count": %zu, "bytes": %zu, "database": %zu})"
      "\n",
      usage.wall_s, usage.cpu_s, static_cast<long long>(usage.written), bench::peak_megabytes() * 1024, count, bytes,
      database_bytes);
}

// --- libcurl ---------------------------------------------------------------------------------------------------------

struct Transfer {
  std::string url;
  std::string etag;
  std::string last_modified;
  std::size_t bytes = 0;
  curl_slist* headers = nullptr;
};

std::size_t count_bytes(char*, std::size_t, std::size_t size, void* transfer) {
  static_cast<Transfer*>(transfer)->bytes += size;
  return size;
}

std::size_t keep_validators(char* data, std::size_t, std::size_t size, void* pointer) {
  auto& transfer = *static_cast<Transfer*>(pointer);
  const auto value_of = [&](const char* name) -> std::string {
    const auto length = std::strlen(name);
    if (size < length || ::strncasecmp(data, name, length) != 0) return {};
    std::string value(data + length, size - length);
    value.erase(0, value.find_first_not_of(' '));
    return value.substr(0, value.find_first_of("\r\n"));
  };
  if (auto value = value_of("ETag:"); !value.empty()) transfer.etag = std::move(value);
  if (auto value = value_of("Last-Modified:"); !value.empty()) transfer.last_modified = std::move(value);
  return size;
}

CURL* start(CURLM* multi, Transfer& transfer) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_validators);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (!transfer.etag.empty())
    transfer.headers = curl_slist_append(transfer.headers, ("If-None-Match: " + transfer.etag).c_str());
  if (!transfer.last_modified.empty())
    transfer.headers = curl_slist_append(transfer.headers, ("If-Modified-Since: " + transfer.last_modified).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
  curl_multi_add_handle(multi, easy);
  return easy;
}

// Returns whether the answer was a document, and not 304.
bool finish(CURLM* multi, const CURLMsg& message) {
  CURL* easy = message.easy_handle;
  Transfer* transfer = nullptr;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (message.data.result != CURLE_OK) fail(transfer->url + ": " + curl_easy_strerror(message.data.result));
  if (status != 200 && status != 304) fail(transfer->url + ": status " + std::to_string(status));
  curl_multi_remove_handle(multi, easy);
  curl_easy_cleanup(easy);
  curl_slist_free_all(transfer->headers);
  return status == 200;
}

int fetch(const std::string& list, const std::string& state, std::size_t at_once) {
  std::deque<Transfer> transfers;
  std::ifstream urls(list);
  for (std::string url; std::getline(urls, url);) transfers.push_back({url, {}, {}});
  std::ifstream known(state);
  for (auto& transfer : transfers) {
    std::getline(known, transfer.etag);
    std::getline(known, transfer.last_modified);
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);

  const auto before = Usage::now();
  CURLM* multi = curl_multi_init();
  std::size_t next = 0;
  std::size_t under_way = 0;
  std::size_t documents = 0;
  while (next < transfers.size() || under_way > 0) {
    for (; next < transfers.size() && under_way < at_once; ++under_way) start(multi, transfers[next++]);
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    bool any = false;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      documents += finish(multi, CURLMsg(*message)) ? 1 : 0;
      --under_way;
      any = true;
    }
    if (!any && under_way > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  curl_multi_cleanup(multi);
  const auto used = Usage::now() - before;

  std::ofstream keep(state);
  std::size_t bytes = 0;
  for (const auto& transfer : transfers) {
    keep << transfer.etag << '\n' << transfer.last_modified << '\n';
    bytes += transfer.bytes;
  }
  report(used, documents, bytes);
  return 0;
}

// --- pugixml ---------------------------------------------------------------------------------------------------------

// In the order of their names.
std::vector<std::string> documents_of(const std::string& folder) {
  std::set<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(folder)) paths.insert(file.path());
  std::vector<std::string> documents;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    documents.push_back(std::move(text).str());
  }
  return documents;
}

// Counts what is looked at, so that looking is not optimised away.
class Walker : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    bytes += std::strlen(node.name()) + std::strlen(node.value());
    for (const auto& attribute : node.attributes()) bytes += std::strlen(attribute.value());
    return true;
  }
  std::size_t bytes = 0;
};

int parse(const std::string& folder) {
  auto documents = documents_of(folder);
  std::size_t bytes = 0;
  Walker walker;
  const auto before = Usage::now();
  for (const auto& document : documents) {
    pugi::xml_document tree;
    if (!tree.load_buffer(document.data(), document.size())) fail("a document of " + folder + " is no XML");
    tree.traverse(walker);
    bytes += document.size();
  }
  report(Usage::now() - before, walker.bytes > 0 ? documents.size() : 0, bytes);
  return 0;
}

// --- SQLite ----------------------------------------------------------------------------------------------------------

constexpr std::size_t kRowsAtOnce = 1024;

// The rows of what is not known yet, made as the daemon would make them.
class Rows {
 public:
  Rows() { options_.plain_text = html::to_text; }

  std::vector<bench::FloorRow> of(const std::string& folder) {
    std::vector<bench::FloorRow> rows;
    std::int64_t feed = 0;
    for (const auto& document : documents_of(folder)) {
      ++feed;
      auto parsed = feed::parse(document, {.base_url = "https://site.example/feed.xml"});
      if (!parsed) fail("a document of " + folder + " is no feed");
      const auto uid = hex(sha256({std::to_string(feed)}), 16);
      for (const auto& incoming : ingest::identify(std::move(parsed.value().entries), uid, {}).entries) {
        auto row = bench::floor_row(feed, incoming, codec_, options_);
        if (known_.insert(row.uid + row.hash).second) rows.push_back(std::move(row));
      }
    }
    return rows;
  }

 private:
  store::Options options_;
  store::RecordCodec codec_{8 << 20};
  std::set<std::string> known_;
};

int insert(const std::vector<std::string>& folders, const std::string& path, bool index) {
  bench::Floor floor(path);
  Rows rows;
  for (const auto& folder : folders) {
    const auto all = rows.of(folder);
    std::vector<std::vector<bench::FloorRow>> batches;
    for (std::size_t at = 0; at < all.size(); at += kRowsAtOnce) {
      const auto end = std::min(at + kRowsAtOnce, all.size());
      batches.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                           all.begin() + static_cast<std::ptrdiff_t>(end));
    }
    const auto before = Usage::now();
    for (const auto& batch : batches) floor.insert(batch, index);
    const auto used = Usage::now() - before;
    floor.checkpoint();
    report(used, all.size(), 0, std::filesystem::file_size(path));
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  const auto is = [&](const char* name, std::size_t least, std::size_t most) {
    return !arguments.empty() && arguments[0] == name && arguments.size() > least && arguments.size() <= most + 1;
  };
  if (is("fetch", 2, 3)) {
    const int at_once = arguments.size() > 3 ? std::atoi(arguments[3].c_str()) : 64;
    return fetch(arguments[1], arguments[2], static_cast<std::size_t>(std::max(at_once, 1)));
  }
  if (is("parse", 1, 1)) return parse(arguments[1]);
  if (is("insert", 3, 4)) return insert({arguments[1], arguments[2]}, arguments[3], arguments.size() == 4);
  std::fprintf(
      stderr,
      "usage: bench_floors fetch URLS STATE [AT_ONCE] | parse FOLDER | insert FOLDER FOLDER DATABASE [plain]\n");
  return 2;
}
