#include "soak.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/http_date.hpp"

namespace newscache::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

// After any build of the daemon, which would not trust a clock before that, and after 2038.
constexpr Instant new_year{std::chrono::sys_days{std::chrono::year(2040) / 1 / 1}};
// Within it every feed is polled, however often it has failed.
constexpr hours longest_wait{30};
constexpr std::size_t most_faults = 20;
constexpr std::size_t most_rude_clients = 8;
constexpr std::int64_t most_stars = 25;
constexpr auto name_of_program = "newscached-soak";

// What has been read goes after a day, so that a steady state is reached within days.
// A commit that waits for a time would never come, since time waits for the daemon.
constexpr std::string_view config =
    "[poll]\nfloor = \"20m\"\n"
    "[store]\nkeep_days = 1\nlimit = \"1GB\"\ncommit_interval = \"0s\"\n"
    "[offline]\nfull_text = \"never\"\nimages = false\n";

std::int64_t milliseconds_of(std::chrono::seconds time) { return std::chrono::milliseconds(time).count(); }

void stir(std::uint64_t& fingerprint, std::string_view text) {
  for (const char byte : text) fingerprint = (fingerprint ^ static_cast<unsigned char>(byte)) * 1099511628211U;
}

std::int64_t size_of(const fs::path& file) {
  std::error_code absent;
  const auto size = fs::file_size(file, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

Row row_of(const json::object& article) {
  Row row;
  row.feed = article.at("feed_id").to_number<std::int64_t>();
  row.guid = article.at("guid").as_string();
  row.title = article.at("title").as_string();
  row.read = article.at("read").as_bool();
  row.starred = article.at("starred").as_bool();
  return row;
}

// What SQLite says of the database in that folder; a copy's, since looking would tidy it up.
std::string integrity(const fs::path& folder) {
  const TemporaryDirectory copy;
  for (const char* name : {"news.db", "news.db-wal"}) {
    if (fs::exists(folder / name)) fs::copy_file(folder / name, copy.path() / name);
  }
  sqlite3* database = nullptr;
  std::string found;
  const auto take = [](void* text, int, char** values, char**) {
    static_cast<std::string*>(text)->append(values[0]);
    return 0;
  };
  char* error = nullptr;
  if (sqlite3_open((copy.path() / "news.db").c_str(), &database) != SQLITE_OK ||
      sqlite3_exec(database, "PRAGMA integrity_check", take, &found, &error) != SQLITE_OK) {
    found = error != nullptr ? error : "cannot be opened";
  }
  sqlite3_free(error);
  sqlite3_close(database);
  return found;
}

}  // namespace

Soak::Soak(SoakOptions options)
    : options_(options),
      calm_(options.time >= 2 * longest_wait ? longest_wait : 0h),
      chance_(options.seed),
      begin_(new_year),
      end_(begin_ + options.time),
      now_(begin_),
      booted_(now_ - 1min) {
  daemon_.set_program(name_of_program);
  daemon_.write_config(std::string(config) + "[net]\nmax_transfers = " + std::to_string(options.transfers) + "\n");
  for (std::size_t i = 0; i < options.feeds; ++i) {
    feeds_.push_back(std::make_unique<Feed>(Source(i, options.seed, begin_, options.time)));
  }
}

void Soak::fault(const std::string& what) {
  if (faults_.size() < most_faults) faults_.push_back(http_date(now_) + ": " + what);
}

// The daemon's life.

void Soak::start() {
  auto [ours, its] = Channel::make_ends();
  channel_.emplace(std::move(ours));
  daemon_.set_before_start([fd = its.get()] {
    constexpr int from_test = 3;  // as daemon.cpp has it
    if (fd != from_test) ::dup2(fd, from_test);
    ::fcntl(from_test, F_SETFD, 0);
    ::setenv("JOURNAL_STREAM", "as if", 1);  // so that the log tells errors from the rest
  });
  channel_->send({{"boot", milliseconds_of(now_ - booted_)},
                  {"wall", wall().time_since_epoch().count()},
                  {"seed", static_cast<std::int64_t>(options_.seed)},
                  {"link", weather_ == Weather::offline ? 0 : 1}});
  daemon_.start();
  descriptors_.reset();
}

void Soak::stop() {
  rude_clients_.clear();
  client_.reset();
  const int code = daemon_.stop();
  if (code != 0) fault("it ended with " + std::to_string(code));
  channel_.reset();
  ++tally_.stops;
}

void Soak::kill() {
  daemon_.kill();
  client_.reset();
  rude_clients_.clear();
  channel_.reset();
  kill_after_.reset();
  asked_.clear();
  for (const auto& feed : feeds_) feed->expectations.killed();
  ++tally_.kills;
}

// Until it has been started and was not killed again.
void Soak::come_back() {
  for (;;) {
    if (tally_.kills % 4 == 1) look_at_remains();
    now_ += chance_.about(40min);
    if (chance_.percent(30)) booted_ = now_ - 20s;
    for (const std::int64_t id : std::exchange(marking_, {})) {
      if (Feed* feed = feed_of(copy_.at(id))) feed->expectations.perhaps_marked(copy_.at(id).guid);
    }
    try {
      start();
      if (options_.kills && !is_late() && chance_.percent(15)) kill_after_ = chance_.below(12);
      settle();
      read_feeds();
      check();
      return;
    } catch (const Killed&) {
    }
  }
}

void Soak::look_at_remains() {
  const std::string found = integrity(daemon_.state_dir());
  if (found != "ok") fault("the database after a kill: " + found);
}

// Time.

void Soak::every(seconds mean, const std::function<bool()>& while_true, const std::function<void()>& what) {
  agenda_.emplace(now_ + chance_.about(mean), [this, mean, while_true, what] {
    every(mean, while_true, what);
    if (while_true()) what();
  });
}

void Soak::command(json::object head) {
  arrived_ = false;
  channel_->send(head);
  while (!arrived_) {
    pollfd waiting{channel_->descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
    serve();
  }
}

void Soak::pass_until(Instant then) {
  while (now_ < then) {
    const std::int64_t before = tally_.documents;
    command({{"op", "go"}, {"to", milliseconds_of(then - booted_)}});
    settle();
    // At once: what is missing now may come with the next poll.
    if (tally_.documents == before) continue;
    follow();
    judge();
  }
}

// Until it has answered all, asks nothing, and has stored what it was given.
void Soak::settle() {
  for (bool is_quiet = false; !is_quiet;) {
    serve();
    const std::int64_t polls = tally_.polls;
    const std::int64_t active = get("/v1/status").at("polling").at("active").to_number<std::int64_t>();
    // A poll that begins after that was said may have been answered while we waited for it to be said.
    is_quiet = !serve() && active == 0 && tally_.polls == polls;
  }
  for (const auto& [id, feed] : asked_) feed->expectations.settled();
  asked_.clear();
}

// What the daemon asks, and is asked.

bool Soak::serve() {
  bool any = false;
  while (const std::optional<Message> message = channel_->receive(false)) {
    any = true;
    const std::string op = message->text("op");
    if (op == "at") {
      arrived_ = true;
      now_ = booted_ + std::chrono::floor<seconds>(std::chrono::milliseconds(message->number("boot")));
    } else if (op == "cut") {
      const auto feed = asked_.find(message->number("id"));
      if (feed != asked_.end()) feed->second->expectations.cut_off();
    } else {
      answer(*message);
    }
    interact();
  }
  return any;
}

void Soak::answer(const Message& message) {
  const Asked asked{message.text("url"), message.text("etag"), message.text("last_modified")};
  const auto found =
      std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& feed) { return feed->source.is_at(asked.url); });
  if (found == feeds_.end()) throw std::runtime_error("nobody told it of " + asked.url);
  Feed& feed = **found;
  Answer given = feed.source.answer(asked, now_, weather_, is_calm());
  feed.expectations.sent(given);
  asked_[message.number("id")] = &feed;
  ++tally_.polls;
  if (given.kind == Answer::Kind::whole) ++tally_.documents;
  stir(tally_.fingerprint, std::to_string(now_.time_since_epoch().count()) + asked.url + asked.etag +
                               asked.last_modified + std::to_string(given.body.size()));
  given.head["op"] = "answer";
  given.head["id"] = message.number("id");
  channel_->send(given.head, given.body);
}

