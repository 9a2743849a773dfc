#pragma once
// An article as a document of its own, for reading: HTML, or plain text.

#include <string>
#include <string_view>
#include <vector>

#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/offline.hpp"

namespace newscache::api {

// Nothing runs, and nothing is loaded but what is cached here.
inline constexpr std::string_view content_policy =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'";

// `feed`: null when the article has outlived it. `media`: what of the article's is cached. `content_html` is safe, and
// so is what becomes of it.
std::string content_page(const model::Article& article, const model::Feed* feed,
                         const std::vector<model::Media>& media);
// Without control characters; for terminals, too.
std::string content_text(const model::Article& article, const model::Feed* feed);

}  // namespace newscache::api
