#pragma once
// Safe HTML as XHTML, for books and for folders of files.

#include <functional>
#include <string>
#include <string_view>

namespace newscache::client {

// Well-formed, with those elements and attributes alone that every EPUB reader takes. Pictures are where find(src)
// says; where it says nothing, their alternative text stands instead. `safe_html` is what the sanitiser made.
std::string to_xhtml(std::string_view safe_html, const std::function<std::string(std::string_view src)>& find);
// An address as URI syntax has it (RFC 3986), which is stricter than browsers: what it forbids is escaped.
std::string uri_of(std::string_view url);
// Plain text to stand in XML: escaped, without characters that XML cannot hold.
std::string xml_text(std::string_view plain);

}  // namespace newscache::client
