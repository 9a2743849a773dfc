#pragma once
// The sockets that we listen on: inherited from systemd, or opened as the settings say.

#include <string>
#include <vector>

#include "api/server.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "model/settings.hpp"

namespace newscache::app {

struct Sockets {
  std::vector<FileDescriptor> listening;
  api::TlsContext tls;
  std::string own_path;  // to be removed at the end; empty when systemd owns the socket
};

// Cause::invalid says what to do, also for an inherited TCP socket that http.listen does not name.
Result<Sockets> open_sockets(const model::Settings& settings);

}  // namespace newscache::app
