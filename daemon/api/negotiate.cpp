#include "api/negotiate.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "text/utf8.hpp"

namespace newscache::api {
namespace {

struct MediaRange {
  std::string type;  // "text", or "*"
  std::string subtype;
  int quality = 1000;  // thousandths
};

// Up to the separator, which may also stand between quotation marks; takes it off.
std::string_view take_part(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (text[end] == '\\' && quoted && end + 1 < text.size()) ++end;
  }
  const auto part = text::trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// 0 to 1 with up to three decimals, as thousandths.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

// That of the parameters, 1000 when they have none; none when it is senseless. What follows it is not looked at: it
// belongs to no media type any more.
std::optional<int> quality_in(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = take_part(parameters, ';');
    if (text::equal_ignoring_case(parameter.substr(0, 2), "q=")) return parse_quality(parameter.substr(2));
  }
  return 1000;
}

std::optional<MediaRange> parse_range(std::string_view text) {
  MediaRange range;
  const auto name = text::to_lower(take_part(text, ';'));
  const auto slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size()) return std::nullopt;
  range.type = name.substr(0, slash);
  range.subtype = name.substr(slash + 1);
  if (range.type == "*" && range.subtype != "*") return std::nullopt;
  const auto quality = quality_in(text);
  if (!quality) return std::nullopt;
  range.quality = *quality;
  return range;
}

// How exactly the range means the type: 0 not at all, 3 by name.
int precision(const MediaRange& range, std::string_view offer) {
  const auto slash = offer.find('/');
  if (range.type == "*") return 1;
  if (range.type != offer.substr(0, slash)) return 0;
  if (range.subtype == "*") return 2;
  return range.subtype == offer.substr(slash + 1) ? 3 : 0;
}

// By the most exact range that means it.
int quality_of(std::string_view offer, const std::vector<MediaRange>& ranges) {
  int best = 0;
  int quality = 0;
  for (const auto& range : ranges) {
    const int exact = precision(range, offer);
    if (exact == 0 || exact < best) continue;
    quality = exact > best ? range.quality : std::max(quality, range.quality);
    best = exact;
  }
  return quality;
}

}  // namespace

std::optional<std::size_t> negotiate(std::string_view accept, std::span<const std::string_view> offers) {
  std::vector<MediaRange> ranges;
  while (!accept.empty()) {
    if (auto range = parse_range(take_part(accept, ','))) ranges.push_back(std::move(*range));
  }
  if (ranges.empty()) return 0;
  std::optional<std::size_t> wanted;
  int most = 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const int quality = quality_of(offers[i], ranges);
    if (quality <= most) continue;
    most = quality;
    wanted = i;
  }
  return wanted;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    auto item = take_part(accept_encoding, ',');
    const auto coding = take_part(item, ';');
    const bool accepted = quality_in(item).value_or(0) > 0;
    if (text::equal_ignoring_case(coding, "gzip")) return accepted;
    if (coding == "*") any = accepted;
  }
  return any;
}

}  // namespace newscache::api
