#include "feed/import.hpp"

#include <algorithm>

#include "feed/page.hpp"
#include "feed/parse.hpp"
#include "feed/people.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "text/date.hpp"
#include "text/decode.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxTitle = 300;  // bytes

// Words whose full stop does not end a sentence. Single letters, as in "U.S." and "J. Smith", are recognised as such.
constexpr std::string_view kAbbreviations[] = {
    "mr",  "mrs", "ms",  "dr",  "prof", "st",  "sr",  "jr",   "gen", "col",  "lt",  "sgt", "capt", "sen",    "rep",
    "gov", "rev", "hon", "no",  "vs",   "etc", "inc", "ltd",  "co",  "corp", "e.g", "i.e", "cf",   "approx", "jan",
    "feb", "mar", "apr", "jun", "jul",  "aug", "sep", "sept", "oct", "nov",  "dec", "fig", "vol"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// Whether the full stop at `stop` belongs to an abbreviation.
bool abbreviates(std::string_view text, std::size_t stop) {
  std::size_t begin = stop;
  while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(') --begin;
  std::string word = text::to_lower(text.substr(begin, stop - begin));
  if (word.size() == 1 && !is_digit(word[0])) return true;  // an initial
  // "u.s" of "U.S."
  if (word.size() >= 3 && word[word.size() - 2] == '.') return true;
  return std::find(std::begin(kAbbreviations), std::end(kAbbreviations), word) != std::end(kAbbreviations);
}

// Past closing quotes and brackets behind the end of a sentence.
std::size_t skip_closers(std::string_view text, std::size_t at) {
  for (bool found = true; found;) {
    found = false;
    for (std::string_view closer : {"\"", "'", ")", "]", "\u201d", "\u2019", "\u00bb"}) {
      if (!text.substr(at).starts_with(closer)) continue;
      at += closer.size();
      found = true;
    }
  }
  return at;
}

std::string first_sentence(std::string_view text) {
  std::size_t end = text.size();
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    bool wide = text.substr(at).starts_with("\u3002");  // ideographic full stop
    if (c != '.' && c != '!' && c != '?' && !wide) continue;
    std::size_t after = skip_closers(text, at + (wide ? 3 : 1));
    if (!wide && after < text.size() && !is_space(text[after])) continue;
    auto next = text.find_first_not_of(" \t\r\n", after);
    if (next != npos && is_lower(text[next])) continue;
    // "in the U.S. The next": an abbreviation that ends a sentence cannot be told from one that does not.
    if (c == '.' && next != npos && abbreviates(text, at)) continue;
    end = after;
    break;
  }
  return text::collapse_white_space(text.substr(0, end));
}

// Cut between words, with an ellipsis.
std::string bounded(std::string title) {
  if (title.size() <= kMaxTitle) return title;
  std::string_view cut = text::cut_utf8(title, kMaxTitle - 3);
  auto blank = cut.rfind(' ');
  if (blank != npos && blank > kMaxTitle / 2) cut = cut.substr(0, blank);
  return std::string(cut) + "\u2026";
}

std::string stem(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);
  auto dot = name.rfind('.');
  return std::string(dot == npos || dot == 0 ? name : name.substr(0, dot));
}

// "date 2020-06-12 ", after white space: taken off the front of `text`.
std::optional<Instant> take_date(std::string_view& text) {
  std::string_view rest = text::trim(text);
  if (!rest.starts_with("date ") || rest.size() < 15) return std::nullopt;
  std::string_view day = rest.substr(5, 10);
  for (std::size_t i = 0; i < day.size(); ++i) {
    bool dash = i == 4 || i == 7;
    if (dash ? day[i] != '-' : !is_digit(day[i])) return std::nullopt;
  }
  if (rest.size() > 15 && !is_space(rest[15])) return std::nullopt;
  auto date = text::parse_date(day);
  if (date) text = text::trim(rest.substr(15));
  return date;
}

