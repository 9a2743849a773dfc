#pragma once
// The bodies of forms.

#include <string_view>

#include "api/request.hpp"

namespace newscache::api {

// Adds the members of a form: of a multipart/form-data, else read as application/x-www-form-urlencoded, whatever its
// label says, since clients are careless about that. What cannot be read is left out.
Result<void> add_form(Parameters& parameters, std::string_view content_type, std::string_view body);

}  // namespace newscache::api
