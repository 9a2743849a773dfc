#include "text/guess_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

constexpr std::size_t kSample = 256 * 1024;  // bytes of the document
constexpr std::size_t kTelling = 4 * 1024;   // of these the first that tell something

// The characters that every text of some length has, as pairs of bytes in order.
// clang-format off
constexpr std::array<std::uint16_t, 98> kSimplifiedChinese{
    0xA1A3, 0xA3AC, 0xB1BE, 0xB2BB, 0xB3C9, 0xB3F6, 0xB4D3, 0xB4F3, 0xB5B1, 0xB5BD, 0xB5C0, 0xB5C3, 0xB5C4, 0xB5D8,
    0xB6AF, 0xB6BC, 0xB6D4, 0xB6E0, 0xB6F8, 0xB7A2, 0xB7BD, 0xB8F6, 0xB9AB, 0xB9FA, 0xB9FD, 0xBAC3, 0xBACD, 0xBAF3,
    0xBBB9, 0xBBE1, 0xBCD2, 0xBCFB, 0xBEAD, 0xBECD, 0xBFAA, 0xBFB4, 0xBFC9, 0xC0B4, 0xC0CF, 0xC0EF, 0xC1CB, 0xC3BB,
    0xC3C7, 0xC3E6, 0xC4C7, 0xC4DC, 0xC4E3, 0xC4EA, 0xC6F0, 0xC7B0, 0xC8A5, 0xC8BB, 0xC8CB, 0xC8D5, 0xC8E7, 0xC8FD,
    0xC9CF, 0xC9FA, 0xCAAE, 0xCAB1, 0xCAC2, 0xCAC7, 0xCAD6, 0xCBB5, 0xCBF9, 0xCBFB, 0xCCEC, 0xCDAC, 0xCDB7, 0xCEAA,
    0xCEC4, 0xCED2, 0xCEDE, 0xCFC2, 0xCFEB, 0xD0A1, 0xD0C4, 0xD0D0, 0xD1A7, 0xD2AA, 0xD2B2, 0xD2BB, 0xD2D1, 0xD2D4,
    0xD3C3, 0xD3D0, 0xD3D6, 0xD3DA, 0xD4DA, 0xD5E2, 0xD6AE, 0xD6BB, 0xD6D0, 0xD6F7, 0xD7C5, 0xD7D3, 0xD7D4, 0xD7F7};
constexpr std::array<std::uint16_t, 98> kTraditionalChinese{
    0xA141, 0xA143, 0xA440, 0xA446, 0xA448, 0xA451, 0xA453, 0xA454, 0xA455, 0xA457, 0xA45D, 0xA46A, 0xA46C, 0xA470,
    0xA477, 0xA4A3, 0xA4A4, 0xA4A7, 0xA4BD, 0xA4D1, 0xA4DF, 0xA4E2, 0xA4E5, 0xA4E8, 0xA4E9, 0xA544, 0xA548, 0xA54C,
    0xA558, 0xA568, 0xA569, 0xA575, 0xA5BB, 0xA5CD, 0xA5CE, 0xA650, 0xA661, 0xA662, 0xA668, 0xA66E, 0xA670, 0xA67E,
    0xA6A8, 0xA6B3, 0xA6D1, 0xA6D3, 0xA6DB, 0xA6E6, 0xA740, 0xA741, 0xA7DA, 0xA853, 0xA8A3, 0xA8BA, 0xA8C6, 0xA8D3,
    0xA8EC, 0xA94D, 0xA9D2, 0xA9F3, 0xAABA, 0xAB65, 0xABE1, 0xAC4F, 0xACB0, 0xACDD, 0xAD6E, 0xADB1, 0xADCC, 0xADD3,
    0xAE61, 0xAEC9, 0xAFE0, 0xB05F, 0xB0CA, 0xB0EA, 0xB16F, 0xB171, 0xB36F, 0xB3A3, 0xB44E, 0xB54C, 0xB54D, 0xB56F,
    0xB5DB, 0xB67D, 0xB751, 0xB77C, 0xB7ED, 0xB867, 0xB8CC, 0xB944, 0xB94C, 0xB9EF, 0xBBA1, 0xBEC7, 0xC059, 0xC1D9};
