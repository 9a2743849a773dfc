#pragma once
// What addresses of pictures and frames tell: trackers, placeholders, videos.

#include <string>
#include <string_view>

namespace newscache::html {

// An image that is there to count readers; `url` is absolute.
bool is_tracker(std::string_view url);
// A picture that stands in until a script loads the real one; `src` as written.
bool is_placeholder(std::string_view src);
// The page to watch what a frame of that absolute address plays; empty when the site is unknown.
std::string video_page(std::string_view url);

}  // namespace newscache::html
