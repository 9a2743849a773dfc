#pragma once
// Bytes of a document to UTF-8, never failing: what cannot be decoded becomes U+FFFD.
// Labels are those of the WHATWG Encoding Standard; precedence is RFC 7303 (XML), RFC 8259 (JSON) and HTML's sniffing.

#include <string>
#include <string_view>

namespace newscache::text {

struct Decoded {
  std::string utf8;  // valid, without BOM
  std::string
      encoding;  // canonical lower-case name of what it was decoded from: "utf-8", "windows-1252", "utf-16le", ...
  bool lossy = false;  // something became U+FFFD, or the declared encoding was wrong
};

// `content_type` is the HTTP header's value, or empty. BOM first, then HTTP charset, then the XML declaration, then
// UTF-8; a declared encoding that the bytes contradict gives way to the one that they prove.
Decoded decode_xml(std::string_view bytes, std::string_view content_type);
// As for XML, with HTML's <meta charset> in the place of the XML declaration and windows-1252 as the last resort.
Decoded decode_html(std::string_view bytes, std::string_view content_type);
// UTF-8, or what a BOM or the zero bytes of the start show.
Decoded decode_json(std::string_view bytes);
// UTF-8 if it is; else the charset of content_type; else windows-1252.
Decoded decode_text(std::string_view bytes, std::string_view content_type);

// The media type in lower case without parameters, "text/html"; empty when there is none.
std::string media_type(std::string_view content_type);
// One parameter of a Content-Type value, unquoted; empty when absent.
std::string content_type_parameter(std::string_view content_type, std::string_view name);

}  // namespace newscache::text
