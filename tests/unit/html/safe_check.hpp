#pragma once
// What sanitise() promises of its output, checked without any of its code: an own scanner and own lists.

#include <string>
#include <string_view>

// What is wrong with it and where; empty when nothing is.
std::string what_is_unsafe(std::string_view html);
