#pragma once
// The feeds that an HTML page links to (<link rel="alternate" type="application/rss+xml"> and kin).

#include <string>
#include <string_view>
#include <vector>

namespace newscache::feed {

struct Candidate {
  std::string url;  // absolute
  std::string title;
};

// In document order, each once; never guesses. `content_type` is the HTTP header's value.
std::vector<Candidate> discover(std::string_view page, std::string_view content_type, std::string_view base_url);

}  // namespace newscache::feed
