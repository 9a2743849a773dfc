// newscache-publisher DIR [--port N] [--log FILE] [--port-file FILE]: serves a folder of feeds on 127.0.0.1, for trying
// things by hand. "/fault/NAME" plays a faulty answer; "/fault/" lists the names.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>

#include "support/publisher.hpp"

namespace {

using namespace newscache::test;

constexpr const char* kUsage =
    "usage: newscache-publisher DIR [--port N] [--log FILE] [--port-file FILE]\n"
    "Serves the files of DIR on 127.0.0.1 until it is interrupted.\n"
    "  --port N          listen on this port (default 0: any free one, which is printed)\n"
    "  --log FILE        a line for each request: number, connection, method, target, status, validators (\"-\": "
    "stdout)\n"
    "  --port-file FILE  write the port there as soon as connections are accepted\n";

struct Flags {
  std::string folder;
  std::string log;
  std::string port_file;
  std::uint16_t port = 0;
};

struct BadUsage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Flags parse(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) throw BadUsage(argument + " needs a value");
      return argv[++i];
    };
    if (argument == "--port") {
      const auto text = value();
      char* end = nullptr;
      const auto port = std::strtoul(text.c_str(), &end, 10);
      if (text.empty() || *end != '\0' || port > 65535) throw BadUsage("'" + text + "' is no port");
      flags.port = static_cast<std::uint16_t>(port);
    } else if (argument == "--log") {
      flags.log = value();
    } else if (argument == "--port-file") {
      flags.port_file = value();
    } else if (flags.folder.empty() && !argument.starts_with("-")) {
      flags.folder = argument;
    } else {
      throw BadUsage("'" + argument + "' is not understood");
    }
  }
  if (!std::filesystem::is_directory(flags.folder)) throw BadUsage("'" + flags.folder + "' is no folder");
  return flags;
}

void add_faults(Publisher& publisher) {
  const std::string body(20000, 'x');
  const std::pair<const char*, Answer> faults[] = {
      {"stall", Answer{.fault = Fault::stall_before_headers}},
      {"stall-in-body", Answer{.body = body, .fault = Fault::stall_in_body}},
      {"truncate", Answer{.body = body, .fault = Fault::truncate}},
      {"close", Answer{.fault = Fault::close_before_headers}},
      {"reset", Answer{.fault = Fault::reset_before_headers}},
      {"endless", Answer{.body = body, .fault = Fault::endless}},
      {"loop", redirect(302, "/fault/loop")},
      {"503", busy(503, "120")},
      {"429", busy(429, "120")},
      {"header-flood", header_flood(1000)},
      {"huge-header", huge_header(200000)},
      {"403", Answer{.status = 403}},
      {"410", Answer{.status = 410}},
      {"500", Answer{.status = 500}},
  };
  std::string names;
  for (const auto& [name, answer] : faults) {
    publisher.answer(std::string("/fault/") + name, answer);
    names.append("/fault/").append(name).append("\n");
  }
  // Made when asked for: they take a while.
  publisher.answer("/fault/zstd-bomb", [](const SeenRequest&) { return zstd_bomb(1ULL << 30); });
  publisher.answer("/fault/gzip-bomb", [](const SeenRequest&) { return gzip_bomb(1ULL << 26); });
  names += "/fault/zstd-bomb\n/fault/gzip-bomb\n";
  Answer list;
  list.type = "text/plain";
  list.body = names;
  publisher.answer("/fault/", list);
}

class RequestLog {
 public:
  explicit RequestLog(const std::string& path) {
    if (!path.empty() && path != "-") file_.open(path, std::ios::app);
    if (path == "-") out_ = &std::cout;
    if (file_.is_open()) out_ = &file_;
    if (!path.empty() && out_ == nullptr) throw std::runtime_error("cannot write " + path);
  }
  void write(const SeenRequest& request, const Answer& answer) {
    if (out_ == nullptr) return;
    const std::lock_guard lock(mutex_);
    *out_ << request.number << ' ' << request.connection << ' ' << request.method << ' ' << request.target << ' '
          << answer.status;
    for (const char* name : {"If-None-Match", "If-Modified-Since"}) {
      if (request.count(name) != 0) *out_ << ' ' << name << ": " << request.header(name);
    }
    *out_ << std::endl;
  }

 private:
  std::mutex mutex_;
  std::ofstream file_;
  std::ostream* out_ = nullptr;
};

void run(const Flags& flags) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // Before the publisher's threads exist, so that they inherit it and only sigwait() sees the signals.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  RequestLog log(flags.log);
  Publisher::Options options;
  options.port = flags.port;
  options.on_request = [&](const SeenRequest& request, const Answer& answer) { log.write(request, answer); };
  Publisher publisher(std::move(options));
  publisher.serve_folder(flags.folder);
  add_faults(publisher);
  std::cout << "serving " << flags.folder << " at " << publisher.url("/") << std::endl;
  if (!flags.port_file.empty()) {
    // Renamed into place, so that who waits for the file never reads half a number.
    const auto draft = flags.port_file + ".new";
    std::ofstream(draft) << publisher.port() << '\n';
    std::filesystem::rename(draft, flags.port_file);
  }
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const BadUsage& error) {
    std::cerr << "newscache-publisher: " << error.what() << '\n' << kUsage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "newscache-publisher: " << error.what() << '\n';
    return 1;
  }
}
