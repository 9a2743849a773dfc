#pragma once
// The files of assets, beside the database. A file is moved there before the rows that name it are committed, and
// removed after those that named it are gone: between the two there may be a file that no row knows, which
// Writer::sweep_assets() finds, and never a row without its file.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "store/store.hpp"

namespace newscache::store {

// Throws StoreError when they cannot be made.
void make_asset_folders(const Options& options);
// Whether it is there with that many bytes.
bool has_asset_file(const Options& options, std::string_view sha256, std::int64_t bytes);
// None when it is not.
FileDescriptor open_asset_file(const Options& options, const model::Asset& asset);
// For what is no longer needed; one that stays is found by the next sweep.
void remove_asset_file(const Options& options, std::string_view sha256);
// What is left of a file that was to become an asset.
void remove_finished(const std::string& file);

// Finished files on their way to the assets; back where they were unless keep() is called.
class Adoption {
 public:
  explicit Adoption(const Options& options) : options_(options) {}
  ~Adoption();
  Adoption(const Adoption&) = delete;
  Adoption& operator=(const Adoption&) = delete;

  // A file that is there already, of a commit that never came, serves as well. False when there is neither. Throws
  // StoreError, as sync().
  bool take(const std::string& file, const model::Asset& asset);
  void sync();  // before the commit
  void keep() { moved_.clear(); }

 private:
  const Options& options_;
  std::vector<std::pair<std::string, std::string>> moved_;  // from, to
  std::set<std::string> folders_;
};

struct AssetFile {
  std::string sha256;
  std::int64_t bytes = 0;
};
// Those whose hash begins with these two digits, in order; whatever else lies there is removed.
std::vector<AssetFile> asset_files(const Options& options, std::string_view first_digits);
// What was being fetched and has not been touched since.
void remove_stale_downloads(const Options& options, Instant before);

}  // namespace newscache::store
