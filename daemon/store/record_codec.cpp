// RecordCodec's compression. What a record says is in record.cpp.

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <map>
#include <new>

#include "store/record.hpp"

namespace newscache::store {

namespace {

constexpr char kVersion = 1;
// zstd: the frame names its dictionary, if it needs one. difference: a frame that needs the later version's payload.
enum class Codec : char { plain = 0, zstd = 1, difference = 2 };

// Without a dictionary; higher ones gain 4 % and take twice as long.
constexpr int kLevel = 3;
// Below this nothing is gained, with a dictionary and without.
constexpr std::size_t kWorthWithDictionary = 32;
constexpr std::size_t kPrefix = 2;  // version and codec

Error damaged(std::string_view what) { return Error{Cause::invalid, "damaged article record: " + std::string(what)}; }

std::string prefixed(Codec codec, std::string_view payload = {}) {
  std::string part{kVersion, static_cast<char>(codec)};
  part.append(payload);
  return part;
}

}  // namespace

struct RecordCodec::Zstd {
  explicit Zstd(DictionarySource looked_up) : source(std::move(looked_up)) {
    if (compressor == nullptr || decompressor == nullptr) throw std::bad_alloc();
  }
  ~Zstd() {
    ZSTD_freeCCtx(compressor);
    ZSTD_freeDCtx(decompressor);
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  // None when it is missing or damaged. It may come later: nothing is remembered of it then.
  Dictionary* find(DictionaryId id) {
    const auto known = dictionaries.find(id);
    if (known != dictionaries.end()) return known->second.get();
    if (!source) return nullptr;
    auto dictionary = Dictionary::open(id, source(id));
    if (!dictionary) return nullptr;
    return dictionaries.emplace(id, std::move(dictionary)).first->second.get();
  }

  ZSTD_CCtx* compressor = ZSTD_createCCtx();
  ZSTD_DCtx* decompressor = ZSTD_createDCtx();
  DictionarySource source;
  std::map<DictionaryId, std::unique_ptr<Dictionary>> dictionaries;
  Dictionary* current = nullptr;  // to compress with
};

RecordCodec::RecordCodec(std::int64_t max_bytes, DictionarySource dictionaries)
    : max_bytes_(static_cast<std::size_t>(std::max<std::int64_t>(max_bytes, 4096))),
      zstd_(std::make_unique<Zstd>(std::move(dictionaries))) {}

RecordCodec::~RecordCodec() = default;

bool RecordCodec::compress_with(DictionaryId id) {
  zstd_->current = zstd_->find(id);
  return zstd_->current != nullptr;
}

// Into `part`, behind its prefix; the size of the frame, or an error of zstd's.
std::size_t RecordCodec::compress(std::string_view payload, std::string& part) {
  part.resize(kPrefix + ZSTD_compressBound(payload.size()));
  auto* const out = part.data() + kPrefix;
  const auto room = part.size() - kPrefix;
  if (zstd_->current == nullptr) {
    return ZSTD_compressCCtx(zstd_->compressor, out, room, payload.data(), payload.size(), kLevel);
  }
  return ZSTD_compress_usingCDict(zstd_->compressor, out, room, payload.data(), payload.size(),
                                  zstd_->current->compressing());
}

std::string RecordCodec::pack(std::string_view payload, std::size_t worth_compressing) {
  if (zstd_->current != nullptr) worth_compressing = kWorthWithDictionary;
  if (!is_plain_ && payload.size() >= worth_compressing) {
    auto part = prefixed(Codec::zstd);
    const auto size = compress(payload, part);
    if (ZSTD_isError(size) == 0 && size < payload.size()) {
      part.resize(kPrefix + size);
      part.shrink_to_fit();
      return part;
    }
  }
  return prefixed(Codec::plain, payload);
}

Result<std::string> RecordCodec::unpack(std::string_view part) {
  std::string text;
  if (const auto done = unpack(part, text); !done) return done.error();
  return text;
}

Result<void> RecordCodec::unpack(std::string_view part, std::string& text) {
  if (part.size() < kPrefix) return damaged("it ends in its first bytes");
  if (part[0] != kVersion) return damaged("version " + std::to_string(static_cast<unsigned char>(part[0])));
  const auto payload = part.substr(kPrefix);
  if (part[1] == static_cast<char>(Codec::plain)) {
    if (payload.size() > max_bytes_) return damaged("too large");
    text = payload;
    return {};
  }
  if (part[1] != static_cast<char>(Codec::zstd)) return damaged("unknown codec");
  const ZSTD_DDict* dictionary = nullptr;
  if (const auto id = ZSTD_getDictID_fromFrame(payload.data(), payload.size()); id != 0) {
    auto* const found = zstd_->find(id);
    if (found == nullptr) return damaged("its dictionary " + std::to_string(id) + " is missing or damaged");
    dictionary = found->decompressing();
  }
  ZSTD_DCtx_reset(zstd_->decompressor, ZSTD_reset_session_only);
  ZSTD_DCtx_refDDict(zstd_->decompressor, dictionary);
  return decompress(payload, text);
}

// With the dictionary or the prefix that the decompressor has been given.
Result<void> RecordCodec::decompress(std::string_view frame, std::string& text) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return damaged("no zstd frame");
  if (size > max_bytes_) return damaged("too large");
  text.resize(static_cast<std::size_t>(size));
  const auto got = ZSTD_decompressDCtx(zstd_->decompressor, text.data(), text.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != text.size()) return damaged("the zstd frame does not decompress");
  return {};
}

Result<Record> RecordCodec::payloads(const Record& record) {
  auto head = unpack(record.head);
  if (!head) return head.error();
  if (record.body.empty()) return Record{std::move(*head), {}};
  auto body = unpack(record.body);
  if (!body) return body.error();
  return Record{std::move(*head), std::move(*body)};
}

Result<std::string> RecordCodec::part_difference(const std::string& earlier, const std::string& later) {
  if (earlier.empty()) return std::string();
  const auto text = unpack(earlier);
  if (!text) return text.error();
  if (later.empty()) return earlier;
  const auto base = unpack(later);
  if (!base) return base.error();
  auto part = prefixed(Codec::difference);
  part.resize(kPrefix + ZSTD_compressBound(text->size()));
  auto* const zstd = zstd_->compressor;
  ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kLevel);
  // A difference to anything else must not pass for a version.
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
  // The window must reach from the end of the text to the beginning of the other.
  const auto reach = std::bit_width(text->size() + base->size());
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, std::clamp(static_cast<int>(reach), 10, 27));
  ZSTD_CCtx_refPrefix(zstd, base->data(), base->size());
  const auto size = ZSTD_compress2(zstd, part.data() + kPrefix, part.size() - kPrefix, text->data(), text->size());
  ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters);
  if (ZSTD_isError(size) != 0 || kPrefix + size >= earlier.size()) return earlier;
  part.resize(kPrefix + size);
  return part;
}

