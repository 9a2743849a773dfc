#pragma once
// What passes between the daemon and its process for pages: a page to extract from, and the article or why there is
// none. A frame is its length, in the order of this machine's bytes, and that many bytes; neither side trusts the
// other.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "html/page.hpp"

namespace newscache::offline {

struct PageRequest {
  std::string page;
  std::string url;  // where its redirects ended
  std::string content_type;
  std::vector<std::string> keep;  // selectors, see html::PageOptions
  std::vector<std::string> drop;
  int image_width = 800;
};

constexpr std::size_t length_bytes = sizeof(std::uint32_t);
constexpr std::size_t longest_frame = 32 << 20;
std::uint32_t frame_length(std::string_view length);

// With the length in front.
std::string encode(const PageRequest& request);
std::string encode(const Result<html::PageArticle>& answer);

// Without it; nothing when it is damaged.
std::optional<PageRequest> decode_request(std::string_view frame);
std::optional<Result<html::PageArticle>> decode_answer(std::string_view frame);

}  // namespace newscache::offline
