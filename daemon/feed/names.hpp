#pragma once
// Names of elements and attributes.

#include <algorithm>
#include <span>
#include <string_view>

#include "text/utf8.hpp"

namespace newscache::feed {

// Without its prefix.
inline std::string_view local_name(std::string_view name) {
  auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// In any case.
inline bool contains(std::span<const std::string_view> list, std::string_view name) {
  return std::any_of(list.begin(), list.end(),
                     [name](std::string_view known) { return text::equal_ignoring_case(known, name); });
}

}  // namespace newscache::feed
