#pragma once
// A daemon that is not one: it answers from a script and records what it was asked. And a program run against it.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "client/program.hpp"
#include "support/catch.hpp"

namespace newscache::client::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = "/tmp/newscache-client-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Answer {
  int status = 200;
  std::string body;
};

// One request a connection. Answers by "METHOD /target"; 404 for what the script does not know.
class ScriptedDaemon {
 public:
  explicit ScriptedDaemon(std::map<std::string, Answer> script) : script_(std::move(script)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket().copy(address.sun_path, sizeof(address.sun_path) - 1);
    listener_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedDaemon() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string socket() const { return folder_ / "s"; }
  // What was asked: "METHOD /target body".
  std::vector<std::string> requests;

 private:
  void serve() {
    while (!stopping_) {
      const FileDescriptor client(::accept(listener_.get(), nullptr, nullptr));
      if (client) answer(client.get());
    }
  }

  void answer(int client) {
    std::string request;
    std::size_t body_start = std::string::npos;
    std::size_t length = 0;
    while (body_start == std::string::npos || request.size() < body_start + length) {
      char buffer[4096];
      const auto got = ::read(client, buffer, sizeof(buffer));
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
      const auto end = request.find("\r\n\r\n");
      if (body_start != std::string::npos || end == std::string::npos) continue;
      body_start = end + 4;
      const auto header = request.find("Content-Length: ");
      if (header < end) length = std::stoul(request.substr(header + 16));
    }
    const auto line = request.substr(0, request.find(" HTTP/1.1"));
    const auto body = request.substr(body_start);
    requests.push_back(body.empty() ? line : line + " " + body);
    const auto known = script_.find(line);
    const auto& reply = known == script_.end() ? missing_ : known->second;
    const auto text = "HTTP/1.1 " + std::to_string(reply.status) +
                      " X\r\nConnection: close\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" +
                      reply.body;
    static_cast<void>(::send(client, text.data(), text.size(), MSG_NOSIGNAL));
  }

  const Answer missing_{404, R"({"detail":"not here"})"};
  TemporaryFolder folder_;
  std::map<std::string, Answer> script_;
  FileDescriptor listener_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

struct Ran {
  Exit exit;
  std::string out;
  std::string err;
};

inline Ran run(std::vector<std::string> arguments) {
  ::setenv("TZ", "UTC", 1);  // times are shown as local ones
  std::ostringstream out;
  std::ostringstream err;
  const auto exit = Program().run(arguments, Console{out, err});
  return {exit, out.str(), err.str()};
}

inline Ran run(const ScriptedDaemon& daemon, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--socket", daemon.socket()});
  return run(std::move(arguments));
}

}  // namespace newscache::client::test
