#include "feed/discover.hpp"

#include "feed/page.hpp"
#include "text/decode.hpp"

namespace newscache::feed {

std::vector<Candidate> discover(std::string_view page, std::string_view content_type, std::string_view base_url) {
  return read_page(text::decode_html(page, content_type).utf8, base_url).feeds;
}

}  // namespace newscache::feed
