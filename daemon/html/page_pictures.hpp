#pragma once
// Pictures as a browser would show them: what scripts would load later, what <noscript> has for those without, and of
// several sizes the one that is wanted. Placeholders and tracking pixels go.

#include <string_view>

#include "html/dom.hpp"

namespace newscache::html {

// Afterwards each picture is an <img> whose src is absolute, without srcset. To be called before the article is looked
// for. `base_url` is what relative addresses are relative to, `width` the width that is wanted in pixels.
void settle_pictures(Document& document, std::string_view base_url, int width);

}  // namespace newscache::html