std::string_view next_line(std::string_view& text) {
  auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Runs of lines that are not blank.
std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> result;
  std::string current;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (!text::trim(line).empty()) {
      if (!current.empty()) current += '\n';
      current += line;
    }
    if (current.empty() || (!text::trim(line).empty() && !text.empty())) continue;
    result.push_back(std::move(current));
    current.clear();
  }
  return result;
}

// Quotes stay as they are: between tags they need no reference.
void append_text(std::string& html, std::string_view text) {
  for (char c : text) {
    if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
      html += c;
    }
  }
}

Result<model::ParsedFeed> import_text(std::string_view bytes, std::string_view name) {
  text::Decoded decoded = text::decode_text(bytes, {});
  std::string_view text = decoded.utf8;
  model::Entry entry;
  entry.date_published = take_date(text);
  std::vector<std::string> parts = paragraphs(text);
  if (parts.empty()) return Error{Cause::invalid, std::string(name) + ": holds no text"};
  for (const std::string& part : parts) {
    entry.content_html += "<p>";
    append_text(entry.content_html, part);
    entry.content_html += "</p>";
  }
  entry.title = bounded(first_sentence(parts.front()));
  if (entry.title.empty()) entry.title = stem(name);
  model::ParsedFeed feed;
  feed.encoding = std::move(decoded.encoding);
  feed.lenient = decoded.lossy;
  feed.entries.push_back(std::move(entry));
  return feed;
}

Result<model::ParsedFeed> import_page(std::string_view bytes, std::string_view name, bool strip_tracking) {
  text::Decoded decoded = text::decode_html(bytes, {});
  Page page = read_page(decoded.utf8, {});
  model::Entry entry;
  entry.url = page.url;
  html::SanitiseOptions options;
  std::string base = page.base.empty() ? page.url : page.base;
  options.base_url = base;
  options.strip_tracking = strip_tracking;
  entry.content_html = html::sanitise(page.body, options);
  if (entry.content_html.empty())
    return Error{Cause::invalid, std::string(name) + ": an HTML page without any content"};
  entry.title = bounded(std::move(page.title));
  if (entry.title.empty()) entry.title = stem(name);
  entry.summary = std::move(page.description);
  entry.image = std::move(page.image);
  entry.date_published = text::parse_date(page.date);
  entry.language = std::move(page.language);
  add_author(entry.authors, parse_person(page.author));
  model::ParsedFeed feed;
  feed.encoding = std::move(decoded.encoding);
  feed.entries.push_back(std::move(entry));
  return feed;
}

bool is_page(std::string_view bytes) {
  std::string start = text::to_lower(text::trim(bytes.substr(0, 4096)));
  return start.find("<html") != npos || start.starts_with("<!doctype html") || start.find("<body") != npos ||
         (start.starts_with('<') && html::looks_like_html(start));
}

}  // namespace

Result<model::ParsedFeed> import_document(std::string_view bytes, std::string_view name, bool strip_tracking) {
  ParseOptions options;
  options.strip_tracking = strip_tracking;
  // What a person brings is an archive, and whole; that it is no attack the limit of a request's body sees to.
  options.limits.max_entries = 100'000;
  auto parsed = parse(bytes, options);
  if (parsed.has_value()) return parsed;
  if (parsed.error().cause != Cause::not_a_feed) {
    return Error{parsed.error().cause, std::string(name) + ": " + parsed.error().detail};
  }
  if (is_page(bytes)) return import_page(bytes, name, strip_tracking);
  bool xml = text::trim(bytes.substr(0, 100)).starts_with("<?xml");
  bool binary = bytes.find('\0') != npos && bytes.substr(0, 2) != "\xFF\xFE" && bytes.substr(0, 2) != "\xFE\xFF";
  if (xml || binary) {
    return Error{Cause::invalid, std::string(name) + ": neither a feed, nor an HTML page, nor text but " +
                                     (xml ? parsed.error().detail : std::string("binary data"))};
  }
  return import_text(bytes, name);
}

}  // namespace newscache::feed
