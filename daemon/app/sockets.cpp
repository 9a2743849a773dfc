#include "app/sockets.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "settings/settings.hpp"
#include "sys/sockets.hpp"

namespace newscache::app {
namespace {

Result<void> open_unix_socket(const model::SocketSettings& settings, Sockets& sockets) {
  sys::SocketOptions options;
  options.path = settings.path.empty() ? sys::default_socket_path() : settings.path;
  options.mode = settings.mode;
  options.group = settings.group;
  Result<FileDescriptor> socket = sys::listen_unix(options);
  if (!socket) return socket.error();
  sockets.own_path = options.path;
  sockets.listening.push_back(std::move(*socket));
  return {};
}

Result<void> open_tcp_sockets(const model::HttpSettings& settings, std::vector<FileDescriptor> inherited,
                              Sockets& sockets) {
  if (!settings.tls_key_file.empty()) {
    auto tls = api::load_tls(settings.tls_certificate_file, settings.tls_key_file);
    if (!tls) return tls.error();
    sockets.tls = std::move(*tls);
  }
  for (const auto& text : settings.listen) {
    const auto endpoint = settings::parse_endpoint(text);
    if (!endpoint) return endpoint.error();
    const auto passed = std::find_if(inherited.begin(), inherited.end(), [&](const FileDescriptor& socket) {
      const auto own = sys::endpoint_of(socket);
      return own.address == endpoint->address && own.port == endpoint->port;
    });
    if (passed != inherited.end()) {
      sockets.listening.push_back(std::move(*passed));
      inherited.erase(passed);
      continue;
    }
    Result<FileDescriptor> socket = sys::listen_tcp(endpoint->address, endpoint->port);
    if (!socket) return socket.error();
    sockets.listening.push_back(std::move(*socket));
  }
  if (inherited.empty()) return {};
  const auto stray = sys::endpoint_of(inherited.front());
  return Error{Cause::invalid, "the service manager passed a socket of " + stray.address + " port " +
                                   std::to_string(stray.port) +
                                   ", which is not in http.listen: add it, or take it "
                                   "out of newscached.socket"};
}

}  // namespace

Result<Sockets> open_sockets(const model::Settings& settings) {
  Sockets sockets;
  Result<sys::InheritedSockets> inherited = sys::inherited_sockets();
  if (!inherited) return inherited.error();
  sockets.listening = std::move(inherited->unix_sockets);
  Result<void> opened;
  if (sockets.listening.empty()) opened = open_unix_socket(settings.socket, sockets);
  if (opened) opened = open_tcp_sockets(settings.http, std::move(inherited->tcp_sockets), sockets);
  if (opened) return sockets;
  if (!sockets.own_path.empty()) ::unlink(sockets.own_path.c_str());  // nobody will answer there
  return opened.error();
}

}  // namespace newscache::app
