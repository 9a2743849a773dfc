#include "text/date_prose.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "text/ascii.hpp"
#include "text/date_fields.hpp"
#include "text/date_words.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

constexpr std::size_t kMostTokens = 40;

struct Token {
  enum Kind { end, number, word, mark } kind = end;
  char mark_character = 0;
  bool after_blank = false;
  int value = 0;             // of a number
  std::size_t digits = 0;    // of a number
  DateWord meaning;          // of a word
  std::string_view written;  // of a word
};

constexpr bool is_blank(std::uint32_t c) {
  return c <= ' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x202F || c == 0x3000 || c == 0xFEFF;
}

// Hangul and Han write "2026년11월": there each character after a number is a word; a weekday or "오후" is several.
constexpr bool is_ideographic(std::uint32_t c) { return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3); }

constexpr bool is_letter(std::uint32_t c) {
  return c < 0x80 ? is_alpha(static_cast<char>(c))
                  : !is_blank(c) && c != 0x2212 && c != 0x2013 && c != 0xB7 && c != 0xFF0C;
}

class Tokens {
 public:
  // False when the text has what no date has.
  bool read(std::string_view text);
  const Token& operator[](std::size_t i) const { return i < count_ ? tokens_[i] : end_; }
  std::size_t size() const { return count_; }

 private:
  bool read_number(std::string_view& text, Token& token);
  bool read_word(std::string_view& text, Token& token);
  static bool skip_comment(std::string_view& text);

  std::array<Token, kMostTokens> tokens_;
  std::size_t count_ = 0;
  Token end_;
};

bool Tokens::read(std::string_view text) {
  bool blank = false;
  while (!text.empty()) {
    auto rest = text;
    const auto c = next_code_point(rest);
    if (is_blank(c)) {
      blank = true;
      text = rest;
      continue;
    }
    if (c == '(') {
      if (!skip_comment(text)) return false;
      continue;
    }
    if (count_ == kMostTokens) return false;
    Token& token = tokens_[count_];
    token = Token();
    token.after_blank = blank;
    blank = false;
    if (c < 0x80 && is_digit(static_cast<char>(c))) {
      if (!read_number(text, token)) return false;
    } else if (is_letter(c)) {
      if (!read_word(text, token)) return false;
    } else {
      token.kind = Token::mark;
      token.mark_character = c == 0x2212 || c == 0x2013 ? '-' : c == 0xB7 || c == 0xFF0C ? ',' : static_cast<char>(c);
      text = rest;
    }
    ++count_;
  }
  return true;
}

bool Tokens::read_number(std::string_view& text, Token& token) {
  token.kind = Token::number;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    // A fraction may be long; the digits past nine do not matter, and no other number has as many.
    if (++token.digits <= 9) token.value = token.value * 10 + (text.front() - '0');
  }
  return token.digits <= 40;
}

bool Tokens::read_word(std::string_view& text, Token& token) {
  constexpr std::size_t longest = 64;
  token.kind = Token::word;
  const auto begin = text;
  std::string folded_word;
  const bool after_number = !token.after_blank && count_ > 0 && tokens_[count_ - 1].kind == Token::number;
  while (!text.empty()) {
    auto rest = text;
    const auto c = next_code_point(rest);
    if (!is_letter(c)) break;
    // "a.m." and "p.m." are one word.
    append_utf8(folded_word, folded(c));
    if (folded_word.size() > longest) return false;
    text = rest;
    if (after_number && is_ideographic(c)) break;
  }
  if ((folded_word == "a" || folded_word == "p" || folded_word == "π" || folded_word == "μ") && text.size() >= 2 &&
      text.front() == '.') {
    auto rest = text.substr(1);
    const auto c = folded(next_code_point(rest));
    if (c == 'm' || c == 0x3BC) {
      append_utf8(folded_word, c);
      text = rest;
    }
  }
  token.written = begin.substr(0, begin.size() - text.size());
  token.meaning = find_date_word(folded_word);
  return true;
}

