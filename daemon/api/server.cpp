#include "api/server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <list>
#include <utility>

#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/routes.hpp"
#include "api/session.hpp"

namespace newscache::api {

namespace asio = boost::asio;
// Of Unix and TCP sockets alike.
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using ErrorCode = boost::system::error_code;

namespace {

// At a time; further ones are closed without a word.
constexpr std::size_t max_refusals = 16;

FileDescriptor spare_descriptor() { return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool is_exhaustion(const ErrorCode& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::not_enough_memory || error == boost::system::errc::no_buffer_space;
}

// One listening socket; shared with the task that accepts on it.
struct Listener {
  Listener(asio::any_io_executor executor, int family, int fd, Door d)
      : acceptor(executor, asio::generic::stream_protocol(family, 0), fd),
        pause(executor),
        spare(spare_descriptor()),
        door(std::move(d)) {}
  Acceptor acceptor;
  asio::steady_timer pause;
  // Given up for a moment when there are no more descriptors, so that a waiting client can be told to go away instead
  // of waking us again and again.
  FileDescriptor spare;
  bool exhausted = false;  // and the log says so
  Door door;
};

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    return (ntohl(v4.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof(v6));
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

sockaddr_storage address_of(const FileDescriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

void turn_one_away(Listener& listener) {
  listener.spare = FileDescriptor();
  ErrorCode ignored;
  listener.acceptor.non_blocking(true, ignored);
  const FileDescriptor refused(::accept(listener.acceptor.native_handle(), nullptr, nullptr));
}

// None for a client that cannot be told from anybody else.
std::optional<Caller> caller_of(const Context& context, const Host& host, const Door& door, Socket& socket) {
  if (door.is_tcp) return Caller{host.tcp.is_admin(), std::nullopt};
  const auto peer = sys::peer_of(socket.native_handle());
  if (peer) return Caller{context.services.admins.is_admin(*peer), peer->uid};
  host.log.warning("a client was turned away", {{"reason", peer.error().detail}});
  return std::nullopt;
}

// Nobody who is no administrator may take all places, not even the half of them.
bool has_place_for(const Host& host, const Caller& caller) {
  const auto places = static_cast<std::size_t>(host.limits.connections);
  const auto busy = host.sessions.size() - host.streams;
  if (caller.is_trusted()) return busy < places;
  const auto reserved = static_cast<std::size_t>(host.limits.reserved());
  return busy + reserved < places && busy_of(host, caller) < std::max<std::size_t>(1, places / 2);
}

loop::awaitable<void> accept_connections(std::shared_ptr<Listener> listener, std::shared_ptr<Context> context) {
  const auto host = context->host.shared_from_this();
  auto& tasks = context->services.tasks;
  while (!host->stopping) {
    Socket socket(host->executor);
    ErrorCode error;
    co_await listener->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      if (is_exhaustion(error)) {
        if (!std::exchange(listener->exhausted, true))
          host->log.warning("cannot accept a connection: raise LimitNOFILE", {{"error", error.message()}});
        turn_one_away(*listener);
      }
      listener->pause.expires_after(std::chrono::milliseconds(100));
      co_await listener->pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if (!listener->spare) listener->spare = spare_descriptor();
      continue;
    }
    listener->exhausted = false;
    const auto caller = caller_of(*context, *host, listener->door, socket);
    if (!caller) continue;
    if (host->stopping) {
      // Taken from the queue at the last moment: nobody else can answer it, and no new task starts any more.
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      co_await serve_connection(host, std::move(socket), listener->door, *caller);
    } else if (has_place_for(*host, *caller)) {
      tasks.spawn("connection", serve_connection(host, std::move(socket), listener->door, *caller));
    } else if (host->refusals < max_refusals && !listener->door.tls) {
      tasks.spawn("refusal", refuse_connection(host, std::move(socket)));
    }
  }
}

// Half of what is free is left for what comes out of the file, and what is larger than all that may be stored holds
// more than that.
std::uint64_t spool_bytes(const Services& services) {
  const auto status = services.status();
  auto bytes = status.storage_free.value_or(std::int64_t{2} << 30) / 2;
  if (status.storage_limit) bytes = std::min(bytes, *status.storage_limit);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
}

}  // namespace

struct Server::State {
  std::shared_ptr<Host> host;
  std::shared_ptr<Context> context;
  TlsContext tls;
  std::list<std::shared_ptr<Listener>> listeners;
};

Server::Server(Services services, Limits limits, TcpAccess tcp, TlsContext tls) : state_(std::make_unique<State>()) {
  auto host = std::make_shared<Host>(services.executor, services.clock, services.log, services.worker, limits,
                                     services.editions);
  for (const auto dialect : {Dialect::native, Dialect::miniflux, Dialect::google_reader}) {
    host->routes[dialect] = routes(dialect);
  }
  host->tcp = std::move(tcp);
  state_->tls = std::move(tls);
  auto events = std::make_shared<EventHub>(services.executor, services.log, services.tasks, services.reader);
  auto context = std::shared_ptr<Context>(new Context{std::move(services), *host, std::move(events)});
  state_->context = context;
  host->answer = [context](const Route& route, Request& request) { return route.handler(*context, request); };
  host->spool_folder = context->services.state_dir;
  host->spool_bytes = [context = context.get()] { return spool_bytes(context->services); };
  state_->host = std::move(host);
}

Server::~Server() { stop(); }

void Server::serve(FileDescriptor listening_socket) {
  const auto address = address_of(listening_socket);
  Door door;
  door.is_tcp = address.ss_family != AF_UNIX;
  door.is_loopback = door.is_tcp && is_loopback(address);
  if (door.is_tcp && !door.is_loopback) {
    door.tls = state_->tls;
    if (!door.tls) {
      state_->host->log.error("a TCP socket that can be reached from outside is not served without TLS");
      return;
    }
  }
  auto listener =
      std::make_shared<Listener>(state_->host->executor, address.ss_family, listening_socket.get(), std::move(door));
  listening_socket.release();
  state_->listeners.push_back(listener);
  state_->context->services.tasks.spawn_vital("listener", accept_connections(listener, state_->context));
}

void Server::reconfigure(TcpAccess tcp) { state_->host->tcp = std::move(tcp); }

void Server::notify_changes() { state_->context->events->notify(); }

void Server::notify_network() {
  const auto& poller = state_->context->services.poller;
  state_->context->events->broadcast("network",
                                     format_network_event(network_word(poller.network()), poller.network().since));
}

void Server::notify_storage(std::string_view state) {
  state_->context->events->broadcast("storage", format_storage_event(state));
}

void Server::stop() {
  state_->host->stopping = true;
  for (const auto& listener : state_->listeners) {
    ErrorCode ignored;
    listener->acceptor.close(ignored);
    listener->pause.cancel();
  }
  state_->listeners.clear();
  state_->context->events->close();
  for (auto* session : state_->host->sessions) wind_down(*session);
}

}  // namespace newscache::api