// The moments at which it may be killed.
void Soak::interact() {
  if (!kill_after_ || (*kill_after_)-- > 0) return;
  kill();
  throw Killed();
}

HttpAnswer Soak::call(std::string_view method, std::string_view target, std::string_view body) {
  if (!client_) client_.emplace(daemon_.socket());
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!body.empty()) request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  client_->send(request.append("\r\n").append(body));
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{client_->descriptor(), POLLIN, 0}, pollfd{channel_->descriptor(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) serve();
    if (waiting[0].revents != 0) break;
  }
  std::optional<HttpAnswer> answer = client_->receive();
  if (!answer) throw std::runtime_error("no answer to " + std::string(method) + " " + std::string(target));
  interact();
  return std::move(*answer);
}

json::object Soak::get(std::string_view target) {
  const HttpAnswer answer = call("GET", target);
  if (answer.status != 200) throw std::runtime_error(std::string(target) + ": " + answer.body);
  return json::parse(answer.body).as_object();
}

// What happens.

void Soak::schedule() {
  const auto always = [] { return true; };
  const auto before_calm = [this] { return !is_calm(); };
  const auto while_killing = [this] { return options_.kills && !is_late(); };
  every(2h, always, [this] { read_and_mark(); });
  every(90min, always, [this] { misbehave(); });
  every(20h, before_calm, [this] { change_weather(); });
  every(40h, before_calm, [this] { change_clock(); });
  every(15h, before_calm, [this] { unsubscribe(); });
  every(30h, always, [this] { check(); });
  every(4h, while_killing, [this] {
    if (chance_.percent(80)) {
      kill_after_ = chance_.below(60);
    } else if (chance_.percent(50)) {
      kill();
      throw Killed();
    } else {
      stop();
      come_back();
    }
  });
  for (int quarter = 1; quarter <= 4; ++quarter) {
    agenda_.emplace(begin_ + options_.time / 4 * quarter - 1s, [this] { measure(); });
  }
  agenda_.emplace(end_ - calm_, [this] {
    weather_ = Weather::fair;
    wrong_by_ = 0s;
    command({{"op", "wall"}, {"wall", wall().time_since_epoch().count()}});
    command({{"op", "link"}, {"up", 1}});
  });
}

