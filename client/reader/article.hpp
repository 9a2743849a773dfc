#pragma once
// An article as text, its links and pictures numbered and listed at its end.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client/reader/articles.hpp"
#include "client/reader/frame.hpp"

namespace newscache::reader {

class ArticlePage {
 public:
  explicit ArticlePage(Article article) : article_(std::move(article)) {}

  Article& article() { return article_; }
  const Article& article() const { return article_; }
  // The answer to GET /v1/articles/ID. The place is kept when it comes again.
  void show(const boost::json::object& answer, std::string_view feed_name);
  bool loaded() const { return !paragraphs_.empty(); }
  // Of that number; empty when there is none.
  std::string link(std::size_t number) const;

  bool move(Command command, std::size_t height);
  void settle(Size body);
  void draw(Frame& frame, Size body) const;
  // "40%", or where it is.
  std::string place(std::size_t height) const;

 private:
  struct Paragraph {
    std::string text;
    client::Style style = client::Style::plain;
  };
  struct Line {
    std::string text;
    std::size_t paragraph = 0;
  };
  std::size_t last_top(std::size_t height) const { return lines_.size() > height ? lines_.size() - height : 0; }

  Article article_;
  std::vector<Paragraph> paragraphs_;  // lines as wide as they like
  std::vector<std::string> links_;
  std::vector<Line> lines_;  // of `width_` columns
  std::size_t width_ = 0;
  std::size_t top_ = 0;
};

}  // namespace newscache::reader
