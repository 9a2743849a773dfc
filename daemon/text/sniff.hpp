#pragma once
// What a document's own first bytes say about its encoding.

#include <string>
#include <string_view>

namespace newscache::text {

struct ByteOrderMark {
  std::string_view name;  // canonical name of the encoding; empty without a mark
  std::size_t length = 0;
};
ByteOrderMark byte_order_mark(std::string_view bytes);

// UTF-16 or UTF-32 without a mark, by the zero bytes among the first characters, which markup and JSON have in ASCII.
std::string_view byte_order(std::string_view bytes);

// The label in <?xml encoding="..."?> or <meta charset>; empty when there is none.
std::string xml_declared_encoding(std::string_view bytes);
std::string meta_declared_encoding(std::string_view bytes);

// Text that was UTF-8 and became UTF-8 once more by way of windows-1252, as it was before; empty when it was not, or
// when it has less than `fewest` such sequences.
std::string undo_double_utf8(std::string_view utf8, std::size_t fewest);

}  // namespace newscache::text
