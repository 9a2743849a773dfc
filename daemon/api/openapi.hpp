#pragma once
// docs/openapi.json, put into the program by CMake.

#include <string_view>

namespace newscache::api {

extern const std::string_view openapi_document;

}  // namespace newscache::api
