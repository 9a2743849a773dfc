#include "api/transport.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace newscache::api {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

Result<TlsContext> load_tls(const std::string& certificate_file, const std::string& key_file) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  ErrorCode error;
  context->use_certificate_chain_file(certificate_file, error);
  if (error) {
    return Error{Cause::invalid, "http.tls_certificate_file: cannot use " + certificate_file + ": " + error.message()};
  }
  context->use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) {
    return Error{Cause::invalid,
                 "http.tls_key_file: cannot use " + key_file + " with the certificate: " + error.message()};
  }
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return Error{Cause::invalid,
                 "http.tls_key_file: " + key_file + " is not the key of the certificate in " + certificate_file};
  }
  return context;
}

struct Transport::Tls {
  Tls(Socket& socket, TlsContext c) : context(std::move(c)), stream(socket, *context) {}
  TlsContext context;
  asio::ssl::stream<Socket&> stream;
};

namespace {

void take_off(std::vector<asio::const_buffer>& parts, std::size_t sent) {
  auto rest = parts.begin();
  for (; rest != parts.end() && rest->size() <= sent; ++rest) sent -= rest->size();
  parts.erase(parts.begin(), rest);
  if (!parts.empty()) parts.front() += sent;
}

}  // namespace

Transport::Transport(Socket socket, TlsContext tls)
    : socket_(std::move(socket)), tls_(tls ? std::make_unique<Tls>(socket_, std::move(tls)) : nullptr) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
}
Transport::~Transport() = default;

loop::awaitable<bool> Transport::handshake() {
  if (!tls_) co_return true;
  ErrorCode error;
  co_await tls_->stream.async_handshake(asio::ssl::stream_base::server,
                                        asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

loop::awaitable<std::size_t> Transport::read_some(asio::mutable_buffer space) {
  ErrorCode error;
  std::size_t got = 0;
  if (tls_) {
    got = co_await tls_->stream.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  } else {
    got = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error ? 0 : got;
}

loop::awaitable<bool> Transport::write_some(std::vector<asio::const_buffer>& parts) {
  ErrorCode error;
  std::size_t sent = 0;
  if (tls_) {
    sent = co_await tls_->stream.async_write_some(parts, asio::redirect_error(asio::use_awaitable, error));
  } else {
    sent = co_await socket_.async_write_some(parts, asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return false;
  take_off(parts, sent);
  co_return true;
}

loop::awaitable<bool> Transport::write(std::vector<asio::const_buffer> parts) {
  ErrorCode error;
  if (!tls_) {
    // Most answers fit into the socket's buffer; then there is nothing to wait for.
    take_off(parts, socket_.write_some(parts, error));
    if (parts.empty()) co_return true;
    if (error && error != asio::error::would_block) co_return false;
  }
  if (tls_) {
    co_await asio::async_write(tls_->stream, parts, asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(socket_, parts, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return !error;
}

void Transport::write_now(std::string_view text) {
  if (tls_) return;
  ErrorCode ignored;
  socket_.write_some(asio::buffer(text), ignored);
}

loop::awaitable<void> Transport::finish() {
  if (!tls_) co_return;
  ErrorCode ignored;
  co_await tls_->stream.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
}

void Transport::shut_down() {
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace newscache::api
