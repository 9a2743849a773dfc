#pragma once
// Two hundred feeds as their publishers know them: what they publish when, what they ask of whoever polls, and a record
// of who came. The publishers judge; nothing of the poller's is asked. Their clocks are right, whatever ours says.

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/hosts.hpp"
#include "net/fetch.hpp"
#include "support/http_date.hpp"

namespace newscache::test {

using std::chrono::days;
using std::chrono::seconds;

enum class Kind { healthy, flaky, missing, silent, nameless, gone, upgraded, moved };

// One feed.
struct Source {
  std::string url;
  std::string new_url;  // where 301 leads
  Kind kind = Kind::healthy;

  // Its documents: article k appears at published(k), and the last `window` of them are in.
  Instant first{};
  seconds gap{0};
  int at_once = 1;
  int window = 20;
  std::size_t size = 0;  // of the document, bytes

  // What it says on when to come again.
  std::optional<seconds> max_age;
  std::optional<seconds> expires_in;
  std::optional<seconds> ttl;  // by <ttl>
  std::optional<seconds> sy;   // by sy:updatePeriod
  std::uint32_t skip_hours = 0;
  bool skip_weekend = false;

  bool etags = false;
  bool dates = false;
  int etag_style = 0;

  // The record.
  std::int64_t requests = 0;
  std::int64_t unmodified = 0;
  std::optional<model::Validators> given;  // last, by an answer that was whole
  bool document_read = false;              // so that what it says inside is known
  std::optional<BootInstant> allowed;      // the next request
  seconds longest_allowed{0};
  std::set<std::int64_t> delivered;                     // articles
  std::vector<std::pair<Instant, Instant>> not_served;  // from a refusal to the next answer
  bool refusing = false;

  Instant published(std::int64_t k) const {
    const std::int64_t group = k / at_once;
    // Nobody publishes by the clock.
    const seconds late = gap * (group * 7919 % 97) / 200;
    return first + group * at_once * gap + late + seconds(60 * (k % at_once));
  }
  std::int64_t newest(Instant now) const {
    auto k = (now - first) / gap + at_once;
    while (published(k) > now) --k;
    return k;
  }
  bool wants_to_be_skipped(Instant at) const {
    const auto day = std::chrono::floor<days>(at);
    const auto hour = static_cast<unsigned>(std::chrono::duration_cast<std::chrono::hours>(at - day).count());
    const auto weekday = std::chrono::weekday(day);
    return (skip_hours >> hour & 1U) != 0 ||
           (skip_weekend && (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday));
  }
  model::Validators validators(Instant now) const;
  std::string document(Instant now) const;
  // How long its answer and its document ask to wait, capped as documented; an hour at least.
  seconds asked_wait() const;
};

struct HostRecord {
  std::int64_t requests = 0;
  int feeds = 0;
  bool limits = false;  // it answers 429 and 503 at times
  std::optional<BootInstant> last;
  std::optional<BootInstant> cool_until;
};

struct Verdict {
  std::int64_t requests = 0;
  std::int64_t unmodified = 0;
  std::int64_t documents = 0;
  std::int64_t cut_off = 0;
  std::int64_t refusals = 0;  // 429 and 503
  std::int64_t could_be_conditional = 0;
  std::int64_t conditional = 0;  // of these, with the last pair verbatim
  std::int64_t altered = 0;
  std::int64_t invented = 0;
  std::int64_t early = 0;
  std::int64_t in_skipped_time = 0;
  std::int64_t in_cool_down = 0;
  std::int64_t after_gone = 0;
  std::int64_t too_close = 0;  // to another request to the host
  std::int64_t bytes = 0;
  std::vector<std::string> complaints;  // the first of them
};

class Ledger {
 public:
  Ledger(const Clock& clock, Instant right_now, unsigned seed);

  Result<net::Response> answer(const net::Request& request);
  Instant now() const { return begin_ + std::chrono::floor<seconds>(clock_.boot() - booted_); }
  void go_offline() { offline_since_ = now(); }
  void come_back();

  const std::vector<Source>& sources() const { return sources_; }
  const std::map<std::string, HostRecord>& hosts() const { return hosts_; }
  const Verdict& verdict() const { return verdict_; }
  // What a reader that fetches all of it each hour would have received.
  std::int64_t bytes_of_hourly_readers() const;
  // Articles that were in the document for longer than the waits that it asked for, and when it was being served.
  std::set<std::int64_t> must_be_stored(const Source& source) const;

 private:
  void populate();
  void judge(const net::Request& request, Source& source, HostRecord& host);
  void complain(std::int64_t& count, const Source& source, const std::string& what);
  void stop_serving(Source& source);
  net::Response refuse(net::Response response, Source& source, HostRecord& host);
  net::Response serve(net::Response response, const net::Request& request, Source& source);
  int random(int below) { return static_cast<int>(generator_() % static_cast<unsigned>(below)); }

  const Clock& clock_;
  Instant begin_;
  BootInstant booted_;
  std::mt19937 generator_;
  std::vector<Source> sources_;
  std::map<std::string, std::size_t, std::less<>> by_url_;
  std::map<std::string, HostRecord> hosts_;
  Verdict verdict_;
  std::optional<Instant> offline_since_;
  std::vector<std::pair<Instant, Instant>> offline_;
};

}  // namespace newscache::test
