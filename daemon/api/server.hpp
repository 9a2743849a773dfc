#pragma once
// The local HTTP API (docs/openapi.json): sessions over Unix sockets, one table of routes, JSON, live events.
// Loop thread only; reads go to the reader's thread.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "ingest/indexer.hpp"
#include "ingest/poller.hpp"
#include "ingest/subscriptions.hpp"
#include "loop/task.hpp"
#include "store/store.hpp"
#include "sys/peer.hpp"

namespace newscache::api {

struct Limits {
  std::size_t header_bytes = 16 << 10;
  std::size_t body_bytes = 1 << 20;
  std::size_t import_bytes = 16 << 20;  // body of /v1/opml and /v1/import
  std::chrono::seconds header_time{10};
  std::chrono::seconds body_time{30};
  std::chrono::seconds idle_time{60};
  std::chrono::seconds write_time{30};  // a client that does not read is cut off
  std::int64_t connections = 64;
  std::int64_t event_streams = 1024;
  std::size_t event_backlog = 64 << 10;  // bytes waiting for one subscriber
};

// What only the composition root knows.
struct DaemonStatus {
  std::string version;
  std::int64_t uptime_s = 0;
  bool clock_trusted = false;
  Instant clock_floor{};
  std::optional<std::int64_t> storage_limit;
  std::optional<std::int64_t> storage_free;  // none: cannot be told
  std::int64_t written_bytes = 0;            // to disks since the start
  std::string storage_state = "ok";          // ok, low, full, read_only
};

struct Services {
  boost::asio::any_io_executor executor;
  const Clock& clock;
  const Log& log;
  loop::Tasks& tasks;
  loop::OnThread<store::Writer>& writer;
  loop::OnThread<store::Reader>& reader;
  ingest::Poller& poller;
  ingest::Subscriptions& subscriptions;
  ingest::Indexer& indexer;
  sys::AdminPolicy admins;
  std::function<DaemonStatus()> status;
};

class Server {
 public:
  Server(Services services, Limits limits);
  ~Server();

  // Accepts on a listening Unix socket, which it takes over, until stop().
  void serve(FileDescriptor listening_socket);
  // The change log moved: event streams are told.
  void notify_changes();
  void notify_network();
  // No new connections or requests; requests under way get their answer, event streams end.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::api
