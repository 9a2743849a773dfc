#include "store/asset_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "store/times.hpp"

namespace newscache::store {

namespace {

constexpr mode_t kFolderMode = 0750;
constexpr mode_t kFileMode = 0640;
constexpr std::size_t kHashDigits = 64;

std::string assets_folder(const Options& options) {
  const auto slash = options.path.rfind('/');
  return (slash == std::string::npos ? std::string() : options.path.substr(0, slash + 1)) + "assets";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

[[noreturn]] void fail(const std::string& what) {
  const auto shortage = errno == EROFS || errno == EACCES    ? Shortage::read_only
                        : errno == ENOSPC || errno == EDQUOT ? Shortage::disk
                                                             : Shortage::none;
  throw StoreError(Cause::unavailable, "assets: cannot " + what + ": " + std::strerror(errno), shortage);
}

// Whether it is new.
bool make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), kFolderMode) == 0) return true;
  if (errno != EEXIST) fail("make the folder " + path);
  return false;
}

void sync_entries_of(const std::string& folder) {
  if (const auto synced = sync_folder_of(folder + "/"); !synced) {
    throw StoreError(Cause::unavailable, "assets: " + synced.error().detail, Shortage::disk);
  }
}

bool is_hash(std::string_view name) {
  return name.size() == kHashDigits && name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::vector<std::filesystem::path> entries_of(const std::string& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  return entries;
}

}  // namespace

std::string asset_path(const Options& options, std::string_view sha256) {
  return assets_folder(options).append("/").append(sha256.substr(0, 2)).append("/").append(sha256);
}

std::string new_assets_path(const Options& options) { return assets_folder(options) + "/new"; }

void make_asset_folders(const Options& options) {
  make_folder(assets_folder(options));
  make_folder(new_assets_path(options));
}

bool has_asset_file(const Options& options, std::string_view sha256, std::int64_t bytes) {
  struct stat info {};
  return ::lstat(asset_path(options, sha256).c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == bytes;
}

FileDescriptor open_asset_file(const Options& options, const model::Asset& asset) {
  FileDescriptor file(::open(asset_path(options, asset.sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  if (file && (::fstat(file.get(), &info) != 0 || info.st_size != asset.bytes)) return FileDescriptor();
  return file;
}

void remove_asset_file(const Options& options, std::string_view sha256) {
  ::unlink(asset_path(options, sha256).c_str());
}

void remove_finished(const std::string& file) {
  if (!file.empty()) ::unlink(file.c_str());
}

Adoption::~Adoption() {
  for (const auto& [from, to] : moved_) ::rename(to.c_str(), from.c_str());
}

bool Adoption::take(const std::string& file, const model::Asset& asset) {
  auto to = asset_path(options_, asset.sha256);
  if (make_folder(folder_of(to))) sync_entries_of(assets_folder(options_));
  folders_.insert(folder_of(to));
  if (has_asset_file(options_, asset.sha256, asset.bytes)) return true;
  if (::chmod(file.c_str(), kFileMode) != 0 || ::rename(file.c_str(), to.c_str()) != 0) {
    if (errno == ENOENT) return false;
    fail("move " + file);
  }
  moved_.emplace_back(file, std::move(to));
  return true;
}

void Adoption::sync() {
  for (const auto& folder : folders_) sync_entries_of(folder);
}

std::vector<AssetFile> asset_files(const Options& options, std::string_view first_digits) {
  std::vector<AssetFile> files;
  for (const auto& path : entries_of(assets_folder(options).append("/").append(first_digits))) {
    auto name = path.filename().string();
    struct stat info {};
    const bool is_file = ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
    if (is_file && is_hash(name) && name.starts_with(first_digits)) {
      files.push_back({std::move(name), static_cast<std::int64_t>(info.st_size)});
    } else {
      ::unlink(path.c_str());
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.sha256 < b.sha256; });
  return files;
}

void remove_stale_downloads(const Options& options, Instant before) {
  for (const auto& path : entries_of(new_assets_path(options))) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || instant(static_cast<std::int64_t>(info.st_mtime)) >= before) continue;
    ::unlink(path.c_str());
  }
}

}  // namespace newscache::store
