#include "client/reader/reader.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace newscache::reader {
namespace {

constexpr std::size_t most_digits = 5;

bool is_web_link(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:");
}

}  // namespace

Reader::Reader(std::int64_t feed) {
  show_feeds();
  if (feed > 0) open_list({.feed = feed});
}

void Reader::resize(Size size) {
  size_ = size;
  settle();
}

void Reader::press(Key key) {
  message_.clear();
  going_.reset();
  if (!lists_.empty()) lists_.back().retry();
  if (prompt_) {
    press_in_prompt(key);
  } else if (const auto question = std::exchange(question_, std::nullopt)) {
    if (key == 'y' || key == 'Y') mark_all(question->source);
  } else if (article_ && !help_ && key >= '0' && key <= '9') {
    if (number_.size() < most_digits) number_ += static_cast<char>(key);
  } else if (!number_.empty() && key == key::backspace) {
    number_.pop_back();
  } else {
    if (const auto command = command_of(key)) {
      run(*command);
    } else if (key != key::escape) {
      tell("this key means nothing; ? shows all", false);
    }
    number_.clear();
  }
  settle();
}

bool Reader::interrupt() {
  if (!prompt_ && !question_) return false;
  press(key::escape);
  return true;
}

bool Reader::keys_wait() const {
  if (slow_ || !waiting()) return false;
  if (going_ || !feeds_loaded_) return true;
  if (article_) return !article_->loaded();
  return !lists_.empty() && !lists_.back().loaded();
}

void Reader::run(Command command) {
  if (command == Command::quit) {
    wishes_.emplace_back(Quit{});
  } else if (command == Command::redraw) {
    wishes_.emplace_back(Redraw{});
  } else if (help_) {
    run_in_help(command);
  } else if (command == Command::help) {
    help_ = true;
    help_top_ = 0;
  } else if (command == Command::refresh_all) {
    refresh({});
  } else if (command == Command::search) {
    start_search();
  } else if (article_) {
    run_in_article(command);
  } else if (command == Command::unread_only) {
    toggle_unread_only();
  } else if (lists_.empty()) {
    run_in_feeds(command);
  } else {
    run_in_list(command);
  }
}

void Reader::run_in_help(Command command) {
  if (const auto to = moved(command, help_top_, last_help_top(), body().rows)) {
    help_top_ = *to;
  } else if (command == Command::back || command == Command::help) {
    help_ = false;
  }
}

void Reader::run_in_feeds(Command command) {
  if (feeds_page_.move(command, body().rows)) return;
  const auto* selected = feeds_page_.selected();
  switch (command) {
    case Command::open:
      return open_list(selected->source);
    case Command::back:
      wishes_.emplace_back(Quit{});
      return;
    case Command::next_unread:
    case Command::previous_unread:
      if (!feeds_page_.go(command == Command::next_unread, true)) tell("no more feeds with unread articles", false);
      return;
    case Command::next:
    case Command::previous:
      if (!feeds_page_.go(command == Command::next, false)) tell("no more feeds", false);
      return;
    case Command::mark_all:
      return ask_to_mark_all(selected->source);
    case Command::refresh:
      return refresh(selected->source);
    case Command::open_link: {
      const auto feed =
          std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& one) { return one.id == selected->source.feed; });
      return open_link(feed == feeds_.end() ? std::string() : feed->home);
    }
    case Command::toggle_read:
    case Command::toggle_star:
      return tell("open an article first", false);
    default:
      tell("first open a feed", false);
  }
}

void Reader::run_in_list(Command command) {
  auto& list = lists_.back();
  if (list.move(command, body().rows)) return;
  if (command == Command::back) return go_back();
  if (command == Command::mark_all) return ask_to_mark_all(list.source());
  if (command == Command::refresh) return refresh(list.source());
  const auto* selected = list.selected();
  if (!selected) return;
  if (run_on_article(command, *selected)) return;
  command == Command::open ? open_article(*selected) : open_link(selected->url);
}

