#include "api/readers/google_ids.hpp"

#include <algorithm>
#include <charconv>

namespace newscache::api::google {
namespace {

constexpr std::int64_t first_number = 1'000'000'000'000'000;
constexpr std::int64_t max_row_id = 0x7fffffff;
constexpr std::string_view item_prefix = "tag:google.com,2005:reader/item/";
constexpr std::string_view state_prefix = "state/com.google/";
constexpr std::string_view label_prefix = "label/";
constexpr std::string_view feed_prefix = "feed/";

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The whole text as a number of that base.
std::optional<std::int64_t> number(std::string_view text, int base) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What follows "user/<anyone>/"; none when that is not how it begins.
std::optional<std::string_view> of_user(std::string_view id) {
  constexpr std::string_view user = "user/";
  if (!id.starts_with(user)) return std::nullopt;
  const auto end = id.find('/', user.size());
  if (end == std::string_view::npos) return std::nullopt;
  return id.substr(end + 1);
}

Stream feed_stream(std::string_view rest) {
  // Liferea and Read You make ids of ids.
  while (rest.starts_with(feed_prefix)) rest.remove_prefix(feed_prefix.size());
  Stream stream;
  if (is_decimal(rest)) {
    const auto id = number(rest, 10);
    if (!id || *id <= 0 || *id > max_row_id) return stream;
    stream.kind = Stream::Kind::feed;
    stream.feed = model::FeedId{*id};
    return stream;
  }
  if (rest.empty()) return stream;
  stream.kind = Stream::Kind::feed_url;
  stream.name = rest;
  return stream;
}

Stream state_stream(State state) {
  Stream stream;
  switch (state) {
    case State::reading_list:
      stream.kind = Stream::Kind::everything;
      break;
    case State::read:
      stream.kind = Stream::Kind::read;
      break;
    case State::unread:
    case State::kept_unread:
    case State::fresh:
      stream.kind = Stream::Kind::unread;
      break;
    case State::starred:
      stream.kind = Stream::Kind::starred;
      break;
    case State::other:
      break;
  }
  return stream;
}

State state_named(std::string_view name) {
  if (name == "reading-list") return State::reading_list;
  if (name == "read") return State::read;
  if (name == "starred") return State::starred;
  if (name == "unread") return State::unread;
  if (name == "kept-unread") return State::kept_unread;
  if (name == "fresh") return State::fresh;
  return State::other;
}

}  // namespace

std::string decimal_item_id(model::ArticleId id) { return std::to_string(first_number + raw(id)); }

std::string long_item_id(model::ArticleId id) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), first_number + raw(id), 16).ptr;
  const std::string_view written(digits, static_cast<std::size_t>(end - digits));
  return std::string(item_prefix).append(16 - written.size(), '0').append(written);
}

std::optional<model::ArticleId> parse_item_id(std::string_view text) {
  const auto slash = text.rfind('/');
  const bool has_prefix = slash != std::string_view::npos;
  if (has_prefix) text.remove_prefix(slash + 1);
  // Of the hexadecimal spelling all 16 digits are written, and ours begin with 0.
  const bool decimal = !has_prefix && is_decimal(text) && text.front() != '0';
  const auto value = number(text, decimal ? 10 : 16);
  if (!value || *value <= first_number || *value > first_number + max_row_id) return std::nullopt;
  return model::ArticleId{*value - first_number};
}

Stream parse_stream(std::string_view id) {
  if (id.empty()) return state_stream(State::reading_list);
  if (id.starts_with(feed_prefix)) return feed_stream(id.substr(feed_prefix.size()));
  if (const auto name = label_of(id)) return Stream{Stream::Kind::label, std::string(*name), {}};
  if (const auto state = parse_state(id)) return state_stream(*state);
  return state_stream(state_named(id));
}

std::optional<State> parse_state(std::string_view id) {
  const auto rest = of_user(id);
  if (!rest || !rest->starts_with(state_prefix)) return std::nullopt;
  return state_named(rest->substr(state_prefix.size()));
}

std::string label_id(std::string_view name) { return std::string("user/-/label/").append(name); }

std::optional<std::string_view> label_of(std::string_view id) {
  const auto rest = of_user(id);
  if (!rest || !rest->starts_with(label_prefix) || rest->size() == label_prefix.size()) return std::nullopt;
  return rest->substr(label_prefix.size());
}

std::string feed_id(model::FeedId id) { return std::string(feed_prefix) + std::to_string(raw(id)); }

std::optional<Instant> parse_seconds(std::string_view text) {
  const auto whole = text.substr(0, text.find('.'));
  const auto value = is_decimal(whole) ? number(whole, 10) : std::nullopt;
  // Past the year 9999 it is no date.
  constexpr std::int64_t most = 253'402'300'799;
  if (!value || *value == 0) return std::nullopt;
  return Instant(std::chrono::seconds(std::min(*value, most)));
}

std::optional<Instant> parse_mark_time(std::string_view text) {
  const auto whole = text.substr(0, text.find('.'));
  const auto value = is_decimal(whole) ? number(whole, 10) : std::nullopt;
  if (!value || *value == 0) return std::nullopt;
  std::int64_t unit = 1'000'000'000;
  if (whole.size() <= 17) unit = 1'000'000;
  if (whole.size() <= 14) unit = 1'000;
  if (whole.size() <= 11) unit = 1;
  return Instant(std::chrono::seconds(*value / unit));
}

}  // namespace newscache::api::google
