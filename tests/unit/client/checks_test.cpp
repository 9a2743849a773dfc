// doctor: each check by what it finds, and the command as a whole.

#include "client/checks.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <fstream>

#include "unit/client/scripted_daemon.hpp"

using namespace newscache;
using namespace newscache::client;
using namespace newscache::client::test;

namespace {

boost::json::object object(std::string_view json) { return boost::json::parse(json).as_object(); }

SocketFacts facts(int error) {
  SocketFacts out;
  out.path = "/run/newscached/newscached.sock";
  out.exists = error != ENOENT;
  out.is_socket = out.exists;
  out.error = error;
  out.mode = 0660;
  out.owner = "root";
  out.group = "newscache";
  out.user = "ann";
  return out;
}

constexpr std::string_view well =
    R"({"version":"1","uptime_s":60,"network":{"state":"online"},"clock":{"trusted":true},)"
    R"("storage":{"state":"ok","bytes":1024},"traffic":{"received_today_bytes":1}})";

Ran doctor_with(const std::string& status, const std::string& feeds, const Answer& health) {
  const ScriptedDaemon daemon(
      {{"GET /v1/status", {200, status}}, {"GET /v1/feeds", {200, feeds}}, {"GET /healthz", health}});
  return run(daemon, {"doctor", "--json", "--config", "/nonexistent/newscached.toml"});
}

Check check_of(const Ran& ran, std::string_view name) {
  const auto document = boost::json::parse(ran.out);
  for (const auto& value : document.at("checks").as_array()) {
    if (value.at("check").as_string() != name) continue;
    const auto result = value.at("result").as_string();
    return {std::string(name),
            result == "ok"     ? Verdict::ok
            : result == "warn" ? Verdict::warn
                               : Verdict::fail,
            std::string(value.at("finding").as_string()), std::string(value.at("advice").as_string())};
  }
  FAIL("no check " << name << " in " << ran.out);
  return {};
}

}  // namespace

TEST_CASE("a socket that does not work is told apart by why, with what to do") {
  auto folder = facts(EACCES);
  folder.exists = false;
  auto file = facts(0);
  file.is_socket = false;
  auto waiting = facts(EACCES);
  waiting.is_listed = true;
  auto closed = facts(EACCES);
  closed.mode = 0600;
  auto roots = facts(EACCES);
  roots.group = "root";
  auto own = facts(ECONNREFUSED);
  own.path = "/run/user/1000/newscached/newscached.sock";
  auto long_path = facts(ENAMETOOLONG);
  long_path.path.append(200, 'x');
  const struct {
    SocketFacts facts;
    Verdict verdict;
    std::string finding;
    std::string advice;
  } cases[] = {
      {facts(0), Verdict::ok, "answers", ""},
      {facts(ENOENT), Verdict::fail, "is not running", "sudo systemctl start newscached.socket"},
      {facts(ECONNREFUSED), Verdict::fail, "is stale", "sudo systemctl start"},
      {own, Verdict::fail, "is stale", "systemctl --user start newscached"},
      {facts(EACCES), Verdict::fail, "belongs to root and group newscache with mode 0660",
       "sudo usermod -aG newscache ann"},
      {waiting, Verdict::fail, "ann may not use", "log out and in"},
      {closed, Verdict::fail, "mode 0600", "socket.mode"},
      {roots, Verdict::fail, "group root", "socket.group"},
      {folder, Verdict::fail, "may not be entered by ann", "sudo"},
      {file, Verdict::fail, "is no socket", "--socket"},
      {long_path, Verdict::fail, "too long", "shorter"},
  };
  for (const auto& [seen, verdict, finding, advice] : cases) {
    const auto check = check_socket(seen);
    CAPTURE(check.finding, check.advice);
    CHECK(check.verdict == verdict);
    CHECK(check.finding.find(finding) != std::string::npos);
    CHECK(check.advice.find(advice) != std::string::npos);
    CHECK(check.advice.empty() == (verdict == Verdict::ok));
  }
}

