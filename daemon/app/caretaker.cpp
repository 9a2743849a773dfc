#include "app/caretaker.hpp"

#include <algorithm>
#include <utility>

namespace newscache::app {
namespace {

using namespace std::chrono_literals;

// Damage that a check does not find is not looked for all the time.
constexpr auto check_gap = 1h;
// After a start there is other work to do.
constexpr std::chrono::seconds snapshot_delay = 10min;

}  // namespace

Caretaker::Caretaker(boost::asio::any_io_executor executor, const Clock& clock, const Log& log,
                     loop::OnThread<store::Writer>& writer, const store::Options& options)
    : clock_(clock), log_(log), writer_(writer), alarm_(executor, clock), checkup_(options), backup_(options) {}

void Caretaker::damage_met(const store::Damage& damage) {
  if (check_wanted_ || (last_check_ && clock_.boot() < *last_check_ + check_gap)) return;
  log_.error("damage in the database was met; it is being checked", {{"detail", damage.detail}});
  search_index_is_suspect_ = damage.of_search_index;
  check_wanted_ = true;
  alarm_.wake();
}

void Caretaker::snapshot_every(std::optional<std::chrono::seconds> interval) {
  interval_ = interval;
  alarm_.wake();
}

void Caretaker::stop() {
  checkup_.stop();
  backup_.stop();
}

// By the wall clock since the last, and at least a while after the start or the last try.
BootInstant Caretaker::next_snapshot() const {
  const BootInstant now = clock_.boot();
  if (last_snapshot_) return *last_snapshot_ + *interval_;
  const auto last = backup_.last();
  const auto since = last ? std::max(clock_.wall() - *last, 0s) : *interval_;
  return now + std::max(*interval_ - since, std::min(*interval_, snapshot_delay));
}

loop::awaitable<void> Caretaker::run() {
  for (;;) {
    if (std::exchange(check_wanted_, false)) co_await check();
    const BootInstant wake = interval_ ? next_snapshot() : clock_.boot() + 24h;
    if (co_await alarm_.wait_until(wake) && interval_) co_await make_snapshot();
  }
}

loop::awaitable<store::Findings> Caretaker::examine() {
  auto look = [this] { return checkup_.run(); };
  store::Findings findings = co_await loop::offload(thread_, look);
  last_check_ = clock_.boot();
  co_return findings;
}

loop::awaitable<void> Caretaker::check() {
  using enum store::Condition;
  const BootInstant began = clock_.boot();
  try {
    store::Findings findings = co_await examine();
    const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.boot() - began).count();
    if (findings.condition == unknown) co_return;
    if (findings.condition == sound) {
      log_.notice("the database was checked and is sound", {{"ms", ms}});
      // The words of articles are beyond what was checked.
      if (!std::exchange(search_index_is_suspect_, false)) co_return;
      findings.condition = search_index;
    } else {
      log_.error("the database was checked and is damaged", {{"ms", ms}, {"detail", findings.detail}});
    }
    bool renewed = false;
    if (findings.condition != damaged) {
      renewed = co_await repair(findings.condition);
      findings = co_await examine();
    }
    if (renewed && findings.condition == sound) {
      log_.notice("the damage is repaired: it was of what can be made anew");
      if (on_repaired) on_repaired();
    }
    if (findings.condition != sound && findings.condition != unknown && on_damaged) on_damaged(findings.detail);
  } catch (const store::StoreError& error) {
    log_.warning("the database could not be checked", {{"error", error.what()}});
  }
}

loop::awaitable<bool> Caretaker::repair(store::Condition condition) {
  auto renew = [condition](store::Writer& w) {
    if (condition == store::Condition::search_index) {
      w.renew_search_index();
    } else {
      w.renew_indexes();
    }
  };
  try {
    co_await writer_.run(renew);
    co_return true;
  } catch (const store::StoreError& error) {
    log_.notice("an index could not be made anew", {{"error", error.what()}});
  }
  co_return false;
}

loop::awaitable<void> Caretaker::make_snapshot() {
  last_snapshot_ = clock_.boot();
  try {
    auto make = [this] { return backup_.make(); };
    const Result<bool> made = co_await loop::offload(thread_, make);
    if (!made) {
      log_.warning("no snapshot was made", {{"detail", made.error().detail}});
    } else if (*made) {
      log_.info("a snapshot of the database was made");
    }
  } catch (const store::StoreError& error) {
    log_.warning("no snapshot was made", {{"error", error.what()}});
  }
}

}  // namespace newscache::app
