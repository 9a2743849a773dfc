#include "client/reader/words.hpp"

#include "client/format.hpp"
#include "client/json.hpp"
#include "html/plain_text.hpp"

namespace newscache::reader {

using client::array_at;
using client::as_object;
using client::text_at;

std::string article_title(const boost::json::object& article) {
  auto title = text_at(article, "title");
  if (title.empty()) title = html::excerpt(text_at(article, "summary"), 80);
  if (title.empty()) title = html::excerpt(text_at(article, "content_html"), 80);
  return title.empty() ? text_at(article, "url") : title;
}

std::string article_date(const boost::json::object& article) {
  const auto published = text_at(article, "date_published");
  return client::local_time(published.empty() ? text_at(article, "date_received") : published);
}

std::string author_names(const boost::json::object& article) {
  std::string names;
  for (const auto& author : array_at(article, "authors")) {
    auto name = text_at(as_object(author), "name");
    if (name.empty()) name = text_at(as_object(author), "url");
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

std::string tag_names(const boost::json::object& article) {
  std::string names;
  for (const auto& value : array_at(article, "tags")) {
    if (value.is_string()) names.append(names.empty() ? "" : ", ").append(value.get_string());
  }
  return names;
}

}  // namespace newscache::reader