// What is done alike with an article of the list and with the one that is shown; false for other commands.
bool Reader::run_on_article(Command command, const Article& article) {
  switch (command) {
    case Command::next_unread:
    case Command::previous_unread:
      go(command == Command::next_unread, true);
      return true;
    case Command::next:
    case Command::previous:
      go(command == Command::next, false);
      return true;
    case Command::toggle_read:
      change(article, !article.read, std::nullopt);
      return true;
    case Command::toggle_star:
      change(article, std::nullopt, !article.starred);
      return true;
    default:
      return false;
  }
}

void Reader::run_in_article(Command command) {
  if (article_->move(command, body().rows)) return;
  const auto& article = article_->article();
  if (run_on_article(command, article)) return;
  switch (command) {
    case Command::open:
      return open_numbered_link();
    case Command::open_link:
      return number_.empty() ? open_link(article.url) : open_numbered_link();
    case Command::back:
      return go_back();
    case Command::refresh:
      return refresh({.feed = article.feed});
    default:
      tell("not here; q goes back to the list", false);
  }
}

void Reader::press_in_prompt(Key key) {
  const auto state = prompt_->press(key);
  if (state == Prompt::State::typing) return;
  if (state == Prompt::State::done) {
    Source source;
    if (!lists_.empty()) source = lists_.back().source();
    source = {.feed = source.feed, .folder = source.folder, .query = prompt_->text()};
    article_.reset();
    open_list(std::move(source));
  }
  prompt_.reset();
}

void Reader::start_search(std::string text) {
  std::string where;
  if (!lists_.empty()) {
    const auto& source = lists_.back().source();
    if (source.feed > 0 || !source.folder.empty())
      where = " " + title_of({.feed = source.feed, .folder = source.folder});
  }
  prompt_.emplace("Search" + where + ": ", std::move(text));
}

void Reader::open_list(Source source) {
  const bool unread_only = unread_only_ && source.query.empty() && !source.starred;
  lists_.emplace_back(std::move(source), unread_only, ++serial_);
}

void Reader::open_article(Article article) {
  call(Call::About::article, "/v1/articles/" + std::to_string(article.id), static_cast<std::uint64_t>(article.id));
  article_.emplace(std::move(article));
}

void Reader::go_back() {
  if (article_) {
    article_.reset();
    return;
  }
  lists_.pop_back();
  if (!lists_.empty()) stale_ = true;  // only the list that is seen is kept up to date
}

void Reader::go(bool forward, bool unread) {
  auto& list = lists_.back();
  switch (list.go(forward, unread)) {
    case ArticlesPage::Found::yes:
      if (article_) open_article(*list.selected());
      return;
    case ArticlesPage::Found::perhaps_later:
      going_ = Going{list.serial(), forward, unread};
      return;
    case ArticlesPage::Found::no:
      if (forward && unread && go_to_next_feed()) return;
      tell(unread ? "no more unread articles" : "no more articles here", false);
  }
}

// From a feed that has been read on to the first unread article of the next one.
bool Reader::go_to_next_feed() {
  const auto& source = lists_.back().source();
  if (source.feed == 0 || !source.query.empty() || !feeds_page_.go(true, true)) return false;
  lists_.pop_back();
  open_list(feeds_page_.selected()->source);
  going_ = Going{lists_.back().serial(), true, true};
  return true;
}

// Shown at once; the daemon's answer comes later.
void Reader::change(const Article& article, std::optional<bool> read, std::optional<bool> starred) {
  const auto id = article.id;
  boost::json::object body;
  if (read) body["read"] = *read;
  if (starred) body["starred"] = *starred;
  if (reloads_ == 0) marked_.insert(id);  // else the answers that come may be older than this
  call(Call::About::mark, "/v1/articles/" + std::to_string(id), static_cast<std::uint64_t>(id), "PATCH",
       boost::json::serialize(body));
  show_change(article, read, starred);
}

