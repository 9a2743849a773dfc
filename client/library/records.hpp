#pragma once
// The API's JSON as the library's plain records.

#include <boost/json/object.hpp>

#include "client/outcome.hpp"
#include "newscache/client.hpp"

namespace newscache::client {

Feed feed_of(const boost::json::object& feed);
Article article_of(const boost::json::object& article);
// {revision, type, op, id}, as the change log and the events have it.
Change change_of(const boost::json::object& change);
// "/v1/articles?..." without limit and cursor.
std::string articles_target(const Query& query);
Error error_of(const Failure& failure);

}  // namespace newscache::client
