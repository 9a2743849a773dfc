#include "support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>

#include "base/file.hpp"

namespace newscache::test {
namespace {

constexpr const char* ballast = "somebody-elses";

bool enter_namespace() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

bool SmallDisk::available() {
  static const bool works = enter_namespace();
  if (!works) std::cerr << "skipped: this test wants root\n";
  return works;
}

SmallDisk::SmallDisk(std::filesystem::path where, std::int64_t bytes) : where_(std::move(where)) {
  std::filesystem::create_directories(where_);
  const std::string options = "mode=0750,size=" + std::to_string(bytes);
  if (::mount("none", where_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    throw std::runtime_error("cannot mount a tmpfs on " + where_.string());
  }
}

SmallDisk::~SmallDisk() { ::umount2(where_.c_str(), MNT_DETACH); }

void SmallDisk::fill(std::int64_t left) const {
  const FileDescriptor file(::open((where_ / ballast).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const auto size = ::lseek(file.get(), 0, SEEK_END);
  const auto more = std::max<std::int64_t>(free_bytes() - left, 0);
  if (more > 0 && ::posix_fallocate(file.get(), 0, size + more) != 0) throw std::runtime_error("cannot fill the disk");
}

void SmallDisk::empty() const { std::filesystem::remove(where_ / ballast); }

void SmallDisk::set_read_only(bool read_only) const {
  const unsigned long flags = MS_REMOUNT | MS_NOSUID | MS_NODEV | (read_only ? MS_RDONLY : 0);
  if (::mount("none", where_.c_str(), nullptr, flags, nullptr) != 0) {
    throw std::runtime_error("cannot mount " + where_.string() + " anew");
  }
}

std::int64_t SmallDisk::free_bytes() const {
  struct statvfs info {};
  ::statvfs(where_.c_str(), &info);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace newscache::test
