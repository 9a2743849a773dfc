#include "ingest/subscription_copy.hpp"

#include <sys/stat.h>

#include <utility>

#include "base/file.hpp"

namespace newscache::ingest {
namespace {

using namespace std::chrono_literals;

// An import of a thousand feeds, or somebody who subscribes to one after another, is written once.
constexpr auto kAfterChange = 3s;
constexpr auto kNowAndThen = 24h;
constexpr std::size_t kMaxBytes = 16 << 20;

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

}  // namespace

SubscriptionCopy::SubscriptionCopy(const Services& services, Subscriptions& subscriptions, std::string path)
    : services_(services),
      subscriptions_(subscriptions),
      path_(std::move(path)),
      alarm_(services.executor, services.clock),
      due_(services.clock.boot() + kAfterChange) {}

void SubscriptionCopy::changed() {
  if (std::exchange(changed_, true)) return;
  due_ = services_.clock.boot() + kAfterChange;
  alarm_.wake();
}

loop::awaitable<std::int64_t> SubscriptionCopy::restore() {
  if (!exists(path_)) co_return 0;
  auto bytes = read_file(path_, kMaxBytes);
  Result<OpmlImport> imported = bytes.error();
  if (bytes) imported = co_await subscriptions_.import_opml(std::move(*bytes));
  if (!imported) {
    services_.log.error("the copy of the subscriptions cannot be used",
                        {{"file", path_}, {"detail", imported.error().detail}});
    co_return 0;
  }
  co_return static_cast<std::int64_t>(imported->added.size());
}

loop::awaitable<void> SubscriptionCopy::run() {
  for (;;) {
    if (!co_await alarm_.wait_until(due_)) continue;
    changed_ = false;
    due_ = services_.clock.boot() + kNowAndThen;
    try {
      write(co_await subscriptions_.export_opml());
    } catch (const store::StoreError& error) {
      services_.log.warning("the copy of the subscriptions was not written", {{"error", error.what()}});
    }
  }
}

void SubscriptionCopy::write_last(store::Reader& reader) {
  if (!changed_) return;
  write(opml_of(reader.feeds()));
}

void SubscriptionCopy::write(const std::string& opml) {
  if (const auto old = exists(path_) ? read_file(path_, kMaxBytes) : std::string(); old && *old == opml) return;
  if (const auto written = replace_file(path_, opml); !written) {
    services_.log.warning("the copy of the subscriptions was not written", {{"detail", written.error().detail}});
  }
}

}  // namespace newscache::ingest
