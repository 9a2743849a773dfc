#pragma once
// A list of articles over as many requests as it takes.

#include <boost/json/object.hpp>
#include <string>

#include "client/connection.hpp"

namespace newscache::client {

struct ArticleList {
  std::string body;              // of the only page, as it came; empty when there were several
  boost::json::object document;  // {articles, next_cursor?}
};

// At most `count` articles. `target` already has a query.
Outcome<ArticleList> fetch_articles(Connection& connection, const std::string& target, std::int64_t count);

}  // namespace newscache::client
