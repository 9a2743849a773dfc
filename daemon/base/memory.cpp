#include "base/memory.hpp"

#include <malloc.h>

namespace newscache {

#ifdef __GLIBC__

void share_heaps() { ::mallopt(M_ARENA_MAX, 2); }

void give_back_memory() { ::malloc_trim(0); }

#else

void share_heaps() {}
void give_back_memory() {}

#endif

}  // namespace newscache
