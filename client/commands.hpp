#pragma once
// The commands, each group in a file of its name. Registering one tells CLI11 its arguments; when the command line
// names it, `chosen` becomes what is to be done.

#include <memory>

#include "client/session.hpp"

namespace CLI {
class App;
}

namespace newscache::client {

void add_subscription_commands(CLI::App& app, Action& chosen);  // add, remove, feeds, set
void add_reading_commands(CLI::App& app, Action& chosen);       // list, show, search
void add_read_command(CLI::App& app, Action& chosen);           // in reader/
void add_mark_command(CLI::App& app, Action& chosen);
void add_refresh_command(CLI::App& app, Action& chosen);
void add_watch_command(CLI::App& app, Action& chosen);
void add_status_command(CLI::App& app, Action& chosen);
void add_doctor_command(CLI::App& app, Action& chosen);
void add_reload_command(CLI::App& app, Action& chosen);
void add_why_command(CLI::App& app, Action& chosen);
void add_transfer_commands(CLI::App& app, Action& chosen);  // opml import, opml export, import
void add_bundle_commands(CLI::App& app, Action& chosen);    // bundle export, bundle import, bundle show
void add_publish_commands(CLI::App& app, Action& chosen);   // export epub, export html
void add_parse_command(CLI::App& app, Action& chosen);
void add_extract_command(CLI::App& app, Action& chosen);

// Runs `function` with the options that the parsed command line filled in.
template <class Options>
void run_on(CLI::App* command, Action& chosen, std::shared_ptr<Options> options,
            Outcome<Exit> (*function)(Session&, const Options&)) {
  command->callback([&chosen, options, function] {
    chosen = [options, function](Session& session) { return function(session, *options); };
  });
}

}  // namespace newscache::client
