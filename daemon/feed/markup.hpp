#pragma once
// Markup that stands in a feed as elements (Atom xhtml, xhtml:body, unescaped HTML) written out as HTML.

#include <string>

#include "feed/xml.hpp"

namespace newscache::feed {

// Where the text among the elements is markup once more.
enum class MarkupIn {
  nothing,   // as XML says
  cdata,     // as RSS publishers mean it
  all_text,  // as Atom's type="html" says, though elements should not stand there
};

// The children of `parent` as HTML, without prefixes; relative URLs under an inner xml:base are made absolute. Not
// sanitised.
std::string inner_html(const Element& parent, MarkupIn markup);
// The same, without the one <div> or <body> that wraps it all, if there is one.
std::string unwrapped_html(const Element& parent, MarkupIn markup);

}  // namespace newscache::feed
