#include "settings/feed_settings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "settings/field_table.hpp"
#include "settings/suggest.hpp"

namespace newscache::settings {
namespace {

Error unknown(std::string_view key) {
  std::vector<std::string_view> keys;
  std::string list;
  for (const FeedEntry& entry : feed_entries()) {
    keys.push_back(entry.key);
    list += (list.empty() ? "" : ", ") + std::string(entry.key);
  }
  const auto near = nearest(key, keys);
  return Error{Cause::invalid,
               fmt::format("{}: is no setting of a feed; {}", key,
                           near.empty() ? "expected one of " + list : fmt::format("did you mean {}?", near))};
}

}  // namespace

Result<void> set_feed_setting(model::FeedSettings& settings, std::string_view key, const model::SettingValue& value) {
  const FeedEntry* entry = find_feed_entry(key);
  if (!entry) return unknown(key);
  const auto checked = check(entry->rule, std::visit([](const auto& v) { return Value(v); }, value));
  if (!checked) return Error{Cause::invalid, fmt::format("{}: {}", key, checked.error().detail)};
  settings.insert_or_assign(std::string(key), value);
  return {};
}

Result<void> set_feed_setting_text(model::FeedSettings& settings, std::string_view key, std::string_view text) {
  const FeedEntry* entry = find_feed_entry(key);
  if (!entry) return unknown(key);
  if (text.empty()) {
    settings.erase(std::string(key));
    return {};
  }
  // Text that is no boolean or number stays text, of which set_feed_setting says that it has the wrong type.
  model::SettingValue value = std::string(text);
  if (entry->rule.kind == Kind::boolean && (text == "true" || text == "false")) value = text == "true";
  if (entry->rule.kind == Kind::integer) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) value = number;
  }
  return set_feed_setting(settings, key, value);
}

}  // namespace newscache::settings