// RFC 5322 comments, which may nest.
bool Tokens::skip_comment(std::string_view& text) {
  int depth = 0;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) return true;
  }
  return false;
}

class Prose {
 public:
  explicit Prose(const Tokens& tokens) : tokens_(tokens) {}
  std::optional<Instant> read();

 private:
  bool read_token();
  bool read_number(const Token& token);
  bool read_word(const Token& token);
  bool read_mark(const Token& token);
  bool read_numeric_date(char separator);
  bool read_time();
  bool read_fraction();
  bool read_offset(bool west);
  bool read_unit(int value, DateUnit unit);
  bool set_month(int month, bool may_be_weekday);
  bool set_zone(const DateWord& zone);
  bool apply_meridiem();
  bool settle_date();

  const Token& token(std::size_t ahead = 0) const { return tokens_[at_ + ahead]; }
  bool is_mark(std::size_t ahead, char c) const {
    return token(ahead).kind == Token::mark && token(ahead).mark_character == c;
  }

  const Tokens& tokens_;
  std::size_t at_ = 0;
  DateFields fields_;
  std::array<Token, 2> loose_{};  // numbers that the month's name makes day and year
  std::size_t loose_count_ = 0;
  int month_ = 0;
  bool month_may_be_weekday_ = false;
  bool month_named_ = false;
  bool has_date_ = false;
  bool has_time_ = false;
  bool has_zone_ = false;
  bool reversed_zone_ = false;  // Etc/GMT+5 lies west
  bool zone_takes_offset_ = false;
  bool korean_ = false;
  int unit_year_ = 0;
  int unit_day_ = 0;
  int meridiem_ = -1;
  std::size_t words_before_number_ = 0;
};

std::optional<Instant> Prose::read() {
  while (token().kind != Token::end) {
    if (!read_token()) return std::nullopt;
  }
  if (!settle_date() || !apply_meridiem()) return std::nullopt;
  // Korea has one zone, and nobody else writes dates in Korean.
  if (korean_ && !has_zone_) fields_.offset = 9 * 60;
  return fields_.instant();
}

bool Prose::read_token() {
  const Token& current = token();
  if (current.kind != Token::mark && current.kind != Token::word) zone_takes_offset_ = false;
  switch (current.kind) {
    case Token::number:
      return read_number(current);
    case Token::word:
      return read_word(current);
    case Token::mark:
      return read_mark(current);
    case Token::end:
      break;
  }
  return false;
}

bool Prose::read_number(const Token& current) {
  const Token& next = token(1);
  if (is_mark(1, ':') && token(2).kind == Token::number) return read_time();
  for (const char separator : {'-', '/', '.'}) {
    if (is_mark(1, separator) && token(2).kind == Token::number && is_mark(3, separator) &&
        token(4).kind == Token::number) {
      return read_numeric_date(separator);
    }
  }
  if (next.kind == Token::word) {
    if (next.meaning.kind == DateWordKind::unit) {
      at_ += 2;
      return current.digits <= 4 && read_unit(current.value, static_cast<DateUnit>(next.meaning.value));
    }
    if (next.meaning.kind == DateWordKind::meridiem && !has_time_ && current.digits <= 2) return read_time();
    if (next.written == "h" && !next.after_blank && !has_time_) return read_time();
    if (next.meaning.kind == DateWordKind::ordinal && !next.after_blank) ++at_;
  }
  ++at_;
  if (loose_count_ == loose_.size() || current.digits > 4) return false;
  loose_[loose_count_++] = current;
  return true;
}

