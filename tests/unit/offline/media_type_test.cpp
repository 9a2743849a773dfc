#include "offline/media_type.hpp"

#include <string>

#include "support/catch.hpp"

using namespace newscache::offline;
using namespace std::string_literals;

namespace {

struct Row {
  const char* what;
  std::string head;
  const char* type;
  std::optional<PictureSize> size = {};
};

const std::string kPad(64, 'x');

const Row kRows[] = {
    {"empty", "", ""},
    {"JPEG", "\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08\x01\xe0\x02\x80\x03"s + kPad, "image/jpeg", {{640, 480}}},
    {"progressive JPEG behind padding and a restart mark",
     "\xff\xd8\xff\xff\xe1\x00\x02\xff\xd0\xff\xc2\x00\x11\x08\x00\x01\x00\x02\x03"s + kPad,
     "image/jpeg",
     {{2, 1}}},
    {"JPEG whose tables are no frame", "\xff\xd8\xff\xc4\x00\x03x\xff\xda\x00\x08xxxxxx"s + kPad, "image/jpeg"},
    {"JPEG that lies about a length", "\xff\xd8\xff\xe0\x00\x00xxxxxxxxxxxx"s, "image/jpeg"},
    {"JPEG cut off", "\xff\xd8\xff\xe0\xff\xff"s, "image/jpeg"},
    {"PNG",
     "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x04\x00\x00\x00\x03\x00\x08"s + kPad,
     "image/png",
     {{1024, 768}}},
    {"PNG without a width", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x00\x00\x00\x03\x00"s, "image/png"},
    {"PNG cut off", "\x89PNG\r\n\x1a\n"s, "image/png"},
    {"GIF", "GIF89a\x01\x00\x01\x00"s, "image/gif", {{1, 1}}},
    {"old GIF", "GIF87a\x10\x00\x20\x00"s, "image/gif", {{16, 32}}},
    {"lossy WebP", "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02"s, "image/webp", {{800, 600}}},
    {"lossless WebP", "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x1f\xc3\x95\x00xxxxx"s, "image/webp", {{800, 600}}},
    {"extended WebP", "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x1f\x03\x00\x57\x02\x00"s, "image/webp", {{800, 600}}},
    {"AVIF", "\0\0\0\x20"s + "ftypavif", "image/avif"},
    {"HEIC", "\0\0\0\x20"s + "ftypheic", "image/heic"},
    {"bitmap", "BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\0\0\0\0\0\0\0\0"s, "image/bmp"},
    {"what only begins like a bitmap", "BMW unveils a new car today", ""},
    {"icon", "\0\0\1\0\1\0"s, "image/x-icon"},
    {"MP3 with a tag", "ID3\x04\0"s, "audio/mpeg"},
    {"MP3 without one", "\xff\xfb\x90\x64"s, "audio/mpeg"},
    {"AAC", "\xff\xf1\x50\x80"s, "audio/aac"},
    {"two bytes of sync and nonsense", "\xff\xff\xff\xff"s, ""},
    {"UTF-16", "\xff\xfe<\0s\0v\0g\0"s, ""},
    {"Ogg", "OggS\0\2"s + kPad + "OpusHead", "audio/ogg"},
    {"Ogg with pictures", "OggS\0\2"s + std::string(22, '\0') + "\x80theora", "video/ogg"},
    {"FLAC", "fLaC\0", "audio/flac"},
    {"WAV", "RIFF\0\0\0\0WAVEfmt "s, "audio/wav"},
    {"M4A", "\0\0\0\x20"s + "ftypM4A ", "audio/mp4"},
    {"MP4", "\0\0\0\x20"s + "ftypisom", "video/mp4"},
    {"WebM", "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"s, "video/webm"},
    {"Matroska", "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska"s, ""},
    {"PDF", "%PDF-1.7\n", "application/pdf"},
    {"EPUB", "PK\3\4"s + std::string(26, '\0') + "mimetypeapplication/epub+zip", "application/epub+zip"},
    {"ZIP", "PK\3\4"s + kPad, "application/zip"},
    {"SVG", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", ""},
    {"SVG with a declaration", "<?xml version=\"1.0\"?><!DOCTYPE svg><svg/>", ""},
    {"HTML", "<!DOCTYPE html><html><body>Not found</body></html>", ""},
    {"text", "Access denied", ""},
};

}  // namespace

TEST_CASE("a file is what its first bytes say, and nothing that could hold a script") {
  for (const auto& row : kRows) {
    INFO(row.what);
    CHECK(media_type(row.head) == row.type);
  }
}

TEST_CASE("the size of a picture is read from its head, and from no prefix of it is anything else") {
  for (const auto& row : kRows) {
    INFO(row.what);
    CHECK(picture_size(row.head, media_type(row.head)) == row.size);
    for (std::size_t length = 0; length < row.head.size(); ++length) {
      const auto part = std::string(row.head, 0, length);
      const auto size = picture_size(part, row.type);
      CHECK((!size || size == row.size));
    }
  }
}

TEST_CASE("pictures beyond 40 megapixels are too large, and what is no larger than two pixels is no picture") {
  CHECK_FALSE(is_too_large({8000, 5000}));
  CHECK(is_too_large({8000, 5001}));
  CHECK(is_too_large({0xffffffff, 0xffffffff}));
  CHECK(is_tracker({1, 1}));
  CHECK(is_tracker({2, 2}));
  CHECK_FALSE(is_tracker({3, 1}));
  CHECK_FALSE(is_tracker({1, 600}));  // a rule
}
