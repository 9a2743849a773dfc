// Subscription lists: never a crash; what is read of one is written, and read again, as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "feed/opml.hpp"
#include "text/utf8.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = feed::parse_opml({reinterpret_cast<const char*>(data), size});
  if (!read) {
    if (read.error().detail.empty()) std::abort();
    return 0;
  }
  const auto written = feed::write_opml(*read, "subscriptions");
  if (!text::is_valid_utf8(written)) std::abort();
  const auto again = feed::parse_opml(written);
  if (read->empty()) return 0;
  if (!again || again->size() != read->size()) std::abort();
  // Written, folders are in order of their names.
  std::map<std::string, std::string> folders;
  for (const auto& one : *read) {
    if (!one.url.starts_with("http")) std::abort();
    folders[one.url] = one.folder;
  }
  for (const auto& one : *again) {
    if (!folders.contains(one.url) || folders[one.url] != one.folder) std::abort();
  }
  return 0;
}
