#pragma once
// Articles from files on disk: feed documents, JSON Feed, HTML pages, and dated plain text.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/article.hpp"

namespace newscache::feed {

// `name` is the file's name, for messages and, without its extension, as a last resort for a title. The form is found
// by content: a feed document; an HTML page (title, date from meta, body); else plain text, dated or not: optional
// leading blank, "date YYYY-MM-DD", a blank, then the text; paragraphs are separated by an empty line; the first
// sentence serves as title. Every paragraph becomes one <p>; the text is otherwise kept to the letter.
// `strip_tracking`: of markup, as in ParseOptions.
Result<model::ParsedFeed> import_document(std::string_view bytes, std::string_view name, bool strip_tracking = true);

}  // namespace newscache::feed
