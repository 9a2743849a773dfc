#pragma once
// The news that newscached keeps on this machine, for a C++ program: list articles, mark them, and follow what changes.
//
//   #include <newscache/client.hpp>
//   namespace news = newscache::client;
//
//   news::Daemon daemon;
//   for (const auto& article : daemon.articles({.read = false, .limit = 20}).value()) puts(article.title.c_str());
//
// It needs nothing but the standard library, blocks while it waits for the daemon, and may be used by one thread at a
// time. What can go wrong is a value, Result<T>; nothing here throws but value() of a failure. Link with pkg-config's
// "newscache", or with CMake's newscache::client after find_package(newscache).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#define NEWSCACHE_API __attribute__((visibility("default")))

namespace newscache::client {

enum class Problem {
  unreachable,  // nobody answers at the socket, or we may not use it
  not_found,    // no such feed or article
  start_over,   // the change log does not hold this position any more: read everything anew
  refused,      // the daemon says no, for example for want of permission; the message says why
};

struct Error {
  Problem problem = Problem::refused;
  std::string message;  // one line: what is wrong and what to do
};

// A value or an Error; the part of C++23's std::expected that is needed here.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return std::get<0>(content_); }
  const T& operator*() const { return std::get<0>(content_); }
  T* operator->() { return &std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }
  // Throws std::runtime_error with the message of a failure. By value from a temporary, so that it may stand in a loop.
  T& value() & {
    if (!has_value()) throw std::runtime_error(error().message);
    return std::get<0>(content_);
  }
  T value() && { return std::move(value()); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

using Time = std::chrono::sys_seconds;

struct Feed {
  std::int64_t id = 0;
  std::string uid;  // the same on every device
  std::string url;
  std::string title;
  std::string folder;
  std::string state;  // "new", "ok", "failing", "gone", "paused", "auth"
  std::int64_t articles = 0;
  std::int64_t unread = 0;
};

struct Attachment {
  std::string url;
  std::string mime_type;
  std::int64_t bytes = 0;  // 0: unknown
};

struct Article {
  std::int64_t id = 0;
  std::string uid;  // the same on every device
  std::int64_t feed = 0;
  std::string url;
  std::string external_url;  // the page that a link post is about
  std::string title;         // plain text; may be empty
  std::string content_html;  // safe to show; empty when it was not asked for
  std::string summary;       // plain text
  std::vector<std::string> authors;
  std::vector<std::string> tags;
  std::vector<Attachment> attachments;
  std::optional<Time> published;
  Time received{};
  std::int64_t revision = 0;
  bool read = false;
  bool starred = false;
  std::string snippet;  // of a search: HTML with <mark>
};

enum class Order { newest, oldest, relevance };

struct Query {
  std::optional<std::int64_t> feed = {};
  std::string folder = {};
  std::string tag = {};
  std::string words = {};  // full-text search
  std::optional<bool> read = {};
  std::optional<bool> starred = {};
  std::optional<Time> since = {};
  std::optional<Time> until = {};
  Order order = Order::newest;
  std::int64_t limit = 50;
  bool with_content = true;
};

struct Mark {
  std::optional<bool> read = {};
  std::optional<bool> starred = {};
};

// A place in the daemon's change log. Whoever keeps it, together with what he has read so far, misses nothing.
struct Position {
  std::string epoch;  // names the log; another one is another database
  std::int64_t revision = 0;
};

// "article.added", "article.updated", "article.state" (read, starred), "article.deleted", "feed.added", "feed.updated",
// "feed.deleted"; of a Follower also "network" and "storage", which have neither revision nor id.
struct Change {
  std::string event;
  std::int64_t revision = 0;
  std::int64_t id = 0;  // of the article or feed
  std::string json;     // as the daemon told it
};

struct Changes {
  std::vector<Change> changes;  // the oldest first
  Position position;            // behind them
  bool more = false;            // ask again
};

// Changes of one feed or one folder only.
struct Filter {
  std::optional<std::int64_t> feed = {};
  std::string folder = {};
};

// $NEWSCACHE_SOCKET; else the user's own daemon; else that of the machine.
NEWSCACHE_API std::string default_socket_path();

// Connects at the first question, and again when the daemon has closed the connection.
class NEWSCACHE_API Daemon {
 public:
  explicit Daemon(std::string socket_path = default_socket_path());
  ~Daemon();
  Daemon(Daemon&&) noexcept;
  Daemon& operator=(Daemon&&) noexcept;

  Result<std::vector<Feed>> feeds();
  // At most query.limit, over as many requests as that takes.
  Result<std::vector<Article>> articles(const Query& query = {});
  Result<Article> article(std::int64_t id);
  // How many it changed; they are on the disk then.
  Result<std::int64_t> mark(const std::vector<std::int64_t>& ids, const Mark& mark);

  // The end of the change log as it is now. Ask for it before listing: what changes meanwhile is then told twice
  // instead of never.
  Result<Position> position();
  Result<Changes> changes(const Position& after, const Filter& filter = {});

  // Anything else that the API offers: the body of the answer, JSON for the most part.
  Result<std::string> request(std::string_view method, std::string_view target, std::string_view body = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The changes as they happen. A break, such as a restart of the daemon, is bridged: it connects again and goes on where
// it was.
class NEWSCACHE_API Follower {
 public:
  // What happens from the first next() on. Who has read articles before that asks Daemon::position() first, and gives
  // it.
  explicit Follower(std::string socket_path = default_socket_path(), Filter filter = {});
  // First what has happened since. An empty epoch: of whatever log there is.
  Follower(std::string socket_path, Position after, Filter filter = {});
  ~Follower();
  Follower(Follower&&) noexcept;
  Follower& operator=(Follower&&) noexcept;

  // Returns as soon as there are changes, with none of them after `longest` or after a break, and with
  // Problem::unreachable while the daemon is away: ask again, it tries once a second. Other problems stay.
  Result<std::vector<Change>> next(std::chrono::milliseconds longest);
  // Behind everything that next() has returned.
  const Position& position() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::client