// 25.11.2026, 2026/11/25, 25-11-2026: only where day and month cannot be taken for each other.
bool Prose::read_numeric_date(char separator) {
  const Token a = token();
  const Token b = token(2);
  const Token c = token(4);
  at_ += 5;
  if (has_date_ || month_named_ || loose_count_ > 0 || b.digits > 2) return false;
  has_date_ = true;
  if (a.digits == 4) {
    fields_.year = a.value;
    fields_.month = b.value;
    fields_.day = c.value;
    return c.digits <= 2;
  }
  if (a.digits > 2 || (c.digits != 4 && c.digits != 2)) return false;
  // The middle number can only be a day in 11/25/26, whatever the last one is.
  const bool month_first = b.value > 12 && a.value <= 12 && separator != '.';
  const bool day_first = c.digits == 4 && (a.value > 12 || a.value == b.value || separator == '.');
  if (!month_first && !day_first) return false;
  fields_.year = full_year(c.value, c.digits);
  fields_.month = month_first ? a.value : b.value;
  fields_.day = month_first ? b.value : a.value;
  return true;
}

// The current token is the hour: 9:27, 9:27:00.5, 14h30, 9am.
bool Prose::read_time() {
  if (has_time_ || token().digits > 2) return false;
  has_time_ = true;
  fields_.hour = token().value;
  ++at_;
  if (token().kind == Token::word) {  // "h", or AM and PM, which are read as words
    if (token().written != "h") return true;
    ++at_;
    if (token().kind != Token::number || token().after_blank) return true;
    fields_.minute = token().value;
    return tokens_[at_++].digits == 2;
  }
  ++at_;
  if (token().digits > 2) return false;
  fields_.minute = token().value;
  ++at_;
  if (!is_mark(0, ':') || token(1).kind != Token::number) return true;
  ++at_;
  if (token().digits > 2) return false;
  fields_.second = token().value;
  ++at_;
  return read_fraction();
}

bool Prose::read_fraction() {
  const bool fraction = (is_mark(0, '.') || is_mark(0, ',')) && !token().after_blank &&
                        token(1).kind == Token::number && !token(1).after_blank;
  if (fraction) at_ += 2;
  return !is_mark(0, ':');
}

bool Prose::read_word(const Token& current) {
  const DateWord meaning = current.meaning;
  ++at_;
  switch (meaning.kind) {
    case DateWordKind::month:
      return set_month(meaning.value, false);
    case DateWordKind::month_or_weekday:
      return set_month(meaning.value, true);
    case DateWordKind::zone:
    case DateWordKind::us_zone:
      return set_zone(meaning);
    case DateWordKind::meridiem:
      if (meridiem_ >= 0) return false;
      meridiem_ = meaning.value;
      korean_ = korean_ || current.written.starts_with("오");
      return true;
    case DateWordKind::particle:
      reversed_zone_ = equal_ignoring_case(current.written, "etc") && is_mark(0, '/');
      return true;
    case DateWordKind::weekday:
      return true;
    case DateWordKind::ordinal:
    case DateWordKind::unit:
      return false;
    case DateWordKind::unknown:
      break;
  }
  // A weekday in a language that we do not know, "Published", "quarta-feira": it cannot change what follows.
  const bool at_start = loose_count_ == 0 && !has_date_ && !has_time_ && !month_named_ && unit_year_ == 0;
  return at_start && ++words_before_number_ <= 2;
}

bool Prose::read_mark(const Token& current) {
  const char mark = current.mark_character;
  const bool sign = mark == '+' || mark == '-';
  ++at_;
  // After the time, or after "GMT", a sign before digits begins an offset; between other things "-" only separates.
  if (sign && (has_time_ || zone_takes_offset_) && token().kind == Token::number && !token().after_blank) {
    return read_offset(mark == '-');
  }
  // "Published: ..."
  if (mark == ':') return words_before_number_ > 0 && loose_count_ == 0 && !has_date_ && !has_time_;
  return mark == '-' || mark == ',' || mark == '.' || mark == '/' || mark == ';';
}

