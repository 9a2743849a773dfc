#pragma once
// Long text on a terminal, a page at a time, as git does it.

#include <string>

#include "client/terminal.hpp"

namespace newscache::client {

// $NEWSCACHE_PAGER, $PAGER, less; empty when the one that counts is empty or cat: no pager is wanted.
std::string pager_command();
// Returns when the pager has ended. One that ends early is no error; one that cannot be run is done without.
void page(const Console& console, const std::string& command, const std::string& text);

}  // namespace newscache::client
