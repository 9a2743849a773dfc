#include "html/open_elements.hpp"

namespace newscache::html {

void OpenElements::push(Element element, bool implied) {
  const int self = static_cast<int>(entries_.size());
  auto& last = last_[static_cast<std::size_t>(element)];
  Entry entry{};
  entry.element = element;
  entry.implied = implied;
  entry.previous = last;
  entry.skipped = skipped_[static_cast<std::size_t>(element)];
  entry.scope = entry.flow = entry.list = entry.list_item = entry.term = none;
  if (!entries_.empty()) {
    const auto& parent = entries_.back();
    entry.scope = parent.scope;
    entry.flow = parent.flow;
    entry.list = parent.list;
    entry.list_item = parent.list_item;
    entry.term = parent.term;
    entry.items_list = parent.items_list;
  }
  const bool table_part = kind(element) == ElementKind::table;
  if (kind(element) == ElementKind::flow || table_part) {
    entry.flow = self;
    // "special" elements but address, div and p hide the items around them
    if (element != Element::address && element != Element::div && element != Element::p) {
      entry.list_item = entry.term = none;
      const bool list = element == Element::ul || element == Element::ol || element == Element::dl;
      entry.items_list = list ? element : Element::unknown;
    }
  }
  if (element == Element::li) entry.list_item = self;
  if (element == Element::dd || element == Element::dt) entry.term = self;
  if (element == Element::ul || element == Element::ol) entry.list = self;
  if (element == Element::table || element == Element::caption || is_cell(element)) entry.scope = self;
  entries_.push_back(entry);
  last = self;
}

void OpenElements::pop() {
  const auto& entry = entries_.back();
  last_[static_cast<std::size_t>(entry.element)] = entry.previous;
  skipped_[static_cast<std::size_t>(entry.element)] = entry.skipped;
  entries_.pop_back();
}

int OpenElements::find(Element element) const {
  const int found = find_anywhere(element);
  return found > scope() ? found : none;
}

int OpenElements::find_heading() const {
  int found = none;
  for (const auto heading : {Element::h1, Element::h2, Element::h3, Element::h4, Element::h5, Element::h6}) {
    const int index = find(heading);
    if (index > found) found = index;
  }
  return found;
}

int OpenElements::list() const {
  const int found = entries_.empty() ? none : entries_.back().list;
  return found > scope() ? found : none;
}

bool OpenElements::skipping(Element element) const {
  const int open = find_anywhere(element);
  const auto before = open == none ? 0 : entries_[static_cast<std::size_t>(open)].skipped;
  return skipped_[static_cast<std::size_t>(element)] > before;
}

bool OpenElements::unskip(Element element) {
  if (!skipping(element)) return false;
  --skipped_[static_cast<std::size_t>(element)];
  return true;
}

}  // namespace newscache::html
