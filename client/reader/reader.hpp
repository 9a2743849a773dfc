#pragma once
// The reader without a terminal and without a socket: keys and news go in, a frame and wishes come out.

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/connection.hpp"
#include "client/reader/article.hpp"
#include "client/reader/articles.hpp"
#include "client/reader/feeds.hpp"
#include "client/reader/frame.hpp"
#include "client/reader/prompt.hpp"

namespace newscache::reader {

// A request to the daemon, and what its answer is for.
struct Call {
  enum class About { status, feeds, next_page, head, article, mark, mark_all, refresh };
  About about = About::status;
  client::Request request;
  std::uint64_t serial = 0;  // of the list, or the id of the article
};
struct OpenLink {
  std::string url;
};
struct Redraw {};
struct Quit {};
using Wish = std::variant<Call, OpenLink, Redraw, Quit>;

class Reader {
 public:
  // Opens that feed; 0: the list of feeds.
  explicit Reader(std::int64_t feed);

  void resize(Size size);
  void press(Key key);
  // Leaves a prompt or a question; false when there is none.
  bool interrupt();
  std::vector<Wish> take_wishes() { return std::exchange(wishes_, {}); }

  // The event stream begins, after what `status` knows; and its end.
  void connected(const boost::json::object& status);
  void lost(const client::Failure& failure);
  void take(const client::Event& event);
  void take(const Call& call, const client::Outcome<std::string>& answer);
  void tell(std::string message, bool bad);

  // How soon reload() is due; nothing: not at all. Not at once, so that a burst of events costs one.
  std::optional<std::chrono::milliseconds> reload_due() const;
  void reload();
  // Answers are awaited; `slow`: for so long that it should be seen.
  bool waiting() const { return waiting_ > 0 || (!feeds_loaded_ && lost_.empty()); }
  void set_slow(bool slow) { slow_ = slow; }
  // What the next key is meant for is on its way and will be there soon: the key had better wait.
  bool keys_wait() const;

  Frame frame() const;

 private:
  struct Question {
    Source source;
    std::string text;
  };

  // Keys (reader.cpp).
  void run(Command command);
  void run_in_feeds(Command command);
  void run_in_list(Command command);
  void run_in_article(Command command);
  bool run_on_article(Command command, const Article& article);
  void run_in_help(Command command);
  void press_in_prompt(Key key);
  void open_list(Source source);
  void open_article(Article article);
  void go_back();
  void go(bool forward, bool unread);
  bool go_to_next_feed();
  void change(const Article& article, std::optional<bool> read, std::optional<bool> starred);
  void show_change(const Article& article, std::optional<bool> read, std::optional<bool> starred);
  void ask_to_mark_all(const Source& source);
  void mark_all(const Source& source);
  void refresh(const Source& source);
  void start_search(std::string text = {});
  void toggle_unread_only();
  void open_link(const std::string& url);
  void open_numbered_link();
  void call(Call::About about, std::string target, std::uint64_t serial = 0, std::string method = "GET",
            std::string body = {});
  void settle();

  // News (reader_news.cpp).
  void take_page(const Call& call, const boost::json::object& answer);
  void take_article(const Call& call, const boost::json::object& answer);
  void take_feeds(const boost::json::object& answer);
  void take_status(const boost::json::object& status);
  void take_refresh(const boost::json::object& answer);
  void take_failure(const Call& call, const client::Failure& failure);
  void undo(const Call& mark);
  bool has_network() const;
  void tell_of_no_network();
  // One line, since it stays for as long as there is no connection.
  static constexpr std::string_view away = "the daemon is away; trying again";
  void show_feeds();

  // What is seen (reader_frame.cpp).
  Size body() const;
  std::string feed_name(std::int64_t id) const;
  std::string title_of(const Source& source) const;
  std::string title() const;
  std::string place() const;
  std::size_t last_help_top() const;
  void draw_body(Frame& frame) const;
  void draw_status(Frame& frame) const;

  Size size_;
  std::vector<Wish> wishes_;
  std::vector<Feed> feeds_;
  bool feeds_loaded_ = false;
  Totals totals_;
  std::string network_ = "online";
  std::string epoch_;

  FeedsPage feeds_page_;
  std::vector<ArticlesPage> lists_;  // above the feeds: a list, a search above that
  std::optional<ArticlePage> article_;
  bool help_ = false;
  std::size_t help_top_ = 0;
  std::optional<Prompt> prompt_;
  std::optional<Question> question_;
  std::string number_;  // of a link, as it is typed
  bool unread_only_ = false;

  struct Going {
    std::uint64_t serial;
    bool forward;
    bool unread;
  };
  std::optional<Going> going_;  // on when the next page is there

  std::string message_;
  bool message_is_bad_ = false;
  std::string lost_;  // why there is no connection
  std::uint64_t serial_ = 0;
  std::size_t waiting_ = 0;
  std::size_t reloads_ = 0;  // answers awaited
  bool slow_ = false;
  bool stale_ = false;
  std::set<std::int64_t> marked_;      // articles, by us, of which the daemon has not told us yet
  std::set<std::int64_t> deleted_;     // articles, since the last reload
  std::set<std::int64_t> gone_;        // those before it, which its answer does not have
  std::int64_t new_articles_ = 0;      // since they were last told of
  std::set<std::int64_t> refreshing_;  // feeds
  std::set<std::int64_t> refreshed_;   // those of them that are done
  std::string refresh_started_;        // of the first of them
};

}  // namespace newscache::reader
