#pragma once
// HTML of strangers to HTML that may stand in any page: a single linear pass. Tokenised as HTML5 does; allow-lists of
// elements, attributes and URL schemes; written by a serialiser whose output is a strict subset of HTML that every
// parser reads the same way: balanced known elements, escaped text and attributes, no raw text, no foreign content, no
// comments. Sanitising the output again leaves it unchanged. Never fails; costs memory in proportion to the input.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newscache::html {

struct SanitiseOptions {
  std::string_view base_url;        // relative URLs are resolved against it; empty: they are dropped
  bool keep_relative = false;       // empty: they stay as they are
  bool strip_tracking = true;       // tracking pixels and known tracking parameters
  std::size_t max_depth = 128;      // deeper elements are unwrapped
  std::size_t max_bytes = 4 << 20;  // of output; what lies beyond is cut off, balanced
};

std::string sanitise(std::string_view html, const SanitiseOptions& options);

struct References {
  std::vector<std::string> links;   // href of anchors, in order
  std::vector<std::string> images;  // src of images, in order
};
// Of HTML that sanitise() made.
References references(std::string_view safe_html);

}  // namespace newscache::html
