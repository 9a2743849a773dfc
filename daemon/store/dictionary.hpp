#pragma once
// zstd dictionaries: what articles have in common, once for all records instead of in each. See
// docs/decisions/0002-article-record.md.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace newscache::store {

using DictionaryId = std::uint32_t;

// The stored bytes of a dictionary; empty when there is no such one.
using DictionarySource = std::function<std::string(DictionaryId)>;

// One that is ready for use. What it prepares it keeps: some 100 kB for decompressing, 1.1 MB for compressing.
class Dictionary {
 public:
  // None when the bytes are not what train_dictionary() made under that id.
  static std::unique_ptr<Dictionary> open(DictionaryId id, std::string stored);
  ~Dictionary();

  const ZSTD_CDict_s* compressing();
  const ZSTD_DDict_s* decompressing();

 private:
  explicit Dictionary(std::string bytes);

  std::string bytes_;
  ZSTD_CDict_s* compressing_ = nullptr;
  ZSTD_DDict_s* decompressing_ = nullptr;
};

// The bytes to store: the dictionary and a checksum, for a damaged dictionary would garble every article of it. Empty
// when the samples have too little in common. The smaller the id, the fewer bytes it takes in every record.
std::string train_dictionary(DictionaryId id, const std::string& samples, std::span<const std::size_t> sizes);

}  // namespace newscache::store
