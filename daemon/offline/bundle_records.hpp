#pragma once
// What the entries of a bundle hold (docs/bundle.md), as bytes and back: subscriptions, and articles as the database's
// own records. Reading is bounded by the bytes given, and what comes of it may be shown like anything that was parsed
// here: text is UTF-8, addresses are addresses, HTML is sanitised anew.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/feed.hpp"
#include "store/carried.hpp"
#include "store/record.hpp"

namespace newscache::offline {

std::string encode_feeds(std::span<const model::Feed> feeds);
// Cause::invalid for what encode_feeds() never makes; settings that this version does not know are left out.
Result<std::vector<model::Feed>> decode_feeds(std::string_view bytes);

// `feed`: its number among the bundle's subscriptions, from 1. The codec must have no dictionary.
void append_article(std::string& bytes, store::RecordCodec& codec, store::CarriedArticle& article, std::int64_t feed,
                    bool with_state);
// Their `feed` is that number; at most `feeds`.
Result<std::vector<store::CarriedArticle>> decode_articles(std::string_view bytes, store::RecordCodec& codec,
                                                           std::size_t feeds);

// Makes what strangers wrote fit to be shown, and finds the canonical link.
void clean(store::CarriedArticle& article);

}  // namespace newscache::offline
