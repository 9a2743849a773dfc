#pragma once
// The stack of open elements. Every question is answered from what was noted when an element was pushed, so that no end
// tag, however wrong, makes anyone search the stack.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "html/elements.hpp"

namespace newscache::html {

class OpenElements {
 public:
  static constexpr int none = -1;

  OpenElements() { last_.fill(none); }

  void push(Element element, bool implied);
  void pop();
  bool empty() const { return entries_.empty(); }
  std::size_t depth() const { return entries_.size(); }
  Element top() const { return entries_.empty() ? Element::unknown : entries_.back().element; }
  Element at(int index) const { return entries_[static_cast<std::size_t>(index)].element; }
  int top_index() const { return static_cast<int>(entries_.size()) - 1; }

  // The innermost one of that kind, none if there is none or a cell, caption or table lies between.
  int find(Element element) const;
  bool has(Element element) const { return find(element) != none; }
  int find_heading() const;
  // The innermost one, whatever lies between.
  int find_anywhere(Element element) const { return last_[static_cast<std::size_t>(element)]; }
  // What the next <li>, or <dd> or <dt>, ends: 13.2.6.4.7, "a start tag whose tag name is li".
  int list_item_to_end() const { return entries_.empty() ? none : entries_.back().list_item; }
  int term_to_end() const { return entries_.empty() ? none : entries_.back().term; }
  // The list that an item would belong to: the innermost flow element but address, div and p, if that is a list.
  Element items_list() const { return entries_.empty() ? Element::unknown : entries_.back().items_list; }
  // The innermost <ul> or <ol>, flow element, and cell, caption or table.
  int list() const;
  int flow() const { return entries_.empty() ? none : entries_.back().flow; }
  int scope() const { return entries_.empty() ? none : entries_.back().scope; }
  int table() const { return find_anywhere(Element::table); }

  // Made by us rather than by a tag.
  bool top_is_implied() const { return !entries_.empty() && entries_.back().implied; }
  // Its end tag came too early: it ends as soon as it is on top.
  void end_later(int index) { entries_[static_cast<std::size_t>(index)].ends = true; }
  bool top_ends() const { return !entries_.empty() && entries_.back().ends; }

  // Start tags that were not obeyed, so that their end tags can be ignored too.
  void skip(Element element) { ++skipped_[static_cast<std::size_t>(element)]; }
  bool skipping(Element element) const;
  bool unskip(Element element);

 private:
  struct Entry {
    Element element;
    bool implied;
    bool ends;
    int previous;  // the one of the same kind below
    int scope;
    int flow;
    int list;
    int list_item;
    int term;
    Element items_list;
    std::uint32_t skipped;  // when it was opened
  };

  std::vector<Entry> entries_;
  std::array<int, element_count> last_;
  std::array<std::uint32_t, element_count> skipped_{};
};

}  // namespace newscache::html
