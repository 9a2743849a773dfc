#pragma once
// What the JSON-LD of a page says of the article (schema.org). Damaged JSON is read as far as repair is simple.

#include <string>
#include <string_view>
#include <vector>

namespace newscache::html {

// Lines of text; empty where nothing is said.
struct LinkedData {
  std::string headline;
  std::string name;  // of the article, where it has both
  std::string byline;
  std::string site_name;
  std::string description;
  std::string image;
  std::string language;
  std::string published;
  std::string body;         // as text, with its lines
  bool is_article = false;  // one is described
  bool for_subscribers = false;
};

// The contents of the scripts of that kind of the page at `url`. Of several articles only that is its own which says
// so: a front page lists its stories.
LinkedData read_linked_data(const std::vector<std::string_view>& scripts, std::string_view url);

}  // namespace newscache::html
