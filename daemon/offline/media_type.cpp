#include "offline/media_type.hpp"

#include <algorithm>
#include <iterator>

namespace newscache::offline {

namespace {

using namespace std::string_view_literals;

// Bytes at one place, and at another one where both count.
struct Signature {
  std::string_view type;
  std::size_t at;
  std::string_view bytes;
  std::size_t also_at = 0;
  std::string_view also = {};
};
constexpr Signature kSignatures[] = {
    {"image/jpeg", 0, "\xff\xd8\xff"sv},
    {"image/png", 0, "\x89PNG\r\n\x1a\n"sv},
    {"image/gif", 0, "GIF87a"sv},
    {"image/gif", 0, "GIF89a"sv},
    {"image/webp", 0, "RIFF"sv, 8, "WEBP"sv},
    {"image/avif", 4, "ftypavif"sv},
    {"image/avif", 4, "ftypavis"sv},
    {"image/heic", 4, "ftypheic"sv},
    {"image/heic", 4, "ftypheix"sv},
    {"image/heic", 4, "ftyphevc"sv},
    {"image/heif", 4, "ftypmif1"sv},
    {"image/heif", 4, "ftypmsf1"sv},
    {"image/x-icon", 0, "\0\0\1\0"sv},
    {"audio/wav", 0, "RIFF"sv, 8, "WAVE"sv},
    {"audio/flac", 0, "fLaC"sv},
    {"audio/mpeg", 0, "ID3"sv},
    {"audio/mp4", 4, "ftypM4A "sv},
    {"audio/mp4", 4, "ftypM4B "sv},
    {"video/quicktime", 4, "ftypqt  "sv},
    {"video/mp4", 4, "ftyp"sv},  // whatever else is in such a container
    {"application/pdf", 0, "%PDF-"sv},
    {"application/epub+zip", 0, "PK\3\4"sv, 30, "mimetypeapplication/epub+zip"sv},
    {"application/zip", 0, "PK\3\4"sv},
};

constexpr unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

bool has(std::string_view head, std::size_t at, std::string_view bytes) {
  return at <= head.size() && head.substr(at).starts_with(bytes);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint32_t value = 0;
  for (std::size_t i = length; i-- > 0;) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

// Its second field is the length of the file's own header, of which there are few.
bool is_bmp(std::string_view head) {
  if (head.size() < 26 || !head.starts_with("BM")) return false;
  constexpr std::uint32_t kHeaders[] = {12, 40, 52, 56, 64, 108, 124};
  return std::find(std::begin(kHeaders), std::end(kHeaders), little_endian(head, 14, 4)) != std::end(kHeaders);
}

// Ogg holds both; the first page names what is in it.
std::string_view type_of_ogg(std::string_view head) {
  if (!head.starts_with("OggS")) return {};
  const auto first_page = head.substr(0, 512);
  const bool is_video = first_page.find("\x80theora") != first_page.npos;
  return is_video ? "video/ogg" : "audio/ogg";
}

// EBML, and what is in it: WebM, not any Matroska.
bool is_webm(std::string_view head) {
  return head.starts_with("\x1a\x45\xdf\xa3") && head.substr(0, 64).find("webm") != head.npos;
}

// A frame without a tag before it: eleven bits of sync. Layer 0 is AAC's (ADTS).
std::string_view type_of_frames(std::string_view head) {
  if (head.size() < 4 || byte_at(head, 0) != 0xff || (byte_at(head, 1) & 0xe0) != 0xe0) return {};
  const auto version = byte_at(head, 1) >> 3 & 3;
  const auto layer = byte_at(head, 1) >> 1 & 3;
  if (layer == 0) {
    const auto frequency = byte_at(head, 2) >> 2 & 15;
    return (byte_at(head, 1) & 0xf0) == 0xf0 && frequency < 13 ? "audio/aac" : ""sv;
  }
  if (layer == 3) return {};  // nobody's music, but UTF-16's mark
  const auto bit_rate = byte_at(head, 2) >> 4;
  const auto frequency = byte_at(head, 2) >> 2 & 3;
  return version != 1 && bit_rate != 0 && bit_rate != 15 && frequency != 3 ? "audio/mpeg" : ""sv;
}

std::optional<PictureSize> nonzero(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0) return std::nullopt;
  return PictureSize{width, height};
}

// Segment after segment up to the one that starts a frame.
std::optional<PictureSize> size_of_jpeg(std::string_view head) {
  std::size_t at = 2;
  while (at + 9 <= head.size()) {
    if (byte_at(head, at) != 0xff) return std::nullopt;
    const auto marker = byte_at(head, at + 1);
    if (marker == 0xff) {  // padding
      ++at;
      continue;
    }
    const bool stands_alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (stands_alone) {
      at += 2;
      continue;
    }
    const bool starts_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (starts_frame) return nonzero(big_endian(head, at + 7, 2), big_endian(head, at + 5, 2));
    if (marker == 0xda || marker == 0xd9) return std::nullopt;
    const auto length = big_endian(head, at + 2, 2);
    if (length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

std::optional<PictureSize> size_of_png(std::string_view head) {
  if (head.size() < 24 || !has(head, 12, "IHDR")) return std::nullopt;
  return nonzero(big_endian(head, 16, 4), big_endian(head, 20, 4));
}

std::optional<PictureSize> size_of_gif(std::string_view head) {
  if (head.size() < 10) return std::nullopt;
  return nonzero(little_endian(head, 6, 2), little_endian(head, 8, 2));
}

// Three kinds: lossy, lossless, extended.
std::optional<PictureSize> size_of_webp(std::string_view head) {
  if (head.size() < 30) return std::nullopt;
  if (has(head, 12, "VP8 ") && has(head, 23, "\x9d\x01\x2a")) {
    return nonzero(little_endian(head, 26, 2) & 0x3fff, little_endian(head, 28, 2) & 0x3fff);
  }
  if (has(head, 12, "VP8L") && byte_at(head, 20) == 0x2f) {
    const auto bits = little_endian(head, 21, 4);
    return nonzero((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
  }
  if (has(head, 12, "VP8X")) return nonzero(little_endian(head, 24, 3) + 1, little_endian(head, 27, 3) + 1);
  return std::nullopt;
}

struct Sizer {
  std::string_view type;
  std::optional<PictureSize> (*size)(std::string_view head);
};
constexpr Sizer kSizers[] = {
    {"image/jpeg", size_of_jpeg},
    {"image/png", size_of_png},
    {"image/gif", size_of_gif},
    {"image/webp", size_of_webp},
};

}  // namespace

std::string_view media_type(std::string_view head) {
  for (const auto& signature : kSignatures) {
    if (has(head, signature.at, signature.bytes) && has(head, signature.also_at, signature.also)) return signature.type;
  }
  if (is_bmp(head)) return "image/bmp";
  if (is_webm(head)) return "video/webm";
  if (const auto type = type_of_ogg(head); !type.empty()) return type;
  return type_of_frames(head);
}

std::optional<PictureSize> picture_size(std::string_view head, std::string_view type) {
  for (const auto& sizer : kSizers) {
    if (sizer.type == type) return sizer.size(head);
  }
  return std::nullopt;
}

}  // namespace newscache::offline
