// Articles in the Google Reader dialect: their ids, and what they say.

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "api/readers/google_handlers.hpp"
#include "api/readers/google_ids.hpp"
#include "api/readers/google_reader_shapes.hpp"
#include "api/readers/google_streams.hpp"
#include "api/readers/pictures.hpp"
#include "feed/republish.hpp"

namespace newscache::api::google {
namespace {

constexpr std::size_t usual_items = 20;
// Readers ask for 200,000 ids at once (RSS Guard), and all that ask for many know how to go on.
constexpr std::size_t most_ids = 50'000;
constexpr std::size_t most_items = 10'000;
constexpr std::size_t most_atom_items = 100;
constexpr std::size_t most_atom_bytes = 8 << 20;  // of contents, which are held

// A list that is asked for.
struct Question {
  std::string id;  // of the stream, as it was asked for
  std::vector<Stream> streams;
  std::vector<Stream> also;
  std::vector<Stream> without;
  std::optional<Instant> since;  // both inclusive, by arrival
  std::optional<Instant> until;
  std::optional<model::ArticleId> after;
  bool oldest_first = false;
  std::size_t limit = usual_items;
};

std::vector<Stream> streams_in(const Parameters& parameters, std::string_view name) {
  return parse_streams(parameters.all(name), most_streams);
}

std::string_view text_of(const Parameters& parameters, std::string_view name) {
  const auto* text = parameters.find(name);
  return text == nullptr ? std::string_view() : *text;
}

std::size_t limit_in(const Parameters& parameters, std::size_t most) {
  const auto text = text_of(parameters, "n");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return most;
  if (error != std::errc() || value == 0) return usual_items;
  return static_cast<std::size_t>(std::min<std::uint64_t>(value, most));
}

// What is broken counts as absent: clients have all kinds of mistakes, and show nothing of an error.
Question question_of(const Request& request, std::size_t most) {
  const auto& parameters = request.parameters;
  Question question;
  question.streams = streams_in(parameters, "s");
  question.id = text_of(parameters, "s");
  if (!request.tail.empty()) {
    question.id = request.tail;
    question.streams = {parse_stream(request.tail)};
  }
  if (question.streams.empty()) question.streams.push_back(parse_stream({}));
  if (question.id.empty()) question.id = reading_list_id;
  question.also = streams_in(parameters, "it");
  question.without = streams_in(parameters, "xt");
  question.since = parse_seconds(text_of(parameters, "ot"));
  question.until = parse_seconds(text_of(parameters, "nt"));
  question.after = parse_item_id(text_of(parameters, "c"));
  question.oldest_first = text_of(parameters, "r") == "o";
  question.limit = limit_in(parameters, most);
  return question;
}

// One more than the limit, when there are so many.
Result<std::vector<model::ArticleId>> find_ids(store::Reader& reader, const std::vector<model::Feed>& feeds,
                                               const Question& question) {
  // Of all streams so far: each may have as many as are asked for.
  std::vector<model::ArticleId> found;
  for (const auto& stream : question.streams) {
    Selection selection(feeds);
    selection.keep(stream);
    for (const auto& other : question.also) selection.keep(other);
    for (const auto& other : question.without) selection.drop(other);
    if (selection.is_empty()) continue;
    model::EntryQuery query;
    query.read = selection.read();
    query.starred = selection.starred();
    query.feeds = selection.feeds();
    query.received_since = question.since;
    query.received_until = question.until;
    (question.oldest_first ? query.after : query.before) = question.after;
    query.descending = !question.oldest_first;
    query.limit = static_cast<std::int64_t>(question.limit) + 1;
    auto ids = reader.entry_ids(query);
    // A client would take an empty list at its word, and forget what it has.
    if (!ids) return ids.error();
    found = found.empty() ? std::move(*ids) : first_of(found, *ids, question.oldest_first, question.limit + 1);
  }
  return found;
}

// How items are told to the client that asks.
struct Manner {
  Client client = Client::usual;
  PictureSource pictures;
  std::size_t piece_bytes = 0;
};

Manner manner_of(const Context& context, const Request& request) {
  Manner manner;
  if (is_liferea(request)) manner.client = Client::liferea;
  manner.pictures = picture_source(context, request);
  manner.piece_bytes = context.host.limits.piece_bytes;
  return manner;
}

// A list that may be too long to be held: it is read and sent piece by piece. What goes meanwhile is left out.
class ItemList {
 public:
  ItemList(std::vector<model::Feed> feeds, std::vector<model::ArticleId> ids, std::string opening, std::string end,
           Manner manner)
      : ids_(std::move(ids)), opening_(std::move(opening)), end_(std::move(end)), manner_(std::move(manner)) {
    for (auto& feed : feeds) feeds_.emplace(feed.id, std::move(feed));
  }

  // Empty after the last.
  std::string next(store::Reader& reader) {
    const store::Reader::View view(reader);
    std::string out = std::exchange(opening_, {});
    while (next_ < ids_.size() && out.size() < manner_.piece_bytes) {
      const std::span<const model::ArticleId> left(ids_.data() + next_, ids_.size() - next_);
      const auto batch = reader.articles_of(left, true, manner_.piece_bytes);
      for (const auto& article : batch.articles) add(reader, article, out);
      next_ += batch.taken;
    }
    if (next_ == ids_.size()) out += std::exchange(end_, {});
    return out;
  }
  bool ended() const { return next_ == ids_.size() && end_.empty(); }

 private:
  void add(store::Reader& reader, const model::Article& article, std::string& out) {
    const auto feed = feeds_.find(article.feed_id);
    if (std::exchange(has_items_, true)) out += ',';
    const auto content = shown_content(reader, article, manner_.pictures);
    append_item(out, article, content, feed == feeds_.end() ? nullptr : &feed->second, manner_.client);
  }

