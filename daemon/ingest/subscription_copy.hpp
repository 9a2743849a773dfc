#pragma once
// subscriptions.opml beside the database: should that be lost, the feeds are not. Written some seconds after the
// subscriptions have changed, and now and then for the titles that polls bring; only when it differs. Loop thread only.

#include <chrono>
#include <string>

#include "ingest/services.hpp"
#include "ingest/subscriptions.hpp"

namespace newscache::ingest {

class SubscriptionCopy {
 public:
  SubscriptionCopy(const Services& services, Subscriptions& subscriptions, std::string path);

  // Subscriptions have changed.
  void changed();
  // Subscribes to what the copy has and the database has not. How many feeds those are.
  loop::awaitable<std::int64_t> restore();
  // Until cancelled.
  loop::awaitable<void> run();
  // What run() has not written yet; at the end, when no task runs.
  void write_last(store::Reader& reader);

 private:
  void write(const std::string& opml);

  Services services_;
  Subscriptions& subscriptions_;
  std::string path_;
  loop::Alarm alarm_;
  BootInstant due_;
  bool changed_ = false;
};

}  // namespace newscache::ingest
