#pragma once
// What [http] means as a whole: who may come in over TCP, and by which secret. Internal to settings.

#include <optional>
#include <string>
#include <string_view>

#include "model/settings.hpp"

namespace newscache::settings {

struct HttpError {
  std::string_view key;
  std::string problem;
};

// Reads the secrets of listeners, and refuses listeners that would let in anybody. Without listeners nothing is read.
std::optional<HttpError> complete_http(model::HttpSettings& http);

}  // namespace newscache::settings
