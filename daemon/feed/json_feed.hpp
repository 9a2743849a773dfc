#pragma once
// JSON Feed 1.1 out: articles and parsed feeds as the API, republication and `newscache parse` show them.

#include <string>
#include <vector>

#include "model/article.hpp"
#include "text/json_writer.hpp"

namespace newscache::feed {

// The members of a JSON Feed item that come from the publisher, but `id` and `title`. Empty ones are left out.
void put_item(text::JsonWriter& out, const model::Entry& entry, bool with_content);
// The member `authors`.
void put_authors(text::JsonWriter& out, const std::vector<model::Author>& authors);
// The whole document, with `_newscache` {format, encoding, lenient}, as `newscache parse` prints it.
std::string document_json(const model::ParsedFeed& feed);

}  // namespace newscache::feed
