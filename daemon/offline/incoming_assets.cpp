#include "offline/incoming_assets.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "offline/media_type.hpp"

namespace newscache::offline {

namespace {

// That nobody has asked for yet; an asset stands before the first article that has it.
constexpr std::size_t kMostWaiting = 10'000;

Error failed(const char* what) {
  return Error{Cause::unavailable, std::string(what) + " beside the assets: " + std::strerror(errno)};
}

}  // namespace

IncomingAssets::~IncomingAssets() {
  for (const auto& [hash, file] : files_) ::unlink(file.path.c_str());
}

Result<void> IncomingAssets::begin(const std::string& sha256) {
  drop(sha256);
  if (files_.size() >= kMostWaiting) drop(files_.begin()->first);
  std::string path = folder_ + "/bundle-XXXXXX";
  open_ = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (!open_) return failed("no file can be made");
  files_[sha256].path = std::move(path);
  current_ = sha256;
  beginning_.clear();
  return {};
}

Result<void> IncomingAssets::add(std::string_view bytes) {
  if (beginning_.size() < kHeadBytes) beginning_.append(bytes.substr(0, kHeadBytes - beginning_.size()));
  files_[current_].bytes += static_cast<std::int64_t>(bytes.size());
  if (!write_all(open_.get(), bytes)) return failed("a file cannot be written");
  return {};
}

Result<void> IncomingAssets::end() {
  const bool synced = ::fsync(open_.get()) == 0;
  open_ = FileDescriptor();
  if (!synced) return failed("a file cannot be written");
  files_[current_].type = media_type(beginning_);
  if (files_[current_].type.empty()) drop(current_);  // nothing that may be shown
  return {};
}

void IncomingAssets::assign(std::vector<store::CarriedArticle>& articles) const {
  for (auto& article : articles) {
    for (auto& media : article.media) {
      const auto found = files_.find(media.asset.sha256);
      if (found == files_.end()) continue;
      media.asset.type = found->second.type;
      media.asset.bytes = found->second.bytes;
      media.file = found->second.path;
    }
  }
}

void IncomingAssets::forget(const std::vector<std::string>& hashes) {
  for (const auto& hash : hashes) {
    const auto found = files_.find(hash);
    if (found != files_.end() && ::access(found->second.path.c_str(), F_OK) != 0) files_.erase(found);
  }
}

void IncomingAssets::drop(const std::string& sha256) {
  const auto found = files_.find(sha256);
  if (found == files_.end()) return;
  ::unlink(found->second.path.c_str());
  files_.erase(found);
}

}  // namespace newscache::offline
