#include "client/library/pages.hpp"

#include <algorithm>

#include "client/json.hpp"

namespace newscache::client {

Outcome<ArticleList> fetch_articles(Connection& connection, const std::string& target, std::int64_t count) {
  constexpr std::int64_t page_limit = 1000;  // the API's own
  ArticleList all;
  std::string cursor;
  for (std::int64_t left = count; left > 0;) {
    auto page_target = target + "&limit=" + std::to_string(std::min(left, page_limit));
    if (!cursor.empty()) page_target += with_query("", {{"cursor", cursor}}).replace(0, 1, "&");
    auto body = connection.get(page_target);
    if (!body) return body.error();
    auto page = parse_object(*body);
    if (!page) return page.error();
    left -= static_cast<std::int64_t>(array_at(*page, "articles").size());
    const bool first = cursor.empty();
    cursor = text_at(*page, "next_cursor");
    if (first) {
      all.body = std::move(*body);
      all.document = std::move(*page);
    } else {
      all.body.clear();
      auto& articles = all.document["articles"].as_array();
      for (auto& article : page->at("articles").as_array()) articles.push_back(std::move(article));
      all.document.erase("next_cursor");
      if (!cursor.empty()) all.document["next_cursor"] = cursor;
    }
    if (cursor.empty() || array_at(all.document, "articles").empty()) break;
  }
  return all;
}

}  // namespace newscache::client
