#pragma once
// How much of what there is under each node of a page, counted in one pass from the leaves up.

#include <cstdint>
#include <vector>

#include "html/dom.hpp"

namespace newscache::html {

struct Measures {
  std::uint32_t chars = 0;   // of text, white space collapsed
  std::uint32_t commas = 0;  // of every script
  float link_chars = 0;      // those in links; links within the page count for less
  std::uint32_t heading_chars = 0;
  std::uint32_t list_chars = 0;     // in lists, for each list around them
  std::uint32_t textish_chars = 0;  // in elements that hold text, for each one around them
  std::uint16_t paragraphs = 0;
  std::uint16_t images = 0;
  std::uint16_t items = 0;
  std::uint16_t inputs = 0;
  std::uint16_t embeds = 0;
  bool data_table = false;   // it is one: rather data than layout
  bool data_tables = false;  // it is one, or one is under it
  bool table = false;        // it is a table, or one is under it
  bool table_head = false;   // parts of a table are that layouts do not have
  std::uint16_t cells = 0;   // of the row
  std::uint16_t columns = 0;
  std::uint32_t rows = 0;
  bool phrasing = false;  // it is, with all that is under it, such as stands in running text
  bool block = false;     // such a block is under it as a paragraph cannot hold
  bool leaf = true;       // no block of any kind is

  // Zero without text.
  double link_density() const { return chars == 0 ? 0 : static_cast<double>(link_chars) / chars; }
  void add(const Measures& child);
};

// Of a text by itself.
Measures measure_text(std::string_view text);

// By node; of all nodes under `top`.
class PageMeasures {
 public:
  PageMeasures(const Document& document, NodeId top);
  const Measures& operator[](NodeId node) const { return by_node_[node]; }

 private:
  std::vector<Measures> by_node_;
};

// What `node` is by itself, added to what is under it.
void measure_element(const Document& document, NodeId node, Measures& measures);

// Whether an <iframe>, <embed> or <object> shows a video that a reader would miss.
bool shows_video(const Document& document, NodeId node);

}  // namespace newscache::html
