// Bundles: never a crash; what comes out of one is valid UTF-8, with contents that the sanitiser finds nothing to change
// in and addresses that are some.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/file.hpp"
#include "html/sanitise.hpp"
#include "offline/bundle_reader.hpp"
#include "offline/bundle_records.hpp"
#include "text/utf8.hpp"

using namespace newscache;

namespace {

void check(std::vector<store::CarriedArticle> articles) {
  for (auto& article : articles) {
    offline::clean(article);
    const auto& entry = article.incoming.entry;
    html::SanitiseOptions again;
    again.base_url = entry.url;
    again.strip_tracking = false;
    if (html::sanitise(entry.content_html, again) != entry.content_html) std::abort();
    if (!text::is_valid_utf8(entry.title) || !text::is_valid_utf8(entry.content_html)) std::abort();
    if (!entry.url.empty() && !entry.url.starts_with("http")) std::abort();
  }
}

void read_file_of(std::string_view bytes) {
  const FileDescriptor file(::memfd_create("bundle", MFD_CLOEXEC));
  if (!file || ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return;
  offline::BundleReader reader(file.get());
  for (;;) {
    auto part = reader.next(false);
    if (!part && part.error().detail.empty()) std::abort();
    if (!part || std::holds_alternative<offline::BundleReader::End>(*part)) return;
    if (auto* articles = std::get_if<offline::BundleReader::Articles>(&*part)) check(std::move(articles->articles));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_file_of(bytes);
  // What stands inside, past the hashes that few mutations get by.
  store::RecordCodec codec(1 << 20);
  if (auto articles = offline::decode_articles(bytes, codec, 3)) check(std::move(*articles));
  if (const auto feeds = offline::decode_feeds(bytes)) {
    const auto again = offline::decode_feeds(offline::encode_feeds(*feeds));
    if (!again || again->size() != feeds->size()) std::abort();
  }
  (void)bundle::parse_manifest(bytes);
  (void)bundle::parse_ending(bytes);
  return 0;
}
