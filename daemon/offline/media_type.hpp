#pragma once
// What a file is by its bytes: what a publisher calls it is only a wish.

#include <cstdint>
#include <optional>
#include <string_view>

namespace newscache::offline {

// So many bytes from the beginning tell the type; of a picture, usually the size too.
constexpr std::size_t kHeadBytes = 64 << 10;

// The media type; empty for what is not known or not wanted: SVG, HTML and whatever else may hold a script are among
// these. Of an empty file too.
std::string_view media_type(std::string_view head);

struct PictureSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};
// Without decoding anything; none when the head does not tell.
std::optional<PictureSize> picture_size(std::string_view head, std::string_view type);

// More would take a reader's memory: four bytes a pixel.
constexpr std::uint64_t kMaxPixels = 40'000'000;
inline bool is_too_large(const PictureSize& size) { return std::uint64_t{size.width} * size.height > kMaxPixels; }
// Nobody looks at it.
inline bool is_tracker(const PictureSize& size) { return size.width <= 2 && size.height <= 2; }

}  // namespace newscache::offline
