#include "fetching.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

namespace newscache::test {

namespace asio = boost::asio;

namespace {

bool is_aborted(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  }
}

}  // namespace

model::NetSettings loopback_settings() {
  model::NetSettings settings;
  settings.allow_private = {"127.0.0.0/8"};
  return settings;
}

net::Request request_for(const std::string& url) {
  net::Request request;
  request.url = url;
  return request;
}

Fetching::Fetching(const model::NetSettings& settings)
    : client_(std::make_unique<net::Client>(io_.get_executor(), settings)) {}

void Fetching::post(std::function<void()> job) { asio::post(io_, std::move(job)); }

Fetching::Pending& Fetching::start(net::Request request) {
  auto& pending = pending_.emplace_back();
  auto ended = [&pending](std::exception_ptr error, Result<net::Response> fetched) {
    if (!error) {
      pending.result.emplace(std::move(fetched));
    } else if (is_aborted(error)) {
      pending.aborted = true;
    }
  };
  asio::co_spawn(io_, client_->fetch(std::move(request)),
                 asio::bind_cancellation_slot(pending.cancellation.slot(), std::move(ended)));
  return pending;
}

Fetching::Pending& Fetching::start(const std::string& url) { return start(request_for(url)); }

void Fetching::run_until(const std::function<bool()>& done) {
  // What the publisher's threads will post counts as work too.
  const auto work = asio::make_work_guard(io_);
  io_.restart();
  while (!done()) io_.run_one();
}

Result<net::Response> Fetching::get(net::Request request) {
  auto& pending = start(std::move(request));
  run_until([&] { return pending.ended(); });
  if (pending.aborted) throw std::logic_error("the fetch was aborted, and nobody had asked for that");
  return *pending.result;
}

Result<net::Response> Fetching::get(const std::string& url) { return get(request_for(url)); }

Cause Fetching::failure(const std::string& url) {
  const auto result = get(url);
  if (result) throw std::logic_error("a fetch that must fail brought status " + std::to_string(result->status));
  return result.error().cause;
}

}  // namespace newscache::test
