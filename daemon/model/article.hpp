#pragma once
// What a publisher says (Entry, ParsedFeed) and what we keep of it (Article). Field names are JSON Feed 1.1's.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/ids.hpp"

namespace newscache::model {

struct Author {
  std::string name;
  std::string url;     // absolute, or empty
  std::string avatar;  // absolute, or empty
  std::string email;
  friend bool operator==(const Author&, const Author&) = default;
};

struct Attachment {
  std::string url;
  std::string mime_type;
  std::string title;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> duration_s;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

// One item of a feed document, normalised: titles, names and tags are plain text; content_html and summary are safe
// HTML and plain text; URLs are absolute http or https; what is unknown is empty.
struct Entry {
  std::string guid;  // verbatim; empty when the publisher gives none
  std::string url;
  std::string external_url;  // the page that a link post is about
  std::string comments_url;
  std::string title;
  std::string content_html;
  std::string summary;  // plain text
  std::string image;
  std::optional<Instant> date_published;
  std::optional<Instant> date_modified;
  std::vector<Author> authors;
  std::vector<std::string> tags;
  std::string language;  // BCP 47, or empty
  std::vector<Attachment> attachments;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// When the document itself says how often it changes.
struct UpdateHints {
  std::optional<std::int64_t> ttl_s;  // RSS ttl, or sy:updatePeriod / sy:updateFrequency
  std::uint32_t skip_hours = 0;       // bit n: hour n (UTC)
  std::uint8_t skip_days = 0;         // bit 0: Sunday ... bit 6: Saturday
  friend bool operator==(const UpdateHints&, const UpdateHints&) = default;
};

enum class FeedFormat { rss, rdf, atom, json_feed };

struct ParsedFeed {
  FeedFormat format = FeedFormat::rss;
  std::string format_version;  // "2.0", "0.91", "1.0", "1.1"; empty when the document does not say
  std::string encoding;        // what the bytes were decoded from, "utf-8" and so on
  bool lenient = false;        // the document was ill-formed and has been repaired
  bool complete = true;        // false: it was cut off; its whole entries are here, its validators prove nothing
  std::string title;
  std::string home_page_url;
  std::string feed_url;  // what the document says its own address is
  std::string next_url;  // RFC 5005 / JSON Feed paging
  std::string description;
  std::string language;
  std::string icon;
  std::vector<Author> authors;
  UpdateHints hints;
  std::vector<Entry> entries;  // in document order
};

enum class OfflineState { off, pending, partial, complete, failed };

struct Article {
  ArticleId id{};
  std::string uid;  // 32 hex digits, the same on every device
  FeedId feed_id{};
  Entry entry;
  Instant date{};  // of order: when it was published, else received; fixed at first sight
  Instant date_received{};
  Revision revision{};
  bool read = false;
  bool starred = false;
  OfflineState offline = OfflineState::off;
  std::int64_t offline_bytes = 0;
  Moment changed{};  // text or state, as far as known, else when it was received; only of Reader::articles_of()
  // Search results only.
  std::string snippet;  // HTML with <mark>
  std::optional<double> score;
};

// What an article said before it was edited.
struct ArticleVersion {
  Revision revision{};  // that it had
  Instant replaced{};
  Entry entry;
};

}  // namespace newscache::model
