#pragma once
// An article as a document of its own, for reading: HTML, or plain text.

#include <string>
#include <string_view>

#include "model/article.hpp"
#include "model/feed.hpp"

namespace newscache::api {

// Nothing runs, and nothing is loaded, pictures neither: what the page shows is in it.
inline constexpr std::string_view content_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

// `feed`: null when the article has outlived it. `content_html` is taken as it is: it is safe.
std::string content_page(const model::Article& article, const model::Feed* feed);
// Without control characters; for terminals, too.
std::string content_text(const model::Article& article, const model::Feed* feed);

}  // namespace newscache::api
