#pragma once
// How the C library holds memory for us. On other libraries than glibc these do nothing.

namespace newscache {

// At the start, before there are threads: they share two heaps instead of having one each, so that what one has freed
// serves another. Measured in docs/performance.md: a seventh less memory at the peak of a burst, and as fast; with one
// heap they wait for each other.
void share_heaps();

// What is free goes back to the system. Takes some milliseconds: after a burst, and not on the loop.
void give_back_memory();

}  // namespace newscache
