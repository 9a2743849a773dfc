#pragma once
// "Did you mean ...?" for mistyped keys. Internal to settings.

#include <span>
#include <string_view>

namespace newscache::settings {

// The candidate that differs from `word` in at most two letters (one, when it is short); empty when there is none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace newscache::settings
