#pragma once
// The settings that a single feed may have, in the configuration's [[feed]], in the API's `settings` object and in
// `newscache set FEED KEY=VALUE`.

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/feed.hpp"

namespace newscache::settings {

struct FeedField {
  std::string_view key;   // "poll_interval", "full_text", "images", "enclosures", "keep_days", "keep_per_feed", ...
  std::string_view type;  // as settings::Field
  std::string_view help;
};
std::span<const FeedField> feed_fields();

// Checks one value against the table and puts it in (a duration is kept in its text form). Cause::invalid names the
// key.
Result<void> set_feed_setting(model::FeedSettings& settings, std::string_view key, const model::SettingValue& value);
// The same from text, as a person types it: "true", "30", "2h". The empty text removes it: the configuration counts
// again.
Result<void> set_feed_setting_text(model::FeedSettings& settings, std::string_view key, std::string_view text);

}  // namespace newscache::settings
