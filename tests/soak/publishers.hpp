#pragma once
// The publishers of the soak test: they publish, edit and withdraw, and answer well, badly or not at all. Each has
// chance of its own, so that the order in which they are asked changes nothing.

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace newscache::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Chance from a seed; the standard's distributions are not the same everywhere.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : generator_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return generator_() % bound; }
  bool percent(std::uint64_t n) { return below(100) < n; }
  // Of that on average, a twentieth at least.
  seconds about(seconds mean) {
    const auto count = static_cast<std::uint64_t>(mean.count());
    return seconds(static_cast<std::int64_t>(count / 20 + below(count * 19 / 10 + 1)));
  }

 private:
  std::mt19937_64 generator_;
};

// What the way to the publishers is like.
enum class Weather { fair, offline, silent, portal };

struct Asked {
  std::string url;
  std::string etag;
  std::string last_modified;
};

// What an answer shows of a source: its pieces, by number, and their editions.
struct Shown {
  std::size_t number = 0;
  int edition = 0;
};
struct Answer {
  enum class Kind {
    nothing,    // no document
    unchanged,  // 304 to validators that stand for what is shown
    whole,      // the document
    damaged,    // something that has been a document
  };
  boost::json::object head;
  std::string body;
  Kind kind = Kind::nothing;
  std::vector<Shown> shown;
};

struct Piece {
  int edition = 1;
  Instant published{};
  Instant edited{};
  bool withdrawn = false;
};

class Source {
 public:
  Source(std::size_t index, std::uint64_t seed, Instant begin, hours whole_time);

  const std::string& url() const { return urls_.front(); }
  bool is_at(std::string_view url) const;
  const std::string& name() const { return name_; }
  std::string guid(std::size_t number) const { return "tag:" + name_ + ":" + std::to_string(number); }
  std::string title(std::size_t number, int edition) const;
  const std::vector<Piece>& pieces() const { return pieces_; }
  // Of the document as it is now.
  std::vector<Shown> shown() const;
  bool is_gone(Instant now) const { return gone_ && now >= *gone_; }

  // Publishes what is due.
  void pass(Instant now);
  // `calm`: nothing goes wrong.
  Answer answer(const Asked& asked, Instant now, Weather weather, bool calm);

 private:
  enum class Form { rss, atom, json, windows_1251, utf_16 };

  void change(Instant now);
  Answer fail(Instant now, boost::json::object head);
  Answer serve(const Asked& asked, Instant now, boost::json::object head);
  std::string document() const;
  std::string text(std::size_t number, int edition) const;

  std::string name_;
  std::vector<std::string> urls_;  // one after the other moves permanently to the next
  std::string other_url_;          // where it is at times, temporarily
  Chance chance_;
  Form form_;
  bool etags_ = false;
  bool dates_ = false;
  bool fickle_ = false;  // another ETag with each answer
  std::size_t window_;
  std::size_t length_;         // of a piece's text
  std::uint64_t trouble_ = 0;  // percent
  seconds gap_;
  std::optional<Instant> moves_;
  std::optional<Instant> gone_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  // in the document
  int changes_ = 0;
  Instant changed_{};
  Instant next_change_{};
};

}  // namespace newscache::test
