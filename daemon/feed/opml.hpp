#pragma once
// OPML 2.0 subscription lists, in and out.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace newscache::feed {

struct Subscription {
  std::string url;
  std::string title;
  std::string folder;  // nested outlines joined with "/"
  std::string home_page_url;
};

// Every outline with an xmlUrl, in document order, each URL once. Cause::invalid when it is no OPML.
Result<std::vector<Subscription>> parse_opml(std::string_view bytes);
std::string write_opml(const std::vector<Subscription>& subscriptions, std::string_view title);

}  // namespace newscache::feed