void Reader::show_change(const Article& article, std::optional<bool> read, std::optional<bool> starred) {
  const auto id = article.id;
  if (read) {
    totals_.unread += *read ? -1 : 1;
    for (auto& feed : feeds_) {
      if (feed.id == article.feed) feed.unread += *read ? -1 : 1;
    }
  }
  if (starred) totals_.starred += *starred ? 1 : -1;
  const auto apply = [&](Article& one) {
    if (one.id != id) return;
    one.read = read.value_or(one.read);
    one.starred = starred.value_or(one.starred);
  };
  for (auto& list : lists_) std::for_each(list.articles().begin(), list.articles().end(), apply);
  if (article_) apply(article_->article());
  show_feeds();
}

void Reader::ask_to_mark_all(const Source& source) {
  const bool everything = source == Source{} || source == Source{.unread = true};
  const auto what = everything ? "every article" : "all articles of " + title_of(source);
  question_ = Question{source, "Mark " + what + " as read? (y/n)"};
}

void Reader::mark_all(const Source& source) {
  boost::json::object body{{"read", true}};
  if (source.feed > 0) body["feed"] = source.feed;
  if (!source.folder.empty()) body["folder"] = source.folder;
  if (!source.query.empty()) body["q"] = source.query;
  if (source.starred) {  // which is no filter there
    if (lists_.empty()) return tell("first open the list", false);
    auto& ids = body["ids"].emplace_array();
    for (const auto& article : lists_.back().articles()) ids.emplace_back(article.id);
  }
  call(Call::About::mark_all, "/v1/articles/mark", lists_.empty() ? 0 : lists_.back().serial(), "POST",
       boost::json::serialize(body));
}

void Reader::refresh(const Source& source) {
  if (source.feed > 0) {
    return call(Call::About::refresh, "/v1/feeds/" + std::to_string(source.feed) + "/refresh", 0, "POST");
  }
  if (source.folder.empty()) return call(Call::About::refresh, "/v1/refresh", 0, "POST");
  for (const auto& feed : feeds_) {
    if (feed.folder == source.folder) refresh({.feed = feed.id});
  }
}

void Reader::toggle_unread_only() {
  unread_only_ = lists_.empty() ? !unread_only_ : !lists_.back().unread_only();
  if (!lists_.empty()) lists_.back().restart(unread_only_, ++serial_);
  show_feeds();
  tell(unread_only_ ? "only what is unread" : "everything", false);
}

void Reader::open_link(const std::string& url) {
  if (url.empty()) return tell("there is no link", false);
  if (!is_web_link(url)) return tell("not opened, as it is no web address: " + client::printable_line(url), true);
  wishes_.emplace_back(OpenLink{url});
}

void Reader::open_numbered_link() {
  if (number_.empty()) return tell("first type the number of a link", false);
  const auto url = article_->link(std::stoul(number_));
  if (url.empty()) return tell("there is no link " + number_, true);
  open_link(url);
}

void Reader::tell(std::string message, bool bad) {
  message_ = std::move(message);
  message_is_bad_ = bad;
}

void Reader::call(Call::About about, std::string target, std::uint64_t serial, std::string method, std::string body) {
  Call wanted{.about = about, .serial = serial};
  wanted.request.method = std::move(method);
  wanted.request.target = std::move(target);
  wanted.request.body = std::move(body);
  ++waiting_;
  wishes_.emplace_back(std::move(wanted));
}

// After whatever happened: everything in its place, and what comes next is asked for.
void Reader::settle() {
  const auto space = body();
  feeds_page_.settle(space.rows);
  help_top_ = std::min(help_top_, last_help_top());
  if (!lists_.empty()) {
    auto& list = lists_.back();
    list.settle(space.rows);
    if (auto target = list.next_target(space.rows); !target.empty()) {
      call(Call::About::next_page, std::move(target), list.serial());
    }
  }
  if (article_) article_->settle(space);
}

}  // namespace newscache::reader
