#pragma once
// Strong ids. Row ids are positive, below 2^31, and never reused.

#include <cstdint>

namespace newscache::model {

enum class FeedId : std::int64_t {};
enum class ArticleId : std::int64_t {};
// A position in the change log; every change has its own.
enum class Revision : std::int64_t {};

constexpr std::int64_t raw(FeedId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t raw(ArticleId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t raw(Revision revision) { return static_cast<std::int64_t>(revision); }

}  // namespace newscache::model
