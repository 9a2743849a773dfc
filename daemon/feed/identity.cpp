#include "feed/identity.hpp"

#include "base/hash.hpp"
#include "text/url.hpp"

namespace newscache::feed {
namespace {
constexpr std::string_view kZero("\0", 1);
}

std::string feed_uid(std::string_view url) {
  const std::string canonical = text::canonical_url(url);
  return hex(sha256({canonical.empty() ? url : canonical}), 8);
}

std::string article_key(const model::Entry& entry) {
  if (!entry.guid.empty()) return "guid:" + entry.guid;
  if (!entry.url.empty()) return "link:" + text::canonical_url(entry.url);
  return "hash:" + hex(sha256({entry.title, kZero, entry.content_html}));
}

std::string article_uid(std::string_view feed_uid, std::string_view key) {
  return hex(sha256({feed_uid, kZero, key}), 16);
}

}  // namespace newscache::feed