TEST_CASE("what the daemon says of itself becomes a verdict and advice") {
  const auto status = [](std::string_view member) { return object("{" + std::string(member) + "}"); };
  const auto none = object(R"({"feeds":[]})");
  const auto held = object(R"({"feeds":[{"id":1,"next_poll_rule":"budget"}]})");
  const auto failing =
      object(R"({"feeds":[{"id":1,"state":"ok"},{"id":2,"title":"Two","state":"failing","error":{"cause":"tls"}},)"
             R"({"id":3,"url":"u","state":"gone"}]})");
  const struct {
    Check check;
    Verdict verdict;
    std::string words;
  } cases[] = {
      {check_database(object(R"({"status":"ok"})")), Verdict::ok, "sound"},
      {check_database(object(R"({"status":"ok","reasons":["it was repaired"]})")), Verdict::warn, "it was repaired"},
      {check_database(Failure{Exit::failed, "storage is full", 503}), Verdict::fail, "storage is full"},
      {check_disk(status(R"("storage":{"state":"ok","bytes":1024,"limit_bytes":2048,"free_bytes":4096})")), Verdict::ok,
       "1.0 KiB used of 2.0 KiB, 4.0 KiB free"},
      {check_disk(status(R"("storage":{"state":"low"})")), Verdict::warn, "little room"},
      {check_disk(status(R"("storage":{"state":"full"})")), Verdict::fail, "full"},
      {check_disk(status(R"("storage":{"state":"read_only"})")), Verdict::fail, "read-only"},
      {check_clock(status(R"("clock":{"trusted":true})")), Verdict::ok, "trusted"},
      {check_clock(status(R"("clock":{"trusted":false,"floor":"2026-11-25T06:00:00Z"})")), Verdict::warn, "later than"},
      {check_network(status(R"("network":{"state":"online"})")), Verdict::ok, "online"},
      {check_network(status(R"("network":{"state":"offline"})")), Verdict::warn, "no link"},
      {check_network(status(R"("network":{"state":"portal"})")), Verdict::warn, "login"},
      {check_network(status(R"("network":{"state":"metered"})")), Verdict::warn, "each byte costs"},
      {check_budget(object(well), none), Verdict::ok, "1 B received"},
      {check_budget(object(well), held), Verdict::warn, "a budget is used up, 1 feed waiting"},
      {check_feeds(none), Verdict::warn, "there are none"},
      {check_feeds(held), Verdict::ok, "1 feed, none of them failing"},
      {check_feeds(failing), Verdict::warn, "2 of 3 feeds cannot be read: 2 (Two: tls), 3 (u: gone)"},
  };
  for (const auto& [check, verdict, words] : cases) {
    CAPTURE(check.name, check.finding);
    CHECK(check.verdict == verdict);
    CHECK(check.finding.find(words) != std::string::npos);
    CHECK(check.advice.empty() == (verdict == Verdict::ok));
  }
}

TEST_CASE("doctor exits 1 when something has failed, and names it in one document") {
  const std::string feeds = R"({"feeds":[{"id":1,"state":"ok"}]})";
  const auto broken =
      doctor_with(std::string(well), feeds, {503, R"({"status":"failing","reasons":["storage is full"]})"});
  CHECK(broken.exit == Exit::failed);
  CHECK(broken.err.empty());
  CHECK(check_of(broken, "database").finding == "storage is full");
  CHECK(check_of(broken, "socket").verdict == Verdict::ok);
  CHECK_FALSE(boost::json::parse(broken.out).at("ok").as_bool());
}

TEST_CASE("without a daemon doctor still says what it can, and exits 3") {
  const TemporaryFolder folder;
  const auto ran = run({"--socket", folder / "none", "doctor"});
  CHECK(ran.exit == Exit::unreachable);
  CHECK(ran.out.find("fail: there is no " + (folder / "none")) != std::string::npos);
  CHECK(ran.out.find("\nconfiguration") != std::string::npos);
  std::ofstream(folder / "none") << "a file";
  CHECK(run({"--socket", folder / "none", "doctor"}).out.find("is no socket") != std::string::npos);
}

TEST_CASE("a socket is seen as it is: in use, stale, absent") {
  const TemporaryFolder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "s").copy(address.sun_path, sizeof(address.sun_path) - 1);
  {
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(socket.get(), 1) == 0);
    const auto used = look_at_socket(folder / "s");
    CHECK(used.error == 0);
    CHECK(used.is_socket);
    CHECK(used.is_owner);
    CHECK(used.is_member);
  }
  CHECK(look_at_socket(folder / "s").error == ECONNREFUSED);
  CHECK_FALSE(look_at_socket(folder / "none").exists);
}

TEST_CASE("a support bundle has the journals of twenty feeds at most") {
  std::string feeds = R"({"feeds":[{"id":100,"error":null})";
  for (int id = 1; id <= 30; ++id) feeds += R"(,{"id":)" + std::to_string(id) + R"(,"error":{"cause":"dns"}})";
  const ScriptedDaemon daemon({{"GET /v1/status", {200, std::string(well)}},
                               {"GET /v1/feeds", {200, feeds + "]}"}},
                               {"GET /healthz", {200, R"({"status":"ok"})"}}});
  const TemporaryFolder folder;
  const auto ran = run(daemon, {"doctor", "--json", "--bundle", folder / "b.tar.gz"});
  const auto document = boost::json::parse(ran.out);
  const auto& parts = document.at("bundle").at("parts").as_array();
  const auto journals = std::count_if(parts.begin(), parts.end(), [](const boost::json::value& part) {
    return std::string_view(part.as_string()).starts_with("journal-");
  });
  CHECK(journals == 20);
}
