#pragma once

#include <string_view>
#include <vector>

// Markup that tries to run, load, submit, restyle or break out, one trick each.
const std::vector<std::string_view>& attacks();
