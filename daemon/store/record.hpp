#pragma once
// The article record: one Entry as bytes, the same in the database, in a bundle and on a wire.
//
// It has two parts, so that a list of titles need not touch contents: `head` is everything but content_html, `body` is
// content_html. Each part starts with two bytes, the version of the format and the codec; the payload of a head is a
// sequence of fields (tag, length, bytes), of which a reader skips those that it does not know. An absent body is
// empty. See docs/decisions/0002-article-record.md.
//
// In a database, parts may be compressed with one of its dictionaries. For a bundle or a wire a record is encoded anew,
// by a codec that has none.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/article.hpp"
#include "model/feed.hpp"
#include "store/dictionary.hpp"

namespace newscache::store {

struct Record {
  std::string head;
  std::string body;
};

// Keeps the compressor's memory between records; for one thread.
class RecordCodec {
 public:
  // No record decodes to more than `max_bytes`, and none larger is made. Dictionaries are looked up when a record
  // names them, and kept.
  explicit RecordCodec(std::int64_t max_bytes, DictionarySource dictionaries = {});
  ~RecordCodec();

  // What is encoded from now on uses that dictionary. False when there is none, or a damaged one; then none is used.
  bool compress_with(DictionaryId id);

  // What is encoded from now on is plain: for a bundle, which is compressed as a whole.
  void compress_nothing() { is_plain_ = true; }

  // Cuts the entry to what a record may hold first: too large a content is left out, then attachments, summary and
  // tags.
  Record encode(model::Entry& entry);
  // Cause::invalid for bytes that encode() never makes. With an empty `body`, content_html stays empty.
  Result<model::Entry> decode(std::string_view head, std::string_view body);

  // What the parts hold, uncompressed.
  Result<Record> payloads(const Record& record);

  // An earlier version of an article, each part as its difference to the later version's where that is shorter.
  // Cause::invalid when one of the two is damaged.
  Result<Record> difference(const Record& earlier, const Record& later);
  // The earlier version whole again, to be decoded or to restore the one before it. Cause::invalid also when `later` is
  // not what the difference was made to.
  Result<Record> restore(const Record& difference, const Record& later);

 private:
  struct Zstd;
  std::string pack(std::string_view payload, std::size_t worth_compressing);
  std::size_t compress(std::string_view payload, std::string& part);
  Result<std::string> unpack(std::string_view part);
  Result<void> unpack(std::string_view part, std::string& text);
  Result<void> decompress(std::string_view frame, std::string& text);
  Result<std::string> part_difference(const std::string& earlier, const std::string& later);
  Result<std::string> restore_part(const std::string& difference, const std::string& later);

  std::size_t max_bytes_;
  bool is_plain_ = false;
  std::string head_;  // the last one decoded, for its memory
  std::unique_ptr<Zstd> zstd_;
};

using ContentHash = std::array<std::uint8_t, 16>;

// Whether two sightings of an entry say the same. Without the dates and the guid: a publisher that only touches those
// has not edited anything. `link`, when there is one, stands for the URL, so that a tracking parameter is no edit.
ContentHash content_hash(const model::Entry& entry, std::string_view link);

// A subscription's settings as bytes, in the same field format.
std::string encode_settings(const model::FeedSettings& settings);
Result<model::FeedSettings> decode_settings(std::string_view bytes);

}  // namespace newscache::store
