// Lists of entries, and single ones, as Miniflux's clients ask for them.

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "api/readers/miniflux_handlers.hpp"
#include "api/readers/pictures.hpp"

namespace newscache::api {
namespace {

constexpr std::int64_t usual_limit = 100;
constexpr std::int64_t most_entries = 10'000;
constexpr std::int64_t most_offset = 0x7fffffff;
constexpr std::size_t most_tags = 16;  // each is a condition of the query

// A whole number that is not negative. What is none counts as absent, as there.
std::optional<std::int64_t> number(const Parameters& parameters, std::string_view name) {
  const auto* given = parameters.find(name);
  if (given == nullptr || given->empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto* end = given->data() + given->size();
  const auto [stop, error] = std::from_chars(given->data(), end, value);
  if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> either(const Parameters& parameters, std::string_view name, std::string_view other) {
  const auto value = number(parameters, name);
  return value ? value : number(parameters, other);
}

// Years are told in four digits, and seconds later than that fit into no time.
constexpr std::int64_t last_second = 253'402'300'799;

// 0 is what clients say that mean none.
std::optional<Instant> instant(std::optional<std::int64_t> seconds) {
  if (seconds.value_or(0) == 0) return std::nullopt;
  return Instant(std::chrono::seconds(std::min(*seconds, last_second)));
}

std::optional<Moment> moment(std::optional<std::int64_t> seconds) {
  const auto time = instant(seconds);
  return time ? std::optional<Moment>(*time) : std::nullopt;
}

// Repeated ones: any of them.
Result<std::optional<bool>> read_status(const Parameters& parameters) {
  bool read = false;
  bool unread = false;
  for (const auto status : parameters.all("status")) {
    if (status != "read" && status != "unread") return Error{Cause::invalid, "status must be read or unread"};
    (status == "read" ? read : unread) = true;
  }
  return read == unread ? std::optional<bool>() : std::optional(read);
}

struct OrderName {
  std::string_view name;
  model::EntryOrder order;
};
constexpr OrderName orders[] = {
    {"id", model::EntryOrder::arrival},          {"status", model::EntryOrder::read},
    {"changed_at", model::EntryOrder::changed},  {"published_at", model::EntryOrder::published},
    {"created_at", model::EntryOrder::received}, {"category_title", model::EntryOrder::rank},
    {"category_id", model::EntryOrder::rank},    {"title", model::EntryOrder::title},
    {"author", model::EntryOrder::author},
};

Result<void> read_order(const Parameters& parameters, const MinifluxLibrary& library, model::EntryQuery& query) {
  query.order = model::EntryOrder::published;
  if (const auto* given = parameters.find("order"); given != nullptr && !given->empty()) {
    const auto found =
        std::find_if(std::begin(orders), std::end(orders), [given](const auto& one) { return one.name == *given; });
    if (found == std::end(orders)) return Error{Cause::invalid, "there is no such order"};
    query.order = found->order;
    std::int64_t place = 0;
    for (const auto& category : library.categories().all()) {
      const auto rank = found->name == "category_id" ? category.id : ++place;
      if (query.order != model::EntryOrder::rank) break;
      for (const auto id : library.feeds_of(category)) query.ranks.emplace_back(id, rank);
    }
  }
  if (const auto* given = parameters.find("direction"); given != nullptr && !given->empty()) {
    if (*given != "asc" && *given != "desc") return Error{Cause::invalid, "direction must be asc or desc"};
    query.descending = *given == "desc";
  }
  return {};
}

Result<std::int64_t> read_limit(const Parameters& parameters, std::int64_t usual) {
  const auto limit = number(parameters, "limit").value_or(usual);
  // A client takes a page that is shorter than it asked for as the last one.
  if (limit > most_entries) return Error{Cause::invalid, "the limit is at most " + std::to_string(most_entries)};
  return limit == 0 ? most_entries : limit;
}

std::int64_t read_offset(const Parameters& parameters) {
  return std::min(number(parameters, "offset").value_or(0), most_offset);
}

// Which feeds, by the path and by parameters.
Result<void> read_feeds(const Parameters& parameters, const MinifluxLibrary& library, model::EntryQuery& query) {
  const auto feed_id = number(parameters, "feed_id").value_or(0);
  const auto category_id = number(parameters, "category_id").value_or(0);
  const auto* feed = library.find(model::FeedId{feed_id});
  const auto* category = library.categories().find(category_id);
  if (feed_id != 0 && feed == nullptr) return Error{Cause::invalid, "there is no such feed"};
  if (category_id != 0 && category == nullptr) return Error{Cause::invalid, "there is no such category"};
  if (category != nullptr) query.feeds = library.feeds_of(*category);
  if (feed == nullptr) return {};
  const bool is_in = category == nullptr || feed->folder == category->folder;
  query.feeds.emplace();
  if (is_in) query.feeds->push_back(feed->id);
  return {};
}

Result<model::EntryQuery> parse_entry_query(const Parameters& parameters, const MinifluxLibrary& library) {
  model::EntryQuery query;
  const auto read = read_status(parameters);
  if (!read) return read.error();
  query.read = *read;
  if (auto ordered = read_order(parameters, library, query); !ordered) return ordered.error();
  if (auto found = read_feeds(parameters, library, query); !found) return found.error();
  const auto limit = read_limit(parameters, usual_limit);
  if (!limit) return limit.error();
  query.limit = *limit;
  query.offset = read_offset(parameters);
  if (const auto* starred = parameters.find("starred")) query.starred = lenient_boolean(*starred);
  query.published_before = instant(either(parameters, "before", "published_before"));
  query.published_after = instant(either(parameters, "after", "published_after"));
  query.changed_before = moment(number(parameters, "changed_before"));
  query.changed_after = moment(number(parameters, "changed_after"));
  if (const auto id = number(parameters, "before_entry_id"); id && *id > 0) query.before = model::ArticleId{*id};
  if (const auto id = number(parameters, "after_entry_id")) query.after = model::ArticleId{*id};
  if (const auto* words = parameters.find("search")) query.text = *words;
  for (const auto tag : parameters.all("tags")) {
    if (!tag.empty()) query.tags.emplace_back(tag);
    if (query.tags.size() > most_tags) return Error{Cause::invalid, "too many tags"};
  }
  return query;
}

// Where "or" is a word of ours in capitals, and what nobody can read as a query is the words that are in it.
std::string as_our_query(const std::string& text, bool only_words) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool is_operator = word == "OR" || word == "AND" || word == "NOT";
    if (only_words && is_operator) continue;
    if (!out.empty()) out += ' ';
    if (!only_words) {
      out += word == "or" ? "OR" : word;
      continue;
    }
    for (const char c : word) {
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            static_cast<unsigned char>(c) >= 0x80;
      out += is_plain ? c : ' ';
    }
  }
  return out;
}

Result<model::EntryIds> find(store::Reader& reader, model::EntryQuery query) {
  const auto text = query.text;
  query.text = as_our_query(text, false);
  auto found = reader.entries(query);
  if (found || found.error().cause != Cause::invalid) return found;
  query.text = as_our_query(text, true);
  // A list that nothing restricts would be an answer to another question.
  if (query.text.find_first_not_of(' ') == std::string::npos) return model::EntryIds();
  found = reader.entries(query);
  if (!found && found.error().cause == Cause::invalid) return model::EntryIds();
  return found;
}

// A list that may be too long to be held: it is read and sent piece by piece.
class EntryListing {
 public:
  EntryListing(std::shared_ptr<MinifluxLibrary> library, PictureSource pictures, std::size_t piece_bytes)
      : library_(std::move(library)), pictures_(std::move(pictures)), piece_bytes_(piece_bytes) {}

