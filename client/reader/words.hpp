#pragma once
// What the API says of an article, in words.

#include <boost/json/object.hpp>
#include <string>

namespace newscache::reader {

// Its title; without one the start of its text, else its address.
std::string article_title(const boost::json::object& article);
// Local, of publication, else of receipt.
std::string article_date(const boost::json::object& article);
std::string author_names(const boost::json::object& article);
std::string tag_names(const boost::json::object& article);

}  // namespace newscache::reader
