#pragma once
// What the readers of the formats gather about a feed or an entry: raw values with a rank, so that a better source of
// the same fact wins in whatever order they come. finish() makes the model's records of them.

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/parse.hpp"
#include "model/article.hpp"

namespace newscache::feed {

constexpr int kNoRank = std::numeric_limits<int>::max();

// The value of the lowest rank; of several with the same rank, the first.
template <class T>
struct Ranked {
  T value{};
  int rank = kNoRank;
  bool set() const { return rank != kNoRank; }
  void offer(int new_rank, T new_value) {
    if (new_rank >= rank) return;
    value = std::move(new_value);
    rank = new_rank;
  }
};

enum class TextKind {
  text,     // literally
  html,     // markup
  untyped,  // RSS: markup if it looks like it
};

struct TextValue {
  std::string value;
  TextKind kind = TextKind::untyped;
  std::string base;  // for relative URLs inside
};

// Unless there is nothing in it.
void offer_text(Ranked<TextValue>& slot, int rank, TextValue text);
void offer_url(Ranked<std::string>& slot, int rank, std::string url);

struct EntryDraft {
  std::string guid;
  int guid_rank = kNoRank;
  std::string permalink;  // the guid resolved, if it may serve as a link
  Ranked<std::string> link;
  Ranked<std::string> external_url;
  Ranked<std::string> comments_url;
  Ranked<TextValue> title;
  Ranked<TextValue> content;
  std::vector<Ranked<TextValue>> summaries;  // one a rank
  Ranked<std::string> image;
  Ranked<Instant> published;
  Ranked<Instant> modified;
  Ranked<std::vector<model::Author>> authors;
  std::vector<std::string> tags;  // raw
  std::string language;
  std::vector<model::Attachment> attachments;
  std::optional<std::int64_t> duration_s;  // of the episode: for its attachment

  // `permalink`: the id resolved, if it may stand in for a missing link.
  void offer_guid(int rank, std::string id, std::string permalink = {});
  void offer_summary(int rank, TextValue text);
  void offer_date(Ranked<Instant>& slot, int rank, std::string_view text);
  // Authors of the best rank are gathered.
  void offer_author(int rank, model::Author author);
  void add_attachment(model::Attachment attachment);
};

struct FeedDraft {
  model::ParsedFeed feed;  // format, hints and entries
  Ranked<TextValue> title;
  Ranked<TextValue> description;
  Ranked<std::string> home_page;
  Ranked<std::string> self;
  Ranked<std::string> next;
  Ranked<std::string> icon;
  Ranked<std::string> language;
  Ranked<std::vector<model::Author>> authors;
  bool whole_feed = false;            // RFC 5005, section 2: there is no other page
  std::int64_t update_period_s = 0;   // RSS syndication module: this long ...
  std::int64_t update_frequency = 0;  // ... divided by this

  void offer_author(int rank, model::Author author);
};

// Ranks of summaries: up to this one they are texts of their own, past it only stand-ins for missing ones.
constexpr int kLastOwnSummary = 3;

model::Entry finish(EntryDraft&& draft, const ParseOptions& options);
model::ParsedFeed finish(FeedDraft&& draft, const ParseOptions& options);

// Plain text of one line, at most a few thousand bytes.
std::string plain_line(const TextValue& text);
// "en_US " as "en-US"; empty for what is no language tag.
std::string language_tag(std::string_view text);
// "1:02:03", "62:03", "3723" and "3723.5" as seconds.
std::optional<std::int64_t> parse_duration(std::string_view text);
std::optional<std::int64_t> parse_size(std::string_view text);

}  // namespace newscache::feed
