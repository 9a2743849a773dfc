#pragma once
#include <string>
#include <string_view>
#include "base/result.hpp"
namespace newscache::offline {
struct MediaKind { std::string type; int width = 0; int height = 0; };
Result<MediaKind> media_type(std::string_view bytes);
bool is_tracker(const MediaKind&);
}
