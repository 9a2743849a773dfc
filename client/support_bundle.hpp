#pragma once
// What `newscache doctor --bundle` puts into a file that can be sent to somebody: how this machine's newscached is, and
// neither secrets nor what is read with it.

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "client/outcome.hpp"
#include "client/session.hpp"

namespace newscache::client {

struct Part {
  std::string name;
  std::string bytes;
  std::string_view what;  // for a person
};

// `report`: the doctor's. `config`: --config, or empty. The daemon's parts are missing when it is not `reached`.
std::vector<Part> gather_parts(Session& session, const boost::json::object& report, const std::string& config,
                               bool reached);

// A new file that only its owner may read; one that is there already is left alone.
Outcome<void> write_archive(const std::string& file, const std::vector<Part>& parts, Instant now);

}  // namespace newscache::client
