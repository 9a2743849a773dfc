#include "support/wire.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace newscache::test {

TlsContext tls_context(const std::string& certificate_file, const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    throw std::runtime_error("publisher: no certificate in " + certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("publisher: no key for the certificate in " + key_file);
  }
  return context;
}

Wire::Wire(FileDescriptor socket, SSL_CTX* context) : socket_(std::move(socket)) {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (context == nullptr) return;
  tls_.reset(SSL_new(context));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.get()) != 1) throw std::runtime_error("publisher: no TLS connection");
}

bool Wire::shake_hands() { return !tls_ || SSL_accept(tls_.get()) == 1; }

bool Wire::read(std::string& buffer) {
  std::array<char, 16384> bytes{};
  while (true) {
    const auto got = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : ::read(socket_.get(), bytes.data(), bytes.size());
    if (got > 0) {
      buffer.append(bytes.data(), static_cast<std::size_t>(got));
      return true;
    }
    if (tls_ || got == 0 || errno != EINTR) return false;
  }
}

bool Wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = std::min<std::size_t>(bytes.size(), 1 << 20);
    const auto sent =
        tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(size)) : ::write(socket_.get(), bytes.data(), size);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      sent_ += sent;
    } else if (tls_ || errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool Wire::write_byte_by_byte(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!write(bytes.substr(i, 1))) return false;
  }
  return true;
}

void Wire::wait_for_end() {
  std::string ignored;
  while (read(ignored)) ignored.clear();
}

void Wire::reset_at_close() {
  const linger abort{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void Wire::close() {
  tls_.reset();
  socket_ = FileDescriptor();
}

void Wire::interrupt() {
  if (socket_) ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace newscache::test
