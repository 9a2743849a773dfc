// What is seen: a title, a page, and a line at the bottom that tells and asks.

#include <algorithm>

#include "client/reader/reader.hpp"

namespace newscache::reader {
namespace {

using client::Style;

constexpr Size smallest{10, 40};
constexpr std::size_t most_message_rows = 3;
constexpr std::string_view hints = "?:Help  Enter:Open  q:Back  n:Next unread  /:Search";

// Texts at both ends of a row; the right one only when there is room.
Row both_ends(std::string_view left, Style style, std::string_view right, std::size_t columns) {
  Row row;
  row.pieces.push_back({0, client::cut_to_width(left, columns), style});
  const auto width = client::display_width(right);
  if (client::display_width(left) + 2 + width <= columns) row.pieces.push_back({columns - width, std::string(right)});
  return row;
}

std::vector<std::string> help_lines(std::size_t columns) {
  constexpr std::size_t keys_width = 24;
  std::vector<std::string> lines;
  for (const auto& binding : bindings()) {
    std::string keys(binding.shown);
    if (columns < 2 * keys_width) {
      lines.push_back(keys);
      for (auto& part : fold("    " + std::string(binding.does), columns)) lines.push_back(std::move(part));
    } else {
      keys.append(keys_width - std::min(keys_width, keys.size()), ' ');
      auto parts = fold(binding.does, columns - keys_width);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        lines.push_back((i == 0 ? keys : std::string(keys_width, ' ')) + parts[i]);
      }
    }
  }
  lines.emplace_back();
  for (const auto* text : {"In an article, a number and Enter or o open the link of that number.",
                           "N is unread, * is starred, ! a feed that cannot be read. Counts are unread/all."}) {
    for (auto& part : fold(text, columns)) lines.push_back(std::move(part));
  }
  return lines;
}

}  // namespace

Size Reader::body() const { return {size_.rows > 2 ? size_.rows - 2 : 1, size_.columns}; }

std::size_t Reader::last_help_top() const {
  const auto lines = help_lines(size_.columns).size();
  return lines > body().rows ? lines - body().rows : 0;
}

std::string Reader::feed_name(std::int64_t id) const {
  const auto feed = std::find_if(feeds_.begin(), feeds_.end(), [id](const Feed& one) { return one.id == id; });
  return feed == feeds_.end() ? std::string() : feed->name;
}

std::string Reader::title_of(const Source& source) const {
  std::string name = source.unread ? "Unread" : source.starred ? "Starred" : "All";
  if (!source.folder.empty()) name = client::printable_line(source.folder) + "/";
  if (source.feed > 0) name = feed_name(source.feed);
  return source.query.empty() ? name : "Search in " + name + ": " + source.query;
}

std::string Reader::title() const {
  if (help_) return "Keys";
  if (article_) return article_->article().title;
  constexpr auto only = " (unread only)";
  if (lists_.empty()) return std::string("Feeds") + (unread_only_ ? only : "");
  const auto& list = lists_.back();
  return title_of(list.source()) + (list.unread_only() && !list.source().unread ? only : "");
}

std::string Reader::place() const {
  if (help_ || (article_ && !article_->loaded())) return {};
  if (article_) {
    const auto& article = article_->article();
    return std::string(article.read ? "" : "N ") + (article.starred ? "* " : "") + article_->place(body().rows);
  }
  return lists_.empty() ? std::string() : lists_.back().place();
}

Frame Reader::frame() const {
  Frame frame;
  if (size_.rows < smallest.rows || size_.columns < smallest.columns) {
    for (auto& part : fold("This terminal is too small: 40 columns and 10 rows are needed.", size_.columns)) {
      frame.rows.push_back({{{0, std::move(part)}}});
    }
    frame.rows.resize(std::min(frame.rows.size(), size_.rows));
    return frame;
  }
  const auto place_text = place();
  const auto room = size_.columns - std::min(size_.columns / 2, client::display_width(place_text) + 2);
  frame.rows.push_back(both_ends(client::cut_to_width(title(), room), Style::bold, place_text, size_.columns));
  frame.rows.back().reverse = true;
  draw_body(frame);
  frame.rows.resize(size_.rows - 1);
  draw_status(frame);
  return frame;
}

void Reader::draw_body(Frame& frame) const {
  const auto space = body();
  const auto say = [&frame](std::string text) { frame.rows.push_back({{{2, std::move(text), Style::dim}}}); };
  if (help_) {
    const auto lines = help_lines(size_.columns);
    for (auto at = help_top_; at < std::min(lines.size(), help_top_ + space.rows); ++at) {
      frame.rows.push_back({{{0, lines[at]}}});
    }
  } else if (article_) {
    article_->draw(frame, space);
  } else if (lists_.empty()) {
    feeds_page_.draw(frame, space);
    if (feeds_.empty() && !waiting()) {
      for (auto& part : fold("No feeds yet: 'newscache add URL' subscribes to one.", space.columns - 2))
        say(std::move(part));
    }
  } else {
    lists_.back().draw(frame, space, [this](std::int64_t id) { return feed_name(id); });
    if (lists_.back().loaded() && lists_.back().place().empty()) say("No articles.");
  }
}

// A long message takes rows from the page above.
void Reader::draw_status(Frame& frame) const {
  if (prompt_) {
    auto said = fold(message_, size_.columns);  // of the text that is being corrected
    said.resize(message_.empty() ? 0 : std::min(said.size(), most_message_rows));
    frame.rows.resize(size_.rows - 1 - said.size());
    for (auto& part : said) frame.rows.push_back({{{0, std::move(part), Style::red}}});
    return prompt_->draw(frame, size_.columns);
  }
  std::string text(hints);
  auto style = Style::dim;
  if (question_) {
    text = question_->text;
    style = Style::bold;
  } else if (!number_.empty()) {
    text = "Link " + number_;
  } else if (!message_.empty() || !lost_.empty()) {
    text = message_.empty() ? lost_ : message_;
    style = message_is_bad_ || message_.empty() ? Style::red : Style::plain;
  }
  const auto state = lost_.empty() ? network_ : "no daemon";
  const auto right = slow_ ? "waiting" : state + "  " + std::to_string(totals_.unread) + " unread";
  if (text == hints || text == away)
    text = client::cut_to_width(text, size_.columns - std::min(size_.columns, right.size() + 2));
  auto parts = fold(text, size_.columns);
  parts.resize(std::min(parts.size(), most_message_rows));
  frame.rows.resize(size_.rows - parts.size());
  for (const auto& part : parts) {
    frame.rows.push_back(both_ends(part, style, &part == &parts.back() ? right : std::string(), size_.columns));
  }
}

}  // namespace newscache::reader
