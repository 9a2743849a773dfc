#pragma once
// What the head of a web page says about it, and where its body is: for finding feeds and importing pages.

#include <string>
#include <string_view>
#include <vector>

#include "feed/discover.hpp"

namespace newscache::feed {

struct Page {
  std::string title;
  std::string url;  // canonical
  std::string author;
  std::string date;  // as written
  std::string description;
  std::string image;
  std::string language;
  std::string base;  // for relative URLs
  std::vector<Candidate> feeds;
  std::string_view body;  // within the page
};

Page read_page(std::string_view utf8, std::string_view base_url);

}  // namespace newscache::feed