void Soak::run() {
  schedule();
  start();
  for (const auto& feed : feeds_) subscribe(*feed);
  epoch_ = get("/v1/status").at("epoch").as_string();
  follow();
  for (Instant next; (next = agenda_.begin()->first) < end_;) {
    try {
      pass_until(next);
      const auto happening = agenda_.extract(agenda_.begin());
      happening.mapped()();
    } catch (const Killed&) {
      come_back();
    }
  }
  check();
  if (calm_ > 0h) check_that_all_came();
  stop();
  check_log();
  const std::string found = integrity(daemon_.state_dir());
  if (found != "ok") fault("the database at the end: " + found);
}

void Soak::subscribe(Feed& feed) {
  const std::string body = json::serialize(json::object{{"url", feed.source.url()}});
  changing_ = &feed;
  HttpAnswer answer = call("POST", "/v1/feeds", body);
  // The publisher is in trouble, or the network is.
  if (answer.status != 201) answer = call("POST", "/v1/feeds?validate=later", body);
  changing_ = nullptr;
  if (answer.status != 201) return fault("no subscription to " + feed.source.url() + ": " + answer.body);
  feed.id = json::parse(answer.body).at("id").to_number<std::int64_t>();
  settle();
}

// One goes for a while, with all that it had.
void Soak::unsubscribe() {
  settle();
  Feed& feed = *feeds_[chance_.below(feeds_.size())];
  if (!feed.id) return;
  agenda_.emplace(now_ + chance_.about(10h), [this, &feed] {
    if (!feed.id) subscribe(feed);
  });
  changing_ = &feed;
  const HttpAnswer answer = call("DELETE", "/v1/feeds/" + std::to_string(*feed.id) + "?purge=all");
  changing_ = nullptr;
  if (answer.status != 204) fault("no end of " + feed.source.url() + ": " + answer.body);
  feed.id.reset();
  feed.expectations.forget();
}

void Soak::read_and_mark() {
  follow();
  judge();
  std::vector<std::int64_t> read;
  std::vector<std::int64_t> unread;
  std::vector<std::int64_t> star;
  std::vector<std::int64_t> unstar;
  const auto stars = std::count_if(copy_.begin(), copy_.end(), [](const auto& one) { return one.second.starred; });
  for (const auto& [id, row] : copy_) {
    if (!row.read && chance_.percent(85)) read.push_back(id);
    if (row.read && chance_.below(1000) < 3) unread.push_back(id);
    if (!row.starred && chance_.below(1000) < 5) star.push_back(id);
    if (row.starred && stars > most_stars && chance_.percent(50)) unstar.push_back(id);
  }
  mark(read, true, {});
  mark(unread, false, {});
  mark(star, {}, true);
  mark(unstar, {}, false);
}

