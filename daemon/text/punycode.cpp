#include "text/punycode.hpp"

#include <algorithm>
#include <vector>

#include "text/ascii.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestHost = 253;

// RFC 3492, section 5: the parameters of Punycode.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kTMin = 1;
constexpr std::uint32_t kTMax = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kInitialBias = 72;
constexpr std::uint32_t kInitialN = 0x80;

char digit(std::uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26)); }

std::uint32_t adapted_bias(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > ((kBase - kTMin) * kTMax) / 2; k += kBase) delta /= kBase - kTMin;
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

void append_variable_length(std::string& out, std::uint32_t value, std::uint32_t bias) {
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t threshold = k <= bias ? kTMin : std::min(k - bias, kTMax);
    if (value < threshold) break;
    out.push_back(digit(threshold + (value - threshold) % (kBase - threshold)));
    value = (value - threshold) / (kBase - threshold);
  }
  out.push_back(digit(value));
}

// A label is at most 63 characters, so that no sum here can overflow.
std::string encoded_label(const std::vector<std::uint32_t>& label) {
  std::string out = "xn--";
  for (const auto c : label) {
    if (c < 0x80) out.push_back(static_cast<char>(c));
  }
  const auto basic = static_cast<std::uint32_t>(out.size() - 4);
  if (basic > 0) out.push_back('-');
  std::uint32_t n = kInitialN;
  std::uint32_t delta = 0;
  std::uint32_t bias = kInitialBias;
  for (std::uint32_t handled = basic; handled < label.size();) {
    std::uint32_t next = 0x110000;
    for (const auto c : label) {
      if (c >= n) next = std::min(next, c);
    }
    delta += (next - n) * (handled + 1);
    n = next;
    for (const auto c : label) {
      if (c < n) ++delta;
      if (c != n) continue;
      append_variable_length(out, delta, bias);
      bias = adapted_bias(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

bool append_label(std::string& out, const std::vector<std::uint32_t>& label) {
  if (label.size() > kLongestLabel) return false;
  if (std::all_of(label.begin(), label.end(), [](std::uint32_t c) { return c < 0x80; })) {
    for (const auto c : label) out.push_back(static_cast<char>(c));
    return true;
  }
  const auto encoded = encoded_label(label);
  out.append(encoded);
  return encoded.size() <= kLongestLabel;
}

// The full stops of IDNA (RFC 3490, section 3.1).
bool is_dot(std::uint32_t c) { return c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61; }

}  // namespace

std::optional<std::string> ascii_host(std::string_view host) {
  if (ascii_prefix(host) == host.size()) return to_lower(host);
  if (host.size() > 4 * kLongestHost || !is_valid_utf8(host)) return std::nullopt;
  std::string out;
  std::vector<std::uint32_t> label;
  while (!host.empty()) {
    const auto c = next_code_point(host);
    if (!is_dot(c)) {
      label.push_back(folded(c));
      continue;
    }
    if (!append_label(out, label)) return std::nullopt;
    out.push_back('.');
    label.clear();
  }
  if (!append_label(out, label) || out.size() > kLongestHost) return std::nullopt;
  return out;
}

}  // namespace newscache::text