constexpr std::array<std::uint16_t, 89> kKorean{
    0xB0A1, 0xB0A3, 0xB0C5, 0xB0CD, 0xB0D4, 0xB0E6, 0xB0ED, 0xB0F8, 0xB0FA, 0xB0FC, 0xB1B8, 0xB1B9, 0xB1D7, 0xB1E2,
    0xB3AA, 0xB3BB, 0xB3E2, 0xB4C2, 0xB4CF, 0xB4D9, 0xB4EB, 0xB4F8, 0xB5B5, 0xB5BF, 0xB5E9, 0xB6F3, 0xB7CE, 0xB8A6,
    0xB8AE, 0xB8B8, 0xB8E9, 0xB8F0, 0xB9AB, 0xB9AE, 0xB9CC, 0xB9CE, 0xB9E6, 0xBAB8, 0xBACE, 0xBAF1, 0xBBE7, 0xBBF3,
    0xBCAD, 0xBCB1, 0xBCBA, 0xBCBC, 0xBCD2, 0xBCF6, 0xBDBA, 0xBDC3, 0xBDC5, 0xBDC7, 0xBEC6, 0xBEC8, 0xBEEE, 0xBEF7,
    0xBFA1, 0xBFA9, 0xBFC0, 0xBFCD, 0xBFE4, 0xBFF8, 0xC0A7, 0xC0AF, 0xC0B8, 0xC0BA, 0xC0BB, 0xC0C7, 0xC0CC, 0xC0CE,
    0xC0CF, 0xC0D6, 0xC0DA, 0xC0E5, 0xC0FB, 0xC0FC, 0xC1A4, 0xC1A6, 0xC1B6, 0xC1D6, 0xC1DF, 0xC1F6, 0xC7CF, 0xC7D0,
    0xC7D1, 0xC7D8, 0xC7DF, 0xC8AD, 0xC8B8};
// clang-format on

constexpr bool between(unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; }

// An encoding whose characters past ASCII are pairs of bytes.
struct PairModel {
  std::string_view name;
  bool (*is_lead)(unsigned);
  bool (*is_trail)(unsigned);
  bool (*is_single)(unsigned);  // a high byte that stands alone
  bool (*is_frequent)(unsigned);
  double expected;  // the share of frequent characters in real text
};

template <const auto& table>
bool in_table(unsigned pair) {
  return std::binary_search(table.begin(), table.end(), pair);
}
bool never(unsigned) { return false; }
bool is_gr(unsigned b) { return between(b, 0xA1, 0xFE); }

constexpr PairModel kPairModels[] = {
    {"shift_jis", [](unsigned b) { return between(b, 0x81, 0x9F) || between(b, 0xE0, 0xFC); },
     [](unsigned b) { return between(b, 0x40, 0x7E) || between(b, 0x80, 0xFC); },
     [](unsigned b) { return between(b, 0xA1, 0xDF); },
     [](unsigned p) { return between(p, 0x829F, 0x82F1) || between(p, 0x8340, 0x8396) || between(p, 0x8141, 0x8142); },
     0.6},
    {"euc-jp", [](unsigned b) { return is_gr(b) || b == 0x8E; }, is_gr, never,
     [](unsigned p) { return between(p, 0xA4A1, 0xA4F3) || between(p, 0xA5A1, 0xA5F6) || between(p, 0xA1A2, 0xA1A3); },
     0.6},
    {"gb18030", [](unsigned b) { return between(b, 0x81, 0xFE); },
     [](unsigned b) { return between(b, 0x40, 0x7E) || between(b, 0x80, 0xFE); }, never, in_table<kSimplifiedChinese>,
     0.35},
    {"big5", [](unsigned b) { return between(b, 0x87, 0xFE); },
     [](unsigned b) { return between(b, 0x40, 0x7E) || is_gr(b); }, never, in_table<kTraditionalChinese>, 0.35},
    {"euc-kr", [](unsigned b) { return between(b, 0x81, 0xFE); },
     [](unsigned b) { return between(b, 0x41, 0x5A) || between(b, 0x61, 0x7A) || between(b, 0x81, 0xFE); }, never,
     in_table<kKorean>, 0.5},
};

// An encoding of one other alphabet.
struct LetterModel {
  std::string_view name;
  std::string_view frequent;  // its ten or twelve commonest letters
  double expected;
  std::string_view unassigned = {};  // bytes that are no character
};

constexpr LetterModel kLetterModels[] = {
    {"windows-1251", "\xEE\xE5\xE0\xE8\xED\xF2\xF1\xF0\xE2\xEB", 0.65},
    {"koi8-r", "\xCF\xC5\xC1\xC9\xCE\xD4\xD3\xD2\xD7\xCC", 0.65},
    {"iso-8859-5", "\xDE\xD5\xD0\xD8\xDD\xE2\xE1\xE0\xD2\xDB", 0.65},
    {"ibm866", "\xAE\xA5\xA0\xA8\xAD\xE2\xE1\xE0\xA2\xAB", 0.65},
    {"windows-1253", "\xE1\xEF\xE9\xE5\xF4\xED\xF3\xE7\xF5\xF1", 0.65},
    {"windows-1255", "\xE9\xE5\xE4\xEC\xE0\xF8\xFA\xE1\xEE\xF9", 0.7},
    {"windows-1256", "\xC7\xE1\xED\xE3\xE6\xE4\xD1\xCA\xC8\xDA", 0.65},
    {"windows-874", "\xD2\xB9\xC3\xCD\xA1\xE0\xA7\xE8\xC2\xC1\xC5\xD1\xD5\xE9", 0.6,
     "\xDB\xDC\xDD\xDE\xFC\xFD\xFE\xFF"},
};

