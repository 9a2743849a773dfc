#pragma once
// Owned file descriptors, and what we do with whole files.

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace newscache {

// Owns a descriptor and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// The whole file, refused when it holds more than `limit` bytes. "-" is standard input.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// All of the bytes, however many calls that takes. False: errno says why.
bool write_all(int fd, std::string_view bytes);

// What has been renamed, made or removed in the folder of that path stays so after a power cut.
Result<void> sync_folder_of(const std::string& path);

// Renames a file so that after a power cut all of it is at the new name, or none: fsync, rename, fsync of the folder.
Result<void> move_into_place(const std::string& from, const std::string& to);

// Replaces the file so that after a power cut there is the old content or the new one. Mode 0600.
Result<void> replace_file(const std::string& path, std::string_view content);

}  // namespace newscache
