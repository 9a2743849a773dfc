#include "client/reader/feeds.hpp"

#include <algorithm>
#include <tuple>

#include "client/json.hpp"
#include "client/session.hpp"
#include "text/utf8.hpp"

namespace newscache::reader {
namespace {

using client::Style;
using client::text_at;

std::string trouble_of(const boost::json::object& feed) {
  const auto state = text_at(feed, "state");
  const auto cause = text_at(client::object_at(feed, "error"), "cause");
  if (state == "ok" || state == "new") return client::printable_line(cause);  // not counted against the feed
  return client::printable_line(cause.empty() ? state : state + ": " + cause);
}

std::string counts_text(const FeedsPage::Line& line) {
  if (line.articles < 0) return std::to_string(line.unread);
  return std::to_string(line.unread) + "/" + std::to_string(line.articles);
}

}  // namespace

std::vector<Feed> feeds_of(const boost::json::object& answer) {
  std::vector<Feed> feeds;
  for (const auto& value : client::array_at(answer, "feeds")) {
    const auto& feed = client::as_object(value);
    const auto& counts = client::object_at(feed, "counts");
    feeds.push_back({.id = client::count_at(feed, "id"),
                     .name = client::printable_line(client::feed_name(feed)),
                     .folder = text_at(feed, "folder"),
                     .home = text_at(feed, "home_page_url"),
                     .trouble = trouble_of(feed),
                     .articles = client::count_at(counts, "articles"),
                     .unread = client::count_at(counts, "unread"),
                     .polling = client::flag_at(feed, "polling")});
  }
  std::sort(feeds.begin(), feeds.end(), [](const Feed& a, const Feed& b) {
    return std::tuple(text::to_lower(a.folder), a.folder, text::to_lower(a.name), a.id) <
           std::tuple(text::to_lower(b.folder), b.folder, text::to_lower(b.name), b.id);
  });
  return feeds;
}

void FeedsPage::show(const std::vector<Feed>& feeds, const Totals& totals, bool unread_only) {
  const auto old = selected() ? selected()->source : Source{};
  lines_.clear();
  lines_.push_back({.source = {}, .name = "All", .articles = totals.articles, .unread = totals.unread});
  lines_.push_back({.source = {.unread = true}, .name = "Unread", .unread = totals.unread});
  lines_.push_back({.source = {.starred = true}, .name = "Starred", .unread = totals.starred});
  std::size_t folder = 0;  // the line of the folder that is being filled
  for (const auto& feed : feeds) {
    if (unread_only && feed.unread == 0) continue;
    const bool inside = !feed.folder.empty();
    if (inside && lines_[folder].source.folder != feed.folder) {
      folder = lines_.size();
      lines_.push_back(
          {.source = {.folder = feed.folder}, .name = client::printable_line(feed.folder) + "/", .articles = 0});
    }
    if (inside) {
      lines_[folder].articles += feed.articles;
      lines_[folder].unread += feed.unread;
    }
    lines_.push_back({.source = {.feed = feed.id},
                      .name = feed.name,
                      .trouble = feed.trouble,
                      .articles = feed.articles,
                      .unread = feed.unread,
                      .indent = inside ? 2u : 0u});
  }
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.source == old; });
  if (found != lines_.end()) cursor_.at = static_cast<std::size_t>(found - lines_.begin());
}

bool FeedsPage::move(Command command, std::size_t height) {
  const auto to = moved(command, cursor_.at, lines_.empty() ? 0 : lines_.size() - 1, height);
  if (to) cursor_.at = *to;
  return to.has_value();
}

bool FeedsPage::go(bool forward, bool unread) {
  for (auto at = cursor_.at;;) {
    if (forward ? at + 1 >= lines_.size() : at == 0) return false;
    at = forward ? at + 1 : at - 1;
    if (lines_[at].source.feed == 0 || (unread && lines_[at].unread == 0)) continue;
    cursor_.at = at;
    return true;
  }
}

void FeedsPage::draw(Frame& frame, Size body) const {
  std::size_t width = 0;
  for (const auto& line : lines_) width = std::max(width, counts_text(line).size());
  for (auto at = cursor_.top; at < std::min(lines_.size(), cursor_.top + body.rows); ++at) {
    const auto& line = lines_[at];
    Row row;
    row.reverse = at == cursor_.at;
    const bool plain = line.unread == 0 || line.source.starred;
    const auto counts = counts_text(line);
    const bool paused = line.trouble == "paused";  // which is no trouble
    if (!line.trouble.empty() && !paused) row.pieces.push_back({0, "!", Style::red});
    row.pieces.push_back({2 + width - counts.size(), counts, plain ? Style::dim : Style::plain});
    const auto start = 2 + width + 2 + line.indent;
    const auto name = client::cut_to_width(line.name, body.columns - std::min(start, body.columns - 1));
    row.pieces.push_back({start, name, plain ? Style::plain : Style::bold});
    const auto after = start + client::display_width(name) + 2;
    if (!line.trouble.empty() && after + 8 < body.columns) {
      row.pieces.push_back(
          {after, client::cut_to_width(line.trouble, body.columns - after), paused ? Style::dim : Style::red});
    }
    frame.rows.push_back(std::move(row));
  }
}

}  // namespace newscache::reader
