// opml import, opml export, import.

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "base/file.hpp"
#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"

namespace newscache::client {
namespace {

constexpr std::size_t most_bytes = 16u << 20;  // what the daemon accepts

struct OpmlImportOptions {
  std::string file;
};

struct OpmlExportOptions {};

struct ImportOptions {
  std::string feed;
  std::vector<std::string> files;
};

Outcome<std::string> post_file(Session& session, const std::string& file, std::string target, std::string type) {
  auto bytes = read_file(file, most_bytes);
  if (!bytes) return Failure{Exit::failed, bytes.error().detail};
  Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(*bytes);
  request.content_type = std::move(type);
  return session.connection.send(request);
}

Outcome<Exit> import_opml(Session& session, const OpmlImportOptions& options) {
  const auto answer = post_file(session, options.file, "/v1/opml", "text/x-opml");
  if (!answer) return answer.error();
  const auto result = parse_object(*answer);
  if (!result) return result.error();
  const auto& failed = array_at(*result, "failed");
  if (session.json) {
    print_json(session, *answer);
  } else {
    session.console.out << array_at(*result, "added").size() << " added, " << array_at(*result, "existing").size()
                        << " subscribed already, " << failed.size() << " failed\n";
  }
  for (const auto& value : failed) {
    const auto& failure = as_object(value);
    print_error(session.console, text_at(failure, "url") + ": " + text_at(failure, "detail"));
  }
  return failed.empty() ? Exit::done : Exit::failed;
}

Outcome<Exit> export_opml(Session& session, const OpmlExportOptions&) {
  if (session.json) {
    return Failure{Exit::usage, "'opml export' writes OPML, not JSON; 'newscache feeds --json' is the list as JSON"};
  }
  const auto answer = session.connection.get("/v1/opml");
  if (!answer) return answer.error();
  session.console.out << (session.console.out_is_terminal ? printable_text(*answer) : *answer);
  if (!answer->ends_with('\n')) session.console.out << '\n';
  return Exit::done;
}

// The file's name as the daemon shows it; standard input has none.
std::string file_name(const std::string& file) {
  if (file == "-") return {};
  return file.substr(file.rfind('/') + 1);
}

void print_imported(const Session& session, const std::string& file, const boost::json::object& result) {
  session.console.out << printable_line(file_label(file)) << ": " << plural(count_at(result, "added"), "article")
                      << " added, " << count_at(result, "updated") << " updated in feed " << count_at(result, "feed")
                      << '\n';
}

Outcome<Exit> import(Session& session, const ImportOptions& options) {
  boost::json::array results;
  std::string only_answer;
  bool failed = false;
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const auto& file = options.files[i];
    const auto all = std::to_string(options.files.size());
    if (options.files.size() > 1)
      show_progress(session.console, "importing: " + std::to_string(i) + " of " + all + " files done");
    auto answer =
        post_file(session, file, with_query("/v1/import", {{"feed", options.feed}, {"name", file_name(file)}}),
                  "application/octet-stream");
    if (options.files.size() > 1) show_progress(session.console, "");
    auto result = answer ? parse_object(*answer) : Outcome<boost::json::object>(answer.error());
    if (!result) {
      auto failure = result.error();
      if (failure.exit == Exit::unreachable) return failure;
      if (file == "-" || options.files.size() > 1) failure.message = file_label(file) + ": " + failure.message;
      if (options.files.size() == 1) return failure;
      failed = true;  // the other files still count
      print_error(session.console, failure.message);
      continue;
    }
    if (!session.json) print_imported(session, file, *result);
    only_answer = std::move(*answer);
    (*result)["file"] = file;
    results.push_back(std::move(*result));
  }
  if (session.json && options.files.size() == 1) print_json(session, only_answer);
  if (session.json && options.files.size() > 1) print_json(session, boost::json::object{{"imports", results}});
  return failed ? Exit::failed : Exit::done;
}

}  // namespace

void add_transfer_commands(CLI::App& app, Action& chosen) {
  auto* opml = app.add_subcommand("opml", "Exchange subscription lists with other readers");
  opml->require_subcommand(1);
  opml->footer("Examples:\n  newscache opml import subscriptions.opml\n  newscache opml export > subscriptions.opml");
  auto* command = opml->add_subcommand("import", "Subscribe to every feed of an OPML file");
  auto taken = std::make_shared<OpmlImportOptions>();
  command->add_option("FILE", taken->file, "OPML file; - is standard input")->required();
  command->footer("Example:\n  newscache opml import subscriptions.opml");
  run_on(command, chosen, taken, import_opml);

  command = opml->add_subcommand("export", "Write the subscriptions as OPML 2.0 to standard output");
  command->footer("Example:\n  newscache opml export > subscriptions.opml");
  run_on(command, chosen, std::make_shared<OpmlExportOptions>(), export_opml);

  command = app.add_subcommand("import", "Take in articles from files on disk, without any network");
  auto imported = std::make_shared<ImportOptions>();
  command->add_option("--feed", imported->feed, "Title of the feed to put them in")->type_name("TITLE");
  command
      ->add_option("FILE", imported->files,
                   "Feed documents, JSON Feed, HTML pages or dated plain text; - is standard input")
      ->required();
  command->footer(
      "Plain text may start with a line 'date YYYY-MM-DD'; an empty line separates paragraphs; the first sentence is "
      "the\n"
      "title.\n"
      "Example:\n"
      "  newscache import --feed Archive *.html");
  run_on(command, chosen, imported, import);
}

}  // namespace newscache::client