Result<Record> RecordCodec::difference(const Record& earlier, const Record& later) {
  auto head = part_difference(earlier.head, later.head);
  if (!head) return head.error();
  auto body = part_difference(earlier.body, later.body);
  if (!body) return body.error();
  return Record{std::move(*head), std::move(*body)};
}

Result<std::string> RecordCodec::restore_part(const std::string& difference, const std::string& later) {
  if (difference.size() < kPrefix || difference[0] != kVersion ||
      difference[1] != static_cast<char>(Codec::difference)) {
    return difference;
  }
  const auto base = unpack(later);
  if (!base) return base.error();
  ZSTD_DCtx_reset(zstd_->decompressor, ZSTD_reset_session_only);
  ZSTD_DCtx_refPrefix(zstd_->decompressor, base->data(), base->size());
  std::string text;
  const auto done = decompress(std::string_view(difference).substr(kPrefix), text);
  ZSTD_DCtx_refPrefix(zstd_->decompressor, nullptr, 0);
  if (!done) return done.error();
  return prefixed(Codec::plain, text);
}

Result<Record> RecordCodec::restore(const Record& difference, const Record& later) {
  auto head = restore_part(difference.head, later.head);
  if (!head) return head.error();
  auto body = restore_part(difference.body, later.body);
  if (!body) return body.error();
  return Record{std::move(*head), std::move(*body)};
}

}  // namespace newscache::store
