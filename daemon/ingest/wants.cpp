#include "ingest/wants.hpp"

#include "html/page.hpp"
#include "html/pictures.hpp"

namespace newscache::ingest {

Wants wants(const model::FeedSettings& own, const model::FeedState& state, const model::OfflineSettings& settings) {
  const auto setting = [&]<class Value>(const char* key, const Value& general) {
    const auto* value = model::own_setting<Value>(own, key);
    return value != nullptr ? *value : general;
  };
  const std::string full_text = setting("full_text", settings.full_text);
  Wants wants;
  wants.page = html::reads_pages && (full_text == "always" || (full_text == "auto" && state.teasers.value_or(false)));
  wants.images = setting("images", settings.images);
  wants.enclosures = setting("enclosures", settings.enclosures);
  wants.image_width = static_cast<int>(setting("image_width", settings.image_width));
  wants.article_limit = setting("article_limit", settings.article_limit);
  return wants;
}

bool needs_completion(const Wants& wants, const model::Entry& entry) {
  if (wants.page && !entry.url.empty()) return true;
  if (wants.images && (!entry.image.empty() || !html::pictures(entry.content_html, wants.image_width).empty()))
    return true;
  return wants.enclosures && (!entry.attachments.empty() || !html::recordings(entry.content_html).empty());
}

}  // namespace newscache::ingest
