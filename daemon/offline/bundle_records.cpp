#include "offline/bundle_records.hpp"

#include <algorithm>

#include "base/fields.hpp"
#include "bundle/format.hpp"
#include "html/sanitise.hpp"
#include "settings/feed_settings.hpp"
#include "store/capture_rows.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::offline {

namespace {

using bundle::damaged;

// Numbers of fields are for ever: never reuse one.
constexpr std::uint64_t kItem = 1;  // of a list
enum FeedTag : std::uint64_t {
  kFeedUid = 1,
  kFeedUrl = 2,
  kFeedTitle = 3,
  kCustomTitle = 4,
  kFolder = 5,
  kSettings = 6,
  kHomePage = 7,
  kDescription = 8,
  kLanguage = 9,
  kIcon = 10,
};
enum ArticleTag : std::uint64_t {
  kUid = 1,
  kFeed = 2,
  kReceived = 3,
  kRead = 4,
  kStarred = 5,
  kHead = 6,
  kBody = 7,
  kPageHead = 8,
  kPageBody = 9,
  kMedia = 10,
  kOffline = 11,
};
enum MediaTag : std::uint64_t { kUrl = 1, kHash = 2, kBytes = 3 };

constexpr std::size_t kMaxMedia = 2000;  // of an article

constexpr std::size_t kMaxFeeds = 100'000;
constexpr std::size_t kMaxText = 64 << 10;  // of a feed

struct FeedText {
  std::uint64_t tag;
  std::string model::Feed::*text;
};
constexpr FeedText kFeedTexts[] = {
    {kFeedUid, &model::Feed::uid},
    {kFeedUrl, &model::Feed::url},
    {kFeedTitle, &model::Feed::title},
    {kCustomTitle, &model::Feed::custom_title},
    {kFolder, &model::Feed::folder},
    {kHomePage, &model::Feed::home_page_url},
    {kDescription, &model::Feed::description},
    {kLanguage, &model::Feed::language},
    {kIcon, &model::Feed::icon},
};

bool is_hex(std::string_view text, std::size_t digits) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == digits && std::all_of(text.begin(), text.end(), is_digit);
}

// A publisher's, or the name of a feed of imported files.
bool is_feed_url(const std::string& url) {
  return text::split_url(url) || (url.starts_with("import:") && url.size() > 7);
}

// User and password are for the publisher and not for who finds the stick.
std::string without_credentials(std::string url) {
  const auto host = url.find("://") + 3;
  if (host < 3 || !text::split_url(url)) return url;
  const auto at = url.rfind('@', url.find_first_of("/?#", host));
  if (at != url.npos && at >= host) url.erase(host, at + 1 - host);
  return url;
}

model::FeedSettings known_settings(const model::FeedSettings& settings) {
  model::FeedSettings known;
  for (const auto& [key, value] : settings) (void)settings::set_feed_setting(known, key, value);
  return known;
}

Result<model::Feed> decode_feed(std::string_view bytes) {
  model::Feed feed;
  FieldReader fields(bytes);
  while (fields.next()) {
    if (fields.tag() == kSettings) {
      const auto settings = store::decode_settings(fields.bytes());
      if (!settings) return damaged("the settings of a subscription are broken");
      feed.settings = known_settings(*settings);
    }
    for (const auto& [tag, text] : kFeedTexts) {
      if (tag == fields.tag()) feed.*text = fields.text();
    }
  }
  bool good = fields.ok();
  for (const auto& [tag, text] : kFeedTexts) {
    if ((feed.*text).size() > kMaxText) (feed.*text).clear();
    good = good && text::is_valid_utf8(feed.*text);
  }
  good = good && is_hex(feed.uid, 16) && is_feed_url(feed.url);
  if (!good) return damaged("a subscription is broken");
  feed.home_page_url = text::resolve_url({}, feed.home_page_url);
  feed.icon = text::resolve_url({}, feed.icon);
  return feed;
}

bool is_text(const model::Entry& entry) {
  bool good = true;
  for (const auto* text : {&entry.guid, &entry.url, &entry.external_url, &entry.comments_url, &entry.title,
                           &entry.content_html, &entry.summary, &entry.image, &entry.language}) {
    good = good && text::is_valid_utf8(*text);
  }
  for (const auto& tag : entry.tags) good = good && text::is_valid_utf8(tag);
  for (const auto& author : entry.authors) {
    good = good && text::is_valid_utf8(author.name) && text::is_valid_utf8(author.email);
  }
  for (const auto& file : entry.attachments) {
    good = good && text::is_valid_utf8(file.title) && text::is_valid_utf8(file.mime_type);
  }
  return good;
}

model::CapturedPage as_page(model::Entry entry) {
  return {std::move(entry.url),      std::move(entry.content_html), std::move(entry.title),  std::move(entry.image),
          std::move(entry.language), entry.date_published,          std::move(entry.authors)};
}

Result<model::Media> decode_media(std::string_view bytes) {
  model::Media media;
  FieldReader fields(bytes);
  while (fields.next()) {
    if (fields.tag() == kUrl) media.url = fields.text();
    if (fields.tag() == kHash) media.asset.sha256 = fields.text();
    if (fields.tag() == kBytes) media.asset.bytes = fields.number();
  }
  const bool good = fields.ok() && bundle::is_sha256(media.asset.sha256) && media.asset.bytes >= 0;
  if (!good) return damaged("a picture or file of an article is broken");
  return media;
}

