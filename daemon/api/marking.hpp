#pragma once
// Marks, whichever dialect they come by.

#include "api/context.hpp"
#include "model/query.hpp"

namespace newscache::api {

// How many articles changed. On the disk, and on its way to the event streams, before it returns.
loop::awaitable<Result<std::int64_t>> mark(Context& context, model::MarkRequest request);

}  // namespace newscache::api
