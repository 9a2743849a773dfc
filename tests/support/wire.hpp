#pragma once
// One accepted connection of the test publisher, plain or TLS, blocking.

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace newscache::test {

struct TlsContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

// Throws std::runtime_error naming the file.
TlsContext tls_context(const std::string& certificate_file, const std::string& key_file);

class Wire {
 public:
  // `context` is null for plain HTTP, and outlives this.
  Wire(FileDescriptor socket, SSL_CTX* context);
  // False when the client does not like our certificate.
  bool shake_hands();
  // Appends what has arrived; false at the end.
  bool read(std::string& buffer);
  bool write(std::string_view bytes);
  bool write_byte_by_byte(std::string_view bytes);
  // Returns when the client has gone, or after interrupt().
  void wait_for_end();
  // close() will be a TCP reset.
  void reset_at_close();
  void close();
  // From any thread.
  std::int64_t bytes_sent() const { return sent_; }
  // From another thread, but not during close(): every read and write ends.
  void interrupt();

 private:
  struct TlsDeleter {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  FileDescriptor socket_;
  std::atomic<std::int64_t> sent_ = 0;
  std::unique_ptr<SSL, TlsDeleter> tls_;
};

}  // namespace newscache::test
