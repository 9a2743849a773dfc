#pragma once
// Stable, global identities: the same on every device, versioned by their test vectors (tests/unit/feed).

#include <string>
#include <string_view>

#include "model/article.hpp"

namespace newscache::feed {

// 16 hex digits: the first 64 bits of SHA-256 over the canonical form of the URL first subscribed (of
// a name that is no http URL, verbatim).
std::string feed_uid(std::string_view url);
// What identifies the entry within its feed: "guid:" and the guid, else "link:" and the canonical link, else "hash:"
// and the SHA-256 of title and content.
std::string article_key(const model::Entry& entry);
// 32 hex digits: the first 128 bits of SHA-256 over feed uid, a zero byte and the key.
std::string article_uid(std::string_view feed_uid, std::string_view key);

}  // namespace newscache::feed
