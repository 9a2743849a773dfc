// list, search, show.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/table.hpp"
#include "html/plain_text.hpp"

namespace newscache::client {
namespace {

constexpr std::int64_t page_limit = 1000;  // the API's own
constexpr std::int64_t most_articles = 1'000'000;
constexpr std::size_t text_columns = 100;  // longer lines are hard to read

struct ListOptions {
  std::string feed;
  std::string folder;
  bool unread = false;
  bool starred = false;
  std::string since;
  std::int64_t count = 50;
};

struct SearchOptions {
  std::vector<std::string> words;
  std::int64_t count = 50;
};

struct ShowOptions {
  std::int64_t id = 0;
  bool html = false;
};

struct Articles {
  std::string body;  // of the only page; empty when there were several
  boost::json::object document;
};

// As many as wanted, over as many pages as that takes. `target` already has a query.
Outcome<Articles> fetch(Session& session, const std::string& target, std::int64_t count) {
  Articles all;
  std::string cursor;
  for (std::int64_t left = count; left > 0;) {
    auto page_target = target + "&limit=" + std::to_string(std::min(left, page_limit));
    if (!cursor.empty()) page_target += with_query("", {{"cursor", cursor}}).replace(0, 1, "&");
    auto body = session.connection.get(page_target);
    if (!body) return body.error();
    auto page = parse_object(*body);
    if (!page) return page.error();
    left -= static_cast<std::int64_t>(array_at(*page, "articles").size());
    const bool first = cursor.empty();
    cursor = text_at(*page, "next_cursor");
    if (first) {
      all.body = std::move(*body);
      all.document = std::move(*page);
    } else {
      all.body.clear();
      auto& articles = all.document["articles"].as_array();
      for (auto& article : page->at("articles").as_array()) articles.push_back(std::move(article));
      all.document.erase("next_cursor");
      if (!cursor.empty()) all.document["next_cursor"] = cursor;
    }
    if (cursor.empty() || array_at(all.document, "articles").empty()) break;
  }
  return all;
}

std::string article_date(const boost::json::object& article) {
  const auto published = text_at(article, "date_published");
  return local_time(published.empty() ? text_at(article, "date_received") : published);
}

std::string article_title(const boost::json::object& article) {
  auto title = text_at(article, "title");
  if (title.empty()) title = html::excerpt(text_at(article, "summary"), 80);
  if (title.empty()) title = html::excerpt(text_at(article, "content_html"), 80);
  return title.empty() ? text_at(article, "url") : title;
}

Outcome<Exit> print_articles(Session& session, const std::string& target, std::int64_t count) {
  const auto articles = fetch(session, session.json ? target : target + "&fields=summary", count);
  if (!articles) return articles.error();
  if (session.json) {
    print_json(session, articles->body.empty() ? boost::json::serialize(articles->document) : articles->body);
    return Exit::done;
  }
  const auto titles = feed_titles(session);
  if (!titles) return titles.error();
  Table table({{"ID", Align::right}, {"DATE"}, {"FEED", Align::left, true}, {"FLAGS"}, {"TITLE", Align::left, true}});
  for (const auto& value : array_at(articles->document, "articles")) {
    const auto& article = as_object(value);
    const bool unread = !flag_at(article, "read");
    const auto flags = std::string(unread ? "N" : " ") + (flag_at(article, "starred") ? "*" : "");
    const auto feed = titles->find(count_at(article, "feed_id"));
    table.add({{std::to_string(count_at(article, "id"))},
               {article_date(article)},
               {feed == titles->end() ? "-" : feed->second},
               {flags, Style::yellow},
               {article_title(article), unread ? Style::bold : Style::plain}});
    table.note(html::to_line(text_at(article, "snippet")));
  }
  table.print(session.console);
  if (table.empty() && session.console.out_is_terminal) session.console.err << "no articles\n";
  return Exit::done;
}

Outcome<Exit> list(Session& session, const ListOptions& options) {
  std::string since;
  if (!options.since.empty()) {
    auto instant = point_in_time(options.since, session.clock.wall());
    if (!instant) return instant.error();
    since = std::move(*instant);
  }
  const auto feed = feed_filter(session, options.feed);
  if (!feed) return feed.error();
  const auto target = with_query("/v1/articles", {{"order", "newest"},
                                                  {"feed", *feed},
                                                  {"folder", options.folder},
                                                  {"read", options.unread ? "false" : ""},
                                                  {"starred", options.starred ? "true" : ""},
                                                  {"since", since}});
  return print_articles(session, target, options.count);
}

Outcome<Exit> search(Session& session, const SearchOptions& options) {
  std::string query;
  for (const auto& word : options.words) query += (query.empty() ? "" : " ") + word;
  return print_articles(session, with_query("/v1/articles", {{"order", "relevance"}, {"q", query}}), options.count);
}

std::string names_of(const boost::json::array& authors) {
  std::string names;
  for (const auto& author : authors) {
    auto name = text_at(as_object(author), "name");
    if (name.empty()) name = text_at(as_object(author), "url");
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

std::string joined(const boost::json::array& strings) {
  std::string out;
  for (const auto& value : strings) {
    if (value.is_string()) out.append(out.empty() ? "" : ", ").append(value.get_string());
  }
  return out;
}

void print_article(const Console& console, const boost::json::object& article, const std::string& feed) {
  console.out << styled(console, Style::bold, printable_line(article_title(article))) << '\n';
  print_pairs(console, {{"feed", feed},
                        {"author", names_of(array_at(article, "authors"))},
                        {"date", article_date(article)},
                        {"link", text_at(article, "url")},
                        {"about", text_at(article, "external_url")},
                        {"tags", joined(array_at(article, "tags"))}});
  for (const auto& value : array_at(article, "attachments")) {
    const auto& attachment = as_object(value);
    print_pairs(console, {{"file", text_at(attachment, "url") + " " + text_at(attachment, "mime_type")}});
  }
  const auto content = text_at(article, "content_html");
  auto text = printable_text(content.empty() ? text_at(article, "summary") : html::to_text_with_links(content));
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return;
  if (console.width > 0) text = wrap(text, std::min(console.width, text_columns));
  console.out << '\n' << text << '\n';
}

Outcome<Exit> show(Session& session, const ShowOptions& options) {
  const auto body = session.connection.get("/v1/articles/" + std::to_string(options.id));
  if (!body) return body.error();
  if (session.json) {
    print_json(session, *body);
    return Exit::done;
  }
  const auto article = parse_object(*body);
  if (!article) return article.error();
  if (options.html) {
    // Untouched where it is not shown: it may go to a file or a browser.
    const auto html = text_at(*article, "content_html");
    session.console.out << (session.console.out_is_terminal ? printable_text(html) : html) << '\n';
    return Exit::done;
  }
  // A starred article outlives its feed.
  const auto feed = session.connection.get_object("/v1/feeds/" + std::to_string(count_at(*article, "feed_id")));
  if (!feed && feed.error().exit != Exit::not_found) return feed.error();
  print_article(session.console, *article, feed ? feed_name(*feed) : std::string());
  return Exit::done;
}

}  // namespace

void add_reading_commands(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("list", "List articles, the newest first");
  auto listed = std::make_shared<ListOptions>();
  command->add_option("--feed", listed->feed, "Only of this feed (id or URL)");
  command->add_option("--folder", listed->folder, "Only of feeds in this folder");
  command->add_flag("--unread", listed->unread, "Only unread ones");
  command->add_flag("--starred", listed->starred, "Only starred ones");
  command->add_option("--since", listed->since, "Only from this time on: 2026-11-25, 2026-11-25T09:00:00Z, 12h, 2d");
  command->add_option("-n,--count", listed->count, "At most so many (50)")
      ->check(CLI::Range(std::int64_t{1}, most_articles));
  command->footer(
      "Flags: N is unread, * is starred.\n"
      "Examples:\n"
      "  newscache list --unread --since 2d\n"
      "  newscache list --feed https://example.org/feed.xml -n 10");
  run_on(command, chosen, listed, list);

  command = app.add_subcommand("search", "Search the full text of all articles, the best match first");
  auto searched = std::make_shared<SearchOptions>();
  command->add_option("WORDS", searched->words, "Words that must all occur")->required();
  command->add_option("-n,--count", searched->count, "At most so many (50)")
      ->check(CLI::Range(std::int64_t{1}, most_articles));
  command->footer("Example:\n  newscache search solar power -n 5");
  run_on(command, chosen, searched, search);

  command = app.add_subcommand("show", "Show an article as plain text");
  auto shown = std::make_shared<ShowOptions>();
  command->add_option("ID", shown->id, "Number of the article, as 'newscache list' shows it")->required();
  command->add_flag("--html", shown->html, "Its HTML instead");
  command->footer("Example:\n  newscache show 42 | less");
  run_on(command, chosen, shown, show);
}

}  // namespace newscache::client
