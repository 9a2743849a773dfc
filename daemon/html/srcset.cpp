#include "html/srcset.hpp"

#include <algorithm>
#include <charconv>

#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

bool next_candidate(std::string_view& text, Candidate& candidate) {
  const auto start = std::find_if_not(text.begin(), text.end(), [](char c) { return is_space(c) || c == ','; });
  text.remove_prefix(static_cast<std::size_t>(start - text.begin()));
  if (text.empty()) return false;
  const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_space) - text.begin());
  candidate = {text.substr(0, end), {}};
  text.remove_prefix(end);
  if (candidate.url.ends_with(',')) {
    while (candidate.url.ends_with(',')) candidate.url.remove_suffix(1);
    return true;
  }
  const auto comma = std::min(text.find(','), text.size());
  candidate.descriptor = text::trim(text.substr(0, comma));
  text.remove_prefix(comma);
  return true;
}

bool is_common_type(std::string_view type) {
  constexpr std::string_view common[] = {"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"};
  type = text::trim(type.substr(0, type.find(';')));
  return type.empty() || std::any_of(std::begin(common), std::end(common),
                                     [&](auto one) { return text::equal_ignoring_case(type, one); });
}

bool SizeChoice::is_better(double width) const {
  if (width_ < 0) return true;
  if (width_ < wanted_) return width > width_;
  return width >= wanted_ && width < width_;
}

void SizeChoice::add(const Candidate& candidate) {
  std::string_view descriptor = candidate.descriptor;
  double width = wanted_;  // none: one pixel of it for each of the screen
  if (!descriptor.empty()) {
    const char unit = descriptor.back();
    descriptor.remove_suffix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(descriptor.data(), descriptor.data() + descriptor.size(), number);
    if (error != std::errc() || end != descriptor.data() + descriptor.size() || !(number > 0)) return;
    if (unit != 'w' && unit != 'x') return;
    width = unit == 'w' ? number : number * wanted_;
  }
  if (candidate.url.empty() || !is_better(width)) return;
  width_ = width;
  url_ = candidate.url;
}

void SizeChoice::add_all(std::string_view srcset) {
  Candidate candidate;
  for (std::size_t count = 0; count < most_candidates && next_candidate(srcset, candidate); ++count) add(candidate);
}

}  // namespace newscache::html
