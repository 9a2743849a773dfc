#pragma once
// How to come to which publisher: what the configuration says for a feed, else for its host.

#include <map>
#include <string>
#include <string_view>

#include "model/settings.hpp"

namespace newscache::ingest {

class AccessTable {
 public:
  explicit AccessTable(const model::Settings& settings);
  // Empty where the settings under [net] do.
  model::Access find(std::string_view url) const;

 private:
  std::map<std::string, model::Access, std::less<>> feeds_;  // by URL
  std::map<std::string, model::Access, std::less<>> hosts_;
};

}  // namespace newscache::ingest
