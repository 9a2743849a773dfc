#pragma once
// The first page: everything, what is unread, what is starred, then folders and feeds with their counts.

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/reader/frame.hpp"

namespace newscache::reader {

// Which articles a list holds.
struct Source {
  std::int64_t feed = 0;  // 0: all
  std::string folder;     // empty: all
  bool starred = false;
  bool unread = false;
  std::string query;
  friend bool operator==(const Source&, const Source&) = default;
};

struct Feed {
  std::int64_t id = 0;
  std::string name;
  std::string folder;
  std::string home;     // its page
  std::string trouble;  // "failing: tls", "dns"; empty when it is well
  std::int64_t articles = 0;
  std::int64_t unread = 0;
  bool polling = false;
};

// Sorted by folder and name. `answer` is that of GET /v1/feeds.
std::vector<Feed> feeds_of(const boost::json::object& answer);

struct Totals {
  std::int64_t articles = 0;
  std::int64_t unread = 0;
  std::int64_t starred = 0;
};

class FeedsPage {
 public:
  struct Line {
    Source source;
    std::string name;
    std::string trouble;
    std::int64_t articles = -1;  // not told
    std::int64_t unread = 0;
    std::size_t indent = 0;
  };

  // Keeps the selected line selected.
  void show(const std::vector<Feed>& feeds, const Totals& totals, bool unread_only);
  bool move(Command command, std::size_t height);
  // To the nearest feed with unread articles, or to the nearest feed; false when there is none.
  bool go(bool forward, bool unread);
  const Line* selected() const { return lines_.empty() ? nullptr : &lines_[cursor_.at]; }
  void settle(std::size_t height) { cursor_.settle(lines_.size(), height); }
  void draw(Frame& frame, Size body) const;

 private:
  std::vector<Line> lines_;
  Cursor cursor_;
};

}  // namespace newscache::reader
