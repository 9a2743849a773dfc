#include "store/record.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/fields.hpp"
#include "store/times.hpp"

namespace newscache::store {

namespace {

// Below this zstd without a dictionary gains nothing.
constexpr std::size_t kBodyWorthCompressing = 200;
constexpr std::size_t kHeadWorthCompressing = 400;
// Of authors, tags and attachments, each.
constexpr std::size_t kMaxItems = 1000;

// Numbers of fields are for ever: never reuse one.
enum Tag : std::uint64_t {
  kGuid = 1,
  kUrl = 2,
  kExternalUrl = 3,
  kCommentsUrl = 4,
  kTitle = 5,
  kSummary = 6,
  kImage = 7,
  kDatePublished = 8,
  kDateModified = 9,
  kAuthor = 10,
  kTag = 11,
  kLanguage = 12,
  kAttachment = 13,
};
enum AuthorTag : std::uint64_t { kName = 1, kAuthorUrl = 2, kAvatar = 3, kEmail = 4 };
enum AttachmentTag : std::uint64_t { kFileUrl = 1, kMimeType = 2, kFileTitle = 3, kSizeBytes = 4, kDuration = 5 };
enum SettingTag : std::uint64_t { kKey = 1, kBool = 2, kInteger = 3, kText = 4 };

// The fields that are a plain text of the entry.
struct TextField {
  Tag tag;
  std::string model::Entry::*text;
};
constexpr TextField kTextFields[] = {
    {kGuid, &model::Entry::guid},
    {kUrl, &model::Entry::url},
    {kExternalUrl, &model::Entry::external_url},
    {kCommentsUrl, &model::Entry::comments_url},
    {kTitle, &model::Entry::title},
    {kSummary, &model::Entry::summary},
    {kImage, &model::Entry::image},
    {kLanguage, &model::Entry::language},
};

Error damaged(std::string_view what) { return Error{Cause::invalid, "damaged article record: " + std::string(what)}; }

std::string write_author(const model::Author& author) {
  FieldWriter out;
  out.text(kName, author.name);
  out.text(kAuthorUrl, author.url);
  out.text(kAvatar, author.avatar);
  out.text(kEmail, author.email);
  return out.take();
}

bool read_author(std::string_view bytes, model::Author& author) {
  FieldReader in(bytes);
  while (in.next()) {
    switch (in.tag()) {
      case kName:
        author.name = in.text();
        break;
      case kAuthorUrl:
        author.url = in.text();
        break;
      case kAvatar:
        author.avatar = in.text();
        break;
      case kEmail:
        author.email = in.text();
        break;
      default:
        break;
    }
  }
  return in.ok();
}

std::string write_attachment(const model::Attachment& attachment) {
  FieldWriter out;
  out.text(kFileUrl, attachment.url);
  out.text(kMimeType, attachment.mime_type);
  out.text(kFileTitle, attachment.title);
  out.number(kSizeBytes, attachment.size_bytes);
  out.number(kDuration, attachment.duration_s);
  return out.take();
}

bool read_attachment(std::string_view bytes, model::Attachment& attachment) {
  FieldReader in(bytes);
  while (in.next()) {
    switch (in.tag()) {
      case kFileUrl:
        attachment.url = in.text();
        break;
      case kMimeType:
        attachment.mime_type = in.text();
        break;
      case kFileTitle:
        attachment.title = in.text();
        break;
      case kSizeBytes:
        attachment.size_bytes = in.number();
        break;
      case kDuration:
        attachment.duration_s = in.number();
        break;
      default:
        break;
    }
  }
  return in.ok();
}

std::string write_head(const model::Entry& entry) {
  FieldWriter out;
  for (const auto& field : kTextFields) out.text(field.tag, entry.*field.text);
  if (entry.date_published) out.number(kDatePublished, seconds(*entry.date_published));
  if (entry.date_modified) out.number(kDateModified, seconds(*entry.date_modified));
  for (const auto& author : entry.authors) out.bytes(kAuthor, write_author(author));
  for (const auto& tag : entry.tags) out.bytes(kTag, tag);
  for (const auto& attachment : entry.attachments) out.bytes(kAttachment, write_attachment(attachment));
  return out.take();
}

bool read_text_field(FieldReader& in, model::Entry& entry) {
  const auto* field = std::find_if(std::begin(kTextFields), std::end(kTextFields),
                                   [&](const TextField& candidate) { return candidate.tag == in.tag(); });
  if (field == std::end(kTextFields)) return false;
  entry.*field->text = in.text();
  return true;
}

// False when the bytes are damaged.
bool read_head(std::string_view payload, model::Entry& entry) {
  FieldReader in(payload);
  while (in.next()) {
    if (read_text_field(in, entry)) continue;
    switch (in.tag()) {
      case kDatePublished:
        entry.date_published = instant(in.number());
        break;
      case kDateModified:
        entry.date_modified = instant(in.number());
        break;
      case kAuthor:
        if (entry.authors.size() >= kMaxItems || !read_author(in.bytes(), entry.authors.emplace_back())) return false;
        break;
      case kTag:
        if (entry.tags.size() >= kMaxItems) return false;
        entry.tags.push_back(in.text());
        break;
      case kAttachment:
        if (entry.attachments.size() >= kMaxItems) return false;
        if (!read_attachment(in.bytes(), entry.attachments.emplace_back())) return false;
        break;
      default:
        break;
    }
  }
  return in.ok();
}

}  // namespace

Record RecordCodec::encode(model::Entry& entry) {
  if (entry.content_html.size() > max_bytes_) entry.content_html.clear();
  if (entry.authors.size() > kMaxItems) entry.authors.resize(kMaxItems);
  if (entry.tags.size() > kMaxItems) entry.tags.resize(kMaxItems);
  if (entry.attachments.size() > kMaxItems) entry.attachments.resize(kMaxItems);
  auto head = write_head(entry);
  if (head.size() > max_bytes_) {
    entry.attachments.clear();
    entry.summary.clear();
    entry.tags.clear();
    head = write_head(entry);
  }
  if (head.size() > max_bytes_) {  // megabytes in a title or a URL: nothing of it is worth keeping
    model::Entry bare;
    bare.date_published = entry.date_published;
    entry = std::move(bare);
    head = write_head(entry);
  }
  Record record;
  record.head = pack(head, kHeadWorthCompressing);
  if (!entry.content_html.empty()) record.body = pack(entry.content_html, kBodyWorthCompressing);
  return record;
}

Result<model::Entry> RecordCodec::decode(std::string_view head, std::string_view body) {
  constexpr std::size_t kKept = 64 << 10;
  if (head_.capacity() > kKept) head_ = std::string();
  if (const auto unpacked = unpack(head, head_); !unpacked) return unpacked.error();
  model::Entry entry;
  if (!read_head(head_, entry)) return damaged("its fields");
  if (body.empty()) return entry;
  if (const auto unpacked = unpack(body, entry.content_html); !unpacked) return unpacked.error();
  return entry;
}

ContentHash content_hash(const model::Entry& entry, std::string_view link) {
  model::Entry judged = entry;
  judged.guid.clear();
  judged.date_published.reset();
  judged.date_modified.reset();
  judged.content_html.clear();
  if (!link.empty()) judged.url = link;
  // The length keeps the two parts apart.
  const auto head = write_head(judged);
  const auto hash = sha256({std::to_string(head.size()), ":", head, entry.content_html});
  ContentHash first{};
  std::copy_n(hash.begin(), first.size(), first.begin());
  return first;
}

std::string encode_settings(const model::FeedSettings& settings) {
  FieldWriter out;
  for (const auto& [key, value] : settings) {
    out.bytes(kKey, key);
    if (const auto* flag = std::get_if<bool>(&value)) out.number(kBool, *flag ? 1 : 0);
    if (const auto* number = std::get_if<std::int64_t>(&value)) out.number(kInteger, *number);
    if (const auto* text = std::get_if<std::string>(&value)) out.bytes(kText, *text);
  }
  return out.take();
}

Result<model::FeedSettings> decode_settings(std::string_view bytes) {
  model::FeedSettings settings;
  FieldReader in(bytes);
  std::string key;
  while (in.next()) {
    switch (in.tag()) {
      case kKey:
        key = in.text();
        break;
      case kBool:
        settings[key] = in.number() != 0;
        break;
      case kInteger:
        settings[key] = in.number();
        break;
      case kText:
        settings[key] = in.text();
        break;
      default:
        break;
    }
  }
  if (!in.ok()) return Error{Cause::invalid, "damaged settings of a feed"};
  return settings;
}

}  // namespace newscache::store