  std::unordered_map<model::FeedId, model::Feed> feeds_;
  std::vector<model::ArticleId> ids_;
  std::string opening_;
  std::string end_;
  Manner manner_;
  std::size_t next_ = 0;
  bool has_items_ = false;
};

struct Begun {
  std::shared_ptr<ItemList> list;
  std::string first;
};

loop::awaitable<std::string> next_piece(loop::OnThread<store::Reader>& reader, std::shared_ptr<ItemList> list) {
  auto read = [list](store::Reader& store_reader) { return list->next(store_reader); };
  co_return co_await reader.run(std::move(read));
}

Response response_of(Context& context, Begun begun) {
  auto response = json_text(std::move(begun.first));
  if (!begun.list->ended()) {
    response.rest = [&reader = context.services.reader, list = std::move(begun.list)] {
      return next_piece(reader, list);
    };
  }
  return response;
}

}  // namespace

loop::awaitable<Response> list_ids(Context& context, Request& request) {
  auto read = [question = question_of(request, most_ids)](store::Reader& reader) {
    const store::Reader::View view(reader);
    auto ids = find_ids(reader, reader.feeds(), question);
    if (!ids) return problem(ids.error());
    const bool more = ids->size() > question.limit;
    ids->resize(std::min(ids->size(), question.limit));
    return json_text(item_refs_json(*ids, more));
  };
  co_return co_await context.services.reader.run(std::move(read));
}

loop::awaitable<Response> list_stream(Context& context, Request& request) {
  auto read = [question = question_of(request, most_items), manner = manner_of(context, request),
               now = context.services.clock.wall()](store::Reader& reader) -> Result<Begun> {
    const store::Reader::View view(reader);
    auto feeds = reader.feeds();
    auto ids = find_ids(reader, feeds, question);
    if (!ids) return ids.error();
    const bool more = ids->size() > question.limit;
    ids->resize(std::min(ids->size(), question.limit));
    auto end = items_end(more ? std::optional(ids->back()) : std::nullopt);
    Begun begun;
    begun.list = std::make_shared<ItemList>(std::move(feeds), std::move(*ids), items_opening(question.id, now),
                                            std::move(end), manner);
    begun.first = begun.list->next(reader);
    return begun;
  };
  auto begun = co_await context.services.reader.run(std::move(read));
  if (!begun) co_return problem(begun.error());
  co_return response_of(context, std::move(*begun));
}

namespace {

feed::Category category_of(State state) {
  const auto [id, name] = state == State::read      ? std::pair(read_id, "read")
                          : state == State::starred ? std::pair(starred_id, "starred")
                                                    : std::pair(reading_list_id, "reading-list");
  return {"http://www.google.com/reader/", std::string(id), name};
}

std::vector<feed::Category> categories_of(const model::Article& article) {
  std::vector<feed::Category> categories{category_of(State::reading_list)};
  if (article.read) categories.push_back(category_of(State::read));
  if (article.starred) categories.push_back(category_of(State::starred));
  return categories;
}

Result<feed::Republication> atom_page(store::Reader& reader, const Question& question, const std::string& url) {
  const store::Reader::View view(reader);
  const auto feeds = reader.feeds();
  auto ids = find_ids(reader, feeds, question);
  if (!ids) return ids.error();
  ids->resize(std::min(ids->size(), question.limit));
  feed::Republication page;
  page.id = url;
  page.title = question.id;
  const auto& stream = question.streams.front();
  for (const auto& feed : feeds) {
    if (stream.kind == Stream::Kind::feed && stream.feed == feed.id) page.title = title_of(feed);
  }
  page.author = "newscached";
  page.first_url = url;
  page.self_url = url;
  page.articles = reader.articles_of(*ids, true, most_atom_bytes).articles;
  page.id_of = [](const model::Article& article) { return long_item_id(article.id); };
  page.categories_of = categories_of;
  for (const auto& feed : feeds) page.sources.emplace(feed.id, feed);
  for (auto& [id, feed] : page.sources) feed.title = title_of(feed);
  return page;
}

}  // namespace

// Only newsboat asks for it, where it thinks that we are FeedHQ.
loop::awaitable<Response> get_atom(Context& context, Request& request) {
  auto url = origin_of(request.host, request.is_secure) + request.path;
  auto read = [question = question_of(request, most_atom_items),
               url = std::move(url)](store::Reader& reader) -> Result<std::string> {
    const auto page = atom_page(reader, question, url);
    if (!page) return page.error();
    return feed::republish_atom(*page);
  };
  auto body = co_await context.services.reader.run(std::move(read));
  if (!body) co_return problem(body.error());
  Response response;
  response.body = std::move(*body);
  response.content_type = "application/atom+xml; charset=utf-8";
  co_return response;
}

loop::awaitable<Response> get_items(Context& context, Request& request) {
  std::vector<model::ArticleId> ids;
  std::unordered_set<model::ArticleId> known;
  for (const auto text : request.parameters.all("i")) {
    const auto id = parse_item_id(text);
    if (id && known.insert(*id).second) ids.push_back(*id);
  }
  auto read = [ids = std::move(ids), manner = manner_of(context, request),
               now = context.services.clock.wall()](store::Reader& reader) mutable {
    Begun begun;
    begun.list = std::make_shared<ItemList>(reader.feeds(), std::move(ids), items_opening(reading_list_id, now),
                                            items_end({}), manner);
    begun.first = begun.list->next(reader);
    return begun;
  };
  co_return response_of(context, co_await context.services.reader.run(std::move(read)));
}

}  // namespace newscache::api::google
