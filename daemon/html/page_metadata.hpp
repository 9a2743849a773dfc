#pragma once
// What a page says of its article besides the text: JSON-LD, OpenGraph, Dublin Core and other <meta>, microdata, and
// where people look: the byline and the time beside the headline. No clock: a date in the future is the caller's to
// judge.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "html/dom.hpp"

namespace newscache::html {

// Lines of text; empty where nothing is said.
struct PageMetadata {
  std::string title;   // without the site's name
  std::string byline;  // names, separated by ", "
  std::string site_name;
  std::string excerpt;   // as the page describes itself; not from its text
  std::string image;     // absolute
  std::string language;  // BCP 47
  std::optional<Instant> published;
  std::string body;              // JSON-LD's articleBody as text: often cut, so only for want of a better one
  bool says_article = false;     // that it is one
  bool for_subscribers = false;  // isAccessibleForFree is false
  std::string next_url;          // the article goes on there
  std::string amp_url;
};

// `url` is that of the page, where its redirects ended. To be called before anything is taken out of the tree.
PageMetadata page_metadata(const Document& document, std::string_view url);

}  // namespace newscache::html
