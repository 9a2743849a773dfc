#include "client/reader/article.hpp"

#include <algorithm>

#include "client/format.hpp"
#include "client/library/records.hpp"
#include "html/plain_text.hpp"

namespace newscache::reader {
namespace {

using client::Style;

constexpr std::size_t text_columns = 100;  // longer lines are hard to read

}  // namespace

void ArticlePage::show(const boost::json::object& answer, std::string_view feed_name) {
  article_ = article_of(answer);
  const auto said = client::article_of(answer);
  paragraphs_.clear();
  links_.clear();
  width_ = 0;  // lines_ are old
  const auto header = [this](std::string_view name, const std::string& value) {
    if (!value.empty()) paragraphs_.push_back({std::string(name) + client::printable_line(value), Style::dim});
  };
  paragraphs_.push_back({article_.title, Style::bold});
  header("Feed: ", std::string(feed_name));
  header("Author: ", client::joined(said.authors));
  header("Date: ", article_.date);
  header("Link: ", said.url);
  header("About: ", said.external_url);
  header("Tags: ", client::joined(said.tags));
  paragraphs_.push_back({});

  const auto content = html::to_linked_text(said.content_html.empty() ? said.summary : said.content_html);
  const auto text = client::printable_text(content.text);
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    paragraphs_.push_back({std::string(rest.substr(0, end))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::vector<std::string> kinds;
  for (const auto& link : content.links) {
    links_.push_back(link.url);
    kinds.push_back(link.image ? "image" : "link");
  }
  for (const auto& file : said.attachments) {
    links_.push_back(file.url);
    kinds.push_back(file.mime_type.empty() ? "file" : file.mime_type);
  }
  if (links_.empty()) return;
  paragraphs_.push_back({});
  paragraphs_.push_back({"Links:"});
  for (std::size_t i = 0; i < links_.size(); ++i) {
    paragraphs_.push_back(
        {client::printable_line("[" + std::to_string(i + 1) + "]: " + links_[i] + " (" + kinds[i] + ")")});
  }
}

std::string ArticlePage::link(std::size_t number) const {
  return number >= 1 && number <= links_.size() ? links_[number - 1] : std::string();
}

bool ArticlePage::move(Command command, std::size_t height) {
  const auto to = moved(command, top_, last_top(height), height);
  if (to) top_ = *to;
  return to.has_value();
}

// What is at the top stays there when the width changes.
void ArticlePage::settle(Size body) {
  const auto width = std::min(body.columns, text_columns);
  if (width != width_) {
    const auto at_top = top_ < lines_.size() ? lines_[top_].paragraph : 0;
    const bool inside = top_ > 0;
    lines_.clear();
    for (std::size_t i = 0; i < paragraphs_.size(); ++i) {
      if (i == at_top && inside) top_ = lines_.size();
      for (auto& part : fold(paragraphs_[i].text, width)) lines_.push_back({std::move(part), i});
    }
    width_ = width;
  }
  top_ = std::min(top_, last_top(body.rows));
}

void ArticlePage::draw(Frame& frame, Size body) const {
  for (auto at = top_; at < std::min(lines_.size(), top_ + body.rows); ++at) {
    const auto& line = lines_[at];
    Row row;
    if (!line.text.empty()) row.pieces.push_back({0, line.text, paragraphs_[line.paragraph].style});
    frame.rows.push_back(std::move(row));
  }
}

std::string ArticlePage::place(std::size_t height) const {
  const auto last = last_top(height);
  if (last == 0) return "all";
  if (top_ == 0) return "top";
  if (top_ >= last) return "end";
  return std::to_string(100 * top_ / last) + "%";
}

}  // namespace newscache::reader
