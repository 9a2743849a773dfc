#pragma once
// Names and mail addresses as feeds write them.

#include <string_view>
#include <vector>

#include "model/article.hpp"

namespace newscache::feed {

// One person: "mail (Name)", "Name (mail)", "Name <mail>", "mailto:mail", a plain name, a plain address.
model::Author parse_person(std::string_view text);
// Adds a person unless nothing is known about it or it is there already.
void add_author(std::vector<model::Author>& authors, model::Author author);

}  // namespace newscache::feed
