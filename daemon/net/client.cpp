#include "net/client.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/log.hpp"
#include "net/address_policy.hpp"
#include "net/curl_loop.hpp"
#include "net/transfer.hpp"
#include "text/url.hpp"

namespace newscache::net {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kContactUrl = "https://github.com/newscached/newscached";
constexpr std::string_view kAcceptFeeds =
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, "
    "text/xml;q=0.8, application/json;q=0.7, */*;q=0.5";
constexpr std::size_t kMaxRedirects = 10;
constexpr std::array kRedirects{301, 302, 303, 307, 308};

bool is_permanent(int status) { return status == 301 || status == 308; }
bool is_redirect(int status) { return std::find(kRedirects.begin(), kRedirects.end(), status) != kRedirects.end(); }

// Absolute, and without user name, password and fragment; empty unless it is an http or https URL.
std::string bare_url(std::string_view base, std::string_view reference) {
  auto url = text::resolve_url(base, reference);
  url.erase(std::min(url.find('#'), url.size()));
  const auto begin = url.find("//");
  if (begin == std::string::npos) return {};
  const auto end = std::min(url.find_first_of("/?", begin + 2), url.size());
  if (const auto at = url.rfind('@', end); at != std::string::npos && at > begin) url.erase(begin + 2, at - begin - 1);
  return text::split_url(url) ? url : std::string();
}

bool is_authorization(std::string_view line) {
  constexpr std::string_view name = "authorization:";
  return line.size() >= name.size() && ::strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string validator(const Transfer& transfer, const char* name) {
  auto value = transfer.header(name);
  return is_usable_validator(value) ? value : std::string();
}

struct Settings : TransferSettings {
  std::int64_t max_body = 0;
};

std::shared_ptr<const Settings> prepared(const model::NetSettings& settings) {
  auto prepared = std::make_shared<Settings>();
  prepared->policy = AddressPolicy::create(settings.allow_private).value();
  prepared->user_agent = settings.user_agent;
  if (prepared->user_agent.empty()) {
    prepared->user_agent = "newscached/" NEWSCACHE_VERSION " (+" + std::string(kContactUrl) + ")";
  }
  prepared->proxy = settings.proxy;
  prepared->ca_file = settings.ca_file;
  prepared->timeout = settings.timeout;
  prepared->max_body = settings.max_body;
  return prepared;
}

// A fetch on its way through its redirects.
class Fetch {
 public:
  Fetch(std::shared_ptr<const Settings> settings, Request request)
      : settings_(std::move(settings)),
        request_(std::move(request)),
        public_site_seen_(request_.named_by_public_site) {}

  // Cause::invalid when the URL cannot be fetched.
  Result<void> begin();
  HopRequest next_hop() const;
  void authorize(HopRequest& hop) const;
  // What one hop brought. True: it was a redirect that is followed; false: that was the answer.
  Result<bool> take(Transfer& transfer);
  Response take_response() { return std::move(response_); }

 private:
  Result<bool> follow(const Transfer& transfer, const std::string& location);
  Error error(Cause cause, std::string_view what) const {
    return Error{cause, text::split_url(response_.url)->host + ": " + std::string(what)};
  }

  std::shared_ptr<const Settings> settings_;
  Request request_;
  Response response_;
  std::chrono::microseconds elapsed_{0};
  bool public_site_seen_;
};

Result<void> Fetch::begin() {
  response_.url = bare_url({}, request_.url);
  if (!response_.url.empty()) return {};
  return Error{Cause::invalid, "'" + loggable_url(request_.url) + "' is no http or https address"};
}

HopRequest Fetch::next_hop() const {
  HopRequest hop;
  hop.url = response_.url;
  hop.host = text::split_url(hop.url)->host;
  // The user's credentials go to the site that he gave them for; what a redirect brings along is not used at all.
  const auto& access = request_.access;
  const bool own_origin = text::same_origin(request_.url, hop.url);
  if (own_origin) {
    authorize(hop);
    hop.fingerprint = access.fingerprint;
  }
  hop.ca_file = own_origin && !access.ca_file.empty() ? access.ca_file : settings_->ca_file;
  hop.proxy = access.proxy.empty() ? settings_->proxy : access.proxy;
  hop.user_agent = access.user_agent.empty() ? settings_->user_agent : access.user_agent;
  hop.accept = request_.accept.empty() ? kAcceptFeeds : request_.accept;
  hop.validators = request_.validators;
  hop.range = request_.range;
  hop.max_body = request_.max_body > 0 ? request_.max_body : settings_->max_body;
  hop.time_left = settings_->timeout - std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_);
  hop.redirected_by_public_site = public_site_seen_;
  hop.received_before = response_.wire_bytes;
  hop.meter = request_.meter;
  hop.is_enough = request_.is_enough;
  return hop;
}

// Who is named in the settings counts before who is named in the address.
void Fetch::authorize(HopRequest& hop) const {
  const auto& access = request_.access;
  hop.user = access.user;
  hop.password = access.password;
  hop.token = access.token;
  hop.headers = access.headers;
  const bool has_header = std::any_of(access.headers.begin(), access.headers.end(), is_authorization);
  if (has_header || !hop.user.empty() || !hop.password.empty() || !hop.token.empty()) return;
  const auto given = text::split_url(request_.url);
  hop.user = given->user;
  hop.password = given->password;
}

Result<bool> Fetch::take(Transfer& transfer) {
  elapsed_ += transfer.elapsed();
  public_site_seen_ = public_site_seen_ || transfer.peer_is_public();
  response_.wire_bytes += transfer.wire_bytes();
  const int status = transfer.status();
  if (const auto location = transfer.header("Location"); is_redirect(status) && !location.empty()) {
    return follow(transfer, location);
  }
  response_.status = status;
  response_.from_public_host = transfer.peer_is_public();
  response_.body = transfer.take_body();
  response_.cut_off = transfer.is_cut_off();
  response_.content_type = transfer.header("Content-Type");
  response_.validators.etag = validator(transfer, "ETag");
  response_.validators.last_modified = validator(transfer, "Last-Modified");
  response_.content_range = transfer.header("Content-Range");
  response_.cache_control = transfer.header("Cache-Control");
  response_.expires = transfer.header("Expires");
  response_.date = transfer.header("Date");
  response_.age = transfer.header("Age");
  response_.retry_after = transfer.header("Retry-After");
  return false;
}

Result<bool> Fetch::follow(const Transfer& transfer, const std::string& location) {
  auto to = bare_url(response_.url, location);
  if (to.empty()) return error(Cause::server, "redirects to something that is no http or https address");
  if (response_.hops.size() >= kMaxRedirects) return error(Cause::too_large, "more than 10 redirects");
  // We keep no cookies, so the same question would get the same answer.
  const bool seen =
      to == response_.url || to == bare_url({}, request_.url) ||
      std::any_of(response_.hops.begin(), response_.hops.end(), [&](const Hop& hop) { return hop.to == to; });
  if (seen) return error(Cause::too_large, "redirects in a circle");
  const bool permanent_so_far = std::all_of(response_.hops.begin(), response_.hops.end(),
                                            [](const Hop& hop) { return is_permanent(hop.status); });
  if (permanent_so_far && is_permanent(transfer.status())) response_.permanent_url = to;
  response_.url = to;
  response_.hops.push_back(Hop{transfer.status(), std::move(to), transfer.header("Retry-After")});
  return true;
}

// By value: the client may be gone before the fetch is.
asio::awaitable<Result<Response>> run(std::shared_ptr<CurlLoop> loop, std::shared_ptr<const Settings> settings,
                                      Request request) {
  Fetch fetch(settings, std::move(request));
  const auto begun = fetch.begin();
  if (!begun) co_return begun.error();
  for (;;) {
    Transfer transfer(settings, fetch.next_hop());
    CURLcode code = CURLE_OK;
    try {
      code = co_await CurlLoop::perform(loop, transfer.handle());
    } catch (...) {
      transfer.settle();
      throw;
    }
    const bool may_go_on = transfer.settle();
    const auto outcome = transfer.outcome(code);
    if (!outcome) co_return outcome.error();
    const auto redirected = fetch.take(transfer);
    if (!redirected) co_return redirected.error();
    if (!*redirected) co_return fetch.take_response();
    if (!may_go_on) co_return transfer.over_budget();
  }
}

}  // namespace

struct Client::State {
  std::shared_ptr<CurlLoop> loop;
  std::shared_ptr<const Settings> settings;
};

Client::Client(asio::any_io_executor executor, const model::NetSettings& settings) : state_(std::make_unique<State>()) {
  state_->loop = CurlLoop::create(std::move(executor));
  reconfigure(settings);
}

Client::~Client() { state_->loop->close(); }

asio::awaitable<Result<Response>> Client::fetch(Request request) {
  return run(state_->loop, state_->settings, std::move(request));
}

void Client::reconfigure(const model::NetSettings& settings) {
  state_->settings = prepared(settings);
  state_->loop->limit_connections(static_cast<long>(settings.max_transfers));
}

}  // namespace newscache::net
