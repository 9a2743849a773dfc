#pragma once
// The composition root: builds everything in the order of its dependencies, runs, reloads, stops.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/outside.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "model/settings.hpp"

namespace newscache::app {

// What the command line says; it wins over the configuration file.
struct CommandLine {
  std::string config_file;  // empty: the default one, which may be absent
  std::string state_dir;
  std::string socket;
  std::optional<LogLevel> log_level;
};

// The settings of the configuration file under the command line's. Cause::invalid: exit with EX_CONFIG.
Result<model::Settings> load_settings(const CommandLine& command_line);

// What an App that stops for a repair of its database leaves to the one that comes after it: the listening sockets, so
// that no client is turned away, and more.
struct Estate;

using MakeOutside =
    std::function<std::unique_ptr<Outside>(boost::asio::io_context& io, const model::NetSettings& settings)>;
std::unique_ptr<Outside> machine(boost::asio::io_context& io, const model::NetSettings& settings);

class App {
 public:
  // Opens the state directory, the database and the socket. Errors name the file and what to do. Cause::internal: the
  // database is damaged and another repair would not help.
  static Result<std::unique_ptr<App>> create(CommandLine command_line, model::Settings settings,
                                             std::shared_ptr<Estate> estate = nullptr,
                                             const MakeOutside& outside = machine);
  ~App();
  // Until SIGTERM or SIGINT; the exit code. Or until the database has to be repaired: then there is an estate.
  int run();
  std::shared_ptr<Estate> estate();

 private:
  struct State;
  explicit App(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace newscache::app
