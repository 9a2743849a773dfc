#include "net/transfer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "net/curl_errors.hpp"
#include "net/route.hpp"

namespace newscache::net {

namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
constexpr std::size_t kMaxHeaderLines = 256;
constexpr std::size_t kMaxValidator = 512;
// What is kept of a body that is no document: error pages, for messages.
constexpr std::int64_t kKeptOfOthers = 64 * 1024;
constexpr std::int64_t kLargestReservation = 4 << 20;
// libcurl counts chunks after it has handed them on. So what it has at hand when a transfer is to end is swallowed, and
// the meter is right; but not at the price of decompressing all that a bomb has in one piece.
constexpr std::size_t kMostSwallowed = 256 * 1024;

constexpr std::chrono::milliseconds kConnectTimeout{15'000};
// Slower than this for so long is a stall. The wait for the first byte counts too, so slow programs need some time.
constexpr long kStallBytesPerSecond = 100;
constexpr long kStallSeconds = 30;

// libcurl 7.87 to 8.5 may drop or mix up HTTP/2 streams of a connection that is used again, and the fixes were never
// put into Debian 12's 7.88. Feeds lose nothing with HTTP/1.1.
bool http2_is_unreliable(unsigned curl_version) { return curl_version >= 0x075700 && curl_version < 0x080600; }

// It would be put together anew each time.
const curl_version_info_data& libcurl() {
  static const auto* const info = curl_version_info(CURLVERSION_NOW);
  return *info;
}

bool is_literal(std::string host, sockaddr_storage& address) {
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return parse_address(host, address);
}

}  // namespace

bool is_usable_validator(const std::string& value) {
  return !value.empty() && value.size() <= kMaxValidator && std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

template <class T>
void Transfer::set(CURLoption option, T value) {
  const auto code = curl_easy_setopt(easy_.get(), option, value);
  if (code != CURLE_OK)
    throw std::runtime_error(std::string("libcurl: cannot set an option: ") + curl_easy_strerror(code));
}

Transfer::Transfer(std::shared_ptr<const TransferSettings> settings, HopRequest request)
    : settings_(std::move(settings)), request_(std::move(request)), easy_(curl_easy_init()) {
  if (!easy_) throw std::runtime_error("libcurl: no memory for a handle");
  set_request_options();
  set_security_options();
  set_limits();
  set_callbacks();
}

void Transfer::set_request_options() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_HTTPGET, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_USERAGENT, request_.user_agent.c_str());
  // Every encoding that libcurl can decode; but the bytes of a range are those of the file.
  if (!request_.range) set(CURLOPT_ACCEPT_ENCODING, "");
  if (!request_.user.empty() || !request_.password.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, request_.user.c_str());
    set(CURLOPT_PASSWORD, request_.password.c_str());
  }
  add_header("Accept: " + request_.accept);
  if (is_usable_validator(request_.validators.etag)) add_header("If-None-Match: " + request_.validators.etag);
  if (is_usable_validator(request_.validators.last_modified))
    add_header("If-Modified-Since: " + request_.validators.last_modified);
  if (const auto& range = request_.range) {
    add_header("Range: bytes=" + std::to_string(range->from) + "-" + std::to_string(range->to));
    if (is_usable_validator(range->if_etag)) add_header("If-Range: " + range->if_etag);
  }
  if (!request_.token.empty()) add_header("Authorization: Bearer " + request_.token);
  for (const auto& line : request_.headers) add_header(line);
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});  // a proxy that is asked for a tunnel gets none of them
  // The connection of a pinned certificate is nothing to be shared, so it has no streams.
  const bool http2 = !http2_is_unreliable(libcurl().version_num) && request_.fingerprint.empty();
  set(CURLOPT_HTTP_VERSION, http2 ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  // Rather one connection with several streams than several connections.
  set(CURLOPT_PIPEWAIT, http2 ? 1L : 0L);
}

