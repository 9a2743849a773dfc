#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "client/connection.hpp"
#include "client/json.hpp"
#include "client/library/records.hpp"

namespace newscache::client {
namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

// A daemon that restarts is away for a moment.
constexpr std::chrono::seconds attempt_gap{1};

Change change_of(const Event& event) {
  Change change;
  change.event = event.name;
  change.json = event.data;
  if (const auto data = parse_object(event.data)) {
    change.revision = count_at(*data, "revision");
    change.id = count_at(*data, "id");
  }
  return change;
}

// 0 for none.
std::int64_t number_from(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

struct Follower::State {
  std::string socket_path;
  Filter filter;
  Position position;
  bool from_now = false;  // the revision is not known yet
  std::unique_ptr<EventStream> stream;
  Moment next_attempt{};

  std::optional<Error> connect();
};

// Without an epoch, a break could end in the log of another database: it is asked for first.
std::optional<Error> Follower::State::connect() {
  next_attempt = std::chrono::steady_clock::now() + attempt_gap;
  if (position.epoch.empty()) {
    const auto now = Daemon(socket_path).position();
    if (!now) return now.error();
    position.epoch = now->epoch;
    if (std::exchange(from_now, false)) position.revision = now->revision;
  }
  EventFilter wanted{position.epoch, filter.feed ? std::to_string(*filter.feed) : "", filter.folder};
  stream = std::make_unique<EventStream>(socket_path, std::to_string(position.revision), wanted);
  return std::nullopt;
}

Follower::Follower(std::string socket_path, Filter filter)
    : state_(std::make_unique<State>(State{std::move(socket_path), std::move(filter), {}, true, nullptr, {}})) {}
Follower::Follower(std::string socket_path, Position after, Filter filter)
    : state_(std::make_unique<State>(
          State{std::move(socket_path), std::move(filter), std::move(after), false, nullptr, {}})) {}
Follower::~Follower() = default;
Follower::Follower(Follower&&) noexcept = default;
Follower& Follower::operator=(Follower&&) noexcept = default;

const Position& Follower::position() const { return state_->position; }

Result<std::vector<Change>> Follower::next(milliseconds longest) {
  auto& state = *state_;
  longest = std::min<milliseconds>(longest, std::chrono::hours(24));  // what is longer is a mistake, or for ever
  const auto now = std::chrono::steady_clock::now();
  if (!state.stream) {
    std::this_thread::sleep_until(std::min(now + longest, state.next_attempt));
    if (now + longest < state.next_attempt) return std::vector<Change>();
    if (auto error = state.connect()) return std::move(*error);
  }
  const auto events = state.stream->wait(longest);
  const auto told = number_from(state.stream->last_id());
  if (!events || (events->empty() && state.stream->ended())) state.stream.reset();
  if (!events) return error_of(events.error());
  std::vector<Change> changes;
  for (const auto& event : *events) {
    changes.push_back(change_of(event));
    state.position.revision = std::max(state.position.revision, changes.back().revision);
  }
  // Also past what the filter has left out, so that the log is not said to be lost.
  state.position.revision = std::max(state.position.revision, told);
  return changes;
}

}  // namespace newscache::client