void Soak::mark(const std::vector<std::int64_t>& ids, std::optional<bool> read, std::optional<bool> starred) {
  if (ids.empty()) return;
  json::object body{{"ids", json::array(ids.begin(), ids.end())}};
  if (read) body["read"] = *read;
  if (starred) body["starred"] = *starred;
  marking_ = ids;
  const HttpAnswer answer = call("POST", "/v1/articles/mark", json::serialize(body));
  marking_.clear();
  if (answer.status == 404) return;  // the housekeeper has just taken one; then nothing is marked
  if (answer.status != 200) return fault("not marked: " + answer.body);
  tally_.marks += std::ssize(ids);
  for (const std::int64_t id : ids) {
    if (Feed* feed = feed_of(copy_.at(id))) feed->expectations.marked(copy_.at(id).guid, read, starred);
  }
}

// Clients that do not do what clients should; they are gone after a while.
void Soak::misbehave() {
  std::erase_if(rude_clients_, [&](const HttpClient&) { return chance_.percent(50); });
  if (rude_clients_.size() >= most_rude_clients) return;
  constexpr std::array<std::string_view, 5> openings{
      "GET /v1/articles?limit=10 HT",                                     // and no more
      "GET /v1/articles?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n",  // and reads nothing
      "GET /v1/events?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n",       // likewise
      "POST /v1/articles/mark HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{\"re",
      "\x16\x03\x01 nonsense\r\n\r\n"};
  HttpClient& client = rude_clients_.emplace_back(daemon_.socket());
  client.send(openings.at(chance_.below(openings.size())));
  settle();
}

void Soak::change_weather() {
  constexpr std::array kinds{Weather::offline, Weather::silent, Weather::portal};
  const auto set = [this](Weather weather) {
    weather_ = weather;
    command({{"op", "link"}, {"up", weather == Weather::offline ? 0 : 1}});
    settle();
  };
  agenda_.emplace(now_ + chance_.about(3h), [set] { set(Weather::fair); });
  set(kinds.at(chance_.below(kinds.size())));
}

void Soak::change_clock() {
  const auto set = [this](seconds wrong_by) {
    wrong_by_ = wrong_by;
    command({{"op", "wall"}, {"wall", wall().time_since_epoch().count()}});
    settle();
  };
  agenda_.emplace(now_ + chance_.about(4h), [set] { set(0s); });
  constexpr std::array<seconds, 5> errors{-24h * 365 * 69, -3h, 10min, 26h, 24h * 365 * 59};
  set(errors.at(chance_.below(errors.size())));
}

// The follower, and the checks.

Soak::Feed* Soak::feed_of(const Row& row) {
  for (const auto& feed : feeds_) {
    if (feed->id == row.feed) return feed.get();
  }
  return nullptr;
}

void Soak::follow() {
  for (bool more = true; more;) {
    const HttpAnswer answer =
        call("GET", "/v1/changes?limit=1000&since=" + std::to_string(revision_) + "&epoch=" + epoch_);
    if (answer.status != 200) throw std::runtime_error("the follower has lost its place: " + answer.body);
    const json::object page = json::parse(answer.body).as_object();
    for (const json::value& change : page.at("changes").as_array()) {
      ++tally_.changes;
      if (change.at("type").as_string() != "article") continue;
      const auto id = change.at("id").to_number<std::int64_t>();
      const auto& op = change.at("op").as_string();
      const HttpAnswer article =
          op == "deleted" ? HttpAnswer{404, {}, {}} : call("GET", "/v1/articles/" + std::to_string(id));
      if (article.status == 404) {
        copy_.erase(id);
      } else {
        copy_.insert_or_assign(id, row_of(json::parse(article.body).as_object()));
      }
      if (op == "added") ++tally_.added;
    }
    revision_ = page.at("revision").to_number<std::int64_t>();
    more = page.at("more").as_bool();
  }
}

void Soak::read_feeds() {
  std::map<Feed*, std::int64_t> found;
  const json::object all = get("/v1/feeds");
  for (const json::value& one : all.at("feeds").as_array()) {
    const std::string url(one.at("url").as_string());
    const auto feed = std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& f) { return f->source.is_at(url); });
    if (feed == feeds_.end() || !found.emplace(feed->get(), one.at("id").to_number<std::int64_t>()).second) {
      fault("a strange or second subscription to " + url);
    }
  }
  for (const auto& feed : feeds_) {
    const auto its = found.find(feed.get());
    const auto id = its != found.end() ? std::optional(its->second) : std::nullopt;
    if (id == feed->id) continue;
    if (changing_ != feed.get()) fault("the subscription to " + feed->source.url() + " has changed");
    feed->id = id;
    if (!id) feed->expectations.forget();
  }
  changing_ = nullptr;
}

