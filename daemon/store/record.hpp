#pragma once
// The article record: one Entry as bytes, the same in the database, in a bundle and on a wire.
//
// It has two parts, so that a list of titles need not touch contents: `head` is everything but content_html, `body` is
// content_html. Each part starts with two bytes, the version of the format and the codec; the payload of a head is a
// sequence of fields (tag, length, bytes), of which a reader skips those that it does not know. An absent body is
// empty. See docs/decisions/0002-article-record.md.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/article.hpp"
#include "model/feed.hpp"

namespace newscache::store {

struct Record {
  std::string head;
  std::string body;
};

// Keeps the compressor's memory between records; for one thread.
class RecordCodec {
 public:
  // No record decodes to more than `max_bytes`, and none larger is made.
  explicit RecordCodec(std::int64_t max_bytes);
  ~RecordCodec();

  // Cuts the entry to what a record may hold first: too large a content is left out, then attachments, summary and
  // tags.
  Record encode(model::Entry& entry);
  // Cause::invalid for bytes that encode() never makes. With an empty `body`, content_html stays empty.
  Result<model::Entry> decode(std::string_view head, std::string_view body);

 private:
  struct Zstd;
  std::string pack(std::string_view payload, std::size_t worth_compressing);
  Result<std::string> unpack(std::string_view part);

  std::size_t max_bytes_;
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