// How a sample is like a model: 1 for typical text, 0 for something else.
double plausibility(std::string_view sample, const PairModel& model) {
  std::size_t characters = 0;
  std::size_t frequent = 0;
  std::size_t errors = 0;
  for (std::size_t at = 0; at < sample.size();) {
    const unsigned lead = byte(sample[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (model.is_single(lead)) {
      ++characters;
      ++at;
      continue;
    }
    if (at + 1 == sample.size()) break;
    const unsigned trail = byte(sample[at + 1]);
    if (!model.is_lead(lead) || !model.is_trail(trail)) {
      ++errors;
      ++at;
      continue;
    }
    ++characters;
    if (model.is_frequent(lead << 8 | trail)) ++frequent;
    at += 2;
  }
  if (characters == 0 || errors * 50 > characters) return 0;
  return static_cast<double>(frequent) / static_cast<double>(characters) / model.expected;
}

double plausibility(std::string_view sample, const LetterModel& model) {
  std::array<bool, 256> is_frequent{};
  for (const char c : model.frequent) is_frequent[byte(c)] = true;
  if (sample.find_first_of(model.unassigned) != std::string_view::npos) return 0;
  std::size_t high = 0;
  std::size_t frequent = 0;
  std::size_t alone = 0;
  for (std::size_t at = 0; at < sample.size(); ++at) {
    if (byte(sample[at]) < 0x80) continue;
    ++high;
    if (is_frequent[byte(sample[at])]) ++frequent;
    const bool has_neighbour =
        (at > 0 && byte(sample[at - 1]) >= 0x80) || (at + 1 < sample.size() && byte(sample[at + 1]) >= 0x80);
    if (!has_neighbour) ++alone;
  }
  // Accented letters of a Latin script stand alone among ASCII ones; words of another script do not.
  if (high < 4 || alone * 4 > high) return 0;
  return static_cast<double>(frequent) / static_cast<double>(high) / model.expected;
}

// Simplified Chinese of a few words may have none of the frequent characters. Its bytes still come in pairs whose first
// is punctuation or one of the 3,755 characters of GB 2312's first level; Japanese and Korean have been recognised by
// their kana and syllables before.
bool is_sparse_chinese(std::string_view sample) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < sample.size();) {
    const unsigned lead = byte(sample[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const bool known = between(lead, 0xB0, 0xD7) || between(lead, 0xA1, 0xA3);
    if (at + 1 == sample.size() || !known || !is_gr(byte(sample[at + 1]))) return false;
    ++characters;
    at += 2;
  }
  return characters >= 4;
}

// The bytes past ASCII, each with the one behind it: no model looks at others, and markup is mostly those.
std::string telling_bytes(std::string_view sample) {
  std::string telling;
  while (!sample.empty() && telling.size() < kTelling) {
    sample.remove_prefix(ascii_prefix(sample));
    std::size_t end = 0;
    while (end < sample.size() && byte(sample[end]) >= 0x80) ++end;
    end = std::min(end + 1, sample.size());
    telling.append(sample.substr(0, end));
    sample.remove_prefix(end);
  }
  return telling;
}

template <class Models>
void take_best(std::string_view sample, const Models& models, EncodingGuess& best) {
  for (const auto& model : models) {
    const double found = plausibility(sample, model);
    if (found > best.plausibility) best = {model.name, found};
  }
}

}  // namespace

EncodingGuess guess_encoding(std::string_view bytes) {
  const auto sample = telling_bytes(bytes.substr(0, kSample));
  EncodingGuess best;
  take_best(sample, kPairModels, best);
  take_best(sample, kLetterModels, best);
  if (best.plausibility >= kPlausible) return best;
  return is_sparse_chinese(sample) ? EncodingGuess{"gb18030", kPlausible} : EncodingGuess();
}

std::optional<double> encoding_plausibility(std::string_view bytes, std::string_view name) {
  const auto sample = telling_bytes(bytes.substr(0, kSample));
  for (const auto& model : kPairModels) {
    if (model.name == name) return plausibility(sample, model);
  }
  for (const auto& model : kLetterModels) {
    if (model.name == name) return plausibility(sample, model);
  }
  return std::nullopt;
}

}  // namespace newscache::text
