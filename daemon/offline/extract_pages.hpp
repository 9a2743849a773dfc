#pragma once
// The other side of an Extractor: what the process for pages does.

#include <chrono>
#include <string_view>

#include "base/result.hpp"
#include "html/page.hpp"

namespace newscache::offline {

constexpr std::chrono::seconds most_page_cpu{2};  // of one page

using ExtractPage = Result<html::PageArticle> (*)(std::string_view page, const html::PageOptions& options);

// Answers requests (see page_frames.hpp) until `in` ends, in bounds of memory and time, with nothing else that it may
// do. The exit code of the process.
int extract_pages(int in, int out, ExtractPage extract = html::extract);

}  // namespace newscache::offline
