#include "store/search_script.hpp"

#include <algorithm>
#include <iterator>

#include "text/utf8.hpp"

namespace newscache::store {

namespace {

enum class Kind : std::uint8_t {
  plain,     // as it is
  single,    // a token of its own
  mark,      // may be one with the character before it
  split,     // may be two
  stripped,  // the separator itself; variation selectors, which are no part of a word
};

struct Range {
  std::uint32_t first, last;
  Kind kind;
};

// By character; those between are plain. Conjoining Korean letters are single, and composed first.
constexpr Range kRanges[] = {
    {0x0300, 0x030f, Kind::mark},     {0x0313, 0x0314, Kind::mark},     {0x0340, 0x0341, Kind::split},
    {0x0342, 0x0342, Kind::mark},     {0x0343, 0x0344, Kind::split},    {0x0345, 0x0345, Kind::mark},
    {0x0374, 0x0374, Kind::split},    {0x0653, 0x0655, Kind::mark},     {0x093c, 0x093c, Kind::mark},
    {0x0958, 0x095f, Kind::split},    {0x09be, 0x09d7, Kind::mark},     {0x09dc, 0x09df, Kind::split},
    {0x0a33, 0x0a36, Kind::split},    {0x0a59, 0x0a5e, Kind::split},    {0x0b3e, 0x0b57, Kind::mark},
    {0x0b5c, 0x0b5d, Kind::split},    {0x0bbe, 0x0bd7, Kind::mark},     {0x0c56, 0x0c56, Kind::mark},
    {0x0cc2, 0x0cd6, Kind::mark},     {0x0d3e, 0x0d57, Kind::mark},     {0x0dca, 0x0ddf, Kind::mark},
    {0x0e01, 0x0eff, Kind::single},   {0x0f43, 0x0fb9, Kind::split},    {0x1000, 0x109f, Kind::single},
    {0x1100, 0x11ff, Kind::single},   {0x1780, 0x17ff, Kind::single},   {0x1950, 0x19ff, Kind::single},
    {0x1a20, 0x1aaf, Kind::single},   {0x1b00, 0x1b7f, Kind::single},   {0x1f71, 0x1ffb, Kind::split},
    {0x2060, 0x2060, Kind::stripped}, {0x2e80, 0x2fff, Kind::single},   {0x3005, 0x3007, Kind::single},
    {0x3021, 0x303c, Kind::single},   {0x3041, 0x33ff, Kind::single},   {0x3400, 0x4dbf, Kind::single},
    {0x4e00, 0xa4cf, Kind::single},   {0xa960, 0xa97f, Kind::single},   {0xa980, 0xa9ff, Kind::single},
    {0xaa60, 0xaadf, Kind::single},   {0xac00, 0xd7ff, Kind::single},   {0xf900, 0xfaff, Kind::single},
    {0xfb1d, 0xfb4e, Kind::split},    {0xfe00, 0xfe0f, Kind::stripped}, {0xff66, 0xffdc, Kind::single},
    {0x1aff0, 0x1b2ff, Kind::single}, {0x20000, 0x3ffff, Kind::single}, {0xe0100, 0xe01ef, Kind::stripped},
};

// Below it no character is of any kind but plain; UTF-8 tells by the first byte.
constexpr unsigned char kFirstLead = 0xcc;

Kind kind_of(std::uint32_t c) {
  if (c < std::begin(kRanges)->first) return Kind::plain;
  const auto* range = std::lower_bound(std::begin(kRanges), std::end(kRanges), c,
                                       [](const Range& entry, std::uint32_t wanted) { return entry.last < wanted; });
  return range != std::end(kRanges) && range->first <= c ? range->kind : Kind::plain;
}

// Where the first character begins that is to be changed, or the one before it when they may become one.
std::size_t first_changed(std::string_view text) {
  std::size_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < kFirstLead) {
      if (lead < 0x80 || lead >= 0xc0) before = at;
      ++at;
      continue;
    }
    auto rest = text.substr(at);
    if (kind_of(text::next_code_point(rest)) != Kind::plain) return before;
    before = at;
    at = text.size() - rest.size();
  }
  return std::string_view::npos;
}

class Preparer {
 public:
  Preparer(std::string_view unchanged, std::size_t bytes) {
    text_.reserve(unchanged.size() + 2 * bytes);
    text_ = unchanged;
  }

  void add(std::uint32_t c) {
    const auto kind = kind_of(c);
    if (kind == Kind::stripped) return;
    const auto parts = kind == Kind::split ? decomposed(c) : std::span<const std::uint16_t>();
    if (parts.empty()) add_part(c, kind);
    for (const auto part : parts) add_part(part, kind_of(part));
  }

  std::string take() {
    flush();
    return std::move(text_);
  }

 private:
  void add_part(std::uint32_t c, Kind kind) {
    if (kind != Kind::plain && waiting_ != 0) {
      if (const auto both = composed(waiting_, c)) {
        waiting_ = both;
        return;
      }
    }
    flush();
    waiting_ = c;
  }

  void flush() {
    if (waiting_ == 0) return;
    const bool single = kind_of(waiting_) == Kind::single;
    const bool space = waiting_ <= 0x20 || text_.empty() || text_.back() == ' ' || text_.back() == '\n';
    if ((single || after_single_) && !space) text_ += kSeparator;
    text::append_utf8(text_, waiting_);
    after_single_ = single;
    waiting_ = 0;
  }

  std::string text_;
  std::uint32_t waiting_ = 0;  // whether the next character is one with it; NUL is no character
  bool after_single_ = false;
};

}  // namespace

void prepare_script(std::string& text) {
  const auto start = first_changed(text);
  if (start == std::string_view::npos) return;
  auto rest = std::string_view(text).substr(start);
  Preparer preparer(std::string_view(text).substr(0, start), rest.size());
  while (!rest.empty()) preparer.add(text::next_code_point(rest));
  text = preparer.take();
}

}  // namespace newscache::store
