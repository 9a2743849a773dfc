// extract: the article of a web page, without a daemon.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/object.hpp>

#include "base/confine.hpp"
#include "base/file.hpp"
#include "client/commands.hpp"
#include "html/page.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

// As the daemon's own process for pages has, so that no page does more harm here.
constexpr std::size_t most_memory = 256 << 20;
constexpr std::chrono::seconds most_cpu{5};
constexpr std::size_t largest_page = 16 << 20;

struct ExtractCommandOptions {
  std::string url;
  std::string content_type;
  std::vector<std::string> keep;
  std::vector<std::string> drop;
  int width = 800;
  std::string file;
};

boost::json::object article_json(const html::PageArticle& article) {
  boost::json::object json;
  json["title"] = article.title;
  json["byline"] = article.byline;
  json["published"] = nullptr;
  if (article.published) json["published"] = text::format_rfc3339(*article.published);
  json["lang"] = article.language;
  json["site_name"] = article.site_name;
  json["excerpt"] = article.excerpt;
  json["image"] = article.image;
  json["content_html"] = article.content_html;
  json["content_text"] = article.content_text;
  json["confidence"] = article.confidence;
  return json;
}

Outcome<Exit> extract(Session& session, const ExtractCommandOptions& options) {
  const auto page = read_file(options.file, largest_page);
  if (!page) return Failure{Exit::failed, page.error().detail};
  for (const auto& bound : {bound_memory(most_memory), bound_cpu(most_cpu)}) {
    if (!bound) return Failure{Exit::failed, bound.error().detail};
  }
  html::PageOptions extraction;
  extraction.url = options.url;
  extraction.content_type = options.content_type;
  extraction.keep = options.keep;
  extraction.drop = options.drop;
  extraction.image_width = options.width;
  const auto article = html::extract(*page, extraction);
  if (!article) {
    const auto exit = article.error().cause == Cause::invalid ? Exit::usage : Exit::failed;
    return Failure{exit, file_label(options.file) + ": " + article.error().detail};
  }
  print_json(session, article_json(*article));
  return Exit::done;
}

}  // namespace

void add_extract_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("extract", "Show the article of a web page as JSON; needs no daemon");
  auto options = std::make_shared<ExtractCommandOptions>();
  command->add_option("--url", options->url, "Where the page came from; relative links are resolved against it")
      ->required();
  command->add_option("--content-type", options->content_type, "Content-Type that it was served with");
  command->add_option("--keep", options->keep, "CSS selector: the article is what it finds; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--drop", options->drop, "CSS selector: what it finds is no part of it; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--width", options->width, "Width in pixels that is wanted where there are several")
      ->check(CLI::Range(16, 10000));
  command->add_option("FILE", options->file, "Web page; - is standard input")->required();
  command->footer(
      "Example:\n  curl -s https://example.org/story | newscache extract --url https://example.org/story -");
  run_on(command, chosen, options, extract);
}

}  // namespace newscache::client
