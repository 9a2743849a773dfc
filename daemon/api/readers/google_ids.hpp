#pragma once
// What the Google Reader dialect calls things: items, streams, and times in four units. As FreshRSS reads them, whose
// clients these are.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/ids.hpp"

namespace newscache::api::google {

// An item's number is 10^15 and the row's id: always 16 decimal digits, which Readrops needs.
std::string decimal_item_id(model::ArticleId id);
// "tag:google.com,2005:reader/item/" and 16 hexadecimal digits.
std::string long_item_id(model::ArticleId id);
// Either, or the hexadecimal digits alone; none for what cannot be an item of ours.
std::optional<model::ArticleId> parse_item_id(std::string_view text);

struct Stream {
  enum class Kind { nothing, everything, read, unread, starred, label, feed, feed_url };
  Kind kind = Kind::nothing;  // what is unknown has no articles
  std::string name;           // of a label: its name; feed_url: the address
  model::FeedId feed{};
  friend bool operator==(const Stream&, const Stream&) = default;
};

// "user/-/state/com.google/starred", "user/1005/label/News", "feed/7", "feed/http://example.org/feed.xml". No text is
// everything.
Stream parse_stream(std::string_view id);

enum class State { reading_list, read, unread, kept_unread, fresh, starred, other };
// What edit-tag and the categories of items speak of; none for what is no state.
std::optional<State> parse_state(std::string_view id);
constexpr std::string_view reading_list_id = "user/-/state/com.google/reading-list";
constexpr std::string_view read_id = "user/-/state/com.google/read";
constexpr std::string_view starred_id = "user/-/state/com.google/starred";
std::string label_id(std::string_view name);
// The name of a label; none for what is none.
std::optional<std::string_view> label_of(std::string_view id);
std::string feed_id(model::FeedId id);

// The label of feeds without a folder: there is one for every feed.
constexpr std::string_view default_label = "All";
inline std::string_view label_of_folder(std::string_view folder) { return folder.empty() ? default_label : folder; }

// Seconds since 1970, perhaps with a fraction (Vienna). None for 0 and for rubbish, which mean no bound.
std::optional<Instant> parse_seconds(std::string_view text);
// Of mark-all-as-read: seconds, milliseconds, microseconds or nanoseconds, by the number of digits.
std::optional<Instant> parse_mark_time(std::string_view text);

}  // namespace newscache::api::google
