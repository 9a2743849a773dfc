#pragma once
// HTML to text for people: terminals, search, titles. One linear pass over the same tokenizer as sanitise().

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newscache::html {

// Paragraphs are separated by an empty line, list items start with "- " or "1. ", table cells are separated by tabs,
// preformatted text keeps its lines; script, style and the like are dropped. No wrapping. An image is "[image: what it
// shows]" when it has an alternative, and the alternative alone when that is an emoticon.
std::string to_text(std::string_view html);
// As to_text, with links numbered "[1]" in the text and listed at the end: for terminals.
std::string to_text_with_links(std::string_view html);

struct Link {
  std::string url;
  bool image = false;
  friend bool operator==(const Link&, const Link&) = default;
};
struct LinkedText {
  std::string text;
  std::vector<Link> links;  // "[1]" in the text is the first
};
// As to_text, with links and images numbered: for programs that show and open them by themselves.
LinkedText to_linked_text(std::string_view html);
// One line: markup dropped, references decoded, white space collapsed; images are their alternatives. For titles,
// names and tags that may hold HTML.
std::string to_line(std::string_view html);
// The start of the text in one line, cut between words within `bytes`, with an ellipsis if cut; without
// images unless there is nothing else.
std::string excerpt(std::string_view html, std::size_t bytes);
// Whether the text contains what only markup would: a known tag or a character reference.
bool looks_like_html(std::string_view text);

}  // namespace newscache::html
