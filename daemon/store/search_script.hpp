#pragma once
// Makes texts of all scripts findable with the tokenizer unicode61, which knows words between spaces only. The same for
// what is indexed and for what is searched.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace newscache::store {

// Stands between two tokens that no space separates; nothing else in a prepared text has it.
constexpr std::string_view kSeparator = "\u2060";  // WORD JOINER, invisible

// Each character of a script without spaces between its words (Chinese, Japanese, Thai, Lao, Khmer, Burmese and their
// kin), and of Korean, becomes a token: a word is a phrase of its characters. Letters and accents that are written
// apart become one, or the reverse, so that both ways of writing are the same; variation selectors go. Other texts stay
// as they are, and are not copied.
void prepare_script(std::string& text);

// search_compose.cpp: the character that the two are together, or 0; the parts that the character is written as, or
// none.
std::uint32_t composed(std::uint32_t first, std::uint32_t second);
std::span<const std::uint16_t> decomposed(std::uint32_t c);

}  // namespace newscache::store