void Transfer::set_security_options() {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  // An empty proxy is none; otherwise http_proxy in the environment would bypass the address policy.
  set(CURLOPT_PROXY, request_.proxy.c_str());
  set(CURLOPT_NOPROXY, request_.proxy.empty() ? "*" : "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set_authorities();
}

void Transfer::set_authorities() {
  if (request_.url.starts_with("https:")) pin_.wanted = request_.fingerprint;
  // Otherwise the certificate is judged as usual, and on_connected() refuses it all the same.
  const bool pinned = !pin_.wanted.empty() && can_pin();
  set(CURLOPT_SSL_VERIFYPEER, pinned ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L);
  if (pinned) {
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));  // authorities need not even be read
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set(CURLOPT_SSL_CTX_FUNCTION, &accept_only_pinned);
    set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(&pin_));
    // No other fetch may come by a connection or a session that only this pin has accepted.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    return;
  }
  const bool have_default_file = libcurl().cainfo != nullptr;
  if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
  // With a folder of certificates libcurl cannot cache what it has read, and each new connection costs 41 ms of CPU
  // instead of 0.6 ms.
  if (have_default_file || !request_.ca_file.empty()) set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void Transfer::set_limits() {
  const auto time_left = std::max(request_.time_left, std::chrono::milliseconds(1));
  set(CURLOPT_NOSIGNAL, 1L);
  // Otherwise taking away a transfer blocks the loop until the resolver's thread has given up.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(time_left.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(time_left, kConnectTimeout).count()));
  set(CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  set(CURLOPT_LOW_SPEED_TIME, kStallSeconds);
}

void Transfer::set_callbacks() {
  auto* const self = static_cast<void*>(this);
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(message_));
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, self);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, self);
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, self);
  set(CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  set(CURLOPT_PREREQDATA, self);
  set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(CURLOPT_XFERINFODATA, self);
  set(CURLOPT_NOPROGRESS, 0L);
}

void Transfer::add_header(const std::string& line) {
  auto* const longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::runtime_error("libcurl: no memory for a header");
  static_cast<void>(headers_.release());
  headers_.reset(longer);
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->count_header({data, size * count}) ? size * count : 0;
}

// No exception may pass through libcurl.
std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    return transfer.take({data, size * count}) ? size * count : 0;
  } catch (const std::bad_alloc&) {
    transfer.body_ = std::string();
    transfer.stopped_ = Error{Cause::unavailable, transfer.request_.host + ": there is no memory for the document"};
    return 0;
  }
}

// Called when libcurl has read all that there was, at most some 1.6 MB. Non-zero ends the transfer.
int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.consult_meter();
  return transfer.is_stopped() ? 1 : 0;
}

void Transfer::consult_meter() {
  // What is there already costs nothing more.
  if (!settle() && !is_stopped() && !is_complete()) is_over_budget_ = true;
}

bool Transfer::is_complete() const {
  curl_off_t length = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return headers_ended_ && (status() == 304 || (length > 0 && body_bytes() >= length));
}

bool Transfer::settle() {
  const auto more = wire_bytes() - metered_;
  metered_ += more;
  if (more > 0 && request_.meter && !request_.meter(more)) may_go_on_ = false;
  return may_go_on_;
}

Error Transfer::over_budget() const {
  return Error{Cause::budget, request_.host + ": stopped after " +
                                  std::to_string(request_.received_before + wire_bytes()) +
                                  " bytes: a budget is used up"};
}

// Interim answers, trailers and answers of a proxy count as well.
bool Transfer::count_header(std::string_view line) {
  header_bytes_ += line.size();
  ++header_lines_;
  if (line.starts_with("HTTP/")) headers_ended_ = false;
  if (line == "\r\n" || line == "\n") headers_ended_ = true;
  if (header_bytes_ <= kMaxHeaderBytes && header_lines_ <= kMaxHeaderLines) return true;
  stopped_ = Error{Cause::too_large, request_.host + ": the answer has more than " + std::to_string(kMaxHeaderLines) +
                                         " header lines or " + std::to_string(kMaxHeaderBytes) + " bytes of them"};
  return false;
}

// `piece` is decompressed already, of at most 16 kB, however much it is on the wire.
bool Transfer::take(std::string_view piece) {
  if (!is_plain_) is_plain_ = header("Content-Encoding").empty();
  if (*is_plain_) plain_bytes_ += static_cast<std::int64_t>(piece.size());
  if (is_stopped()) {
    swallowed_ += piece.size();
    return swallowed_ <= kMostSwallowed && counted_bytes() == counted_at_stop_;
  }
  consult_meter();
  if (!is_stopped()) keep(piece);
  counted_at_stop_ = counted_bytes();
  return true;
}

bool Transfer::is_document() const { return status() == 200 || (status() == 206 && request_.range); }

