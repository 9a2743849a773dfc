#include "api/server.hpp"

#include <fcntl.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/routes.hpp"
#include "api/session.hpp"

namespace newscache::api {

namespace asio = boost::asio;
using Acceptor = asio::local::stream_protocol::acceptor;
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
  Listener(asio::any_io_executor executor, int fd)
      : acceptor(executor, asio::local::stream_protocol(), fd), pause(executor), spare(spare_descriptor()) {}
  Acceptor acceptor;
  asio::steady_timer pause;
  // Given up for a moment when there are no more descriptors, so that a waiting client can be told to go away instead
  // of waking us again and again.
  FileDescriptor spare;
};

void turn_one_away(Listener& listener) {
  listener.spare = FileDescriptor();
  ErrorCode ignored;
  listener.acceptor.non_blocking(true, ignored);
  const FileDescriptor refused(::accept(listener.acceptor.native_handle(), nullptr, nullptr));
}

loop::awaitable<void> accept_connections(std::shared_ptr<Listener> listener, std::shared_ptr<Host> host,
                                         loop::Tasks& tasks) {
  while (!host->stopping) {
    asio::local::stream_protocol::socket socket(host->executor);
    ErrorCode error;
    co_await listener->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || host->stopping) break;
    if (error) {
      if (is_exhaustion(error)) {
        host->log.warning("cannot accept a connection: raise LimitNOFILE", {{"error", error.message()}});
        turn_one_away(*listener);
      }
      listener->pause.expires_after(std::chrono::milliseconds(100));
      co_await listener->pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if (!listener->spare) listener->spare = spare_descriptor();
      continue;
    }
    Socket generic(std::move(socket));
    const auto busy = host->sessions.size() - host->streams;
    if (busy >= static_cast<std::size_t>(host->limits.connections)) {
      if (host->refusals < max_refusals) tasks.spawn("refusal", refuse_connection(host, std::move(generic)));
    } else {
      tasks.spawn("connection", serve_connection(host, std::move(generic)));
    }
  }
}

}  // namespace

struct Server::State {
  std::shared_ptr<Host> host;
  std::shared_ptr<Context> context;
  std::list<std::shared_ptr<Listener>> listeners;
};

Server::Server(Services services, Limits limits) : state_(std::make_unique<State>()) {
  auto host = std::make_shared<Host>(services.executor, services.clock, services.log, limits);
  host->routes = routes();
  host->is_admin = [admins = services.admins](const sys::Peer& peer) { return admins.is_admin(peer); };
  auto events = std::make_shared<EventHub>(services.executor, services.log, services.tasks, services.reader);
  auto context = std::shared_ptr<Context>(new Context{std::move(services), *host, std::move(events)});
  state_->context = context;
  host->answer = [context](const Route& route, Request& request) { return route.handler(*context, request); };
  state_->host = std::move(host);
}

Server::~Server() { stop(); }

void Server::serve(FileDescriptor listening_socket) {
  auto listener = std::make_shared<Listener>(state_->host->executor, listening_socket.get());
  listening_socket.release();
  state_->listeners.push_back(listener);
  auto& tasks = state_->context->services.tasks;
  tasks.spawn_vital("listener", accept_connections(listener, state_->host, tasks));
}

void Server::notify_changes() { state_->context->events->notify(); }

void Server::notify_network() {
  const auto& poller = state_->context->services.poller;
  state_->context->events->broadcast(format_network_event(network_word(poller.network()), poller.network().since));
}

void Server::notify_storage(std::string_view state) {
  state_->context->events->broadcast(format_storage_event(state));
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
