#pragma once
// A small database with something of everything in it, the steps in which it is filled, and what clients can see of a
// database, as text.

#include <string>
#include <vector>

#include "store/store.hpp"

namespace newscache::store::test {

// What somebody does with the Writer, in one transaction or none. On an empty database they all work, one after
// another.
struct Step {
  const char* what;
  Durability durability;
  void (*run)(Writer& writer);
};
const std::vector<Step>& sample_steps();
void fill_with_sample(Writer& writer);
// Feeds, articles with their contents, journals, traffic, searches and the change log, one line each.
std::string describe(Reader& reader);
std::string describe(const Options& options);  // and the named values

}  // namespace newscache::store::test