  Result<std::string> begin(store::Reader& reader, const model::EntryQuery& query) {
    const store::Reader::View view(reader);
    auto found = find(reader, query);
    if (!found) return found.error();
    ids_ = std::move(found->ids);
    return R"({"total":)" + std::to_string(found->total) + R"(,"entries":[)" + next(reader);
  }

  // Empty after the last.
  std::string next(store::Reader& reader) {
    std::string out;
    while (!ended_ && out.size() < piece_bytes_) {
      const auto rest = std::span(ids_).subspan(taken_);
      const auto batch = reader.articles_of(rest, true, piece_bytes_);
      taken_ += batch.taken;
      for (const auto& article : batch.articles) {
        // Of a feed that has come meanwhile.
        if (library_->find(article.feed_id) == nullptr) continue;
        if (std::exchange(has_entries_, true)) out += ',';
        library_->append_entry(out, article, shown_content(reader, article, pictures_));
      }
      ended_ = taken_ >= ids_.size();
    }
    if (ended_ && !std::exchange(closed_, true)) out += "]}";
    return out;
  }
  bool ended() const { return closed_; }

 private:
  std::shared_ptr<MinifluxLibrary> library_;
  PictureSource pictures_;
  std::size_t piece_bytes_;
  std::vector<model::ArticleId> ids_;
  std::size_t taken_ = 0;
  bool has_entries_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

loop::awaitable<std::string> next_piece(loop::OnThread<store::Reader>& reader, std::shared_ptr<EntryListing> listing) {
  if (listing->ended()) co_return std::string();
  auto read = [listing](store::Reader& store_reader) { return listing->next(store_reader); };
  co_return co_await reader.run(std::move(read));
}

loop::awaitable<Response> list_entries(Context& context, Request& request, std::shared_ptr<MinifluxLibrary> library,
                                       model::EntryQuery query) {
  // What the index has not taken in yet would be missing.
  const bool by_index = !query.text.empty() || !query.tags.empty();
  if (by_index) co_await context.services.indexer.catch_up();
  auto listing = std::make_shared<EntryListing>(std::move(library), picture_source(context, request),
                                                context.host.limits.piece_bytes);
  auto begin = [listing, query = std::move(query)](store::Reader& reader) { return listing->begin(reader, query); };
  auto body = co_await context.services.reader.run(std::move(begin));
  if (!body) co_return problem(body.error());
  auto response = json_response(std::move(*body));
  if (!listing->ended()) {
    response.rest = [&reader = context.services.reader, listing] { return next_piece(reader, listing); };
  }
  co_return response;
}

}  // namespace

loop::awaitable<Response> miniflux_entries(Context& context, Request& request) {
  auto library = co_await read_library(context);
  auto query = parse_entry_query(request.parameters, *library);
  if (!query) co_return problem(query.error());
  co_return co_await list_entries(context, request, std::move(library), std::move(*query));
}

loop::awaitable<Response> miniflux_feed_entries(Context& context, Request& request) {
  auto library = co_await read_library(context);
  auto query = parse_entry_query(request.parameters, *library);
  const auto* feed = library->find(model::FeedId{request.id});
  if (feed == nullptr) co_return problem(400, "there is no such feed");
  if (!query) co_return problem(query.error());
  query->feeds = std::vector{feed->id};
  co_return co_await list_entries(context, request, std::move(library), std::move(*query));
}

loop::awaitable<Response> miniflux_category_entries(Context& context, Request& request) {
  auto library = co_await read_library(context);
  auto query = parse_entry_query(request.parameters, *library);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return problem(400, "there is no such category");
  if (!query) co_return problem(query.error());
  query->feeds = library->feeds_of(*category);
  co_return co_await list_entries(context, request, std::move(library), std::move(*query));
}

// No content is read.
loop::awaitable<Response> miniflux_entry_ids(Context& context, Request& request) {
  model::EntryQuery query;
  const auto read = read_status(request.parameters);
  if (!read) co_return problem(read.error());
  const auto limit = read_limit(request.parameters, most_entries);
  if (!limit) co_return problem(limit.error());
  if (const auto* starred = request.parameters.find("starred")) {
    if (*starred != "true" && *starred != "false") co_return problem(400, "starred must be true or false");
    query.starred = *starred == "true";
  }
  query.read = *read;
  query.limit = *limit;
  query.offset = read_offset(request.parameters);
  query.descending = true;
  auto list = [query](store::Reader& reader) -> Result<std::string> {
    const store::Reader::View view(reader);
    const auto found = find(reader, query);
    if (!found) return found.error();
    std::string out;
    text::JsonWriter json(out);
    json.open('{').key("total").integer(found->total).key("entry_ids").open('[');
    for (const auto id : found->ids) json.integer(model::raw(id));
    json.close(']').close('}');
    return out;
  };
  auto body = co_await context.services.reader.run(std::move(list));
  co_return body ? json_response(std::move(*body)) : problem(body.error());
}

namespace {

// `feeds`: in one of which it must be; none: in any.
loop::awaitable<Response> one_entry(Context& context, Request& request, std::shared_ptr<MinifluxLibrary> library,
                                    model::ArticleId id, std::optional<std::vector<model::FeedId>> feeds) {
  auto read = [library = std::move(library), id, feeds = std::move(feeds),
               pictures = picture_source(context, request)](store::Reader& reader) -> Result<std::string> {
    const Error none{Cause::not_found, "there is no such entry"};
    const auto batch = reader.articles_of({&id, 1}, true, 1);
    if (batch.articles.empty()) return none;
    const auto& article = batch.articles.front();
    if (feeds && std::find(feeds->begin(), feeds->end(), article.feed_id) == feeds->end()) return none;
    if (library->find(article.feed_id) == nullptr) return none;
    std::string out;
    library->append_entry(out, article, shown_content(reader, article, pictures));
    return out;
  };
  auto body = co_await context.services.reader.run(std::move(read));
  co_return body ? json_response(std::move(*body)) : problem(body.error());
}

}  // namespace

loop::awaitable<Response> miniflux_entry(Context& context, Request& request) {
  auto library = co_await read_library(context);
  co_return co_await one_entry(context, request, std::move(library), model::ArticleId{request.id}, std::nullopt);
}

loop::awaitable<Response> miniflux_feed_entry(Context& context, Request& request) {
  auto library = co_await read_library(context);
  std::optional feeds(std::vector{model::FeedId{request.id}});
  co_return co_await one_entry(context, request, std::move(library), model::ArticleId{request.entry_id},
                               std::move(feeds));
}

loop::awaitable<Response> miniflux_category_entry(Context& context, Request& request) {
  auto library = co_await read_library(context);
  const auto* category = library->categories().find(request.id);
  if (category == nullptr) co_return problem(404, "there is no such category");
  std::optional feeds(library->feeds_of(*category));
  co_return co_await one_entry(context, request, std::move(library), model::ArticleId{request.entry_id},
                               std::move(feeds));
}

// The fullest version that is known: nothing is fetched by this.
loop::awaitable<Response> miniflux_entry_content(Context& context, Request& request) {
  auto read = [id = model::ArticleId{request.id},
               pictures = picture_source(context, request)](store::Reader& reader) -> Result<std::string> {
    const auto article = reader.article(id);
    if (!article) return article.error();
    const auto content = shown_content(reader, *article, pictures);
    std::string out;
    text::JsonWriter(out).open('{').key("content").text(content).key("reading_time").integer(reading_time(content));
    return out + "}";
  };
  auto body = co_await context.services.reader.run(std::move(read));
  co_return body ? json_response(std::move(*body)) : problem(body.error());
}

}  // namespace newscache::api
