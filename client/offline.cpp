// parse: what the daemon makes of a document, without a daemon.

#include <CLI/App.hpp>
#include <algorithm>

#include "base/file.hpp"
#include "client/commands.hpp"
#include "feed/discover.hpp"
#include "feed/json_feed.hpp"
#include "feed/parse.hpp"

namespace newscache::client {
namespace {

struct ParseCommandOptions {
  std::string url;
  std::string content_type;
  std::string file;
};

// What is wrong with a page is often that it is only about the feed.
std::string linked_feeds(std::string_view page, const ParseCommandOptions& options) {
  constexpr std::size_t most = 10;
  auto feeds = feed::discover(page, options.content_type, options.url);
  feeds.resize(std::min(feeds.size(), most));
  std::string list;
  for (const auto& candidate : feeds) list.append(list.empty() ? "; it links to " : ", ").append(candidate.url);
  if (!list.empty() || !options.url.empty()) return list;
  const bool relative = !feed::discover(page, options.content_type, "https://page.invalid/").empty();
  return relative ? "; its links to feeds are relative: say with --url where it came from, to have them named" : "";
}

Outcome<Exit> parse(Session& session, const ParseCommandOptions& options) {
  feed::ParseOptions parsing;
  parsing.base_url = options.url;
  parsing.keep_relative = true;
  parsing.content_type = options.content_type;
  const auto bytes = read_file(options.file, parsing.limits.max_bytes);
  if (!bytes) return Failure{Exit::failed, bytes.error().detail};
  const auto parsed = feed::parse(*bytes, parsing);
  if (!parsed) {
    return Failure{Exit::failed,
                   file_label(options.file) + ": " + parsed.error().detail + linked_feeds(*bytes, options)};
  }
  print_json(session, feed::document_json(*parsed));
  return Exit::done;
}

}  // namespace

void add_parse_command(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("parse", "Show a feed document as JSON Feed 1.1; needs no daemon");
  auto options = std::make_shared<ParseCommandOptions>();
  command->add_option("--url", options->url, "Where the document came from; relative links are resolved against it");
  command->add_option("--content-type", options->content_type, "Content-Type that it was served with");
  command->add_option("FILE", options->file, "Feed document; - is standard input")->required();
  command->footer(
      "Example:\n  curl -s https://example.org/feed.xml | newscache parse --url https://example.org/feed.xml -");
  run_on(command, chosen, options, parse);
}

}  // namespace newscache::client
