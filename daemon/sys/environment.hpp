#pragma once
// Variables of the environment, for this module's own use.

#include <cstdint>
#include <string>
#include <string_view>

namespace newscache::sys {

// Empty when it is not set.
std::string variable(const char* name);
// Read once, before there are threads, and gone for the children that we may start.
std::string take_variable(const char* name);
// 0 unless all of the text is a number.
std::int64_t number_from(std::string_view text);

}  // namespace newscache::sys
