#include "ledger.hpp"

#include <algorithm>
#include <array>

namespace newscache::test {
namespace {

using namespace std::chrono_literals;

constexpr seconds longest_hint = days(7);     // poll.hint_ceiling
constexpr seconds our_floor = 1h;             // poll.floor
constexpr seconds our_ceiling = 24h + 15min;  // poll.ceiling, and the wait for company
constexpr seconds unconditional_floor = 4h;   // poll.unconditional_floor
constexpr seconds unhinted_cool_down = 4h;    // 429 and 503 that name no time
constexpr std::int64_t head_bytes = 420;      // of an answer
constexpr std::int64_t redirect_bytes = 310;
constexpr std::size_t piece = 16 * 1024;  // in which documents arrive
constexpr std::size_t most_complaints = 20;

std::int64_t bytes_of(const Source& source, const net::Response& response) {
  return static_cast<std::int64_t>(response.cut_off ? response.body.size()
                                                    : std::max(source.size, response.body.size()));
}

template <class T, std::size_t n>
const T& any(const std::array<T, n>& values, int random) {
  return values.at(static_cast<std::size_t>(random) % n);
}

}  // namespace

model::Validators Source::validators(Instant now) const {
  model::Validators pair;
  const std::string number = std::to_string(newest(now));
  const std::array styles{"\"" + number + "\"", "W/\"" + number + "-gzip\"", "\"" + number + ":a,b--gzip\"", number};
  if (etags) pair.etag = styles.at(static_cast<std::size_t>(etag_style));
  if (dates) pair.last_modified = http_date(published(newest(now)));
  return pair;
}

std::string Source::document(Instant now) const {
  std::string text =
      "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" "
      "xmlns:x=\"http://example.org/padding\"><channel><title>" +
      url + "</title><link>" + url + "</link>";
  if (ttl) text += "<ttl>" + std::to_string(ttl->count() / 60) + "</ttl>";
  if (sy) text += std::string("<sy:updatePeriod>") + (*sy == 1h ? "hourly" : "daily") + "</sy:updatePeriod>";
  if (skip_hours != 0) text += "<skipHours>";
  for (unsigned hour = 0; hour < 24; ++hour) {
    if ((skip_hours >> hour & 1U) != 0) text += "<hour>" + std::to_string(hour) + "</hour>";
  }
  if (skip_hours != 0) text += "</skipHours>";
  if (skip_weekend) text += "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>";
  const std::int64_t last = newest(now);
  // Only those that may be cut off need all of their bytes.
  const std::size_t bytes = etags || dates ? std::min<std::size_t>(size, 5'000) : size;
  const std::size_t padding = bytes / static_cast<std::size_t>(window);
  for (std::int64_t k = last; k > last - window; --k) {
    const std::string name = url + "/" + std::to_string(k);
    text += "<item><guid>" + name + "</guid><link>" + name + "</link><title>Article " + std::to_string(k) +
            "</title><pubDate>" + http_date(published(k)) +
            "</pubDate><description>What happened.</description><x:pad>" + std::string(padding, 'x') +
            "</x:pad></item>";
  }
  return text + "</channel></rss>";
}

seconds Source::asked_wait() const {
  seconds wait = std::max({max_age.value_or(0s), max_age ? 0s : expires_in.value_or(0s)});
  if (document_read) wait = std::max({wait, ttl.value_or(0s), sy.value_or(0s)});
  return std::max(our_floor, std::min(wait, longest_hint));
}

Ledger::Ledger(const Clock& clock, Instant right_now, unsigned seed)
    : clock_(clock), begin_(right_now), booted_(clock.boot()), generator_(seed) {
  populate();
}

// A mix as subscription lists have it.
void Ledger::populate() {
  constexpr int count = 200;
  constexpr std::array gaps{1h, 3h, 8h, 24h, 24h, 24h, 48h, 48h, 168h, 168h, 168h, 720h, 720h};
  constexpr std::array sizes{5'000,  10'000, 10'000,  20'000,  20'000,  20'000, 40'000, 40'000, 40'000, 80'000,
                             80'000, 80'000, 150'000, 150'000, 300'000, 15'000, 15'000, 30'000, 30'000, 1'000'000};
  constexpr std::array ages{300s, 600s, 1800s, 3600s, 3600s, 7200s, 14'400s, 43'200s, 86'400s, 172'800s};
  const auto host = [](int i) {
    if (i < 40) return std::string("many.example");
    if (i < 50) return std::string("some.example");
    return "host" + std::to_string(i % 58) + ".example";
  };
  for (int i = 0; i < count; ++i) {
    Source source;
    source.url = "https://" + host(i) + "/feed" + std::to_string(i);
    source.gap = any(gaps, random(1000));
    source.size = static_cast<std::size_t>(any(sizes, random(1000)));
    source.at_once = random(8) == 0 ? 4 : 1;
    source.window = 10 + random(3) * 5;
    source.first = begin_ - (source.window + 8) * source.gap - seconds(random(static_cast<int>(source.gap.count())));
    const int validators = random(100);  // 70 of them have any
    source.etags = validators < 55;
    source.dates = validators < 40 || (validators >= 55 && validators < 70);
    source.etag_style = random(4);
    if (random(3) == 0) source.max_age = any(ages, random(1000));
    if (random(100) < 6) source.expires_in = any(std::array{-1h, 1h, 6h}, random(3));
    if (random(100) < 7) source.ttl = any(std::array<seconds, 4>{30min, 60min, 120min, 1440min}, random(4));
    if (random(100) < 8) source.sy = any(std::array<seconds, 3>{1h, 1h, 24h}, random(3));
    if (random(100) < 5) source.skip_hours = 0xc0003f;  // 22 to 6 o'clock
    source.skip_weekend = random(100) < 2;
    sources_.push_back(std::move(source));
  }
  // Not on the two large hosts, whose record would then be their trouble's.
  const auto afflict = [this](int first, int n, Kind kind) {
    for (int i = 0; i < n; ++i) sources_.at(static_cast<std::size_t>(first + 13 * i)).kind = kind;
  };
  afflict(50, 10, Kind::flaky);
  afflict(51, 4, Kind::missing);
  afflict(52, 3, Kind::nameless);
  afflict(53, 3, Kind::silent);
  afflict(54, 4, Kind::gone);
  afflict(55, 3, Kind::upgraded);
  afflict(56, 3, Kind::moved);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[i];
    if (source.kind == Kind::silent || source.kind == Kind::nameless) {  // whole hosts are
      source.url = "https://host" + std::to_string(i) + "-dead.example/feed";
    }
    if (source.kind == Kind::upgraded) {
      source.new_url = source.url;
      source.url.erase(4, 1);
    }
    if (source.kind == Kind::moved) source.new_url = source.url + "/atom.xml";
    by_url_.emplace(source.url, i);
    if (!source.new_url.empty()) by_url_.emplace(source.new_url, i);
    ++hosts_[ingest::host_of(source.url)].feeds;
  }
  for (const char* name : {"some.example", "host3.example", "host17.example", "host30.example", "host44.example"}) {
    hosts_.at(name).limits = true;
  }
}

void Ledger::come_back() { offline_.emplace_back(*std::exchange(offline_since_, {}), now()); }

void Ledger::complain(std::int64_t& count, const Source& source, const std::string& what) {
  ++count;
  if (verdict_.complaints.size() < most_complaints) {
    verdict_.complaints.push_back(http_date(now()) + ": " + source.url + ": " + what);
  }
}

void Ledger::judge(const net::Request& request, Source& source, HostRecord& host) {
  const BootInstant at = clock_.boot();
  ++verdict_.requests;
  ++source.requests;
  ++host.requests;
  if (host.last && at - *host.last < 2s) complain(verdict_.too_close, source, "too close to another request");
  host.last = at;
  if (host.cool_until && at < *host.cool_until) complain(verdict_.in_cool_down, source, "during a cool-down");
  if (source.kind == Kind::gone && source.requests > 1) complain(verdict_.after_gone, source, "after 410");
  if (source.allowed && at < *source.allowed) {
    const auto early = std::chrono::ceil<seconds>(*source.allowed - at).count();
    complain(verdict_.early, source, "too early by " + std::to_string(early) + " s");
  }
  if (source.document_read && source.wants_to_be_skipped(now())) {
    complain(verdict_.in_skipped_time, source, "in the hours to be skipped");
  }
  const bool given = source.given && !source.given->empty();
  if (given) {
    ++verdict_.could_be_conditional;
    if (request.validators == *source.given) {
      ++verdict_.conditional;
    } else {
      complain(verdict_.altered, source, "with [" + request.validators.etag + "]");
    }
  } else if (!request.validators.empty()) {
    complain(verdict_.invented, source, "with [" + request.validators.etag + "]");
  }
}

Result<net::Response> Ledger::answer(const net::Request& request) {
  if (offline_since_) return Error{Cause::link, "no route to host"};
  Source& source = sources_.at(by_url_.find(request.url)->second);
  if (source.kind == Kind::nameless) return Error{Cause::dns, "no such name"};
  HostRecord& host = hosts_.at(ingest::host_of(source.url));
  judge(request, source, host);
  source.allowed = clock_.boot() + our_floor;
  const int chance = random(1000);
  const bool fails = source.kind == Kind::silent || (source.kind == Kind::flaky && chance < 300 && chance % 2 == 0);
  if (fails) {
    stop_serving(source);
    return Error{Cause::timeout, "no answer"};
  }
  net::Response response;
  response.url = request.url;
  response.from_public_host = true;
  response.date = http_date(now());
  response.wire_bytes = head_bytes;
  if (!source.new_url.empty() && request.url != source.new_url) {
    response.hops.push_back({301, source.new_url, {}});
    response.url = response.permanent_url = source.new_url;
    response.wire_bytes += redirect_bytes;
  }
  const bool limited = host.limits && chance >= 940;
  if (limited || source.kind == Kind::missing || source.kind == Kind::gone ||
      (source.kind == Kind::flaky && chance < 300)) {
    response.status = limited                        ? (chance % 3 == 0 ? 503 : 429)
                      : source.kind == Kind::missing ? 404
                      : source.kind == Kind::gone    ? 410
                                                     : 500;
    response = refuse(std::move(response), source, host);
  } else {
    response = serve(std::move(response), request, source);
  }
  verdict_.bytes += response.wire_bytes;
  return response;
}

void Ledger::stop_serving(Source& source) {
  if (!std::exchange(source.refusing, true)) source.not_served.emplace_back(now(), Instant::max());
}

net::Response Ledger::refuse(net::Response response, Source& source, HostRecord& host) {
  stop_serving(source);
  if (response.status != 429 && response.status != 503) return response;
  const std::string name = ingest::host_of(source.url);
  for (Source& other : sources_) {
    if (ingest::host_of(other.url) == name) stop_serving(other);
  }
  ++verdict_.refusals;
  seconds wait = any(std::array<seconds, 4>{30min, 1h, 2h, 8h}, random(4));
  switch (random(3)) {
    case 0:
      response.retry_after = std::to_string(wait.count());
      break;
    case 1:
      response.retry_after = http_date(now() + wait);
      break;
    default:
      wait = unhinted_cool_down;
  }
  host.cool_until = clock_.boot() + std::max(wait, our_floor);
  source.allowed = host.cool_until;
  return response;
}

net::Response Ledger::serve(net::Response response, const net::Request& request, Source& source) {
  if (std::exchange(source.refusing, false)) source.not_served.back().second = now();
  if (source.max_age) response.cache_control = "public, max-age=" + std::to_string(source.max_age->count());
  if (source.expires_in) response.expires = http_date(now() + *source.expires_in);
  const model::Validators valid = source.validators(now());
  const bool unmodified = !request.validators.etag.empty() ? request.validators.etag == valid.etag
                          : !request.validators.last_modified.empty()
                              ? request.validators.last_modified == valid.last_modified
                              : false;
  response.validators = valid;
  if (unmodified) {
    response.status = 304;
    ++verdict_.unmodified;
    ++source.unmodified;
  } else {
    response.status = 200;
    ++verdict_.documents;
    response.body = source.document(now());
    for (std::size_t end = piece; request.is_enough && end < response.body.size() && !response.cut_off; end += piece) {
      if (!request.is_enough(std::string_view(response.body).substr(0, end))) continue;
      response.body.resize(end);
      response.cut_off = true;
      ++verdict_.cut_off;
    }
    const std::int64_t last = source.newest(now());
    std::int64_t k = last;
    for (std::size_t at = 0; (at = response.body.find("</item>", at)) != std::string::npos; ++at)
      source.delivered.insert(k--);
    response.wire_bytes += bytes_of(source, response);
    source.document_read = true;
  }
  source.given = valid;
  const seconds wait = source.asked_wait();
  source.longest_allowed = std::max(source.longest_allowed, wait);
  source.allowed = clock_.boot() + wait;
  return response;
}

std::int64_t Ledger::bytes_of_hourly_readers() const {
  seconds online = now() - begin_;
  for (const auto& [from, until] : offline_) online -= until - from;
  std::int64_t bytes = 0;
  for (const Source& source : sources_) {
    if (!source.document_read) continue;
    net::Response response;
    response.body = source.document(now());
    bytes += online / seconds(1h) * (head_bytes + bytes_of(source, response));
  }
  return bytes;
}

std::set<std::int64_t> Ledger::must_be_stored(const Source& source) const {
  std::set<std::int64_t> articles;
  if (!source.document_read) return articles;
  // Jitter, the wait for a burst, a restart, and the turn of the host.
  seconds wait = source.longest_allowed + source.longest_allowed / 20 + 15min;
  if (!source.etags && !source.dates) wait = std::max(wait, unconditional_floor + unconditional_floor / 20 + 15min);
  if (source.skip_hours != 0) wait += 8h + 10min;
  if (source.skip_weekend) wait += 48h + 10min;
  std::vector<std::pair<Instant, Instant>> pauses = source.not_served;
  pauses.insert(pauses.end(), offline_.begin(), offline_.end());
  for (std::int64_t k = source.newest(begin_) - source.window + 1; k <= source.newest(now()); ++k) {
    const Instant from = std::max(source.published(k), begin_);
    const bool is_still_there = source.published(k + source.window) > now();
    const Instant until = is_still_there ? now() : source.published(k + source.window);
    seconds there = until - from;
    for (const auto& [begin, end] : pauses) there -= std::max(std::min(until, end) - std::max(from, begin), 0s);
    // A reader who follows the feed's rhythm may come later than it is allowed to, but not too late.
    if (there >= (is_still_there ? std::max(wait, our_ceiling) : wait)) articles.insert(k);
  }
  return articles;
}

}  // namespace newscache::test
