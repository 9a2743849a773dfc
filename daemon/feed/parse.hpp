#pragma once
// A document to a ParsedFeed: decode, repair, parse, normalise, sanitise. Pure and bounded: no clock (an undated
// article has no date), no network, no recursion on untrusted depth. RSS 0.90 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0
// (RFC 4287), JSON Feed 1.0 and 1.1.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/article.hpp"

namespace newscache::feed {

struct ParseLimits {
  std::size_t max_bytes = 16 << 20;
  std::size_t max_nodes = 500'000;  // elements and text runs, checked before any tree is built
  std::size_t max_attributes = 1'000'000;
  std::size_t max_depth = 256;
  std::size_t max_entries = 2000;  // the first ones are kept
  std::size_t max_text = 4 << 20;  // bytes of one content
};

struct ParseOptions {
  std::string base_url;        // where the document came from; relative URLs are resolved against it
  bool keep_relative = false;  // without it they stay as they are: for looking at a document, not for keeping it
  std::string content_type;    // the HTTP header's value; a hint only
  bool sanitise = true;        // false only to measure
  bool strip_tracking = true;
  ParseLimits limits;
};

// Cause::not_a_feed (with what it is instead), Cause::too_large.
Result<model::ParsedFeed> parse(std::string_view bytes, const ParseOptions& options);

}  // namespace newscache::feed
