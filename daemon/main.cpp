// newscached, the daemon: command line in, exit code out.

#include <getopt.h>
#include <sysexits.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "app/app.hpp"
#include "base/memory.hpp"
#include "html/page.hpp"
#include "offline/extract_pages.hpp"
#include "settings/settings.hpp"

namespace {

constexpr std::string_view usage =
    "usage: newscached [--config FILE] [--state-dir DIR] [--socket PATH] [--log-level LEVEL]\n"
    "                  [--check-config] [--print-config] [--version] [--help]\n"
    "\n"
    "Polls news feeds, keeps their articles, and serves them to programs on this machine.\n"
    "\n"
    "  --config FILE      configuration (default /etc/newscached/newscached.toml, which may be absent);\n"
    "                     FILE.d/*.toml are read after it\n"
    "  --state-dir DIR    where news.db lives\n"
    "  --socket PATH      the Unix socket to serve on (also $NEWSCACHE_SOCKET)\n"
    "  --log-level LEVEL  error, warning, notice, info or debug\n"
    "  --check-config     check the configuration and exit: 0, or 78 and what is wrong\n"
    "  --print-config     print the configuration in force, defaults included\n"
    "\n"
    "SIGTERM stops it, SIGHUP reloads the configuration. See newscached(8) and newscache(1).\n";

constexpr std::string_view version = newscache::html::reads_pages
                                         ? "newscached " NEWSCACHE_VERSION "\n"
                                         : "newscached " NEWSCACHE_VERSION " (without the reading of pages)\n";

int fail(int code, std::string_view message) {
  std::cerr << "newscached: " << message << '\n';
  return code;
}

int exit_code_of(newscache::Cause cause) {
  using enum newscache::Cause;
  return cause == invalid ? EX_CONFIG : cause == unavailable ? EX_IOERR : cause == internal ? EX_TEMPFAIL : 1;
}

int run(int argc, char** argv) {
  newscache::app::CommandLine line;
  bool check = false;
  bool print = false;
  constexpr option options[] = {{"config", required_argument, nullptr, 'c'},     {"state-dir", required_argument, nullptr, 's'},
                                {"socket", required_argument, nullptr, 'S'},     {"log-level", required_argument, nullptr, 'l'},
                                {"check-config", no_argument, nullptr, 'C'},     {"print-config", no_argument, nullptr, 'P'},
                                {"version", no_argument, nullptr, 'V'},          {"help", no_argument, nullptr, 'h'},
                                {"extract-pages", no_argument, nullptr, 'X'},  // what an offline::Extractor starts
                                {nullptr, 0, nullptr, 0}};
  for (int option; (option = getopt_long(argc, argv, "h", options, nullptr)) != -1;) {
    switch (option) {
      case 'c': line.config_file = optarg; break;
      case 's': line.state_dir = optarg; break;
      case 'S': line.socket = optarg; break;
      case 'l': {
        const auto level = newscache::settings::parse_log_level(optarg);
        if (!level) return fail(2, "--log-level must be error, warning, notice, info or debug");
        line.log_level = *level;
        break;
      }
      case 'C': check = true; break;
      case 'P': print = true; break;
      case 'V': std::cout << version; return 0;
      case 'h': std::cout << usage; return 0;
      case 'X': return newscache::offline::extract_pages(STDIN_FILENO, STDOUT_FILENO);
      default: return 2;  // getopt has said what is wrong
    }
  }
  if (optind < argc) return fail(2, "unexpected argument '" + std::string(argv[optind]) + "'; see --help");

  auto settings = newscache::app::load_settings(line);
  if (!settings) return fail(EX_CONFIG, settings.error().detail);
  if (print) std::cout << newscache::settings::print(*settings);
  if (check || print) return 0;

  newscache::share_heaps();
  // More than once only when a damaged database has to be repaired.
  for (std::shared_ptr<newscache::app::Estate> estate;;) {
    auto app = newscache::app::App::create(line, *settings, std::move(estate));
    if (!app) return fail(exit_code_of(app.error().cause), app.error().detail);
    const int code = (*app)->run();
    estate = (*app)->estate();
    if (!estate) return code;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return fail(EX_IOERR, error.what());
  }
}
