#include "html/page_date.hpp"

#include <algorithm>
#include <string>

#include "html/headline.hpp"
#include "text/date.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr std::size_t longest_date = 80;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The date of something else: of a change, an event, a life.
bool is_of_other(const Document& document, NodeId node) {
  const auto property = document.attribute(node, "itemprop");
  if (has_word(property, "dateModified")) return true;
  const auto classes = document.attribute(node, "class");
  return (contains_any(classes, {"modified", "updated"}) && !contains_any(classes, {"publish", "posted"})) ||
         has_word(property, "startDate") || has_word(property, "endDate") || contains_any(classes, {"bday", "dtstart"});
}

std::optional<Instant> date_of(const Document& document, NodeId node) {
  for (const std::string_view name : {"datetime", "content"}) {
    const auto value = document.attribute(node, name);
    if (!value.empty()) return plausible_date(value);
  }
  return plausible_date(short_text_of(document, node, longest_date));
}

std::optional<Instant> time_in(const Document& document, NodeId node) {
  return document.is(node, Element::time) && !is_of_other(document, node) ? date_of(document, node) : std::nullopt;
}

std::size_t numbers_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) count += is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
  return count;
}

// A date in words, in an element that is there for it.
std::optional<Instant> words_in(const Document& document, NodeId node) {
  const bool dated = contains_any(document.attribute(node, "class"), {"date", "publish", "posted", "time", "byline"}) ||
                     contains_any(document.attribute(node, "id"), {"date", "publish"});
  if (!dated || is_of_other(document, node)) return std::nullopt;
  // A month and a year are rather of something else.
  const auto text = short_text_of(document, node, longest_date);
  const bool has_day = numbers_in(text) >= 2;
  return !has_day || contains_any(text, {"updated", "modified"}) ? std::nullopt : date_of(document, node);
}

// A number of so many digits, with none beside them.
bool number_at(std::string_view text, std::size_t at, std::size_t digits) {
  return at + digits <= text.size() &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(at + digits), is_digit) &&
         (at + digits == text.size() || !is_digit(text[at + digits]));
}

// "/2026/03/31/", "/2026-03-31-", "/20260331/".
std::optional<Instant> date_in_path(std::string_view url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  for (auto slash = path.find('/', 8); slash != path.npos; slash = path.find('/', slash + 1)) {
    const auto at = slash + 1;
    std::string date;
    if (number_at(path, at, 8)) {
      date = std::string(path.substr(at, 4)).append("-").append(path.substr(at + 4, 2)).append("-");
      date += path.substr(at + 6, 2);
    } else if (number_at(path, at, 4) && at + 4 < path.size() && (path[at + 4] == '/' || path[at + 4] == '-')) {
      const char between = path[at + 4];
      const auto month_digits = number_at(path, at + 5, 2) ? 2U : number_at(path, at + 5, 1) ? 1U : 0U;
      const auto day = at + 5 + month_digits + 1;
      const auto day_digits = number_at(path, day, 2) ? 2U : number_at(path, day, 1) ? 1U : 0U;
      if (month_digits == 0 || day_digits == 0 || path[day - 1] != between) continue;
      date = std::string(path.substr(at, 4)) + (month_digits == 1 ? "-0" : "-");
      date.append(path.substr(at + 5, month_digits)).append(day_digits == 1 ? "-0" : "-");
      date += path.substr(day, day_digits);
    }
    if (const auto parsed = date.empty() ? std::nullopt : plausible_date(date)) return parsed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> plausible_date(std::string_view text) {
  constexpr Instant first = std::chrono::sys_days(std::chrono::year(1995) / 1 / 1);
  constexpr Instant last = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);
  text = text::trim(text);
  if (text.empty() || text.size() > longest_date) return std::nullopt;
  const auto date = text::parse_date(text);
  return date && *date >= first && *date < last ? date : std::nullopt;
}

std::optional<Instant> item_date(const Document& document) {
  for (NodeId node = Document::root; node != no_node; node = document.following(node, Document::root)) {
    if (!has_word(document.attribute(node, "itemprop"), "datePublished")) continue;
    if (const auto date = date_of(document, node)) return date;
  }
  return std::nullopt;
}

std::optional<Instant> shown_date(const Document& document, NodeId headline, std::string_view url) {
  const auto in_time = [&](NodeId node) { return time_in(document, node); };
  const auto in_words = [&](NodeId node) { return words_in(document, node); };
  if (const auto date = search_around(document, headline, in_time)) return date;
  if (const auto date = date_in_path(url)) return date;
  return search_around(document, headline, in_words);
}

}  // namespace newscache::html
