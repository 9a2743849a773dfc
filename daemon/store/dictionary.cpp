#include "store/dictionary.hpp"

#include <zdict.h>
#include <zstd.h>

#include <new>
#include <utility>

#include "base/hash.hpp"

namespace newscache::store {

namespace {

// Measured, as the level is: see docs/decisions/0002-article-record.md.
constexpr std::size_t kDictionaryBytes = 64 << 10;
constexpr int kLevel = 3;

constexpr std::size_t kChecksumBytes = 16;
// A dictionary begins with a magic number and its id, both of four bytes, the lowest first.
constexpr std::size_t kIdAt = 4;

std::string checksum(std::string_view bytes) {
  const auto hash = sha256({bytes});
  return {reinterpret_cast<const char*>(hash.data()), kChecksumBytes};
}

}  // namespace

std::unique_ptr<Dictionary> Dictionary::open(DictionaryId id, std::string stored) {
  if (stored.size() <= kChecksumBytes) return nullptr;
  const auto expected = stored.substr(stored.size() - kChecksumBytes);
  stored.resize(stored.size() - kChecksumBytes);
  if (checksum(stored) != expected || ZDICT_getDictID(stored.data(), stored.size()) != id) return nullptr;
  return std::unique_ptr<Dictionary>(new Dictionary(std::move(stored)));
}

Dictionary::Dictionary(std::string bytes) : bytes_(std::move(bytes)) {}

Dictionary::~Dictionary() {
  ZSTD_freeCDict(compressing_);
  ZSTD_freeDDict(decompressing_);
}

const ZSTD_CDict* Dictionary::compressing() {
  if (compressing_ == nullptr) compressing_ = ZSTD_createCDict(bytes_.data(), bytes_.size(), kLevel);
  if (compressing_ == nullptr) throw std::bad_alloc();
  return compressing_;
}

const ZSTD_DDict* Dictionary::decompressing() {
  if (decompressing_ == nullptr) decompressing_ = ZSTD_createDDict(bytes_.data(), bytes_.size());
  if (decompressing_ == nullptr) throw std::bad_alloc();
  return decompressing_;
}

std::string train_dictionary(DictionaryId id, const std::string& samples, std::span<const std::size_t> sizes) {
  std::string bytes(kDictionaryBytes, '\0');
  const auto size = ZDICT_trainFromBuffer(bytes.data(), bytes.size(), samples.data(), sizes.data(),
                                          static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size) != 0) return {};
  bytes.resize(size);
  for (std::size_t i = 0; i < sizeof id; ++i) bytes[kIdAt + i] = static_cast<char>(id >> (8 * i) & 0xff);
  return bytes + checksum(bytes);
}

}  // namespace newscache::store
