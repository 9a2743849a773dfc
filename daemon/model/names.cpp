#include "model/names.hpp"

namespace newscache::model {

std::string_view name(FeedStatus status) {
  switch (status) {
    case FeedStatus::fresh: return "new";
    case FeedStatus::ok: return "ok";
    case FeedStatus::failing: return "failing";
    case FeedStatus::gone: return "gone";
    case FeedStatus::paused: return "paused";
    case FeedStatus::auth: return "auth";
  }
  return "new";
}

std::string_view name(OfflineState state) {
  switch (state) {
    case OfflineState::off: return "off";
    case OfflineState::pending: return "pending";
    case OfflineState::partial: return "partial";
    case OfflineState::complete: return "complete";
    case OfflineState::failed: return "failed";
  }
  return "off";
}

std::string_view name(ChangeType type) { return type == ChangeType::article ? "article" : "feed"; }

std::string_view name(ChangeOp op) {
  switch (op) {
    case ChangeOp::added: return "added";
    case ChangeOp::updated: return "updated";
    case ChangeOp::state: return "state";
    case ChangeOp::deleted: return "deleted";
  }
  return "updated";
}

std::string_view name(FeedFormat format) {
  switch (format) {
    case FeedFormat::rss: return "rss";
    case FeedFormat::rdf: return "rdf";
    case FeedFormat::atom: return "atom";
    case FeedFormat::json_feed: return "json";
  }
  return "rss";
}

}  // namespace newscache::model
