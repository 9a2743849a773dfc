#pragma once
// JSON Feed 1.1 out: articles and parsed feeds as the API, republication and `newscache parse` show them.

#include <boost/json/object.hpp>
#include <string>

#include "model/article.hpp"
#include "text/json_writer.hpp"

namespace newscache::feed {

// The fields of a JSON Feed item that come from the publisher; `id` is the guid. Empty fields are left out.
boost::json::object item_json(const model::Entry& entry, bool with_content);
// The same, without braces, `id` and `title`.
void put_item(text::JsonWriter& out, const model::Entry& entry, bool with_content);
// The whole document, with `_newscache` {format, encoding, lenient}, as `newscache parse` prints it.
std::string document_json(const model::ParsedFeed& feed);

}  // namespace newscache::feed
