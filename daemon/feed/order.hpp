#pragma once

#include <vector>

#include "model/article.hpp"

namespace newscache::feed {

// Whether the document lists its newest entries first, so that what follows known ones is older: every entry has a
// date, none is more than a day newer than any before it, and where the date changes it goes down more often than up.
// So a piece pinned to the top is no such order, nor are equal dates throughout: they prove nothing.
bool newest_first(const std::vector<model::Entry>& entries);

}  // namespace newscache::feed
