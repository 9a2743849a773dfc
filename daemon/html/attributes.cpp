#include "html/attributes.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>

#include "html/media.hpp"
#include "html/name_table.hpp"
#include "html/safe_text.hpp"
#include "html/short_text.hpp"
#include "html/srcset.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

using enum AttributeName;

constexpr std::size_t max_candidates = 32;    // of a srcset
constexpr std::size_t max_placeholder = 512;  // a data: URL that is longer holds a real picture

enum class ValueKind : std::uint8_t { link, url, srcset, text, language, length, number, flag, word };

struct Rule {
  std::string_view name;
  ValueKind kind;
  std::string_view words;  // what a `word` may be, each between blanks
};

// In the order of AttributeName, up to `width`.
constexpr Rule rules[] = {
    {"href", ValueKind::link, {}},
    {"src", ValueKind::url, {}},
    {"srcset", ValueKind::srcset, {}},
    {"sizes", ValueKind::text, {}},
    {"alt", ValueKind::text, {}},
    {"title", ValueKind::text, {}},
    {"lang", ValueKind::language, {}},
    {"dir", ValueKind::word, " ltr rtl auto "},
    {"cite", ValueKind::url, {}},
    {"colspan", ValueKind::number, {}},
    {"controls", ValueKind::flag, {}},
    {"datetime", ValueKind::text, {}},
    {"kind", ValueKind::word, " subtitles captions descriptions chapters metadata "},
    {"label", ValueKind::text, {}},
    {"media", ValueKind::text, {}},
    {"open", ValueKind::flag, {}},
    {"poster", ValueKind::url, {}},
    {"reversed", ValueKind::flag, {}},
    {"rowspan", ValueKind::number, {}},
    {"scope", ValueKind::word, " row col rowgroup colgroup "},
    {"span", ValueKind::number, {}},
    {"srclang", ValueKind::language, {}},
    {"start", ValueKind::number, {}},
    {"type", ValueKind::text, {}},
    {"value", ValueKind::number, {}},
    {"height", ValueKind::length, {}},
    {"width", ValueKind::length, {}},
};
constexpr std::size_t written_count = std::size(rules);
static_assert(written_count == static_cast<std::size_t>(width) + 1);

constexpr Named<AttributeName> names[] = {
    {"href", href},
    {"src", src},
    {"srcset", srcset},
    {"sizes", sizes},
    {"alt", alt},
    {"title", title},
    {"lang", lang},
    {"dir", dir},
    {"cite", cite},
    {"colspan", colspan},
    {"controls", controls},
    {"datetime", datetime},
    {"kind", kind},
    {"label", label},
    {"media", media},
    {"open", open},
    {"poster", poster},
    {"reversed", reversed},
    {"rowspan", rowspan},
    {"scope", scope},
    {"span", span},
    {"srclang", srclang},
    {"start", start},
    {"type", type},
    {"value", value},
    {"height", height},
    {"width", width},
    {"class", class_},
    {"data", data},
    {"xml:lang", lang},
    // lazy loaders, in the order of how many sites use them
    {"data-src", data_src},
    {"data-lazy-src", data_src},
    {"data-original", data_src},
    {"data-lazy", data_src},
    {"data-orig-src", data_src},
    {"data-srcset", data_srcset},
    {"data-lazy-srcset", data_srcset},
};
constexpr NameTable<AttributeName, 128> name_table(names);

constexpr std::uint64_t bit(AttributeName name) { return std::uint64_t{1} << static_cast<unsigned>(name); }

constexpr std::uint64_t bits(std::initializer_list<AttributeName> list) {
  std::uint64_t set = 0;
  for (const auto name : list) set |= bit(name);
  return set;
}

constexpr std::uint64_t everywhere = bits({title, lang, dir});

// What an element may have besides.
constexpr std::uint64_t allowed(Element element) {
  switch (element) {
    case Element::a:
      return bits({href});
    case Element::img:
      return bits({src, srcset, sizes, alt, height, width});
    case Element::audio:
      return bits({src});
    case Element::video:
      return bits({src, poster, height, width});
    case Element::source:
      return bits({src, srcset, sizes, media, type});
    case Element::track:
      return bits({src, kind, srclang, label});
    case Element::blockquote:
    case Element::q:
      return bits({cite});
    case Element::del:
    case Element::ins:
      return bits({cite, datetime});
    case Element::time:
      return bits({datetime});
    case Element::td:
      return bits({colspan, rowspan});
    case Element::th:
      return bits({colspan, rowspan, scope});
    case Element::colgroup:
    case Element::col:
      return bits({span});
    case Element::ol:
      return bits({start, reversed, type});
    case Element::li:
      return bits({value});
    case Element::details:
      return bits({open});
    default:
      return 0;
  }
}

