// Read and starred in the Google Reader dialect.

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

// Marks are of one kind of streams each; a folder of the default label's name is in that label.
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
  // Without items it is a folder that is to be made (Readrops): folders come and go with their feeds.
  if (marks.ids.empty() || (!marks.read && !marks.starred)) co_return ok();
  const auto changed = co_await mark_known(context, std::move(marks));
  if (!changed) co_return problem(changed.error());
  co_return ok();
}

loop::awaitable<Response> mark_all(Context& context, Request& request) {
  const auto* text = request.parameters.find("ts");
  const auto until = text == nullptr ? std::nullopt : parse_mark_time(*text);
  auto names = request.parameters.all("s");
  if (names.empty()) names.emplace_back();
  auto read = [](store::Reader& reader) { return reader.feeds(); };
  const auto feeds = co_await context.services.reader.run(read);
  for (const auto name : names) {
    const auto stream = parse_stream(name);
    for (auto& marks : requests_for(stream, feeds)) {
      // What came within that second, too.
      if (until) marks.before = *until + std::chrono::seconds(1);
      const auto changed = co_await mark(context, std::move(marks));
      if (!changed) co_return problem(changed.error());
    }
  }
  co_return ok();
}

}  // namespace newscache::api::google
