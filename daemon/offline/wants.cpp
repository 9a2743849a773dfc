#include "offline/wants.hpp"

namespace newscache::offline {

Wants wants(const model::Feed& feed, const model::OfflineSettings& settings) {
  const auto own = [&]<class Value>(const char* key, const Value& general) {
    const auto* value = model::own_setting<Value>(feed.settings, key);
    return value != nullptr ? *value : general;
  };
  const std::string full_text = own("full_text", settings.full_text);
  Wants wants;
  wants.page = full_text == "always" || (full_text == "auto" && feed.state.teasers.value_or(false));
  wants.images = own("images", settings.images);
  wants.enclosures = own("enclosures", settings.enclosures);
  wants.image_width = static_cast<int>(own("image_width", settings.image_width));
  wants.article_limit = own("article_limit", settings.article_limit);
  return wants;
}

}  // namespace newscache::offline
