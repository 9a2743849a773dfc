#pragma once
// The main article of a web page. Never trusts the page; parses in memory and time that are bounded by the page's size.
// What is no article (front pages, lists of links, logins, challenges, consent walls, errors) is an error, so that
// nothing of the kind is ever kept for one.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace newscache::html {

// Whether this build has it (NEWSCACHE_OFFLINE).
#ifdef NEWSCACHE_NO_PAGES
constexpr bool reads_pages = false;
#else
constexpr bool reads_pages = true;
#endif

struct PageOptions {
  std::string_view url;             // of the page, where its redirects ended
  std::string_view content_type;    // HTTP's; may tell the encoding
  std::vector<std::string> keep;    // CSS selectors: the article is what they find
  std::vector<std::string> drop;    // and these are no part of it
  int image_width = 800;            // that is wanted, where a picture comes in several
  std::size_t max_bytes = 4 << 20;  // of the page; what lies beyond is not read
};

struct PageArticle {
  std::string title;   // without the site's name
  std::string byline;  // names, separated by ", "
  std::string site_name;
  std::string excerpt;
  std::string image;     // absolute
  std::string language;  // BCP 47
  std::optional<Instant> published;
  std::string content_html;  // safe, see sanitise.hpp; pictures as the page's scripts would show them
  std::string content_text;
  double confidence = 0;   // that it is an article, and this is it: 0 to 1
  bool is_teaser = false;  // the page says that the rest is for subscribers, or shows no more
  std::string next_url;    // the article goes on there; empty: it does not
  std::string amp_url;     // the same article in plainer markup
};

// Cause::no_article; Cause::invalid, with the selector, when one of the options' cannot be read.
Result<PageArticle> extract(std::string_view page, const PageOptions& options);

}  // namespace newscache::html
