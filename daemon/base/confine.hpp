#pragma once
// Bounds that a process puts on itself before it parses what strangers wrote. They cannot be taken off again.

#include <chrono>
#include <cstddef>

#include "base/result.hpp"

namespace newscache {

// Of memory, beyond which none is to be had (std::bad_alloc); and no core dumps. Not with sanitizers, which need more.
Result<void> bound_memory(std::size_t bytes);
// The process is ended when it has computed for that long from now; rounded up to whole seconds.
Result<void> bound_cpu(std::chrono::seconds more);
// No more writing to files, no other processes, no network, no more than reading files. What is open stays so.
Result<void> confine();

}  // namespace newscache
