#include "offline/downloads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "bundle/digest.hpp"
#include "offline/media_type.hpp"

namespace newscache::offline {
namespace {

constexpr mode_t file_mode = 0640;
constexpr std::size_t longest_version = 512;

Error trouble(const std::string& path, const char* what) {
  const int error = errno;
  return Error{Cause::unavailable, path + ": " + what + ": " + std::strerror(error)};
}

std::string name_of(const std::string& url) { return hex(sha256({url}), 16); }

}  // namespace

Result<model::Media> keep_bytes(const std::string& folder, const std::string& url, std::string_view bytes,
                                std::string type) {
  model::Media media;
  media.url = url;
  media.asset = {hex(sha256({bytes})), std::move(type), static_cast<std::int64_t>(bytes.size())};
  // Of its own: the same picture may be on its way for another article too.
  media.file = folder + "/picture-XXXXXX";
  const FileDescriptor file(::mkostemp(media.file.data(), O_CLOEXEC));
  if (!file) return trouble(media.file, "cannot be made");
  ::fchmod(file.get(), file_mode);
  if (!write_all(file.get(), bytes)) return trouble(media.file, "cannot be written");
  if (::fsync(file.get()) != 0) return trouble(media.file, "cannot be synced");
  return media;
}

// The version stands in a file beside it. One that does not fit the bytes makes the server send the whole.
Result<Partial> Partial::open(const std::string& folder, const std::string& url) {
  Partial partial;
  partial.url_ = url;
  partial.path_ = folder + "/" + name_of(url) + ".part";
  const FileDescriptor file(::open(partial.path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno == ENOENT ? Result<Partial>(std::move(partial)) : trouble(partial.path_, "cannot be opened");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return trouble(partial.path_, "cannot be read");
  const auto version = read_file(partial.path_ + ".version", longest_version);
  if (version && !version->empty()) {
    partial.version_ = *version;
    partial.bytes_ = status.st_size;
  }
  return partial;
}

Result<void> Partial::append(std::string_view piece, const std::string& version) {
  if (version != version_ && !version.empty()) {
    if (const auto kept = replace_file(path_ + ".version", version.substr(0, longest_version)); !kept)
      return kept.error();
  }
  version_ = version;
  const int start = bytes_ == 0 ? O_TRUNC : 0;
  const FileDescriptor file(
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | start, file_mode));
  if (!file) return trouble(path_, "cannot be made");
  if (!write_all(file.get(), piece)) return trouble(path_, "cannot be written");
  bytes_ += static_cast<std::int64_t>(piece.size());
  return {};
}

Result<void> Partial::restart() {
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return trouble(path_, "cannot be removed");
  bytes_ = 0;
  version_.clear();
  return {};
}

Result<model::Media> Partial::finish() {
  const FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return trouble(path_, "cannot be opened");
  struct stat status {};
  if (::fsync(file.get()) != 0 || ::fstat(file.get(), &status) != 0) return trouble(path_, "cannot be synced");
  if (status.st_size != bytes_) return Error{Cause::unavailable, path_ + " has been changed by somebody else"};
  if (bytes_ == 0) return Error{Cause::invalid, "it is empty"};
  // In pieces: a small machine has no address for each byte of a film.
  std::string piece(kHeadBytes, '\0');
  std::string type;
  bundle::Digest digest;
  for (std::int64_t at = 0; at < bytes_;) {
    const auto got = ::pread(file.get(), piece.data(), piece.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return trouble(path_, "cannot be read");
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    if (at == 0) type = media_type(bytes);
    if (type.empty()) return Error{Cause::invalid, "it is of no kind that is kept"};
    digest.add(bytes);
    at += got;
  }
  model::Media media;
  media.url = url_;
  media.asset = {hex(digest.value()), type, bytes_};
  media.file = path_;
  return media;
}

void Partial::discard() {
  ::unlink(path_.c_str());
  ::unlink((path_ + ".version").c_str());
}

}  // namespace newscache::offline
