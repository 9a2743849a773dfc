#pragma once
// A list of articles, which grows by a page when its end comes near, and takes in what changes without losing its
// place.

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/reader/feeds.hpp"
#include "client/reader/frame.hpp"

namespace newscache::reader {

struct Article {
  std::int64_t id = 0;
  std::int64_t feed = 0;
  std::string title;
  std::string date;  // local, "2026-11-25 09:27"
  std::string url;
  bool read = false;
  bool starred = false;
};

Article article_of(const boost::json::object& article);
// GET /v1/articles for the source, without content.
std::string articles_target(const Source& source, bool unread_only, std::size_t limit, const std::string& cursor);

class ArticlesPage {
 public:
  ArticlesPage(Source source, bool unread_only, std::uint64_t serial)
      : source_(std::move(source)), unread_only_(unread_only || source_.unread), serial_(serial) {}

  const Source& source() const { return source_; }
  bool unread_only() const { return unread_only_; }
  std::uint64_t serial() const {
    return serial_;
  }  // names this page in requests, also when another of its source follows
  std::vector<Article>& articles() { return articles_; }
  const std::vector<Article>& articles() const { return articles_; }
  // "3/20", "3/200+"; empty for an empty list.
  std::string place() const;
  Article* selected() { return articles_.empty() ? nullptr : &articles_[cursor_.at]; }
  // The same list with or without what is read.
  void restart(bool unread_only, std::uint64_t serial);

  // The answer to the next page, or to the first one asked again.
  void append(const boost::json::object& answer);
  void replace_head(const boost::json::object& answer, const std::set<std::int64_t>& deleted);
  bool loaded() const { return loaded_; }
  // The target of the next page when the place is near the end and it has not been asked for; else empty.
  std::string next_target(std::size_t height);
  std::string head_target() const;
  void page_failed() { failed_ = true; }
  // Somebody has pressed a key: what failed is tried again, and the way to the end is left.
  void retry() {
    loading_ = loading_ && !std::exchange(failed_, false);
    to_end_ = 0;
  }

  bool move(Command command, std::size_t height);
  enum class Found { yes, no, perhaps_later };  // the last: when the next page is there
  Found go(bool forward, bool unread);
  void settle(std::size_t height) { cursor_.settle(articles_.size(), height); }

  using FeedName = std::function<std::string(std::int64_t)>;
  void draw(Frame& frame, Size body, const FeedName& feed_name) const;

 private:
  Source source_;
  bool unread_only_;
  std::uint64_t serial_;
  std::vector<Article> articles_;
  std::string next_cursor_;
  bool loaded_ = false;
  bool loading_ = false;
  bool failed_ = false;
  std::int64_t wanted_ = 0;  // to be selected when it comes
  std::size_t to_end_ = 0;   // the selection stays at the end until there are so many
  Cursor cursor_;
};

}  // namespace newscache::reader
