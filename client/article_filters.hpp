#pragma once
// Which articles a command is about, as `list` has it.

#include <cstdint>
#include <string>

#include "client/session.hpp"

namespace CLI {
class App;
}

namespace newscache::client {

struct ArticleFilters {
  std::string feed;
  std::string folder;
  bool unread = false;
  bool starred = false;
  std::string since;
  std::int64_t count = 50;
};

void add_filters(CLI::App& command, ArticleFilters& filters);
Outcome<Query> query_of(Session& session, const ArticleFilters& filters);

}  // namespace newscache::client
