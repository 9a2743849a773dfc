#pragma once
// One request and its answer: the options of a libcurl handle, the limits on what it may bring, and what came.

#include <curl/curl.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/feed.hpp"
#include "net/address_policy.hpp"
#include "net/fetch.hpp"
#include "net/pin.hpp"

namespace newscache::net {

// The settings, made ready for use; shared by the fetches that began under them.
struct TransferSettings {
  AddressPolicy policy;
  std::string user_agent;
  std::string proxy;
  std::string ca_file;
  std::chrono::milliseconds timeout{0};
};

struct HopRequest {
  std::string url;   // without user name, password and fragment
  std::string host;  // for messages, and to see literal addresses
  std::string user;
  std::string password;
  std::string token;                 // of Bearer authentication
  std::vector<std::string> headers;  // "Name: value"
  std::string fingerprint;           // not empty: of the one certificate that is accepted
  std::string user_agent;
  std::string proxy;    // empty: none, whatever the environment says
  std::string ca_file;  // empty: the system's
  std::string accept;
  model::Validators validators;
  std::optional<ByteRange> range;
  std::int64_t max_body = 0;
  std::chrono::milliseconds time_left{0};
  bool redirected_by_public_site = false;
  std::int64_t received_before = 0;         // by earlier hops, for the message
  std::function<bool(std::int64_t)> meter;  // as in Request
  std::function<bool(std::string_view)> is_enough;
};

// Stored bytes are sent back as they came; but what no honest server sends is neither kept nor sent: libcurl puts a
// line break in a header value on the wire as it is.
bool is_usable_validator(const std::string& value);

class Transfer {
 public:
  Transfer(std::shared_ptr<const TransferSettings> settings, HopRequest request);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }

  // Tells the meter of what it does not know yet. False when it says stop, or has said so.
  bool settle();
  // After it has ended with `code`.
  Result<void> outcome(CURLcode code) const;
  Error over_budget() const;
  bool is_cut_off() const { return cut_off_; }
  int status() const;
  // Verbatim, without white space around it; of repeated ones the first; empty when absent.
  std::string header(const char* name) const;
  std::string take_body() { return std::move(body_); }
  std::int64_t wire_bytes() const;
  std::chrono::microseconds elapsed() const;
  // Whether a public address answered. Behind a proxy nobody knows, so that yes is assumed.
  bool peer_is_public() const { return peer_is_public_; }

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void set_request_options();
  void set_security_options();
  void set_authorities();
  void set_limits();
  void set_callbacks();
  void add_header(const std::string& line);
  template <class T>
  void set(CURLoption option, T value);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_connected(void* self, char* peer_ip, char* local_ip, int peer_port, int local_port);
  static int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t);
  bool count_header(std::string_view line);
  void consult_meter();
  bool is_complete() const;
  bool is_document() const;
  std::int64_t counted_bytes() const;  // of the body on the wire, by libcurl
  std::int64_t body_bytes() const;     // the same, and what libcurl has not counted yet as far as we know it
  bool take(std::string_view piece);
  void keep(std::string_view piece);
  bool is_stopped() const { return have_enough_ || cut_off_ || is_over_budget_ || stopped_; }

  std::shared_ptr<const TransferSettings> settings_;
  HopRequest request_;
  Pin pin_;  // outlives the handle
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  char message_[CURL_ERROR_SIZE] = {};

  std::string body_;
  std::size_t header_bytes_ = 0;
  std::size_t header_lines_ = 0;
  bool headers_ended_ = false;
  bool have_enough_ = false;   // we ended it ourselves: the rest of an error page is of no use
  bool cut_off_ = false;       // the same, of a document: is_enough() said so
  std::size_t swallowed_ = 0;  // came after we had ended it
  std::int64_t counted_at_stop_ = 0;
  std::optional<bool> is_plain_;  // not compressed; nobody knows before the headers are there
  std::int64_t plain_bytes_ = 0;  // of the body, if it is not compressed
  std::int64_t metered_ = 0;
  bool may_go_on_ = true;  // the meter has not said stop
  bool is_over_budget_ = false;
  bool tried_an_address_ = false;  // at least one address passed the policy
  bool peer_is_public_ = true;
  std::optional<Error> stopped_;         // why a callback ended the transfer
  std::optional<Error> denied_address_;  // why a connection was not even tried
  std::optional<Error> no_socket_;       // our own trouble
};

}  // namespace newscache::net
