#include "unit/store/sample.hpp"

#include <sstream>

#include "store/database.hpp"
#include "store/times.hpp"
#include "unit/store/store_fixture.hpp"

namespace newscache::store::test {

namespace {

using namespace std::chrono_literals;
using model::ArticleId;
using model::FeedId;

constexpr FeedId kFirst{1};
constexpr FeedId kSecond{2};
constexpr FeedId kThird{3};

model::NewFeed wish(const std::string& name, const std::string& folder) {
  model::NewFeed feed;
  feed.url = "https://" + name + ".example/feed";
  feed.folder = folder;
  return feed;
}

model::IncomingEntry piece(FeedId feed, int number, const std::string& title) {
  const auto name = std::to_string(number);
  auto incoming = entry(feed, "guid " + name, title, "<p>Words of piece " + name + "</p>");
  incoming.link = "pieces.example/" + std::to_string(model::raw(feed)) + "/" + name;
  incoming.entry.url = "https://" + incoming.link;
  incoming.entry.date_published = kNow - 10h + 1h * number;
  return incoming;
}

model::FeedUpdate poll(FeedId feed, std::vector<model::IncomingEntry> entries, Instant when, const std::string& etag) {
  model::FeedUpdate update;
  update.feed_id = feed;
  update.received = when;
  update.entries = std::move(entries);
  update.document.emplace();
  update.document->title = "Publisher " + std::to_string(model::raw(feed));
  update.document->home_page_url = "https://publisher.example/";
  update.document->description = "All the news";
  update.document->language = "en";
  auto& state = update.state;
  state.status = model::FeedStatus::ok;
  state.validators = {etag, "Sun, 01 Mar 2026 00:00:00 GMT"};
  state.body_hash = "b0d1";
  state.last_attempt = state.last_success = when;
  state.next_poll = when + 1h;
  state.next_poll_rule = "default";
  state.hints.ttl_s = 3600;
  auto& attempt = update.attempts.emplace_back();
  attempt.time = when;
  attempt.status = 200;
  attempt.bytes = 4711;
  attempt.metered = true;
  attempt.duration = 47ms;
  attempt.next_poll = state.next_poll;
  attempt.next_poll_rule = "default";
  return update;
}

void apply(Writer& writer, model::FeedUpdate update, Durability durability = Durability::synced) {
  writer.apply({&update, 1}, durability);
}

// --- the steps ---

void subscribe_first(Writer& writer) {
  auto feed = wish("a", "News");
  feed.custom_title = "My own title";
  feed.settings = {{"retention.max_articles", std::int64_t{500}}, {"offline.images", true}};
  writer.add_feed(feed, "00000000000000aa", kNow).value();
}

void subscribe_others(Writer& writer) {
  const model::NewFeed feeds[] = {wish("b", ""), wish("c", "News/Old")};
  const std::string uids[] = {"00000000000000ab", "00000000000000ac"};
  for (auto& added : writer.add_feeds(feeds, uids, kNow)) added.value();
}

// With an author, tags and an attachment, and a content that is long enough to be compressed.
std::vector<model::IncomingEntry> first_document() {
  auto one = piece(kFirst, 1, "First");
  one.entry.authors = {{"Ann Author", "https://a.example/ann", "", ""}};
  one.entry.tags = {"Science", "weather"};
  one.entry.attachments = {{"https://a.example/1.mp3", "audio/mpeg", "", 12345, 600}};
  auto two = piece(kFirst, 2, "Second, résumé");
  for (int i = 0; i < 60; ++i) two.entry.content_html += "<p>Paragraph " + std::to_string(i) + " of a long text.</p>";
  return {piece(kFirst, 4, "Fourth"), piece(kFirst, 3, "Third"), two, one};
}

model::FeedUpdate first_poll() {
  auto update = poll(kFirst, first_document(), kNow, "\"a1\"");
  auto& state = update.state;
  state.unreliable.links = true;
  state.rhythm_s = 7200;
  state.move = {"https://new.example/feed", kNow, 1};
  state.traffic = {20513, 4711, 10'000};
  state.gap = model::Gap{kNow - 2h, kNow - 1h, "https://a.example/feed?page=2", 1};
  return update;
}

// An edit, and an article that is recognised by its link and gets an alias.
void poll_first_again(Writer& writer) {
  auto update = first_poll();
  update.received = kNow + 1h;
  update.attempts.front().time = kNow + 1h;
  update.state.validators.etag = "\"a2\"";
  update.entries.erase(update.entries.begin());
  auto& two = update.entries[1];
  two.uid = uid_of(kFirst, "another guid");
  two.entry.guid = "another guid";
  auto& one = update.entries[2].entry;
  one.title = "First, corrected";
  one.content_html = "<p>Other words</p>";
  apply(writer, update);
}

model::FeedUpdate second_poll() {
  return poll(kSecond, {piece(kSecond, 1, "Sturm über Köln"), piece(kSecond, 2, "新聞")}, kNow, "\"b1\"");
}

// Nothing but the time of an attempt: it moves no change log.
void poll_second_unchanged(Writer& writer, int hours) {
  auto update = second_poll();
  update.entries.clear();
  update.document.reset();
  update.received = kNow + 1h * hours;
  update.state.last_attempt = update.received;
  update.attempts.front().time = update.received;
  update.attempts.front().status = 304;
  apply(writer, update, Durability::relaxed);
}

void poll_second_in_vain(Writer& writer) {
  auto update = second_poll();
  update.entries.clear();
  update.document.reset();
  update.state.status = model::FeedStatus::failing;
  update.state.error = model::FeedError{Cause::server, "HTTP 500", 2, kNow + 4h};
  auto& attempt = update.attempts.front();
  attempt.time = kNow + 4h;
  attempt.cause = Cause::server;
  attempt.detail = "HTTP 500";
  attempt.status = 500;
  apply(writer, update);
}

// Several feeds in one transaction.
void poll_both(Writer& writer) {
  model::FeedUpdate updates[] = {
      poll(kThird, {piece(kThird, 1, "Kept for its star"), piece(kThird, 2, "Goes")}, kNow, "\"c1\""), second_poll()};
  updates[1].state.validators.etag = "\"b2\"";
  updates[1].entries.push_back(piece(kSecond, 3, "Third of the second"));
  writer.apply(updates, Durability::synced);
}

void mark(Writer& writer, std::vector<std::int64_t> ids, std::optional<bool> read, std::optional<bool> starred) {
  model::MarkRequest request;
  for (const auto id : ids) request.ids.push_back(ArticleId{id});
  request.read = read;
  request.starred = starred;
  writer.mark(request).value();
}

model::CompletionUpdate completion(Writer& writer, std::int64_t article) {
  model::CompletionUpdate update;
  update.article = ArticleId{article};
  update.revision = writer.revision();
  update.bytes = 1000;
  update.day = 20513;
  return update;
}

// Of one there is a page, the other is to be tried again.
void complete_two(Writer& writer) {
  model::CompletionUpdate updates[] = {completion(writer, 1), completion(writer, 5)};
  updates[0].completion.state = model::OfflineState::complete;
  updates[0].page.emplace();
  updates[0].page->content_html = "<p>Words of the whole article</p>";
  updates[0].page->image = "https://a.example/1.jpg";
  updates[1].completion = {model::OfflineState::failed, 1, kNow + 5h, Cause::timeout, "too slow"};
  writer.complete(updates);
}

void move_second(Writer& writer) {
  model::FeedPatch patch;
  patch.url = "https://moved.example/feed";
  patch.folder = "Moved";
  writer.change_feed(kSecond, patch).value();
}

void describe_feed(std::ostream& out, const model::Feed& feed) {
  const auto& state = feed.state;
  out << "feed " << model::raw(feed.id) << ' ' << feed.uid << ' ' << feed.url << " title=" << feed.title
      << " custom=" << feed.custom_title << " folder=" << feed.folder << " home=" << feed.home_page_url
      << " description=" << feed.description << " language=" << feed.language << " settings=" << feed.settings.size()
      << " managed=" << feed.managed << " paused=" << feed.paused << " articles=" << feed.articles
      << " unread=" << feed.unread << '\n';
  out << "  state " << static_cast<int>(state.status) << ' ' << state.validators.etag << ' '
      << state.validators.last_modified << " hash=" << state.body_hash
      << " attempt=" << seconds(state.last_attempt).value_or(0)
      << " success=" << seconds(state.last_success).value_or(0) << " next=" << seconds(state.next_poll).value_or(0)
      << ' ' << state.next_poll_rule << " ttl=" << state.hints.ttl_s.value_or(0) << '\n';
  if (state.error) {
    out << "  error " << cause_name(state.error->cause) << ' ' << state.error->detail << ' ' << state.error->count
        << ' ' << seconds(state.error->since) << '\n';
  }
  if (state.unreliable.guids || state.unreliable.links) {
    out << "  unreliable " << state.unreliable.guids << state.unreliable.links << '\n';
  }
  if (state.rhythm_s) out << "  rhythm " << *state.rhythm_s << '\n';
  if (!state.move.url.empty()) {
    out << "  move " << state.move.url << ' ' << seconds(state.move.since) << ' ' << state.move.count << '\n';
  }
  if (state.traffic.day != 0) {
    out << "  traffic " << state.traffic.day << ' ' << state.traffic.day_bytes << ' ' << state.traffic.month_bytes
        << '\n';
  }
  if (state.gap) {
    out << "  gap " << seconds(state.gap->after) << ' ' << seconds(state.gap->before) << ' ' << state.gap->next_url
        << ' ' << state.gap->pages << '\n';
  }
}

std::string offline_text(const model::Article& article) {
  if (article.offline == model::OfflineState::off) return {};
  return " offline=" + std::to_string(static_cast<int>(article.offline)) + '/' + std::to_string(article.offline_bytes);
}

void describe_article(std::ostream& out, const model::Article& article) {
  const auto& entry = article.entry;
  out << "article " << model::raw(article.id) << ' ' << article.uid << " feed=" << model::raw(article.feed_id)
      << " revision=" << model::raw(article.revision) << (article.read ? " read" : "")
      << (article.starred ? " starred" : "") << offline_text(article) << " received=" << seconds(article.date_received)
      << " published=" << seconds(entry.date_published).value_or(0)
      << " modified=" << seconds(entry.date_modified).value_or(0) << '\n';
  out << "  " << entry.guid << " | " << entry.url << " | " << entry.title;
  for (const auto& author : entry.authors) out << " | by " << author.name << ' ' << author.url;
  for (const auto& tag : entry.tags) out << " | #" << tag;
  for (const auto& file : entry.attachments) {
    out << " | " << file.url << ' ' << file.mime_type << ' ' << file.size_bytes.value_or(0) << ' '
        << file.duration_s.value_or(0);
  }
  out << "\n  " << entry.content_html << '\n';
}

void describe_search(std::ostream& out, Reader& reader, const std::string& text,
                     const std::optional<std::string>& tag) {
  model::ArticleQuery query;
  query.text = text;
  query.tag = tag;
  query.order = model::ArticleOrder::oldest;
  out << "search " << text << tag.value_or("") << ':';
  for (const auto& article : reader.articles(query).value().articles) out << ' ' << model::raw(article.id);
  out << '\n';
}

void describe_journal(std::ostream& out, Reader& reader, FeedId feed) {
  for (const auto& attempt : reader.journal(feed, kAttemptsKept).value()) {
    out << "  attempt " << seconds(attempt.time) << ' ' << (attempt.cause ? cause_name(*attempt.cause) : "fine") << ' '
        << attempt.detail << ' ' << attempt.status << ' ' << attempt.bytes << ' ' << attempt.metered << ' '
        << attempt.duration.count() << ' ' << attempt.added << ' ' << attempt.updated << '\n';
  }
}

}  // namespace

const std::vector<Step>& sample_steps() {
  static const std::vector<Step> kSteps = {
      {"subscribe", Durability::synced, subscribe_first},
      {"subscribe to two", Durability::synced, subscribe_others},
      {"first document", Durability::synced, [](Writer& writer) { apply(writer, first_poll()); }},
      {"document of the second", Durability::synced, [](Writer& writer) { apply(writer, second_poll()); }},
      {"unchanged", Durability::relaxed, [](Writer& writer) { poll_second_unchanged(writer, 2); }},
      {"index some", Durability::relaxed, [](Writer& writer) { writer.index(3); }},
      {"star", Durability::synced, [](Writer& writer) { mark(writer, {3}, {}, true); }},
      {"edits", Durability::synced, poll_first_again},
      {"unchanged again", Durability::relaxed, [](Writer& writer) { poll_second_unchanged(writer, 3); }},
      {"two documents", Durability::synced, poll_both},
      {"read", Durability::synced, [](Writer& writer) { mark(writer, {2}, true, {}); }},
      {"star another", Durability::synced, [](Writer& writer) { mark(writer, {7}, {}, true); }},
      {"delete", Durability::synced, [](Writer& writer) { writer.remove_article(ArticleId{4}).value(); }},
      {"fail", Durability::synced, poll_second_in_vain},
      {"checkpoint", Durability::synced, [](Writer& writer) { writer.close(); }},
      {"unsubscribe but keep the stars", Durability::synced,
       [](Writer& writer) { writer.remove_feed(kThird, false).value(); }},
      {"a value", Durability::synced,
       [](Writer& writer) { writer.set_meta("clock_floor", "1772323200", Durability::synced); }},
      {"a value that may get lost", Durability::relaxed,
       [](Writer& writer) { writer.set_meta("clock_floor", "1772323201", Durability::relaxed); }},
      {"index all", Durability::relaxed, index_all},
      {"complete", Durability::synced, complete_two},
      {"want", Durability::synced, [](Writer& writer) { writer.want_complete(kFirst, kNow - 100h, 1); }},
      {"move", Durability::synced, move_second},
      {"unread", Durability::synced, [](Writer& writer) { mark(writer, {2}, false, {}); }},
  };
  return kSteps;
}

void fill_with_sample(Writer& writer) {
  for (const auto& step : sample_steps()) step.run(writer);
}

std::string describe(Reader& reader) {
  std::ostringstream out;
  const auto counts = reader.counts();
  out << "feeds=" << counts.feeds << " articles=" << counts.articles << " unread=" << counts.unread
      << " starred=" << counts.starred << " revision=" << model::raw(reader.revision()) << '\n';
  for (const auto& feed : reader.feeds()) {
    describe_feed(out, feed);
    describe_journal(out, reader, feed.id);
  }
  model::ArticleQuery all;
  all.order = model::ArticleOrder::oldest;
  for (const auto& article : reader.articles(all).value().articles) describe_article(out, article);
  for (const char* words : {"words", "resume", "koln", "corrected", "title:first", "paragraph", "author:ann"}) {
    describe_search(out, reader, words, {});
  }
  describe_search(out, reader, "", "science");
  for (const auto& day : reader.traffic(0)) {
    out << "day " << day.day << ' ' << day.bytes << ' ' << day.metered_bytes << '\n';
  }
  for (const auto& change : reader.changes(model::Revision{0}, 1000).value().changes) {
    out << "change " << model::raw(change.revision) << ' ' << static_cast<int>(change.type) << ' '
        << static_cast<int>(change.op) << ' ' << change.id << '\n';
  }
  return out.str();
}

std::string describe(const Options& options) {
  std::string said;
  Database database(options, Access::read);
  for (Query meta(database, "SELECT key, value FROM meta ORDER BY key"); meta.step();) {
    said += "meta " + meta.string(0) + '=' + meta.string(1) + '\n';
  }
  return said + describe(*open_reader(options));
}

}  // namespace newscache::store::test
