#pragma once
// Whether a feed brings whole articles or only their beginnings, so that `full_text = "auto"` knows whose pages to
// fetch. Pure. The rules are told to users in docs/offline.md.

#include <optional>
#include <span>

#include "model/article.hpp"

namespace newscache::ingest {

// A short text, or one that breaks off, about a page that has more. What has no title or no page is whole as it is, and
// so is what comes with a recording.
bool is_teaser(const model::Entry& entry);

// The feed, by the first entries of a document: yes when two thirds of those that can tell are, no when one third at
// most is; else what was known before.
std::optional<bool> judge_teasers(std::span<const model::Entry> entries, std::optional<bool> before);

}  // namespace newscache::ingest
