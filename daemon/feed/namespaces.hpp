#pragma once
// XML namespaces of feeds, told apart by URI as publishers really write it.

#include <cstdint>
#include <string_view>

namespace newscache::feed {

enum class Ns : std::uint8_t {
  none,     // no namespace at all
  unknown,  // a foreign vocabulary
  xml,
  rss,
  rdf,
  atom,
  content,
  dc,
  dcterms,
  media,
  itunes,
  xhtml,
  sy,
  slash,
  wfw,
  feedburner,
  threading,
  googleplay,
  webfeeds,
  prism,
  history,
};

// The vocabulary of a namespace URI: case, white space, scheme, "www." and a last "/" or "#" do not matter.
Ns namespace_of_uri(std::string_view uri);
// What an undeclared prefix conventionally stands for.
Ns namespace_of_prefix(std::string_view prefix);
bool is_atom_03(std::string_view uri);
// RSS 0.90 or 1.0 by the namespace of its elements; empty when the URI does not tell.
std::string_view rdf_rss_version(std::string_view uri);

}  // namespace newscache::feed
