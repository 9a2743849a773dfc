#include "schedule/move.hpp"

#include <string>

#include "text/url.hpp"

namespace newscache::schedule {
namespace {

// The same host, by https on the usual port instead of http on its own.
bool is_upgrade(std::string_view from, std::string_view to) {
  const auto old_parts = text::split_url(from);
  const auto new_parts = text::split_url(to);
  return old_parts && new_parts && old_parts->scheme == "http" && new_parts->scheme == "https" &&
         old_parts->host == new_parts->host && old_parts->port == 80 && new_parts->port == 443;
}

}  // namespace

void sight_move(model::Move& move, std::string_view target, Instant now) {
  if (target.empty()) {
    move = {};
    return;
  }
  // A beginning in the future: the clock was wrong then.
  if (move.url != target || move.since > now) move = {std::string(target), now, 0};
  ++move.count;
}

bool is_proven(const model::Move& move, std::string_view url, Instant now) {
  if (move.url.empty() || move.url == url) return false;
  const bool upgrade = is_upgrade(url, move.url);
  const std::chrono::days least{upgrade ? 1 : 7};
  return move.count >= (upgrade ? 2 : 3) && now - move.since >= least;
}

}  // namespace newscache::schedule
