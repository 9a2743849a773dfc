#include "store/search_snippet.hpp"

#include <algorithm>
#include <cstdint>

#include "text/utf8.hpp"

namespace newscache::store {

namespace {

// In columns of a terminal, where characters of the far east take two.
constexpr std::size_t kWidth = 200;
constexpr std::size_t kWidthBefore = 60;
constexpr std::uint32_t kPassage = 24;  // units
// What is longer than any text of that width is cut, in the middle of a word if it must be.
constexpr std::size_t kMaxBytes = 4 * kWidth;

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) columns += byte >= 0xe3 ? 2 : 1;  // from U+3000 on
  }
  return columns;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\n':
    case '\r':
    case '\t':
      return " ";
    default:
      return {};
  }
}

void escape(std::string_view text, std::string& html) {
  for (const char c : text) {
    const auto instead = entity(c);
    if (!instead.empty()) {
      html += instead;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      html += c;
    }
  }
}

// Where the most different terms stand together from a hit on: the first such.
std::uint32_t choose_anchor(const std::vector<Reading::Hit>& hits) {
  std::uint32_t anchor = 0;
  std::size_t most = 0;
  std::vector<std::size_t> terms;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    terms.clear();
    for (auto k = i; k < hits.size() && hits[k].last < hits[i].first + kPassage; ++k) {
      if (std::find(terms.begin(), terms.end(), hits[k].term) == terms.end()) terms.push_back(hits[k].term);
    }
    if (terms.size() <= most) continue;
    most = terms.size();
    anchor = hits[i].first;
  }
  return anchor;
}

struct Window {
  std::size_t begin, end;  // bytes
};

Window choose_window(std::string_view body, const Reading& reading, std::size_t anchor) {
  const auto& units = reading.units();
  const auto between = [&](std::size_t begin, std::size_t end) { return width(body.substr(begin, end - begin)); };
  auto first = anchor;
  std::size_t columns = 0;
  for (; first > 0; --first) {
    const auto more = between(units[first - 1].begin, units[first].begin);
    if (columns + more > kWidthBefore) break;
    columns += more;
  }
  auto last = anchor;
  columns += between(units[anchor].begin, units[anchor].end);
  for (; last + 1 < units.size(); ++last) {
    columns += between(units[last].end, units[last + 1].end);
    if (columns > kWidth) break;
  }
  const bool to_the_end = last + 1 == units.size() && reading.to_the_end();
  const auto begin = first == 0 ? std::min<std::size_t>(body.find_first_not_of(" \n"), units[0].begin)
                                : std::size_t{units[first].begin};
  const auto end = to_the_end ? body.find_last_not_of(" \n") + 1 : std::size_t{units[last].end};
  return {begin, begin + text::cut_utf8(body.substr(begin, end - begin), kMaxBytes).size()};
}

}  // namespace

std::string make_snippet(std::string_view body, const Reading& reading) {
  const auto& units = reading.units();
  if (units.empty()) return {};
  auto hits = reading.hits();
  std::sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto window = choose_window(body, reading, choose_anchor(hits));

  std::string html = window.begin <= body.find_first_not_of(" \n") ? "" : "…";
  auto at = window.begin;
  const auto up_to = [&](std::size_t end) {
    escape(body.substr(at, end - at), html);
    at = end;
  };
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const std::size_t begin = units[hits[i].first].begin;
    auto last = hits[i].last;
    // Those that overlap are one mark.
    for (; i + 1 < hits.size() && hits[i + 1].first <= last; ++i) last = std::max(last, hits[i + 1].last);
    const auto end = std::min<std::size_t>(units[last].end, window.end);
    if (begin < at || begin >= end) continue;
    up_to(begin);
    html += "<mark>";
    up_to(end);
    html += "</mark>";
  }
  up_to(window.end);
  if (window.end <= body.find_last_not_of(" \n")) html += "…";
  return html;
}

}  // namespace newscache::store
