#pragma once
// What a connection needs of the server: the routes, the limits, and who answers. Loop thread only.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include "api/answer_cache.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "api/server.hpp"
#include "api/tcp_access.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "loop/task.hpp"
#include "sys/peer.hpp"

namespace newscache::api {

struct Context;
class Session;

using Socket = boost::asio::generic::stream_protocol::socket;

enum class Permission { everyone, admin };
// form: its members are parameters too. document: of any type, up to Limits::import_bytes. file: up to what there is
// room for, into Request::body_file.
enum class Body { none, json, form, document, file };

using Handler = loop::awaitable<Response> (*)(Context& context, Request& request);

struct Route {
  Method method;
  std::string_view pattern;  // "/v1/feeds/{id}", "/v1/assets/{sha256}"; a {tail} is whatever follows
  Permission permission;
  Body body;
  std::string_view parameters;  // of the query string, separated by blanks; other dialects' are not checked
  Handler handler;
  bool is_kept = false;  // the answer depends on nothing but the request and the database: see AnswerCache
  bool is_open = false;  // over TCP, too, no secret is asked for; other dialects only
};

// By which way a client comes in.
struct Door {
  bool is_tcp = false;
  bool is_loopback = false;  // of TCP
  TlsContext tls;            // null: plain
};

// Who is at the other end.
struct Caller {
  bool is_admin = false;
  std::optional<uid_t> uid;  // none over TCP
  // Known to be an administrator before the first request is read.
  bool is_trusted() const { return is_admin && uid; }
};

struct Host : std::enable_shared_from_this<Host> {
  Host(boost::asio::any_io_executor e, const Clock& c, const Log& l, loop::Thread& w, const Limits& bounds,
       std::shared_ptr<const store::Editions> editions)
      : executor(std::move(e)),
        clock(c),
        log(l),
        worker(w),
        limits(bounds),
        answers(std::move(editions), bounds.kept_bytes) {}

  boost::asio::any_io_executor executor;
  const Clock& clock;
  const Log& log;
  loop::Thread& worker;
  Limits limits;
  AnswerCache answers;
  PerDialect<std::span<const Route>> routes;
  TcpAccess tcp;
  std::function<loop::awaitable<Response>(const Route&, Request&)> answer;
  std::string spool_folder;                    // of bodies that go into files,
  std::function<std::uint64_t()> spool_bytes;  // and how large one may be now

  bool stopping = false;
  std::set<Session*> sessions;
  std::size_t streams = 0;   // of the sessions, those that are event streams
  std::size_t refusals = 0;  // connections too many that are being told so
  std::size_t held = 0;      // bytes of answers that are being sent
  BootInstant quiet_about_secrets_until{};

  // For sending so much. A client that takes less than 64 kB a second does not read, and one that does not read holds
  // up no stop.
  std::chrono::seconds time_to_write(std::size_t bytes) const {
    if (stopping) return std::chrono::seconds(1);
    return limits.write_time + std::chrono::seconds(bytes >> 16);
  }
};

struct RouteMatch {
  const Route* route = nullptr;
  std::int64_t id = 0;
  std::int64_t entry_id = 0;
  std::string sha256;
  std::string tail;
  std::string allow;        // when the path exists and the method does not: what does
  bool has_odd_id = false;  // it would exist, were what stands for an id one
};
RouteMatch find_route(std::span<const Route> routes, Method method, std::string_view path);

}  // namespace newscache::api
