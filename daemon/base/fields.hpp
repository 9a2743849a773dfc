#pragma once
// Fields as bytes: varint tag, varint length, that many bytes. The reader is bounded by what it is given and never
// reads past it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newscache {

// Seven bits a byte, the lowest first (LEB128).
inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// From the beginning of the bytes, which are then what is left. False when they end in it, or it is too large.
inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

class FieldWriter {
 public:
  // Empty texts and absent numbers are not written.
  void text(std::uint64_t tag, std::string_view value) {
    if (!value.empty()) bytes(tag, value);
  }
  void bytes(std::uint64_t tag, std::string_view value) {
    put_varint(out_, tag);
    put_varint(out_, value.size());
    out_.append(value);
  }
  void number(std::uint64_t tag, std::int64_t value) {
    std::string inner;
    // Zigzag: small negative numbers stay short.
    put_varint(inner, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    bytes(tag, inner);
  }
  void number(std::uint64_t tag, const std::optional<std::int64_t>& value) {
    if (value) number(tag, *value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  // The next field; false at the end or when the bytes are damaged, see ok().
  bool next() {
    if (rest_.empty() || !ok_) return false;
    std::uint64_t length = 0;
    ok_ = take_varint(rest_, tag_) && take_varint(rest_, length) && length <= rest_.size();
    if (!ok_) return false;
    value_ = rest_.substr(0, static_cast<std::size_t>(length));
    rest_.remove_prefix(static_cast<std::size_t>(length));
    return true;
  }
  bool ok() const { return ok_; }
  std::uint64_t tag() const { return tag_; }
  std::string_view bytes() const { return value_; }
  std::string text() const { return std::string(value_); }
  // Damaged numbers make the whole reader not ok.
  std::int64_t number() {
    auto bytes = value_;
    std::uint64_t value = 0;
    if (!take_varint(bytes, value) || !bytes.empty()) ok_ = false;
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

 private:
  std::string_view rest_;
  std::string_view value_;
  std::uint64_t tag_ = 0;
  bool ok_ = true;
};

}  // namespace newscache
