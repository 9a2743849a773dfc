#pragma once
// Markup that stands in a feed as elements (Atom xhtml, xhtml:body, unescaped HTML) written out as HTML.

#include <string>

#include "feed/xml.hpp"

namespace newscache::feed {

enum class CdataIs {
  text,  // as XML says
  html,  // as RSS publishers mean it
};

// The children of `parent` as HTML, without prefixes; relative URLs under an inner xml:base are made absolute. Not
// sanitised.
std::string inner_html(const Element& parent, CdataIs cdata);
// The same, without the one <div> or <body> that wraps it all, if there is one.
std::string unwrapped_html(const Element& parent, CdataIs cdata);

}  // namespace newscache::feed
