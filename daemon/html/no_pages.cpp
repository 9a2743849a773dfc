// In place of all that reads pages, in a build without it.

#include "html/page.hpp"

namespace newscache::html {

Result<PageArticle> extract(std::string_view, const PageOptions&) {
  return Error{Cause::unavailable, "this program is built without the reading of pages (NEWSCACHE_OFFLINE=OFF)"};
}

}  // namespace newscache::html
