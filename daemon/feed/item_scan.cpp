#include "feed/item_scan.hpp"

#include <algorithm>

#include "feed/names.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kComment = "<!--";
constexpr std::string_view kCdata = "<![CDATA[";

// FNV-1a. The same text as an id and as a link are two keys.
std::uint64_t hash(char kind, std::string_view text) {
  constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
  constexpr std::uint64_t kPrime = 0x100000001b3;
  std::uint64_t value = (kBasis ^ static_cast<unsigned char>(kind)) * kPrime;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * kPrime;
  return value;
}

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }

std::string_view prefix_of(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == npos ? std::string_view() : name.substr(0, colon);
}

bool is_item(std::string_view name) {
  const auto local = local_name(name);
  return text::equal_ignoring_case(local, "item") || text::equal_ignoring_case(local, "entry");
}

// Raw; of a start tag with its brackets. No value: there is no such attribute.
std::optional<std::string_view> attribute(std::string_view tag, std::string_view name) {
  auto at = tag.find_first_of(kSpace);
  while (at != npos) {
    const auto begin = tag.find_first_not_of(kSpace, at);
    const auto equals = tag.find('=', begin);
    if (begin == npos || equals == npos) return std::nullopt;
    const auto quote = tag.find_first_of("\"'", equals);
    const auto end = quote == npos ? npos : tag.find(tag[quote], quote + 1);
    if (end == npos) return std::nullopt;
    if (text::trim(tag.substr(begin, equals - begin)) == name) return tag.substr(quote + 1, end - quote - 1);
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> ItemFinder::next(std::string_view document) {
  while (scan(document)) {
    const bool tag = in_ == In::tag;
    in_ = In::text;
    if (!tag) continue;
    if (const auto key = take_tag(document)) return key;
  }
  return std::nullopt;
}

// Up to the end of a piece of markup; false when that has not come yet.
bool ItemFinder::scan(std::string_view document) {
  if (in_ == In::prolog && !skip_prolog(document)) return false;
  if (in_ == In::text && !open_markup(document)) return false;
  switch (in_) {
    case In::tag:
      return skip_tag(document);
    case In::comment:
      return skip_past(document, "-->");
    case In::cdata:
      return skip_past(document, "]]>");
    case In::instruction:
      return skip_past(document, "?>");
    case In::declaration:
      return skip_declaration(document);
    default:
      return false;
  }
}

// Anything but markup at the start is not XML as this scan understands it.
bool ItemFinder::skip_prolog(std::string_view document) {
  at_ = std::min(document.find_first_not_of(" \t\r\n\xEF\xBB\xBF", at_), document.size());
  if (at_ == document.size()) return false;
  in_ = document[at_] == '<' ? In::text : In::nothing;
  return in_ == In::text;
}

// False when there is none, or too little of it to tell what it is.
bool ItemFinder::open_markup(std::string_view document) {
  const auto open = [this](In in, std::size_t bytes) {
    in_ = in;
    at_ = start_ + bytes;
    return true;
  };
  for (;;) {
    start_ = at_ = std::min(document.find('<', at_), document.size());
    const auto rest = document.substr(start_);
    if (rest.size() < 2) return false;
    if (rest[1] == '/' || starts_name(rest[1])) return open(In::tag, 2);
    if (rest[1] == '?') return open(In::instruction, 2);
    if (rest.starts_with(kComment)) return open(In::comment, kComment.size());
    if (rest.starts_with(kCdata)) return open(In::cdata, kCdata.size());
    if (kComment.starts_with(rest) || kCdata.starts_with(rest)) return false;
    if (rest[1] == '!') return open(In::declaration, 2);
    ++at_;  // "x < y"
  }
}

bool ItemFinder::skip_past(std::string_view document, std::string_view end) {
  const auto found = document.find(end, at_);
  if (found != npos) {
    at_ = found + end.size();
    return true;
  }
  if (document.size() >= end.size()) at_ = std::max(at_, document.size() - end.size() + 1);
  return false;
}

bool ItemFinder::skip_tag(std::string_view document) {
  const bool closing = document[start_ + 1] == '/';
  while (at_ < document.size()) {
    const char c = document[at_++];
    if (quote_ != 0) {
      if (c == quote_) quote_ = 0;
    } else if (c == '>') {
      return true;
    } else if ((c == '"' || c == '\'') && !closing) {
      quote_ = c;
    }
  }
  return false;
}

bool ItemFinder::skip_declaration(std::string_view document) {
  while (at_ < document.size()) {
    const char c = document[at_++];
    if (quote_ != 0) {
      if (c == quote_) quote_ = 0;
    } else if (c == '"' || c == '\'') {
      quote_ = c;
    } else if (c == '<') {
      ++nested_;
    } else if (c == '>') {
      if (nested_ == 0) return true;
      --nested_;
    }
  }
  return false;
}

std::optional<std::uint64_t> ItemFinder::take_tag(std::string_view document) {
  const auto tag = document.substr(start_, at_ - start_);
  const bool closing = tag[1] == '/';
  const bool empty = tag[tag.size() - 2] == '/';
  Span where{start_ + (closing ? 2 : 1), 0};
  where.end = std::min(document.find_first_of(" \t\r\n/>", where.begin), at_);
  const auto name = where.of(document);
  if (!in_item_) {
    if (closing || !is_item(name)) return std::nullopt;
    in_item_ = true;
    item_begin_ = start_;
    item_name_ = where;
    if (empty) return take_item(document);
    return std::nullopt;
  }
  const bool same = name == item_name_.of(document);
  if (!closing) {
    if (depth_ == 0) take_child(document, name, empty);
    if (empty) return std::nullopt;
    ++depth_;
    if (same) ++same_name_;
    return std::nullopt;
  }
  if (same && same_name_ == 0) return take_item(document);
  if (same) --same_name_;
  if (depth_ > 0) --depth_;
  if (depth_ == 0 && text_of_ != nullptr) {
    (this->*text_of_).end = start_;
    text_of_ = nullptr;
  }
  return std::nullopt;
}

// The first of each kind counts.
void ItemFinder::take_child(std::string_view document, std::string_view name, bool empty) {
  if (prefix_of(name) != prefix_of(item_name_.of(document))) return;
  const auto local = local_name(name);
  const bool id = text::equal_ignoring_case(local, "guid") || text::equal_ignoring_case(local, "id");
  if (!id && !text::equal_ignoring_case(local, "link")) return;
  Span& span = id ? id_ : link_;
  if (span.end != 0) return;
  const auto tag = document.substr(start_, at_ - start_);
  if (const auto href = id ? std::nullopt : attribute(tag, "href")) {
    const auto relation = attribute(tag, "rel").value_or("alternate");
    const auto begin = static_cast<std::size_t>(href->data() - document.data());
    if (relation == "alternate") span = {begin, begin + href->size()};
  } else if (!empty) {
    span = {at_, at_};
    text_of_ = id ? &ItemFinder::id_ : &ItemFinder::link_;
  }
}

std::uint64_t ItemFinder::take_item(std::string_view document) {
  const auto id = text::trim(id_.of(document));
  const auto link = text::trim(link_.of(document));
  const auto key = !id.empty()     ? hash('i', id)
                   : !link.empty() ? hash('l', link)
                                   : hash('b', document.substr(item_begin_, at_ - item_begin_));
  in_item_ = false;
  same_name_ = depth_ = 0;
  text_of_ = nullptr;
  id_ = link_ = {};
  return key;
}

std::vector<std::uint64_t> item_keys(std::string_view document) {
  std::vector<std::uint64_t> keys;
  ItemFinder finder;
  while (const auto key = finder.next(document)) keys.push_back(*key);
  return keys;
}

ItemScan::ItemScan(std::shared_ptr<const std::vector<std::uint64_t>> known, std::size_t enough)
    : known_(std::move(known)), enough_(std::max<std::size_t>(enough, 1)), seen_(known_ ? known_->size() : 0) {}

bool ItemScan::is_enough(std::string_view body) {
  if (seen_.size() < enough_) return false;
  while (in_a_row_ < enough_) {
    const auto key = finder_.next(body);
    if (!key) return false;
    in_a_row_ = is_known(*key) ? in_a_row_ + 1 : 0;
  }
  return true;
}

bool ItemScan::is_known(std::uint64_t key) {
  const auto [first, last] = std::equal_range(known_->begin(), known_->end(), key);
  if (last - first != 1) return false;
  auto seen = seen_[static_cast<std::size_t>(first - known_->begin())];
  if (seen) return false;
  seen = true;
  return true;
}

}  // namespace newscache::feed
