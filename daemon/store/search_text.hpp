#pragma once
// What of an article is indexed. An index entry can only be removed with exactly the text that it was made from, so
// this must be the same function of the record for as long as the entry stands; text_fingerprint() notices when it is
// not.

#include <cstdint>
#include <string>

#include "model/article.hpp"
#include "store/store.hpp"

namespace newscache::store {

struct SearchText {
  std::string title;
  std::string author;
  std::string body;
  // As it is indexed: see tokenizer.hpp.
  std::string joined() const;
};

// The longest text of one article that is indexed; the rest cannot be found.
constexpr std::size_t kIndexedBytes = 256 << 10;

SearchText search_text(const model::Entry& entry, const Options& options);
// Changes when the rendering of `options.plain_text` does.
std::int64_t text_fingerprint(const Options& options);

}  // namespace newscache::store
