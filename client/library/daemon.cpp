#include <boost/json/serialize.hpp>

#include "client/json.hpp"
#include "client/library/pages.hpp"
#include "client/library/records.hpp"
#include "client/socket_path.hpp"

namespace newscache::client {

std::string default_socket_path() { return socket_path("", socket_environment()); }

struct Daemon::State {
  explicit State(std::string path) : connection(std::move(path)) {}
  Connection connection;
};

Daemon::Daemon(std::string socket_path) : state_(std::make_unique<State>(std::move(socket_path))) {}
Daemon::~Daemon() = default;
Daemon::Daemon(Daemon&&) noexcept = default;
Daemon& Daemon::operator=(Daemon&&) noexcept = default;

Result<std::vector<Feed>> Daemon::feeds() {
  const auto answer = state_->connection.get_object("/v1/feeds");
  if (!answer) return error_of(answer.error());
  std::vector<Feed> feeds;
  for (const auto& feed : array_at(*answer, "feeds")) feeds.push_back(feed_of(as_object(feed)));
  return feeds;
}

Result<std::vector<Article>> Daemon::articles(const Query& query) {
  const auto list = fetch_articles(state_->connection, articles_target(query), query.limit);
  if (!list) return error_of(list.error());
  std::vector<Article> articles;
  for (const auto& article : array_at(list->document, "articles")) articles.push_back(article_of(as_object(article)));
  return articles;
}

Result<Article> Daemon::article(std::int64_t id) {
  const auto answer = state_->connection.get_object("/v1/articles/" + std::to_string(id));
  if (!answer) return error_of(answer.error());
  return article_of(*answer);
}

Result<std::int64_t> Daemon::mark(const std::vector<std::int64_t>& ids, const Mark& mark) {
  boost::json::object body{{"ids", boost::json::array(ids.begin(), ids.end())}};
  if (mark.read) body["read"] = *mark.read;
  if (mark.starred) body["starred"] = *mark.starred;
  const auto answer = request("POST", "/v1/articles/mark", boost::json::serialize(body));
  if (!answer) return answer.error();
  const auto result = parse_object(*answer);
  if (!result) return error_of(result.error());
  return count_at(*result, "changed");
}

Result<Position> Daemon::position() {
  const auto status = state_->connection.get_object("/v1/status");
  if (!status) return error_of(status.error());
  return Position{text_at(*status, "epoch"), count_at(*status, "revision")};
}

Result<Changes> Daemon::changes(const Position& after, const Filter& filter) {
  const auto page = state_->connection.get_object(
      with_query("/v1/changes", {{"since", std::to_string(after.revision)},
                                 {"epoch", after.epoch},
                                 {"feed", filter.feed ? std::to_string(*filter.feed) : ""},
                                 {"folder", filter.folder}}));
  if (!page) return error_of(page.error());
  Changes out;
  for (const auto& change : array_at(*page, "changes")) out.changes.push_back(change_of(as_object(change)));
  out.more = flag_at(*page, "more");
  // The page's revision is that of the whole log.
  const bool is_last = !out.more || out.changes.empty();
  out.position = {text_at(*page, "epoch"), is_last ? count_at(*page, "revision") : out.changes.back().revision};
  return out;
}

Result<std::string> Daemon::request(std::string_view method, std::string_view target, std::string_view body) {
  Request request;
  request.method = method;
  request.target = target;
  request.body = body;
  auto answer = state_->connection.send(request);
  if (!answer) return error_of(answer.error());
  return std::move(*answer);
}

}  // namespace newscache::client
