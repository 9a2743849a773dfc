// Ready-made answers of the test publisher, the hostile ones among them.
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "support/publisher.hpp"

namespace newscache::test {
namespace {

// CRC-32 as in RFC 1952, section 8.
class Crc32 {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) value_ = table()[(value_ ^ static_cast<unsigned char>(byte)) & 0xff] ^ (value_ >> 8);
  }
  std::uint32_t value() const { return ~value_; }

 private:
  static const std::array<std::uint32_t, 256>& table() {
    static const auto built = [] {
      std::array<std::uint32_t, 256> table{};
      for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t entry = i;
        for (int bit = 0; bit < 8; ++bit) entry = (entry & 1) != 0 ? 0xedb88320U ^ (entry >> 1) : entry >> 1;
        table[i] = entry;
      }
      return table;
    }();
    return built;
  }
  std::uint32_t value_ = 0xffffffffU;
};

constexpr std::string_view kGzipHeader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// Deflate writes its bits from the lowest on, Huffman codes from their highest bit on (RFC 1951, section 3.1.1).
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  void value(unsigned bits, int count) {
    for (int i = 0; i < count; ++i) push(bits >> i & 1);
  }
  void code(unsigned bits, int count) {
    for (int i = count - 1; i >= 0; --i) push(bits >> i & 1);
  }
  void finish() {
    while (used_ != 0) push(0);
  }

 private:
  void push(unsigned bit) {
    current_ |= bit << used_;
    if (++used_ < 8) return;
    out_.push_back(static_cast<char>(current_));
    current_ = 0;
    used_ = 0;
  }
  std::string& out_;
  unsigned current_ = 0;
  int used_ = 0;
};

Answer encoded(std::string_view encoding, std::string body) {
  Answer answer;
  answer.headers.emplace_back("Content-Encoding", encoding);
  answer.type = "application/rss+xml";
  answer.body = std::move(body);
  return answer;
}

}  // namespace

Answer redirect(int status, std::string_view location) {
  Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Location", location);
  return answer;
}

Answer busy(int status, std::string_view retry_after) {
  Answer answer;
  answer.status = status;
  if (!retry_after.empty()) answer.headers.emplace_back("Retry-After", retry_after);
  answer.body = "please wait";
  answer.type = "text/plain";
  return answer;
}

Answer zstd_bomb(std::uint64_t bytes) {
  const std::string zeros(1 << 20, '\0');
  std::string out(ZSTD_CStreamOutSize(), '\0');
  std::string body;
  const std::unique_ptr<ZSTD_CStream, std::size_t (*)(ZSTD_CStream*)> stream(ZSTD_createCStream(), ZSTD_freeCStream);
  if (!stream) throw std::runtime_error("zstd: no memory for a stream");
  while (true) {
    ZSTD_inBuffer input{zeros.data(), static_cast<std::size_t>(std::min<std::uint64_t>(bytes, zeros.size())), 0};
    bytes -= input.size;
    const auto mode = bytes == 0 ? ZSTD_e_end : ZSTD_e_continue;
    std::size_t left = 1;
    while (mode == ZSTD_e_end ? left != 0 : input.pos < input.size) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      left = ZSTD_compressStream2(stream.get(), &output, &input, mode);
      if (ZSTD_isError(left) != 0) throw std::runtime_error(ZSTD_getErrorName(left));
      body.append(out, 0, output.pos);
    }
    if (bytes == 0) return encoded("zstd", std::move(body));
  }
}

// One block of fixed Huffman codes: a literal zero, then as many "the last byte 258 times again" as it takes.
Answer gzip_bomb(std::uint64_t bytes) {
  std::string body(kGzipHeader);
  BitWriter bits(body);
  bits.value(1, 1);  // the last block
  bits.value(1, 2);  // fixed codes
  const std::uint64_t matches = (bytes - 1) / 258;
  for (std::uint64_t i = matches * 258; i < bytes; ++i) bits.code(0x30, 8);  // literal 0
  for (std::uint64_t i = 0; i < matches; ++i) {
    bits.code(0xc5, 8);  // length 258
    bits.code(0, 5);     // distance 1
  }
  bits.code(0, 7);  // end of block
  bits.finish();
  Crc32 crc;
  const std::string zeros(1 << 16, '\0');
  for (std::uint64_t done = 0; done < bytes; done += zeros.size()) {
    crc.add(std::string_view(zeros).substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes - done, zeros.size()))));
  }
  append_little_endian(body, crc.value(), 4);
  append_little_endian(body, static_cast<std::uint32_t>(bytes), 4);
  return encoded("gzip", std::move(body));
}

std::string gzip_stored(std::string_view body) {
  constexpr std::size_t kBlock = 65535;
  std::string out(kGzipHeader);
  std::size_t done = 0;
  do {
    const auto size = std::min(kBlock, body.size() - done);
    out.push_back(done + size == body.size() ? 1 : 0);
    append_little_endian(out, static_cast<std::uint32_t>(size), 2);
    append_little_endian(out, ~static_cast<std::uint32_t>(size), 2);
    out += body.substr(done, size);
    done += size;
  } while (done < body.size());
  Crc32 crc;
  crc.add(body);
  append_little_endian(out, crc.value(), 4);
  append_little_endian(out, static_cast<std::uint32_t>(body.size()), 4);
  return out;
}

Answer header_flood(int lines) {
  Answer answer;
  for (int i = 0; i < lines; ++i) answer.headers.emplace_back("X-Flood-" + std::to_string(i), "x");
  answer.body = "<rss/>";
  return answer;
}

Answer huge_header(std::size_t bytes) {
  Answer answer;
  answer.headers.emplace_back("X-Huge", std::string(bytes, 'x'));
  answer.body = "<rss/>";
  return answer;
}

}  // namespace newscache::test