// +0100, +01:00, +01, +1, -800; after "Etc/GMT" reversed.
bool Prose::read_offset(bool west) {
  if (has_zone_ && !zone_takes_offset_) return false;
  const Token number = token();
  ++at_;
  int hours = number.value;
  int minutes = 0;
  if (is_mark(0, ':') && token(1).kind == Token::number) {
    // "+00:0" is sent too; another single digit could be tens or ones.
    if (number.digits > 2 || token(1).digits > 2 || (token(1).digits == 1 && token(1).value != 0)) return false;
    minutes = token(1).value;
    at_ += 2;
  } else if (number.digits > 2) {
    minutes = hours % 100;
    hours /= 100;
  }
  if (number.digits > 4) return false;
  const auto offset = zone_offset(hours, minutes, west != reversed_zone_);
  if (!offset) return false;
  fields_.offset = *offset;
  has_zone_ = true;
  zone_takes_offset_ = false;
  return true;
}

bool Prose::read_unit(int value, DateUnit unit) {
  korean_ = korean_ || tokens_[at_ - 1].written == "년" || tokens_[at_ - 1].written == "월";
  switch (unit) {
    case DateUnit::year:
      unit_year_ = value;
      return value > 0;
    case DateUnit::month:
      return value >= 1 && value <= 12 && set_month(value, false);
    case DateUnit::day:
      unit_day_ = value;
      return value > 0;
    case DateUnit::hour:
      if (std::exchange(has_time_, true)) return false;
      fields_.hour = value;
      return true;
    case DateUnit::minute:
      fields_.minute = value;
      return has_time_;
    case DateUnit::second:
      fields_.second = value;
      return has_time_;
  }
  return false;
}

bool Prose::set_month(int month, bool may_be_weekday) {
  if (month_named_) {
    if (may_be_weekday && loose_count_ > 0) return true;
    // "Mar, 25 nov 2026" begins with a Tuesday.
    if (!month_may_be_weekday_) return false;
  }
  if (has_date_) return false;
  month_named_ = true;
  month_may_be_weekday_ = may_be_weekday;
  month_ = month;
  return true;
}

bool Prose::set_zone(const DateWord& zone) {
  // "GMT+01:00", and "+0000 GMT" or "Z UTC", which say the same twice.
  if (has_zone_) return zone.value == 0 || (zone.value == fields_.offset && zone.kind == DateWordKind::zone);
  has_zone_ = true;
  fields_.offset = zone.value;
  fields_.us_local = zone.kind == DateWordKind::us_zone;
  zone_takes_offset_ = zone.value == 0 && zone.kind == DateWordKind::zone;
  return true;
}

bool Prose::apply_meridiem() {
  if (meridiem_ < 0) return true;
  if (!has_time_) return false;
  // "14:30 PM" says the same twice, "14:30 AM" contradicts itself.
  if (fields_.hour > 12) return meridiem_ == 12;
  if (fields_.hour == 0) return meridiem_ == 0;
  fields_.hour = fields_.hour % 12 + meridiem_;
  return true;
}

bool Prose::settle_date() {
  if (has_date_) return !month_named_ && loose_count_ == 0 && unit_year_ == 0;
  if (!month_named_) return false;
  fields_.month = month_;
  if (unit_year_ > 0) {
    fields_.year = unit_year_;
    fields_.day = unit_day_ > 0 ? unit_day_ : 1;
    return loose_count_ == 0 && (unit_day_ > 0 || !has_time_);
  }
  if (loose_count_ == 1 && loose_[0].digits == 4 && unit_day_ == 0) {
    fields_.year = loose_[0].value;
    return !has_time_;
  }
  if (loose_count_ != 2 || unit_day_ > 0) return false;
  const bool year_first = loose_[0].digits == 4;
  const Token& year = loose_[year_first ? 0 : 1];
  const Token& day = loose_[year_first ? 1 : 0];
  if (day.digits > 2 || year.digits < 2) return false;
  fields_.year = full_year(year.value, year.digits);
  fields_.day = day.value;
  return true;
}

}  // namespace

std::optional<Instant> parse_date_prose(std::string_view text) {
  Tokens tokens;
  if (!tokens.read(text)) return std::nullopt;
  return Prose(tokens).read();
}

}  // namespace newscache::text
