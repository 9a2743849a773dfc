#include "offline/incoming_assets.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace newscache::offline {

namespace {

// That nobody has asked for yet; an asset stands before the first article that has it.
constexpr std::size_t kMostWaiting = 10'000;
constexpr std::size_t kEnoughToTell = 4096;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
};
constexpr Magic kTypes[] = {
    {0, "\xff\xd8\xff", "image/jpeg"},
    {0, "\x89PNG\r\n\x1a\n", "image/png"},
    {0, "GIF8", "image/gif"},
    {8, "WEBPVP8", "image/webp"},
    {4, "ftypavif", "image/avif"},
    {0, "ID3", "audio/mpeg"},
    {0, "\xff\xfb", "audio/mpeg"},
    {0, "OggS", "audio/ogg"},
    {4, "ftypM4A", "audio/mp4"},
    {4, "ftyp", "video/mp4"},
    {0, "\x1a\x45\xdf\xa3", "video/webm"},
    {0, "%PDF-", "application/pdf"},
};

// By its bytes; empty for what is none of the pictures, recordings and documents that are kept.
std::string media_type(std::string_view beginning) {
  for (const auto& [at, bytes, type] : kTypes) {
    if (beginning.size() > at && beginning.substr(at).starts_with(bytes)) return std::string(type);
  }
  return {};
}

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
  if (beginning_.size() < kEnoughToTell) beginning_.append(bytes.substr(0, kEnoughToTell));
  files_[current_].bytes += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty()) {
    const auto written = ::write(open_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("a file cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
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
  for (const auto& hash : hashes) drop(hash);
}

void IncomingAssets::drop(const std::string& sha256) {
  const auto found = files_.find(sha256);
  if (found == files_.end()) return;
  ::unlink(found->second.path.c_str());
  files_.erase(found);
}

}  // namespace newscache::offline
