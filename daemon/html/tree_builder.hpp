#pragma once
// Tags to a tree: the rules of HTML5's tree construction (13.2.6.4) that matter to an article. An end tag that comes
// while blocks are open in its element ends it with the last of them, where HTML5 would copy formatting about.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "html/dom.hpp"
#include "html/dropped_content.hpp"
#include "html/tokenizer.hpp"

namespace newscache::html {

class TreeBuilder {
 public:
  Document build(std::string page);

 private:
  struct Open {
    NodeId node;
    Element element;
    bool ends = false;  // with what is open in it
  };

  void start_tag(const Token& token);
  void start_in_body(const Token& token);
  bool start_in_head(const Token& token);
  bool start_raw_text(const Token& token);
  void start_table_part(const Token& token);
  void start_block(Element element, std::string_view name);
  void end_tag(const Token& token);
  void text(const Token& token);
  void leave_head();

  NodeId add_element(const Token& token);
  void add_text(std::string_view decoded);
  void link(NodeId node);
  void read_attributes(NodeId node, const Token& token);
  std::string_view decoded(std::string_view raw, bool in_attribute);
  std::string_view lower(std::string_view name);

  void push(const Token& token);
  void push_implied(std::string_view name);
  void open(NodeId node);
  void pop();
  void pop_to(std::size_t index);     // and with it
  void pop_above(std::size_t index);  // but not it
  Element top() const { return open_.back().element; }
  bool is_open(Element element) const { return count_[static_cast<std::size_t>(element)] > 0; }
  // Where the innermost one is that nothing hides; 0, where <html> is, when there is none.
  std::size_t find_in_scope(Element element, std::string_view name) const;
  std::size_t innermost(Element element) const;
  void close_paragraph();
  void close_item(Element element);

  Document document_;
  DroppedContent dropped_;
  Tokenizer* tokenizer_ = nullptr;
  std::vector<Open> open_;
  std::array<std::uint32_t, element_count> count_{};    // of open ones
  std::array<std::uint32_t, element_count> skipped_{};  // too deep, their end tags are skipped too
  bool in_head_ = true;
  bool quirks_ = true;
  std::string buffer_;
};

}  // namespace newscache::html
