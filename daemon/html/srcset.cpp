#include "html/srcset.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "html/media.hpp"
#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr std::size_t max_candidates = 64;

// The length of its side in pixels, as one number to compare: what is too small comes last.
std::optional<double> cost(std::string_view descriptor, int width) {
  if (descriptor.empty()) descriptor = "1x";
  double number = 0;
  const auto* end = descriptor.data() + descriptor.size() - 1;
  const auto [stopped, error] = std::from_chars(descriptor.data(), end, number);
  if (error != std::errc() || stopped != end || number <= 0) return std::nullopt;
  const double wanted = descriptor.back() == 'x' ? 1 : width;
  constexpr double too_small = 1e6;
  return number >= wanted ? number / wanted : too_small - number / wanted;
}

}  // namespace

bool next_candidate(std::string_view& srcset, Candidate& candidate) {
  const auto start = std::find_if_not(srcset.begin(), srcset.end(), [](char c) { return is_space(c) || c == ','; });
  srcset.remove_prefix(static_cast<std::size_t>(start - srcset.begin()));
  if (srcset.empty()) return false;
  const auto end = static_cast<std::size_t>(std::find_if(srcset.begin(), srcset.end(), is_space) - srcset.begin());
  candidate = {srcset.substr(0, end), {}};
  srcset.remove_prefix(end);
  if (candidate.url.ends_with(',')) {
    while (candidate.url.ends_with(',')) candidate.url.remove_suffix(1);
    return true;
  }
  const auto comma = std::min(srcset.find(','), srcset.size());
  candidate.descriptor = text::trim(srcset.substr(0, comma));
  srcset.remove_prefix(comma);
  return true;
}

bool is_descriptor(std::string_view text) {
  if (text.empty()) return true;
  const char unit = text.back();
  text.remove_suffix(1);
  return (unit == 'w' || unit == 'x' || unit == 'h') && !text.empty() && text.size() <= 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::string_view best_candidate(std::string_view srcset, int width) {
  std::string_view best;
  double lowest = 0;
  Candidate candidate;
  for (std::size_t count = 0; count < max_candidates && next_candidate(srcset, candidate); ++count) {
    // "640w 480h", which no browser needs
    const auto first = candidate.descriptor.substr(0, candidate.descriptor.find(' '));
    if (!is_descriptor(first) || is_placeholder(candidate.url)) continue;
    const auto price = cost(first, width);
    if (price && (best.empty() || *price < lowest)) {
      best = candidate.url;
      lowest = *price;
    }
  }
  return best;
}

}  // namespace newscache::html
