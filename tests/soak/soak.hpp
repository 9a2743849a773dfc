#pragma once
// The soak test's world: publishers, weather, clients and the daemon, in virtual time. What happens when is drawn from
// the seed; time stands still while the daemon has anything to do.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel.hpp"
#include "expectations.hpp"
#include "publishers.hpp"
#include "support/daemon.hpp"
#include "support/http_client.hpp"

namespace newscache::test {

struct SoakOptions {
  hours time{72};
  std::uint64_t seed = 1;
  std::size_t feeds = 24;
  bool kills = true;
  int transfers = 32;  // at once; from 2 on the order in which threads are done decides who gets which jitter
};

// What the daemon takes up.
struct Measure {
  hours at{0};
  std::int64_t rss = 0;       // bytes
  std::int64_t database = 0;  // bytes
  std::int64_t log = 0;       // bytes, the write-ahead log
  std::int64_t state = 0;     // bytes, all files of the state directory
  std::int64_t articles = 0;
  std::int64_t added = 0;  // articles, since the beginning
};

struct Tally {
  std::int64_t polls = 0;
  std::int64_t documents = 0;
  std::int64_t kills = 0;
  std::int64_t stops = 0;
  std::int64_t marks = 0;
  std::int64_t checks = 0;
  std::int64_t added = 0;                             // articles that the follower saw come
  std::int64_t changes = 0;                           // that it read
  std::uint64_t fingerprint = 14695981039346656037U;  // of all that was asked, and when
};

class Soak {
 public:
  explicit Soak(SoakOptions options);
  void run();

  const std::vector<std::string>& faults() const { return faults_; }
  // At the quarters.
  const std::vector<Measure>& measures() const { return measures_; }
  const Tally& tally() const { return tally_; }
  std::int64_t promised() const;
  std::string log() const { return daemon_.log(); }

 private:
  struct Killed {};
  struct Feed {
    Feed(Source s) : source(std::move(s)), expectations(source) {}
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    Source source;
    Expectations expectations;
    std::optional<std::int64_t> id;
  };

  // The daemon's life.
  void start();
  void stop();
  void kill();
  void come_back();
  void look_at_remains();

  // Time.
  void every(seconds mean, const std::function<bool()>& while_true, const std::function<void()>& what);
  void pass_until(Instant then);
  void settle();
  void command(boost::json::object head);
  Instant wall() const { return now_ + wrong_by_; }
  // It is left to live, so that its memory can be told to be flat.
  bool is_late() const { return now_ >= begin_ + options_.time / 2; }
  // Nothing goes wrong any more, so that all must come.
  bool is_calm() const { return now_ >= end_ - calm_; }

  // What the daemon asks, and is asked.
  bool serve();
  void answer(const Message& asked);
  void interact();
  HttpAnswer call(std::string_view method, std::string_view target, std::string_view body = {});
  boost::json::object get(std::string_view target);

  // What happens.
  void schedule();
  void subscribe(Feed& feed);
  void unsubscribe();
  void read_and_mark();
  void mark(const std::vector<std::int64_t>& ids, std::optional<bool> read, std::optional<bool> starred);
  void misbehave();
  void change_weather();
  void change_clock();

  // The follower, and the checks.
  void follow();
  Feed* feed_of(const Row& row);
  void read_feeds();
  Rows list();
  using RowsOfFeeds = std::map<std::int64_t, std::vector<const Row*>>;
  RowsOfFeeds rows_of_feeds() const;
  // What the follower has is what must be; and it is what is stored.
  void judge();
  void check();
  void check_descriptors();
  void check_that_all_came();
  void check_log();
  void measure();
  void fault(const std::string& what);

  SoakOptions options_;
  hours calm_;  // at the end
  Chance chance_;
  Instant begin_;
  Instant end_;
  Instant now_;          // as the publishers have it
  seconds wrong_by_{0};  // our clock
  Instant booted_;
  Weather weather_ = Weather::fair;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::multimap<Instant, std::function<void()>> agenda_;

  Daemon daemon_;
  std::optional<Channel> channel_;
  std::optional<HttpClient> client_;
  std::vector<HttpClient> rude_clients_;
  std::map<std::int64_t, Feed*> asked_;      // by the id of what was fetched, until all is settled
  bool arrived_ = true;                      // the clock
  std::optional<std::uint64_t> kill_after_;  // so many interactions
  std::vector<std::int64_t> marking_;        // asked for, and not answered
  Feed* changing_ = nullptr;                 // likewise: its subscription
  std::optional<std::size_t> descriptors_;   // of this life

  std::string epoch_;
  std::int64_t revision_ = 0;
  Rows copy_;

  std::vector<std::string> faults_;
  std::vector<Measure> measures_;
  Tally tally_;
};

}  // namespace newscache::test
