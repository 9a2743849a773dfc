#include "client/zip.hpp"

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "client/session.hpp"
#include "client/unfinished.hpp"

namespace newscache::client {
namespace {

constexpr std::uint16_t version = 20;
constexpr std::uint16_t first_day = 0x21;  // 1 January 1980: zip knows no "none"

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

std::string deflated(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib fails");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const auto code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("zlib fails");
  return out;
}

}  // namespace

Zip::Zip(std::string file)
    : file_(std::move(file)),
      unfinished_(unfinished_name(file_)),
      out_(std::fopen(unfinished_.c_str(), "wbe"), std::fclose) {}

Zip::~Zip() {
  if (out_) ::unlink(unfinished_.c_str());
}

Outcome<void> Zip::write(std::string_view bytes) {
  position_ += bytes.size();
  if (out_ && std::fwrite(bytes.data(), 1, bytes.size(), out_.get()) == bytes.size()) return {};
  return Failure{Exit::failed, "cannot write " + file_label(file_) + ": " + std::strerror(errno)};
}

Outcome<void> Zip::add(const std::string& name, std::string_view bytes, Packing packing) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto packed = packing == Packing::deflated ? deflated(bytes) : std::string(bytes);
  if (entries_ == 0xfffe || position_ + packed.size() + directory_.size() + (1 << 20) > most) {
    return Failure{Exit::failed, "more than a zip file can hold; choose fewer articles, for example with -n"};
  }
  // What stands before the entry and in the directory alike.
  std::string about;
  put(about, version, 2);
  put(about, 0, 2);
  put(about, packing == Packing::deflated ? 8 : 0, 2);
  put(about, 0, 2);
  put(about, first_day, 2);
  put(about, crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
  put(about, packed.size(), 4);
  put(about, bytes.size(), 4);
  put(about, name.size(), 2);
  put(about, 0, 2);

  put(directory_, 0x02014b50, 4);
  put(directory_, version, 2);
  directory_ += about;
  put(directory_, 0, 10);  // comment, disk, attributes
  put(directory_, position_, 4);
  directory_ += name;
  ++entries_;

  std::string head;
  put(head, 0x04034b50, 4);
  head += about + name;
  if (const auto written = write(head); !written) return written;
  return write(packed);
}

Outcome<void> Zip::finish() {
  std::string end;
  put(end, 0x06054b50, 4);
  put(end, 0, 4);
  put(end, entries_, 2);
  put(end, entries_, 2);
  put(end, directory_.size(), 4);
  put(end, position_, 4);
  put(end, 0, 2);
  if (const auto written = write(directory_ + end); !written) return written;
  if (std::fflush(out_.get()) != 0 || ::fsync(::fileno(out_.get())) != 0 ||
      ::rename(unfinished_.c_str(), file_.c_str()) != 0) {
    return Failure{Exit::failed, "cannot write " + file_label(file_) + ": " + std::strerror(errno)};
  }
  out_.reset();
  return {};
}

}  // namespace newscache::client
