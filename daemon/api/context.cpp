#include "api/context.hpp"

namespace newscache::api {

std::optional<LogPosition> log_position(store::Reader& reader, model::Revision seen) {
  auto page = reader.changes(seen, 1);
  if (!page) return std::nullopt;
  return LogPosition{std::move(page->epoch), page->revision};
}

loop::awaitable<model::Revision> seen_revision(Context& context) {
  if (!context.seen) {
    auto ask = [](store::Writer& writer) { return writer.revision(); };
    context.seen = co_await context.services.writer.run(ask);
  }
  co_return *context.seen;
}

std::string position_etag(const std::optional<LogPosition>& position) {
  if (!position) return {};
  return "W/\"" + position->epoch + "-" + std::to_string(raw(position->revision)) + "\"";
}

}  // namespace newscache::api
