#pragma once
// A disk of the test's own, a tmpfs, that can be filled, emptied and made read-only. It is mounted in a mount namespace
// of the test process, so that nothing is left behind, however the test ends. Wants root.
//
//   if (!SmallDisk::available()) return;               // says why
//   SmallDisk disk(daemon.state_dir(), 40 << 20);      // before daemon.start()
//   disk.fill(100 << 10);                              // that much stays free
//   disk.empty();

#include <cstdint>
#include <filesystem>

namespace newscache::test {

class SmallDisk {
 public:
  // Whether the test may do all this; when not, the reason is shown. On the main thread, whose children see the disk.
  static bool available();

  SmallDisk(std::filesystem::path where, std::int64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void fill(std::int64_t left) const;  // by a file of somebody else
  void empty() const;
  void set_read_only(bool read_only) const;
  std::int64_t free_bytes() const;

 private:
  std::filesystem::path where_;
};

}  // namespace newscache::test