void Transfer::keep(std::string_view piece) {
  const bool document = is_document();
  const auto room = (document ? request_.max_body : std::min(kKeptOfOthers, request_.max_body)) -
                    static_cast<std::int64_t>(body_.size());
  std::int64_t announced = 0;
  if (body_.empty()) {
    curl_off_t length = -1;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    announced = length;
    if (document && announced > 0) body_.reserve(static_cast<std::size_t>(std::min(announced, kLargestReservation)));
  }
  if (!document) {
    body_.append(piece.substr(0, static_cast<std::size_t>(room)));
    have_enough_ = static_cast<std::int64_t>(piece.size()) >= room;
    return;
  }
  if (static_cast<std::int64_t>(piece.size()) > room || announced > request_.max_body) {
    stopped_ =
        Error{Cause::too_large, request_.host + ": the document is larger than " + std::to_string(request_.max_body) +
                                    " bytes (net.max_body, or what this fetch may bring)"};
    body_ = std::string();
    return;
  }
  body_.append(piece);
  cut_off_ = request_.is_enough && request_.is_enough(body_);
}

// The address is what the connection will really be made to, whatever the name resolved to before.
curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  // The proxy is the administrator's choice; it, and not we, resolves the names of publishers.
  if (transfer.request_.proxy.empty()) {
    const auto allowed = transfer.settings_->policy.check(address->addr, transfer.request_.redirected_by_public_site);
    if (!allowed) {
      transfer.denied_address_ = allowed.error();
      return CURL_SOCKET_BAD;
    }
  }
  transfer.tried_an_address_ = true;
  const int opened = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    transfer.no_socket_ =
        Error{Cause::unavailable,
              transfer.request_.host + ": no socket to connect with: " + std::generic_category().message(errno)};
  }
  return opened;
}

// Before the request is sent, and also when a connection is used again, which may have been made under another policy
// or by a request that no public site had redirected.
int Transfer::on_connected(void* self, char* peer_ip, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.pin_.wanted.empty() && !transfer.pin_.matches()) {
    transfer.stopped_ = Error{Cause::tls, transfer.request_.host +
                                              ": the certificate's fingerprint was not checked "
                                              "(libcurl must be built with OpenSSL)"};
    return CURL_PREREQFUNC_ABORT;
  }
  sockaddr_storage storage{};
  const bool known =
      transfer.request_.proxy.empty() ? parse_address(peer_ip, storage) : is_literal(transfer.request_.host, storage);
  if (!known) return CURL_PREREQFUNC_OK;
  const auto& address = reinterpret_cast<const sockaddr&>(storage);
  const auto allowed = transfer.settings_->policy.check(address, transfer.request_.redirected_by_public_site);
  transfer.peer_is_public_ = is_public(address);
  if (allowed) return CURL_PREREQFUNC_OK;
  transfer.stopped_ = allowed.error();
  return CURL_PREREQFUNC_ABORT;
}

Result<void> Transfer::outcome(CURLcode code) const {
  if (stopped_) return *stopped_;
  if (is_over_budget_) return over_budget();
  // libcurl takes headers that end with the connection for an answer without a body.
  if (code == CURLE_OK && !headers_ended_) {
    return Error{Cause::refused, request_.host + ": the connection was closed in the middle of the headers"};
  }
  if (code == CURLE_OK || have_enough_ || cut_off_) return {};
  if (!pin_.seen.empty() && !pin_.matches()) {
    return Error{Cause::tls, request_.host + ": the certificate has the fingerprint " + pin_.seen +
                                 ", which is not the one that is configured (correct `fingerprint` if that is right)"};
  }
  if (denied_address_ && !tried_an_address_) {
    sockaddr_storage same_address{};
    if (is_literal(request_.host, same_address)) return *denied_address_;
    return Error{denied_address_->cause, request_.host + ": " + denied_address_->detail};
  }
  if (no_socket_ && code == CURLE_COULDNT_CONNECT) return *no_socket_;
  long system_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &system_error);
  auto error = transfer_error(code, static_cast<int>(system_error), request_.host, message_);
  if (error.cause == Cause::dns && !has_route()) error.cause = Cause::link;
  return error;
}

int Transfer::status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::string Transfer::header(const char* name) const {
  curl_header* found = nullptr;
  // -1: of the last answer. Interim answers and trailers are other kinds of header to libcurl.
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  // libcurl 7.88 leaves the line break on an empty value.
  std::string_view value(found->value);
  while (!value.empty() && std::string_view(" \t\r\n").find(value.back()) != std::string_view::npos)
    value.remove_suffix(1);
  return std::string(value);
}

std::int64_t Transfer::counted_bytes() const {
  curl_off_t counted = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &counted);
  return counted;
}

std::int64_t Transfer::body_bytes() const { return std::max(counted_bytes(), plain_bytes_); }

std::int64_t Transfer::wire_bytes() const { return static_cast<std::int64_t>(header_bytes_) + body_bytes(); }

std::chrono::microseconds Transfer::elapsed() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
  return std::chrono::microseconds(microseconds);
}

}  // namespace newscache::net
