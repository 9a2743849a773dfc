#include "api/context.hpp"

namespace newscache::api {

LogPosition log_position(store::Reader& reader) { return LogPosition{reader.epoch(), reader.revision()}; }

std::string position_etag(const LogPosition& position) {
  return "W/\"" + position.epoch + "-" + std::to_string(raw(position.revision)) + "\"";
}

}  // namespace newscache::api
