#pragma once
// What unicode61 leaves undone of folding. It drops the accents of any letter that are written as characters of their
// own, but knows only Latin ones that are one with their letter: the Greek, Cyrillic, Arabic and Indic are here. What
// is no accent (Korean letters, the voicing of kana) is composed instead.

namespace newscache::store {

// The letter without its mark; 0 for what is nothing but a mark that makes no difference.
char32_t without_mark(char32_t c);
// The two as one character, or 0.
char32_t composed(char32_t first, char32_t second);
// Of a script without spaces between words; or Korean, where endings stick to words.
bool is_spaceless(char32_t c);

}  // namespace newscache::store
