// In place of the process for pages, in a build without it: nobody asks for a page (ingest::wants), so none is started.

#include <cstdio>

#include "offline/extract_pages.hpp"
#include "offline/extractor.hpp"

namespace newscache::offline {

class Extractor::Child {};

Extractor::Extractor(loop::Tasks& tasks, loop::asio::any_io_executor executor, const Clock& clock, loop::Thread& worker,
                     ExtractorOptions options)
    : tasks_(tasks), executor_(std::move(executor)), clock_(clock), worker_(worker), options_(std::move(options)) {}

Extractor::~Extractor() = default;

loop::awaitable<Result<html::PageArticle>> Extractor::extract(PageRequest request) {
  co_return html::extract(request.page, {});
}

int extract_pages(int, int, ExtractPage extract) {
  std::fprintf(stderr, "newscached: %s\n", extract({}, {}).error().detail.c_str());
  return 1;
}

}  // namespace newscache::offline
