#pragma once
// How much two texts agree, by all four words in a row that they have (all there are of a shorter text), counted as
// often as they occur. A word is a run of letters and digits, or one character of a script without blanks.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "text/utf8.hpp"

namespace newscache::test {

struct Agreement {
  double precision = 0;  // how much of what we have is expected
  double recall = 0;     // how much of the expected we have
  double f1 = 0;         // their harmonic mean
};

inline bool is_word_by_itself(std::uint32_t c) {
  return (c >= 0x2E80 && c < 0xA4D0 && c != 0x3000 && c != 0x3001 && c != 0x3002) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0x20000 && c < 0x40000);
}

inline bool is_of_word(std::uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z');
  return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) && !(c >= 0x3000 && c < 0x3005) &&
         !(c >= 0xFF00 && c < 0xFF10) && c != 0xFFFD;
}

inline std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  while (!text.empty()) {
    const auto before = text;
    const auto c = text::next_code_point(text);
    const auto bytes = before.substr(0, before.size() - text.size());
    const bool alone = is_word_by_itself(c);
    if (alone || !is_of_word(c)) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
      if (alone) words.emplace_back(bytes);
    } else {
      word += text::to_lower(bytes);
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

inline std::map<std::string, int> shingles(std::string_view text) {
  const auto all = words(text);
  std::map<std::string, int> counts;
  const std::size_t size = std::min<std::size_t>(4, all.size());
  for (std::size_t i = 0; size > 0 && i + size <= all.size(); ++i) {
    std::string shingle;
    for (std::size_t k = i; k < i + size; ++k) shingle += all[k] + " ";
    ++counts[shingle];
  }
  return counts;
}

inline Agreement agreement(std::string_view got, std::string_view expected) {
  const auto ours = shingles(got);
  const auto theirs = shingles(expected);
  double shared = 0;
  double in_ours = 0;
  double in_theirs = 0;
  for (const auto& [shingle, count] : theirs) in_theirs += count;
  for (const auto& [shingle, count] : ours) {
    in_ours += count;
    if (const auto found = theirs.find(shingle); found != theirs.end()) shared += std::min(count, found->second);
  }
  Agreement result;
  result.precision = in_ours == 0 ? 0 : shared / in_ours;
  result.recall = in_theirs == 0 ? 1 : shared / in_theirs;
  result.f1 = shared == 0 ? 0 : 2 * result.precision * result.recall / (result.precision + result.recall);
  return result;
}

}  // namespace newscache::test
