#pragma once
// Whether what was found on a page is an article: not a front page, a list of links, a login, an error, a challenge or
// a consent wall.

#include <cstdint>
#include <string>
#include <string_view>

#include "html/dom.hpp"
#include "html/page_metadata.hpp"

namespace newscache::html {

// Whether a text says that the article goes on for those who pay.
bool appeals_to_pay(std::string_view text);

// Of the whole page, before anything is taken out.
struct PageSigns {
  std::uint32_t chars = 0;
  std::uint32_t links = 0;
  bool password = false;  // asks for one
  bool paywall = false;   // asks for a subscription to read on, not in what is around all pages
};
PageSigns page_signs(const Document& document);

// Of what was found.
struct ArticleShape {
  std::uint32_t chars = 0;
  std::uint32_t prose = 0;  // of these in blocks that are more than links
  double link_density = 0;
  bool headline = false;              // the page's title stood over it
  std::uint32_t linked_headings = 0;  // to other pages
  std::uint32_t link_blocks = 0;      // that are links alone
};
ArticleShape article_shape(const Document& document, NodeId article);

struct Verdict {
  double confidence = 0;
  std::string_view refusal;  // what the page is instead; empty for an article
  bool is_teaser = false;
};
Verdict judge(const PageSigns& signs, const ArticleShape& shape, const PageMetadata& metadata, std::string_view text,
              std::string_view url);

}  // namespace newscache::html
