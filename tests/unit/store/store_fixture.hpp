#pragma once
// A database in a folder of its own, and short ways to fill it.

#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "support/catch.hpp"

namespace newscache::store::test {

constexpr Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

// Removed with everything in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/news.db"; }

 private:
  std::string path_;
};

// Stands in for html::to_text: tags become spaces.
std::string strip_tags(std::string_view html);
Options options_in(const Folder& folder);
std::unique_ptr<Writer> open_writer(const Options& options);
std::unique_ptr<Reader> open_reader(const Options& options);

// An open writer and reader of one database.
struct Store {
  Folder folder;
  Options options = options_in(folder);
  std::unique_ptr<Writer> writer = open_writer(options);
  std::unique_ptr<Reader> reader = open_reader(options);

  void reopen();
  model::FeedId subscribe(const std::string& name, const std::string& folder_name = "");
  // One poll of the feed that brought these entries, received at `at`.
  model::UpdateResult poll(model::FeedId feed, std::vector<model::IncomingEntry> entries, Instant at = kNow);
  // What has come in before can be found.
  std::vector<model::Article> list(const model::ArticleQuery& query);
  std::vector<std::string> titles(const model::ArticleQuery& query);
  std::vector<std::string> search(const std::string& text);
  model::Article only(const model::ArticleQuery& query = {});
};

// 32 hexadecimal digits, different for each feed and guid.
std::string uid_of(model::FeedId feed, const std::string& guid);
model::IncomingEntry entry(model::FeedId feed, const std::string& guid, const std::string& title,
                           const std::string& content = "<p>text</p>");
// Text that does not compress.
std::string noise(std::size_t bytes, std::uint64_t seed);
// So many with one title; their guids are numbers from 0 on.
std::vector<model::IncomingEntry> entries_titled(model::FeedId feed, int count, const std::string& title);

// Until everything can be found by its words and tags.
void index_all(Writer& writer);
// Every statement about the tables that must hold at any time. The index is compared with the articles where it has
// taken all of them in.
void check_consistent(const Options& options);
void check_consistent(Store& store);

}  // namespace newscache::store::test
