#pragma once
// Every key of the configuration with its rule and the place in Settings that it fills. Internal to settings.

#include <span>
#include <variant>

#include "settings/rule.hpp"
#include "settings/settings.hpp"

namespace newscache::settings {

using Slot = std::variant<std::string*, bool*, std::int64_t*, std::optional<std::int64_t>*, std::vector<std::string>*,
                          std::uint32_t*, std::chrono::seconds*, std::chrono::milliseconds*, LogLevel*>;

struct Entry {
  std::string_view key;            // "poll.floor"
  std::string_view default_value;  // as TOML; empty: unset
  bool live;
  Rule rule;
  Slot (*slot)(model::Settings&);
  std::string_view help;

  // Puts in what check() returned.
  void put(model::Settings& settings, const Value& checked) const;
  // The value as TOML; empty when it is not set.
  std::string format(model::Settings& settings) const;  // changes nothing; slots are for writing
};
std::span<const Entry> entries();

// The settings of one feed, and what else may stand in [[feed]].
struct FeedEntry {
  std::string_view key;
  Rule rule;
  std::string_view help;
};
std::span<const FeedEntry> feed_entries();
const FeedEntry* find_feed_entry(std::string_view key);

struct FeedText {
  std::string_view key;
  Rule rule;
  std::string model::DeclaredFeed::*member;
};
std::span<const FeedText> feed_texts();
const FeedText* find_feed_text(std::string_view key);

}  // namespace newscache::settings
