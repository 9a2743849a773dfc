#include "store/page_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace newscache::store {

namespace {

constexpr std::size_t kWalHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::uint32_t kWalMagic = 0x377f0682;  // the lowest bit: checksums of words with the highest byte first

FileDescriptor open_to_read(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

bool read_at(const FileDescriptor& file, std::int64_t at, std::size_t count, std::string& bytes) {
  bytes.resize(count);
  for (std::size_t done = 0; done < count;) {
    const auto got = ::pread(file.get(), bytes.data() + done, count - done, at + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

// The running checksum of a WAL, which every frame goes on with.
struct Checksum {
  bool highest_first = false;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at) + second;
      second += word(bytes, at + 4) + first;
    }
  }
  bool is(std::string_view header, std::size_t at) const {
    return big_endian(header, at, 4) == first && big_endian(header, at + 4, 4) == second;
  }

 private:
  std::uint32_t word(std::string_view bytes, std::size_t at) const {
    const auto value = big_endian(bytes, at, 4);
    return highest_first ? value : __builtin_bswap32(value);
  }
};

}  // namespace

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

PageFile::PageFile(const std::string& path) : file_(open_to_read(path)), wal_(open_to_read(path + "-wal")) {
  pages_ = pages_of_file();
  if (wal_) read_wal();
}

// What the header says of the size counts only where it is possible: behind the end there may be what is left of
// earlier times.
PageNumber PageFile::pages_of_file() const {
  struct stat info {};
  if (!file_ || ::fstat(file_.get(), &info) != 0) return 0;
  const auto whole = static_cast<PageNumber>(info.st_size / static_cast<std::int64_t>(kPageBytes));
  std::string header;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  if (!read_at(file_, 0, 100, header) || !header.starts_with(kMagic)) return whole;
  const auto said = big_endian(header, 28, 4);
  return said == 0 ? whole : std::min(whole, said);
}

void PageFile::read_wal() {
  std::string header;
  if (!read_at(wal_, 0, kWalHeader, header)) return;
  const auto magic = big_endian(header, 0, 4);
  if ((magic & ~1U) != kWalMagic || big_endian(header, 8, 4) != kPageBytes) return;
  Checksum sum{(magic & 1U) != 0};
  sum.add(std::string_view(header).substr(0, 24));
  if (!sum.is(header, 24)) return;
  const auto salt = header.substr(16, 8);

  std::unordered_map<PageNumber, std::int64_t> uncommitted;
  std::string frame;
  for (std::int64_t at = kWalHeader; read_at(wal_, at, kFrameHeader + kPageBytes, frame);
       at += static_cast<std::int64_t>(frame.size())) {
    if (frame.compare(8, 8, salt) != 0) return;
    const std::string_view bytes = frame;
    sum.add(bytes.substr(0, 8));
    sum.add(bytes.substr(kFrameHeader));
    if (!sum.is(frame, 16)) return;
    uncommitted[big_endian(frame, 0, 4)] = at + static_cast<std::int64_t>(kFrameHeader);
    const auto size_after_commit = big_endian(frame, 4, 4);
    if (size_after_commit == 0) continue;
    for (const auto& [page, where] : uncommitted) in_wal_[page] = where;
    uncommitted.clear();
    pages_ = size_after_commit;
  }
}

void PageFile::ignore_wal() {
  in_wal_.clear();
  pages_ = pages_of_file();
}

bool PageFile::read(PageNumber number, std::string& page) const {
  if (number == 0 || number > pages_) return false;
  if (const auto newer = in_wal_.find(number); newer != in_wal_.end()) {
    return read_at(wal_, newer->second, kPageBytes, page);
  }
  return file_ && read_at(file_, std::int64_t{number - 1} * static_cast<std::int64_t>(kPageBytes), kPageBytes, page);
}

}  // namespace newscache::store
