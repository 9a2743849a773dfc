#pragma once
// The JSON of Miniflux. Its clients are strict: every member is in every answer, no text or list is null, and ids are
// below 2^31.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/readers/categories.hpp"
#include "model/article.hpp"
#include "model/feed.hpp"
#include "text/json_writer.hpp"

namespace newscache::api {

// Everything that is subscribed to, as one answer shows it. For any thread.
class MinifluxLibrary {
 public:
  MinifluxLibrary(std::vector<model::Feed> feeds, Categories categories);

  const std::vector<model::Feed>& feeds() const { return feeds_; }
  const Categories& categories() const { return categories_; }
  const model::Feed* find(model::FeedId id) const;
  std::vector<model::FeedId> feeds_of(const Category& category) const;
  // Whether the feed's icon is here.
  void set_icon(model::FeedId id) { icons_[id] = true; }

  // The feed as an object; made once.
  const std::string& feed_json(const model::Feed& feed);
  std::string category_json(const Category& category, bool with_counts) const;
  // `content`: what is shown of it. Its feed must be here.
  void append_entry(std::string& out, const model::Article& article, const std::string& content);

 private:
  void put_category(text::JsonWriter& out, const Category& category, bool with_counts) const;

  std::vector<model::Feed> feeds_;
  Categories categories_;
  std::unordered_map<model::FeedId, std::size_t> places_;  // in feeds_
  std::map<model::FeedId, bool> icons_;
  std::map<model::FeedId, std::string> feed_jsons_;
};

std::string miniflux_user_json(const std::string& name, Instant now);
// Minutes.
std::int64_t reading_time(const std::string& content);

}  // namespace newscache::api