Result<store::CarriedArticle> decode_article(std::string_view bytes, store::RecordCodec& codec, std::size_t feeds) {
  store::CarriedArticle article;
  std::string_view head;
  std::string_view body;
  std::string_view page_head;
  std::string_view page_body;
  std::int64_t feed = 0;
  std::int64_t offline = 0;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case kUid:
        article.incoming.uid = fields.text();
        break;
      case kFeed:
        feed = fields.number();
        break;
      case kReceived:
        article.received = Instant(std::chrono::seconds(fields.number()));
        break;
      case kRead:
        article.read = fields.number() != 0;
        break;
      case kStarred:
        article.starred = fields.number() != 0;
        break;
      case kHead:
        head = fields.bytes();
        break;
      case kBody:
        body = fields.bytes();
        break;
      case kPageHead:
        page_head = fields.bytes();
        break;
      case kPageBody:
        page_body = fields.bytes();
        break;
      case kOffline:
        offline = fields.number();
        break;
      case kMedia: {
        auto media = decode_media(fields.bytes());
        if (!media) return media.error();
        const bool is_usable = text::is_clean_url(media->url) && article.media.size() < kMaxMedia;
        if (is_usable) article.media.push_back(std::move(*media));
        break;
      }
      default:
        break;
    }
  }
  if (!fields.ok() || !is_hex(article.incoming.uid, 32) || feed < 1 || feed > static_cast<std::int64_t>(feeds) ||
      article.received < Instant() || offline < 0 || offline > static_cast<std::int64_t>(model::OfflineState::failed)) {
    return damaged("an article is broken");
  }
  auto entry = codec.decode(head, body);
  if (!entry) return damaged(entry.error().detail);
  if (!is_text(*entry)) return damaged("an article is no text");
  if (!page_head.empty()) {
    auto page = codec.decode(page_head, page_body);
    if (!page) return damaged(page.error().detail);
    if (!is_text(*page)) return damaged("a page is no text");
    article.page = as_page(std::move(*page));
  }
  article.feed = model::FeedId{feed};
  article.offline = static_cast<model::OfflineState>(offline);
  article.incoming.entry = std::move(*entry);
  return article;
}

}  // namespace

std::string encode_feeds(std::span<const model::Feed> feeds) {
  FieldWriter list;
  for (const auto& feed : feeds) {
    FieldWriter fields;
    for (const auto& [tag, text] : kFeedTexts) {
      fields.text(tag, tag == kFeedUrl ? without_credentials(feed.*text) : feed.*text);
    }
    fields.text(kSettings, store::encode_settings(feed.settings));
    list.bytes(kItem, fields.take());
  }
  return list.take();
}

Result<std::vector<model::Feed>> decode_feeds(std::string_view bytes) {
  std::vector<model::Feed> feeds;
  FieldReader list(bytes);
  while (list.next()) {
    if (list.tag() != kItem) continue;
    auto feed = decode_feed(list.bytes());
    if (!feed) return feed.error();
    if (feeds.size() == kMaxFeeds) return damaged("it has too many subscriptions");
    feeds.push_back(std::move(*feed));
  }
  if (!list.ok()) return damaged("its list of subscriptions is broken");
  return feeds;
}

void append_article(std::string& bytes, store::RecordCodec& codec, store::CarriedArticle& article, std::int64_t feed,
                    bool with_state) {
  const auto record = codec.encode(article.incoming.entry);
  FieldWriter fields;
  fields.text(kUid, article.incoming.uid);
  fields.number(kFeed, feed);
  fields.number(kReceived, article.received.time_since_epoch().count());
  if (with_state && article.read) fields.number(kRead, 1);
  if (with_state && article.starred) fields.number(kStarred, 1);
  fields.bytes(kHead, record.head);
  fields.text(kBody, record.body);
  if (article.offline != model::OfflineState::off) fields.number(kOffline, static_cast<std::int64_t>(article.offline));
  if (article.page) {
    auto page = store::as_entry(*article.page);
    const auto captured = codec.encode(page);
    fields.bytes(kPageHead, captured.head);
    fields.text(kPageBody, captured.body);
  }
  for (const auto& media : article.media) {
    FieldWriter one;
    one.text(kUrl, media.url);
    one.text(kHash, media.asset.sha256);
    one.number(kBytes, media.asset.bytes);
    fields.bytes(kMedia, one.take());
  }
  FieldWriter item;
  item.bytes(kItem, fields.take());
  bytes += item.take();
}

Result<std::vector<store::CarriedArticle>> decode_articles(std::string_view bytes, store::RecordCodec& codec,
                                                           std::size_t feeds) {
  std::vector<store::CarriedArticle> articles;
  FieldReader list(bytes);
  while (list.next()) {
    if (list.tag() != kItem) continue;
    auto article = decode_article(list.bytes(), codec, feeds);
    if (!article) return article.error();
    articles.push_back(std::move(*article));
  }
  if (!list.ok()) return damaged("its list of articles is broken");
  return articles;
}

namespace {

void keep_address(std::string& url) { url = text::resolve_url({}, url); }

void clean(model::Entry& entry) {
  for (auto* url : {&entry.url, &entry.external_url, &entry.comments_url, &entry.image}) keep_address(*url);
  for (auto& author : entry.authors) {
    keep_address(author.url);
    keep_address(author.avatar);
  }
  std::erase_if(entry.attachments, [](auto& file) {
    keep_address(file.url);
    return file.url.empty();
  });
  html::SanitiseOptions options;
  options.base_url = entry.url;
  options.strip_tracking = false;  // what is safe stays as it was there
  entry.content_html = html::sanitise(entry.content_html, options);
}

}  // namespace

void clean(store::CarriedArticle& article) {
  auto& entry = article.incoming.entry;
  clean(entry);
  if (article.page) {
    auto page = store::as_entry(*article.page);
    clean(page);
    article.page = as_page(std::move(page));
  }
  article.incoming.link = entry.url.empty() ? std::string() : text::canonical_url(entry.url);
}

}  // namespace newscache::offline
