// What the daemon says.

#include <algorithm>

#include "client/format.hpp"
#include "client/json.hpp"
#include "client/reader/reader.hpp"
#include "client/session.hpp"

namespace newscache::reader {

using client::Exit;
using client::text_at;

namespace {

constexpr std::chrono::milliseconds after_events{150};
// A feed with nothing new changes nothing that an event would tell.
constexpr std::chrono::milliseconds while_polling{700};

}  // namespace

void Reader::connected(const boost::json::object& status) {
  if (!std::exchange(lost_, {}).empty() && message_is_bad_) message_.clear();  // it told of the daemon's absence
  marked_.clear();
  const auto epoch = text_at(status, "epoch");
  if (std::exchange(epoch_, epoch) != epoch && feeds_loaded_) {  // another database: numbers name other things now
    lists_.clear();
    article_.reset();
    going_.reset();
    question_.reset();
    deleted_.clear();
    new_articles_ = 0;
  }
  take_status(status);
  if (!lists_.empty()) lists_.back().retry();
  reload();
}

void Reader::lost(const client::Failure& failure) {
  lost_ = failure.exit == Exit::unreachable ? std::string(away) : client::printable_line(failure.message);
  refreshing_.clear();
  refreshed_.clear();
}

void Reader::take(const client::Event& event) {
  const auto data = client::parse_object(event.data);
  if (!data) return;
  const auto id = client::count_at(*data, "id");
  if (event.name == "article.state" && marked_.erase(id) > 0) return;  // it is shown already
  if (event.name == "network") {
    network_ = client::printable_line(text_at(*data, "state"));
  } else if (event.name == "storage") {
    const auto state = client::printable_line(text_at(*data, "state"));
    if (state != "ok") tell("storage is " + state + "; 'newscache status' tells more", true);
  } else {
    stale_ = true;
  }
  if (event.name == "article.added") ++new_articles_;
  if (event.name == "article.deleted") deleted_.insert(id);
  if (event.name == "article.updated" && article_ && article_->article().id == id) {
    call(Call::About::article, "/v1/articles/" + std::to_string(id), static_cast<std::uint64_t>(id));
  }
}

std::optional<std::chrono::milliseconds> Reader::reload_due() const {
  if (reloads_ > 0) return std::nullopt;
  if (stale_) return after_events;
  if (!refreshing_.empty()) return while_polling;
  return std::nullopt;
}

void Reader::reload() {
  stale_ = false;
  gone_ = std::exchange(deleted_, {});
  reloads_ += 2;
  call(Call::About::status, "/v1/status");
  call(Call::About::feeds, "/v1/feeds");
  if (!lists_.empty() && lists_.back().loaded()) {
    ++reloads_;
    call(Call::About::head, lists_.back().head_target(), lists_.back().serial());
  }
  settle();
}

void Reader::take(const Call& call, const client::Outcome<std::string>& answer) {
  using About = Call::About;
  --waiting_;
  if (call.about == About::status || call.about == About::feeds || call.about == About::head) --reloads_;
  const auto parsed = answer ? client::parse_object(*answer) : client::Outcome<boost::json::object>(answer.error());
  if (!parsed) {
    take_failure(call, parsed.error());
  } else if (call.about == About::status) {
    take_status(*parsed);
  } else if (call.about == About::feeds) {
    take_feeds(*parsed);
  } else if (call.about == About::next_page || call.about == About::head) {
    take_page(call, *parsed);
  } else if (call.about == About::article) {
    take_article(call, *parsed);
  } else if (call.about == About::mark_all) {
    for (auto& list : lists_) {
      if (list.serial() != call.serial) continue;
      for (auto& article : list.articles()) article.read = true;
    }
    tell(client::plural(client::count_at(*parsed, "changed"), "article") + " marked as read", false);
    stale_ = true;
  } else if (call.about == About::refresh) {
    take_refresh(*parsed);
  }
  settle();
}

void Reader::take_failure(const Call& call, const client::Failure& failure) {
  using About = Call::About;
  const bool unreachable = failure.exit == Exit::unreachable;
  if (unreachable && lost_.empty()) lost_ = away;
  if (!unreachable) tell(client::printable_line(failure.message), true);
  if (call.about == About::mark || call.about == About::mark_all) {
    if (unreachable) tell("not marked: the daemon cannot be reached", true);
    if (call.about == About::mark) undo(call);
    stale_ = !unreachable;
  }
  const bool in_list = !lists_.empty() && lists_.back().serial() == call.serial;
  if (call.about == About::next_page && in_list) {
    lists_.back().page_failed();
    // A search that was refused is no list to stay in.
    if (auto query = lists_.back().source().query; !unreachable && !lists_.back().loaded() && !query.empty()) {
      go_back();
      if (!prompt_) start_search(std::move(query));  // to be corrected
    }
  }
  if (call.about == About::article && article_ && article_->article().id == static_cast<std::int64_t>(call.serial) &&
      !article_->loaded()) {
    article_.reset();
    if (unreachable) tell("not opened: the daemon cannot be reached", true);
  }
}

// What was shown at once is not so. Turned round instead of set: another change may be on its way, and fail as well.
void Reader::undo(const Call& mark) {
  const auto id = static_cast<std::int64_t>(mark.serial);
  marked_.erase(id);
  const Article* shown = article_ && article_->article().id == id ? &article_->article() : nullptr;
  for (const auto& list : lists_) {
    for (const auto& article : list.articles()) {
      if (article.id == id) shown = &article;
    }
  }
  const auto asked = client::parse_object(mark.request.body);
  if (!shown || !asked) return;
  const auto turned = [&](const char* state, bool now) {
    return asked->contains(state) ? std::optional(!now) : std::nullopt;
  };
  const auto before = *shown;
  show_change(before, turned("read", before.read), turned("starred", before.starred));
}

void Reader::take_page(const Call& call, const boost::json::object& answer) {
  if (call.about == Call::About::head) {
    for (auto& list : lists_) {
      if (list.serial() == call.serial) list.replace_head(answer, gone_);
    }
    return;
  }
  bool first_page = false;
  for (auto& list : lists_) {
    if (list.serial() != call.serial) continue;
    first_page = !list.loaded();
    list.append(answer);
  }
  // A search takes the place of the one before when it is there.
  const auto is_search = [](const ArticlesPage& list) { return !list.source().query.empty(); };
  const auto first = std::find_if(lists_.begin(), lists_.end(), is_search);
  if (lists_.end() - first > 1) lists_.erase(first, lists_.end() - 1);
  if (!going_ || going_->serial != call.serial || lists_.empty() || lists_.back().serial() != call.serial) return;
  const auto going = *std::exchange(going_, std::nullopt);
  const auto* selected = lists_.back().selected();
  const bool there = first_page && going.unread && selected && !selected->read;
  if (!there) return go(going.forward, going.unread);
  if (article_) open_article(*selected);
}

// Read is what has been shown.
void Reader::take_article(const Call& call, const boost::json::object& answer) {
  if (!article_ || article_->article().id != static_cast<std::int64_t>(call.serial)) return;
  const auto before = article_->article();  // it may have been marked meanwhile
  const bool first = !article_->loaded();
  article_->show(answer, feed_name(before.feed));
  article_->article().read = before.read;
  article_->article().starred = before.starred;
  if (first && !before.read) change(before, true, std::nullopt);
}

void Reader::take_status(const boost::json::object& status) {
  const auto& counts = client::object_at(status, "counts");
  totals_ = {client::count_at(counts, "articles"), client::count_at(counts, "unread"),
             client::count_at(counts, "starred")};
  network_ = client::printable_line(text_at(client::object_at(status, "network"), "state"));
}

void Reader::take_feeds(const boost::json::object& answer) {
  feeds_ = feeds_of(answer);
  feeds_loaded_ = true;
  show_feeds();
  if (!refreshing_.empty() && !has_network()) tell_of_no_network();
  const auto arrived = new_articles_ > 0 ? client::plural(new_articles_, "new article") : std::string();
  if (refreshing_.empty()) {
    if (!arrived.empty() && message_.empty()) tell(arrived, false);
    new_articles_ = 0;
    return;
  }
  std::int64_t failed = 0;
  std::erase_if(refreshing_, [&](std::int64_t id) {
    const auto feed = std::find_if(feeds_.begin(), feeds_.end(), [id](const Feed& one) { return one.id == id; });
    if (feed != feeds_.end() && feed->polling) return false;
    refreshed_.insert(id);
    return true;
  });
  for (const auto& value : client::array_at(answer, "feeds")) {
    const auto& feed = client::as_object(value);
    if (!refreshed_.contains(client::count_at(feed, "id"))) continue;
    if (client::polled(feed, refresh_started_) == client::Polled::failed) ++failed;
  }
  auto text = std::to_string(refreshed_.size()) + " of " +
              client::plural(static_cast<std::int64_t>(refreshed_.size() + refreshing_.size()), "feed") + " polled";
  if (!arrived.empty()) text += ", " + arrived;
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  tell(std::move(text), failed > 0);
  if (!refreshing_.empty()) return;
  refreshed_.clear();
  new_articles_ = 0;
}

void Reader::take_refresh(const boost::json::object& answer) {
  if (refreshing_.empty()) refresh_started_ = text_at(answer, "started_at");
  const auto& ids = client::array_at(answer, "feeds");
  for (const auto& id : ids) {
    if (id.is_int64()) refreshing_.insert(id.get_int64());
  }
  if (!has_network()) {
    tell_of_no_network();
  } else if (refreshing_.empty()) {
    tell("not polled now: publishers asked for a pause, or a budget is used up", false);
  } else {
    tell("polling " + client::plural(static_cast<std::int64_t>(refreshing_.size()), "feed"), false);
  }
}

bool Reader::has_network() const { return network_ == "online" || network_ == "metered"; }

void Reader::tell_of_no_network() {
  tell("the network is " + network_ + ": feeds are polled when it is back", false);
  refreshing_.clear();
  refreshed_.clear();
}

void Reader::show_feeds() { feeds_page_.show(feeds_, totals_, unread_only_); }

}  // namespace newscache::reader
