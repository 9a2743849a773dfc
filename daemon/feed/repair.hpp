#pragma once
// Ill-formed XML to well-formed XML: one linear pass, used only when the strict parser has refused a document.

#include <string>
#include <string_view>

namespace newscache::feed {

struct Repaired {
  std::string xml;
  bool complete = true;  // false: the document was cut off; an entry that was still open has been left out
};

Repaired repair_xml(std::string_view xml);

// The end of the markup declaration that starts at `begin` ("<!DOCTYPE ...", internal subset included), just behind its
// '>'; npos when it never ends.
std::size_t end_of_doctype(std::string_view xml, std::size_t begin);

}  // namespace newscache::feed
