#pragma once
// The hours of a day in which polling rests. Pure: local time comes in.

#include <chrono>
#include <vector>

namespace newscache::schedule {

struct Span {  // minutes since midnight, local time; an end at or before the begin is on the next day
  int begin = 0;
  int end = 0;
};

struct Hours {
  std::vector<Span> quiet;    // no polls in these
  std::vector<Span> windows;  // if there are any, polls only in these
};

// How long until polls are allowed, from a time of day (since local midnight); 0 when they are.
std::chrono::seconds rest(const Hours& hours, std::chrono::seconds time_of_day);

}  // namespace newscache::schedule