constexpr auto allowed_table = [] {
  std::array<std::uint64_t, element_count> table{};
  for (std::size_t i = 0; i < element_count; ++i) table[i] = everywhere | allowed(static_cast<Element>(i));
  return table;
}();

// Read besides, to decide what to write.
constexpr std::uint64_t consulted(Element element) {
  switch (element) {
    case Element::img:
    case Element::source:
      return bits({class_, data_src, data_srcset});
    case Element::iframe:
    case Element::embed:
    case Element::object:
      return bits({src, data, data_src});
    default:
      return 0;
  }
}

constexpr auto wanted_table = [] {
  auto table = allowed_table;
  for (std::size_t i = 0; i < element_count; ++i) table[i] |= consulted(static_cast<Element>(i));
  return table;
}();

// ` href="`
constexpr auto openings = [] {
  std::array<ShortText, written_count> table;
  for (std::size_t i = 0; i < written_count; ++i) table[i] = {" ", rules[i].name, "=\""};
  return table;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The digits that it starts with, at most six; empty when there are none or more.
std::string_view digits(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
  return end <= 6 ? text.substr(0, static_cast<std::size_t>(end)) : std::string_view();
}

// "640", "640px" and "50%"; anything else is empty.
std::string_view length(std::string_view text) {
  text = text::trim(text);
  const auto number = digits(text);
  if (number.empty()) return {};
  const auto rest = text.substr(number.size());
  if (rest == "%") return text.substr(0, number.size() + 1);
  return rest.empty() || rest == "px" || rest.starts_with('.') ? number : std::string_view();
}

std::string_view number(std::string_view text) {
  text = text::trim(text);
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const auto value = digits(text.substr(sign));
  return value.empty() ? std::string_view() : text.substr(0, sign + value.size());
}

bool is_language(std::string_view text) {
  return !text.empty() && text.size() <= 35 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_descriptor(std::string_view text) {
  if (text.empty()) return true;
  const char unit = text.back();
  text.remove_suffix(1);
  return (unit == 'w' || unit == 'x' || unit == 'h') && !text.empty() && text.size() <= 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

void write_attribute(std::string& out, AttributeName name, std::string_view value) {
  out += openings[static_cast<std::size_t>(name)].view();
  append_safe_value(out, value);
  out += '"';
}

}  // namespace

void AttributeWriter::read(Element element, const Token& token) {
  element_ = element;
  present_ = 0;
  settled_ = false;
  if (token.attributes.empty()) return;
  const std::uint64_t wanted = wanted_table[static_cast<std::size_t>(element)];
  for (const auto& attribute : token.attributes) {
    const auto* found = name_table.find(attribute.name);
    if (found == nullptr || (wanted & ~present_ & bit(*found)) == 0) continue;
    present_ |= bit(*found);
    values_[static_cast<std::size_t>(*found)] = attribute.value;
  }
}

const std::string& AttributeWriter::decoded(AttributeName name) {
  decoded_.clear();
  append_decoded(decoded_, raw(name), true);
  return decoded_;
}

std::string AttributeWriter::resolve(std::string_view reference) const {
  auto url = text::resolve_url(base_url_, reference, keep_relative_);
  if (strip_tracking_ && url.find('?') != std::string::npos) return text::strip_tracking(url);
  return url;
}

const std::string& AttributeWriter::settle_link() {
  settled_ = true;
  url_.clear();
  if (has(href)) {
    // Most links are right already; one without references is then what it seems.
    const auto written = text::trim(raw(href));
    if (written.find('&') == std::string_view::npos && text::is_clean_url(written)) {
      url_ = written;
    } else {
      url_ = text::resolve_link(base_url_, decoded(href), keep_relative_);
    }
    if (strip_tracking_ && url_.find('?') != std::string::npos) url_ = text::strip_tracking(url_);
  }
  return url_;
}

bool AttributeWriter::settle_image() {
  settled_ = true;
  url_.clear();
  const bool lazy = has(data_src) || has(data_srcset);
  const bool stands_in = lazy && (!has(src) || is_placeholder(raw(src)) ||
                                  (has(class_) && text::to_lower(raw(class_)).find("lazy") != std::string::npos));
  if (stands_in) {
    if (has(data_src) && decoded(data_src).find('{') == std::string::npos) url_ = resolve(decoded_);
    if (has(data_srcset)) {
      present_ |= bit(srcset);
      values_[static_cast<std::size_t>(srcset)] = raw(data_srcset);
    }
    if (url_.empty() && has(data_srcset)) url_ = first_candidate(decoded(data_srcset));
  }
  if (url_.empty() && has(src)) url_ = resolve(decoded(src));
  if (url_.empty() && has(srcset)) url_ = first_candidate(decoded(srcset));
  return !url_.empty() && !(strip_tracking_ && (is_pixel() || is_tracker(url_)));
}

std::string_view AttributeWriter::alternative() {
  const bool loads_later = raw(src).size() <= max_placeholder && is_placeholder(raw(src));
  if (!url_.empty() || !has(src) || !has(alt) || loads_later) return {};
  return decoded(alt);
}

bool AttributeWriter::is_pixel() {
  // What would not be written counts as missing.
  const auto side = [&](AttributeName name) { return std::string(has(name) ? length(decoded(name)) : ""); };
  const auto tiny = [](std::string_view text) { return text == "0" || text == "1"; };
  const auto across = side(width);
  const auto down = side(height);
  return (tiny(across) && (tiny(down) || down.empty())) || (tiny(down) && across.empty());
}

std::string AttributeWriter::frame_url() {
  for (const auto name : {src, data_src, data}) {
    if (!has(name)) continue;
    auto url = text::resolve_url(base_url_, decoded(name));
    if (!url.empty()) return url;
  }
  return {};
}

std::uint64_t AttributeWriter::candidates() const {
  return allowed_table[static_cast<std::size_t>(element_)] & (present_ | (settled_ ? bit(src) | bit(href) : 0));
}

std::size_t AttributeWriter::write(std::string& out) {
  std::size_t count = 0;
  for (auto left = candidates(); left != 0; left &= left - 1) {
    if (write_value(static_cast<AttributeName>(std::countr_zero(left)), out)) ++count;
  }
  return count;
}

bool AttributeWriter::write_value(AttributeName name, std::string& out) {
  if (settled_ && (name == href || name == src)) {
    if (url_.empty()) return false;
    write_attribute(out, name, url_);
    return true;
  }
  const auto& rule = rules[static_cast<std::size_t>(name)];
  std::string_view value = decoded(name);
  switch (rule.kind) {
    case ValueKind::srcset:
      return write_srcset(value, out);
    case ValueKind::link:
    case ValueKind::url: {
      const auto url = resolve(value);
      if (url.empty()) return false;
      write_attribute(out, name, url);
      return true;
    }
    case ValueKind::flag:
      value = {};
      break;
    case ValueKind::text:
      if (name == type && element_ == Element::ol &&
          (value.size() != 1 || std::string_view("1aAiI").find(value[0]) == std::string_view::npos))
        return false;
      break;
    case ValueKind::language:
      if (!is_language(value)) return false;
      break;
    case ValueKind::length:
      if ((value = length(value)).empty()) return false;
      break;
    case ValueKind::number:
      if ((value = number(value)).empty()) return false;
      break;
    case ValueKind::word:
      decoded_ = ' ' + text::to_lower(value) + ' ';
      if (decoded_.size() < 3 || rule.words.find(decoded_) == std::string_view::npos) return false;
      value = text::trim(decoded_);
      break;
  }
  write_attribute(out, name, value);
  return true;
}

bool AttributeWriter::write_srcset(std::string_view candidates, std::string& out) const {
  std::string list;
  Candidate candidate;
  for (std::size_t count = 0; count < max_candidates && next_candidate(candidates, candidate);) {
    if (!is_descriptor(candidate.descriptor)) continue;
    const auto url = resolve(candidate.url);
    if (url.empty() || url.ends_with(',')) continue;
    if (!list.empty()) list += ", ";
    list += url;
    if (!candidate.descriptor.empty()) list.append(1, ' ').append(candidate.descriptor);
    ++count;
  }
  if (!list.empty()) write_attribute(out, srcset, list);
  return !list.empty();
}

std::string AttributeWriter::first_candidate(std::string_view candidates) const {
  Candidate candidate;
  for (std::size_t count = 0; count < max_candidates && next_candidate(candidates, candidate); ++count) {
    auto url = resolve(candidate.url);
    if (!url.empty() && !url.ends_with(',')) return url;
  }
  return {};
}

}  // namespace newscache::html
