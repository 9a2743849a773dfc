#include "unit/store/sample.hpp"

#include <sstream>

#include "store/times.hpp"
#include "unit/store/store_fixture.hpp"

namespace newscache::store::test {

namespace {

using namespace std::chrono_literals;
using model::ArticleId;
using model::FeedId;

FeedId subscribe(Writer& writer, const std::string& name, const std::string& folder) {
  model::NewFeed feed;
  feed.url = "https://" + name + ".example/feed";
  feed.folder = folder;
  if (name == "a") {
    feed.custom_title = "My own title";
    feed.settings = {{"retention.max_articles", std::int64_t{500}}, {"offline.images", true}};
  }
  return writer.add_feed(feed, "00000000000000a" + name, kNow)->id;
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

// Long enough to be compressed, with an edit, an author, tags and an attachment.
void fill_first_feed(Writer& writer, FeedId feed) {
  auto one = piece(feed, 1, "First");
  one.entry.authors = {{"Ann Author", "https://a.example/ann", "", ""}};
  one.entry.tags = {"Science", "weather"};
  one.entry.attachments = {{"https://a.example/1.mp3", "audio/mpeg", "", 12345, 600}};
  auto two = piece(feed, 2, "Second, résumé");
  for (int i = 0; i < 60; ++i) two.entry.content_html += "<p>Paragraph " + std::to_string(i) + " of a long text.</p>";
  auto three = piece(feed, 3, "Third");
  auto four = piece(feed, 4, "Fourth");
  auto first = poll(feed, {four, three, two, one}, kNow, "\"a1\"");
  first.state.unreliable.links = true;
  first.state.rhythm_s = 7200;
  first.state.move = {"https://new.example/feed", kNow, 1};
  first.state.traffic = {20513, 4711, 10'000};
  first.state.gap = model::Gap{kNow - 2h, kNow - 1h, "https://a.example/feed?page=2", 1};
  writer.apply({&first, 1}, Durability::synced);

  one.entry.title = "First, corrected";
  one.entry.content_html = "<p>Other words</p>";
  two.uid = uid_of(feed, "another guid");  // its article is recognised by the link, and gets an alias
  two.entry.guid = "another guid";
  auto second = poll(feed, {three, two, one}, kNow + 1h, "\"a2\"");
  auto state = first.state;
  state.validators = second.state.validators;
  second.state = state;
  writer.apply({&second, 1}, Durability::synced);
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

void describe_article(std::ostream& out, const model::Article& article) {
  const auto& entry = article.entry;
  out << "article " << model::raw(article.id) << ' ' << article.uid << " feed=" << model::raw(article.feed_id)
      << " revision=" << model::raw(article.revision) << (article.read ? " read" : "")
      << (article.starred ? " starred" : "") << " received=" << seconds(article.date_received)
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

void fill_with_sample(Writer& writer) {
  const auto a = subscribe(writer, "a", "News");
  const auto b = subscribe(writer, "b", "");
  const auto c = subscribe(writer, "c", "News/Old");
  fill_first_feed(writer, a);

  auto failing = poll(b, {piece(b, 1, "Sturm über Köln"), piece(b, 2, "新聞")}, kNow, "\"b1\"");
  writer.apply({&failing, 1}, Durability::synced);
  failing.entries.clear();
  failing.document.reset();
  failing.state.status = model::FeedStatus::failing;
  failing.state.error = model::FeedError{Cause::server, "HTTP 500", 2, kNow + 1h};
  failing.attempts.front().time = kNow + 1h;
  failing.attempts.front().cause = Cause::server;
  failing.attempts.front().detail = "HTTP 500";
  failing.attempts.front().status = 500;
  writer.apply({&failing, 1}, Durability::synced);

  auto removed = poll(c, {piece(c, 1, "Kept for its star"), piece(c, 2, "Goes")}, kNow, "\"c1\"");
  writer.apply({&removed, 1}, Durability::synced);

  model::MarkRequest read;
  read.ids = {ArticleId{2}};
  read.read = true;
  writer.mark(read).value();
  model::MarkRequest star;
  star.ids = {ArticleId{3}, ArticleId{8}};
  star.starred = true;
  writer.mark(star).value();
  writer.remove_article(ArticleId{4}).value();  // leaves a tombstone
  writer.remove_feed(c, false).value();
  writer.set_meta("clock_floor", "1772323200", Durability::synced);
}

std::string describe(const Options& options) {
  const auto reader = open_reader(options);
  std::ostringstream out;
  const auto counts = reader->counts();
  out << "feeds=" << counts.feeds << " articles=" << counts.articles << " unread=" << counts.unread
      << " starred=" << counts.starred << " revision=" << model::raw(reader->revision()) << '\n';
  for (const auto& feed : reader->feeds()) {
    describe_feed(out, feed);
    describe_journal(out, *reader, feed.id);
  }
  model::ArticleQuery all;
  all.order = model::ArticleOrder::oldest;
  for (const auto& article : reader->articles(all).value().articles) describe_article(out, article);
  for (const char* words : {"words", "resume", "koln", "corrected", "title:first", "paragraph", "author:ann"}) {
    describe_search(out, *reader, words, {});
  }
  describe_search(out, *reader, "", "science");
  for (const auto& day : reader->traffic(0)) {
    out << "day " << day.day << ' ' << day.bytes << ' ' << day.metered_bytes << '\n';
  }
  for (const auto& change : reader->changes(model::Revision{0}, 1000).value().changes) {
    out << "change " << model::raw(change.revision) << ' ' << static_cast<int>(change.type) << ' '
        << static_cast<int>(change.op) << ' ' << change.id << '\n';
  }
  return out.str();
}

}  // namespace newscache::store::test
