#pragma once
// The candidates of a srcset (HTML Living Standard, 4.8.4.3.10), without the parentheses that no descriptor has.

#include <string_view>

namespace newscache::html {

struct Candidate {
  std::string_view url;
  std::string_view descriptor;  // "640w", "2x", nothing
};

// Takes the next one off; false when there is none.
bool next_candidate(std::string_view& srcset, Candidate& candidate);
bool is_descriptor(std::string_view text);

// The one whose width is the smallest of at least `width` pixels, or else the largest; of densities the one nearest
// to 1. Its URL as written; empty when there is none.
std::string_view best_candidate(std::string_view srcset, int width);

}  // namespace newscache::html
