#pragma once
// A small database with something of everything in it, and what clients can see of a database, as text.

#include <string>

#include "store/store.hpp"

namespace newscache::store::test {

// Into an empty database.
void fill_with_sample(Writer& writer);
// Feeds, articles with their contents, journals, traffic, searches and the change log, one line each.
std::string describe(const Options& options);

}  // namespace newscache::store::test
