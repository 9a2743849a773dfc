#include "offline/media_type.hpp"
namespace newscache::offline {
Result<MediaKind> media_type(std::string_view b) {
  if (b.starts_with("GIF8")) return MediaKind{"image/gif", static_cast<unsigned char>(b[6]), 30};
  if (b.starts_with("ID3")) return MediaKind{"audio/mpeg", 0, 0};
  return Error{Cause::invalid, "unknown"};
}
bool is_tracker(const MediaKind& k) { return k.width > 0 && k.width <= 2; }
}
