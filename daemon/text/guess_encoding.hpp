#pragma once
// Which encoding some bytes are in when nothing trustworthy says so. Conservative: only scripts other than Latin are
// ever found, because their bytes tell a story; for the rest windows-1252 is the better guess.

#include <optional>
#include <string_view>

namespace newscache::text {

// From this on a guess may be believed.
inline constexpr double kPlausible = 0.5;

struct EncodingGuess {
  std::string_view name;    // canonical; empty when nothing is likely
  double plausibility = 0;  // about 1 for typical text
};

EncodingGuess guess_encoding(std::string_view bytes);
// The same measure for one encoding; none for those of which nothing is known.
std::optional<double> encoding_plausibility(std::string_view bytes, std::string_view name);

}  // namespace newscache::text
