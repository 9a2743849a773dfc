// list, search, show.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "client/article_filters.hpp"
#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/library/pages.hpp"
#include "client/library/records.hpp"
#include "client/table.hpp"
#include "html/plain_text.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

constexpr std::int64_t most_articles = 1'000'000;
constexpr std::size_t text_columns = 100;  // longer lines are hard to read

struct SearchOptions {
  std::vector<std::string> words;
  std::int64_t count = 50;
};

struct ShowOptions {
  std::string id;
  bool html = false;
  bool history = false;
};

Outcome<Exit> print_json_list(Session& session, const Query& query) {
  const auto list = fetch_articles(session.connection, articles_target(query), query.limit);
  if (!list) return list.error();
  print_json(session, list->body.empty() ? boost::json::serialize(list->document) : list->body);
  return Exit::done;
}

Outcome<Exit> print_articles(Session& session, Query query) {
  if (session.json) return print_json_list(session, query);
  query.with_content = false;
  const auto articles = Daemon(session.connection.socket_path()).articles(query);
  if (!articles) return failure_of(articles.error());
  const auto titles = feed_titles(session);
  if (!titles) return titles.error();
  const auto now = session.clock.wall();
  const bool terminal = session.console.out_is_terminal;
  Table table(
      {{"ID", Align::right}, {"DATE"}, {"FEED", Align::left, true, true}, {"FLAGS"}, {"TITLE", Align::left, true}});
  for (const auto& article : *articles) {
    const auto flags = std::string(article.read ? " " : "N") + (article.starred ? "*" : "");
    const auto feed = titles->find(article.feed);
    const auto date = article.published.value_or(article.received);
    table.add({{std::to_string(article.id)},
               {terminal ? short_time(date, now) : local_time(date), Style::dim},
               {feed == titles->end() ? "-" : feed->second},
               {flags, Style::yellow},
               {article_title(article), article.read ? Style::plain : Style::bold}});
    table.note(html::to_line(article.snippet));
  }
  table.print(session.console);
  if (table.empty() && terminal) session.console.err << "no articles\n";
  return Exit::done;
}

Outcome<Exit> list(Session& session, const ArticleFilters& filters) {
  auto query = query_of(session, filters);
  if (!query) return query.error();
  return print_articles(session, std::move(*query));
}

Outcome<Exit> search(Session& session, const SearchOptions& options) {
  Query query;
  for (const auto& word : options.words)
    query.words += (query.words.empty() || word.starts_with(' ') ? "" : " ") + word;
  query.order = Order::relevance;
  query.limit = options.count;
  return print_articles(session, std::move(query));
}

// Title, what belongs to it, and text. `about`: what else there is to say of this version.
void print_article(const Session& session, const Article& article, std::vector<Pair> about) {
  const auto& console = session.console;
  const auto width = std::min(console.width, text_columns);
  auto title = printable_line(article_title(article));
  if (width > 0) title = wrap(title, width);
  console.out << styled(console, Style::bold, title) << '\n';
  about.push_back({"author", joined(article.authors)});
  const auto date = article.published.value_or(article.received);
  about.push_back({"date", date == Time{} ? "" : when_text(session, text::format_rfc3339(date))});
  about.push_back({"link", article.url});
  about.push_back({"about", article.external_url});
  about.push_back({"tags", joined(article.tags)});
  for (const auto& file : article.attachments) {
    const auto size = file.bytes > 0 ? ", " + size_text(file.bytes) : "";
    about.push_back({"file", file.url + " " + file.mime_type + size});
  }
  print_pairs(console, about);
  auto text =
      printable_text(article.content_html.empty() ? article.summary : html::to_text_with_links(article.content_html));
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return;
  console.out << '\n' << (width > 0 ? wrap(text, width) : text) << '\n';
}

// A daemon that does not know the article speaks of the API's paths.
Failure no_article(Failure failure, std::int64_t id) {
  if (failure.exit == Exit::not_found) failure.message = "no article " + std::to_string(id);
  return failure;
}

Outcome<Exit> show_history(Session& session, std::int64_t id) {
  const auto body = session.connection.get("/v1/articles/" + std::to_string(id) + "/history");
  if (!body) return no_article(body.error(), id);
  if (session.json) {
    print_json(session, *body);
    return Exit::done;
  }
  const auto document = parse_object(*body);
  if (!document) return document.error();
  const auto& versions = array_at(*document, "versions");
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto& version = as_object(versions[i]);
    const auto article = article_of(version);
    if (i > 0) session.console.out << '\n';
    print_article(session, article, {{"until", when_text(session, text_at(version, "replaced"))}});
  }
  if (versions.empty()) session.console.out << "it was never edited\n";
  return Exit::done;
}

Outcome<Exit> show(Session& session, const ShowOptions& options) {
  const auto id = article_id(options.id);
  if (!id) return id.error();
  if (options.history) return show_history(session, *id);
  const auto body = session.connection.get("/v1/articles/" + std::to_string(*id));
  if (!body) return no_article(body.error(), *id);
  if (session.json) {
    print_json(session, *body);
    return Exit::done;
  }
  const auto document = parse_object(*body);
  if (!document) return document.error();
  const auto article = article_of(*document);
  if (options.html) {
    // Untouched where it is not shown: it may go to a file or a browser.
    const auto& html = article.content_html;
    session.console.out << (session.console.out_is_terminal ? printable_text(html) : html) << '\n';
    return Exit::done;
  }
  // A starred article outlives its feed.
  const auto feed = session.connection.get_object("/v1/feeds/" + std::to_string(article.feed));
  if (!feed && feed.error().exit != Exit::not_found) return feed.error();
  print_article(session, article, {{"feed", feed ? feed_name(*feed) : std::string()}});
  return Exit::done;
}

}  // namespace

void add_reading_commands(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("list", "List articles, the newest first");
  auto listed = std::make_shared<ArticleFilters>();
  add_filters(*command, *listed);
  command->footer(
      "Flags: N is unread, * is starred.\n"
      "Examples:\n"
      "  newscache list --unread --since 2d\n"
      "  newscache list --feed https://example.org/feed.xml -n 10");
  run_on(command, chosen, listed, list);

  command = app.add_subcommand("search", "Search the full text of all articles, the best match first");
  auto searched = std::make_shared<SearchOptions>();
  command->add_option("WORDS", searched->words, "Words that must all occur, and -words that must not")->required();
  command->add_option("-n,--count", searched->count, "At most so many (50)")
      ->check(CLI::Range(std::int64_t{1}, most_articles));
  command->footer(
      "Quote a phrase twice, once for the shell; title:, author: and feed: say where to look.\n"
      "Examples:\n"
      "  newscache search solar power -n 5\n"
      "  newscache search '\"solar power\"' -nuclear title:grid feed:example.org");
  run_on(command, chosen, searched, search);

  command = app.add_subcommand("show", "Show an article as plain text");
  auto shown = std::make_shared<ShowOptions>();
  command->add_option("ID", shown->id, "Number of the article, as 'newscache list' shows it")->required();
  command->add_flag("--html", shown->html, "Its HTML instead");
  command->add_flag("--history", shown->history, "What it said before it was edited, the newest version first")
      ->excludes("--html");
  command->footer("Examples:\n  newscache show 42\n  newscache show 42 --html > article.html");
  run_on(command, chosen, shown, show);
}

}  // namespace newscache::client