Rows Soak::list() {
  Rows rows;
  std::string cursor;
  do {
    const json::object page =
        get("/v1/articles?limit=1000&fields=summary" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const json::value& article : page.at("articles").as_array()) {
      rows.emplace(article.at("id").to_number<std::int64_t>(), row_of(article.as_object()));
    }
    const json::value* next = page.if_contains("next_cursor");
    cursor = next != nullptr && next->is_string() ? std::string(next->as_string()) : "";
  } while (!cursor.empty());
  return rows;
}

void Soak::check() {
  settle();
  // The housekeeper may be at work.
  Rows rows;
  std::int64_t before = 0;
  do {
    follow();
    before = revision_;
    rows = list();
    follow();
  } while (revision_ != before);
  ++tally_.checks;
  if (rows != copy_) {
    std::string what = "the follower has another state than the list:";
    for (const auto& [id, row] : rows) {
      const auto its = copy_.find(id);
      if (its == copy_.end() || its->second != row) what += " " + row.guid;
    }
    for (const auto& [id, row] : copy_) {
      if (!rows.contains(id)) what += " -" + row.guid;
    }
    fault(what);
  }
  judge();
  check_descriptors();
}

Soak::RowsOfFeeds Soak::rows_of_feeds() const {
  RowsOfFeeds of_feed;
  for (const auto& [id, row] : copy_) of_feed[row.feed].push_back(&row);
  return of_feed;
}

void Soak::judge() {
  RowsOfFeeds of_feed = rows_of_feeds();
  for (const auto& feed : feeds_) {
    if (!feed->id) continue;
    for (const std::string& what : feed->expectations.judge(of_feed[*feed->id])) fault(what);
    of_feed.erase(*feed->id);
  }
  for (const auto& [feed, strays] : of_feed) {
    if (!strays.empty()) fault("articles of no subscription: " + strays.front()->guid);
  }
}

// Only our own connection is open; the daemon needs its time to notice that others are not.
void Soak::check_descriptors() {
  constexpr int tries = 100;
  rude_clients_.clear();
  std::size_t count = 0;
  for (int i = 0; i < tries; ++i) {
    get("/v1/status");
    const fs::path descriptors = "/proc/" + std::to_string(daemon_.pid()) + "/fd";
    count = static_cast<std::size_t>(std::distance(fs::directory_iterator(descriptors), fs::directory_iterator()));
    if (!descriptors_) descriptors_ = count;
    if (count <= *descriptors_) return;
  }
  fault("open descriptors: " + std::to_string(count) + ", after " + std::to_string(*descriptors_) + " before");
  descriptors_ = count;
}

void Soak::check_that_all_came() {
  RowsOfFeeds of_feed = rows_of_feeds();
  for (const auto& feed : feeds_) {
    if (!feed->id || feed->source.is_gone(now_)) continue;
    for (const std::string& what : feed->expectations.missing(of_feed[*feed->id], end_ - calm_ + 2h)) fault(what);
  }
}

void Soak::check_log() {
  std::istringstream lines(daemon_.log());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("<3>")) fault("in its log: " + line);
  }
}

void Soak::measure() {
  kill_after_.reset();
  check();
  Measure measure;
  measure.at = std::chrono::floor<hours>(now_ - begin_);
  std::ifstream status("/proc/" + std::to_string(daemon_.pid()) + "/status");
  for (std::string word; status >> word;) {
    constexpr std::int64_t kilobyte = 1024;
    if (word == "VmRSS:" && status >> measure.rss) measure.rss *= kilobyte;
  }
  const fs::path state = daemon_.state_dir();
  measure.database = size_of(state / "news.db");
  measure.log = size_of(state / "news.db-wal");
  for (const auto& file : fs::recursive_directory_iterator(state))
    measure.state += file.is_regular_file() ? size_of(file) : 0;
  measure.articles = std::ssize(copy_);
  measure.added = tally_.added;
  measures_.push_back(measure);
}

std::int64_t Soak::promised() const {
  std::int64_t count = 0;
  for (const auto& feed : feeds_) count += feed->expectations.promised();
  return count;
}

}  // namespace newscache::test
