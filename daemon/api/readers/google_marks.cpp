// Read and starred in the Google Reader dialect.

#include <algorithm>
#include <chrono>
#include <limits>

#include "api/marking.hpp"
#include "api/readers/google_handlers.hpp"
#include "api/readers/google_ids.hpp"
#include "api/readers/google_streams.hpp"

namespace newscache::api::google {
namespace {

// What the states that are added and removed come to.
struct Edit {
  std::optional<bool> read;
  std::optional<bool> starred;
};

std::vector<State> states_in(const Parameters& parameters, std::string_view name) {
  std::vector<State> states;
  for (const auto value : parameters.all(name)) {
    if (const auto state = parse_state(value)) states.push_back(*state);
  }
  return states;
}

// None when they contradict each other. What we do not know is nothing to us.
std::optional<Edit> parse_edit(const Parameters& parameters) {
  const auto added = states_in(parameters, "a");
  const auto removed = states_in(parameters, "r");
  const auto has = [](const std::vector<State>& states, State state) {
    return std::find(states.begin(), states.end(), state) != states.end();
  };
  Edit edit;
  for (const auto& [state, flag] : {std::pair(State::read, &edit.read), std::pair(State::starred, &edit.starred)}) {
    if (has(added, state) && has(removed, state)) return std::nullopt;
    if (has(added, state)) *flag = true;
    if (has(removed, state)) *flag = false;
  }
  // newsboat removes kept-unread from what it marks read, which says no more.
  if (!edit.read && has(added, State::kept_unread)) edit.read = false;
  return edit;
}

// Readrops makes a folder so. It is remembered until a feed is in it.
void add_folders(Context& context, const Parameters& parameters) {
  for (const auto value : parameters.all("a")) {
    const auto label = label_of(value);
    if (label && *label != default_label) context.empty_folders.add(std::string(*label));
  }
}

// Of a stream that is marked by what it is; a folder of the default label's name is in that label.
std::vector<model::MarkRequest> requests_for(const Stream& stream, std::span<const model::Feed> feeds) {
  model::MarkRequest all;
  all.all = true;
  all.read = true;
  if (stream.kind == Stream::Kind::everything || stream.kind == Stream::Kind::unread) return {all};
  std::vector<model::MarkRequest> requests;
  if (stream.kind == Stream::Kind::label) {
    all.folder = stream.name;
    requests.push_back(all);
    all.folder = "";
    if (stream.name == default_label) requests.push_back(all);
    return requests;
  }
  for (const auto id : feeds_of(stream, feeds)) {
    all.feed = id;
    requests.push_back(all);
  }
  return requests;
}

}  // namespace

loop::awaitable<Response> edit_tag(Context& context, Request& request) {
  const auto edit = parse_edit(request.parameters);
  if (!edit) co_return refusal("a state cannot be added and removed at once");
  model::MarkRequest marks;
  marks.read = edit->read;
  marks.starred = edit->starred;
  for (const auto text : request.parameters.all("i")) {
    if (const auto id = parse_item_id(text)) marks.ids.push_back(*id);
  }
  if (request.parameters.find("i") == nullptr && request.is_admin) add_folders(context, request.parameters);
  if (marks.ids.empty() || (!marks.read && !marks.starred)) co_return ok();
  marks.skip_unknown = true;
  const auto changed = co_await mark(context, std::move(marks));
  if (!changed) co_return problem(changed.error());
  co_return ok();
}

namespace {

// By their ids: the store's marks know no filter for stars.
loop::awaitable<Result<model::MarkRequest>> starred_request(Context& context, std::optional<Instant> until) {
  model::EntryQuery query;
  query.starred = true;
  query.read = false;
  query.received_until = until;
  query.limit = std::numeric_limits<std::int32_t>::max();
  auto read = [query = std::move(query)](store::Reader& reader) { return reader.entry_ids(query); };
  const auto ids = co_await context.services.reader.run(std::move(read));
  if (!ids) co_return ids.error();
  model::MarkRequest request;
  request.ids = *ids;
  request.skip_unknown = true;
  request.read = true;
  co_return request;
}

}  // namespace

loop::awaitable<Response> mark_all(Context& context, Request& request) {
  const auto* text = request.parameters.find("ts");
  const auto until = text == nullptr ? std::nullopt : parse_mark_time(*text);
  auto names = request.parameters.all("s");
  if (names.empty()) names.emplace_back();
  const auto streams = parse_streams(names, most_streams + 1);
  // To mark some of them only and call it done would be a lie.
  if (streams.size() > most_streams) co_return refusal("s: too many streams at once");
  auto read = [](store::Reader& reader) { return reader.feeds(); };
  const auto feeds = co_await context.services.reader.run(read);
  for (const auto& stream : streams) {
    auto requests = requests_for(stream, feeds);
    if (stream.kind == Stream::Kind::starred) {
      auto starred = co_await starred_request(context, until);
      if (!starred) co_return problem(starred.error());
      requests.push_back(std::move(*starred));
    }
    for (auto& marks : requests) {
      // What came within that second, too.
      if (until && marks.all) marks.before = *until + std::chrono::seconds(1);
      const auto changed = co_await mark(context, std::move(marks));
      if (!changed) co_return problem(changed.error());
    }
  }
  co_return ok();
}

}  // namespace newscache::api::google
