#pragma once
// The local HTTP API (docs/openapi.json): sessions over Unix and TCP sockets, one table of routes, JSON, live events.
// Loop thread only; reads go to the reader's thread.

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/tcp_access.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "ingest/indexer.hpp"
#include "ingest/poller.hpp"
#include "ingest/subscriptions.hpp"
#include "loop/task.hpp"
#include "store/store.hpp"
#include "sys/peer.hpp"

namespace boost::asio::ssl {
class context;
}

namespace newscache::api {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;
// TLS 1.2 or newer. Cause::invalid names the file.
Result<TlsContext> load_tls(const std::string& certificate_file, const std::string& key_file);

struct Limits {
  std::size_t header_bytes = 16 << 10;
  std::size_t body_bytes = 1 << 20;
  std::size_t form_bytes = 2 << 20;            // of other dialects' requests; one of 10,000 long ids takes 600 kB
  std::size_t unproven_form_bytes = 64 << 10;  // when the secret is in it
  std::size_t import_bytes = 16 << 20;         // body of /v1/opml and /v1/import
  std::chrono::seconds header_time{10};
  std::chrono::seconds body_time{30};
  std::chrono::seconds idle_time{60};
  std::chrono::seconds write_time{30};   // a client that does not read is cut off
  std::chrono::seconds stream_time{10};  // the same for event streams
  // When the daemon stops, for a connection that has not asked yet: its request is on the way.
  std::chrono::milliseconds last_chance{200};
  std::int64_t connections = 64;
  // Of them kept free for administrators, so that others cannot lock them out.
  std::int64_t reserved() const { return std::min<std::int64_t>(8, connections / 4); }
  std::int64_t event_streams = 1024;
  std::size_t event_backlog = 64 << 10;  // bytes waiting for one subscriber
  std::size_t piece_bytes = 256 << 10;   // of what is longer, about so much is held at a time
  std::size_t held_bytes = 64 << 20;     // of all answers that are being sent; past it there are no new ones
  std::size_t kept_bytes = 8 << 20;      // of answers that may be given again
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
  std::string storage_trouble;               // what a person should do; empty: nothing
  std::string repair;                        // what has been repaired not long ago; empty: nothing
};

struct Services {
  boost::asio::any_io_executor executor;
  const Clock& clock;
  const Log& log;
  loop::Tasks& tasks;
  loop::OnThread<store::Writer>& writer;
  loop::OnThread<store::Reader>& reader;
  loop::Thread& worker;
  ingest::Poller& poller;
  ingest::Subscriptions& subscriptions;
  ingest::Indexer& indexer;
  sys::AdminPolicy admins;
  std::function<DaemonStatus()> status;
  // Reads the configuration again; the keys that wait for a restart.
  std::function<loop::awaitable<Result<std::vector<std::string>>>()> reload;
  std::string state_dir;
  std::shared_ptr<const store::Editions> editions;  // of the database
};

class Server {
 public:
  // `tls`: for listeners other than loopback's; null when there are none.
  Server(Services services, Limits limits, TcpAccess tcp, TlsContext tls);
  ~Server();

  // Accepts on a listening socket, Unix or TCP, which it takes over, until stop().
  void serve(FileDescriptor listening_socket);
  // For requests from now on.
  void reconfigure(TcpAccess tcp);
  // The change log moved: event streams are told.
  void notify_changes();
  void notify_network();
  void notify_storage(std::string_view state);
  // No new connections or requests; requests under way get their answer, event streams end.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::api
