// [[host]], the access keys of [[feed]], and the files that secrets stand in.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "secret_files.hpp"
#include "settings/access.hpp"
#include "settings/settings.hpp"
#include "support/catch.hpp"

using namespace newscache;
using newscache::test::SecretFiles;

namespace {

std::string error_of(const std::string& toml) {
  const auto parsed = settings::parse(toml, "test.toml");
  return parsed ? "no error" : parsed.error().detail;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

const std::string host = "[[host]]\nhost = \"example.org\"\n";

}  // namespace

TEST_CASE("a host and a feed have credentials from files, and ways of their own") {
  const SecretFiles secrets;
  const auto parsed = settings::parse(
      "[[host]]\nhost = \"Example.ORG\"\nuser = \"me\"\npassword_file = " + quoted(secrets.path("example.password")) +
          "\nheaders = [\"X-A:  b \"]\nheaders_file = " + quoted(secrets.path("example.headers")) +
          "\nproxy = \"socks5h://localhost:9050\"\nca_file = \"/ca.pem\"\nuser_agent = \"mine\"\nfingerprint = " +
          quoted("AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99") +
          "\n[[feed]]\nurl = \"https://example.net/\"\ntoken_file = " + quoted(secrets.path("git.token")) + "\n",
      "test.toml");
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->hosts.size() == 1);
  CHECK(parsed->hosts[0].host == "example.org");
  model::Access expected;
  expected.user = "me";
  expected.password = "secret";
  expected.headers = {"X-A: b", "X-Api-Key: secret"};
  expected.proxy = "socks5h://localhost:9050";
  expected.ca_file = "/ca.pem";
  expected.user_agent = "mine";
  expected.fingerprint = "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899";
  CHECK(parsed->hosts[0].access == expected);
  REQUIRE(parsed->feeds.size() == 1);
  CHECK(parsed->feeds[0].access.token == "secret");
  CHECK(parsed->feeds[0].settings.empty());
}

TEST_CASE("what is printed has the names of the files and reads back, without what they hold") {
  const SecretFiles secrets;
  const auto parsed = settings::parse(
      host + "user = \"me\"\npassword_file = " + quoted(secrets.write("p", "pass-word")) + "\nheaders = [\"X-A: b\"]" +
          "\nheaders_file = " + quoted(secrets.write("h", "X-Key: head-er")) +
          "\n[[feed]]\nurl = \"https://example.net/\"\nuser_agent = \"mine\"\ntoken_file = " +
          quoted(secrets.write("t", "to-ken")) + "\n",
      "test.toml");
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  const std::string printed = settings::print(*parsed);
  for (const char* secret : {"pass-word", "head-er", "to-ken"}) CHECK(printed.find(secret) == std::string::npos);
  const auto again = settings::parse(printed, "printed");
  REQUIRE(again.has_value());
  CHECK(settings::print(*again) == printed);
  CHECK(again->hosts.at(0).access == parsed->hosts.at(0).access);
  CHECK(again->feeds.at(0).access == parsed->feeds.at(0).access);
  CHECK(again->feeds.at(0).access.token == "to-ken");
}

TEST_CASE("a host is a name or an address, lower case and punycode, with or without port") {
  struct {
    const char* typed;
    const char* kept;
  } const rows[] = {
      {"example.org", "example.org"},
      {"EXAMPLE.org:8443", "example.org:8443"},
      {"example.org:443", "example.org:443"},
      {"192.168.1.10:80", "192.168.1.10:80"},
      {"[fd00::1]", "[fd00::1]"},
      {"[fd00::1]:8080", "[fd00::1]:8080"},
      {"m\xc3\xbcnchen.example", "xn--mnchen-3ya.example"},
      {"*.example.org", ""},
      {"*", ""},
      {"", ""},
      {"https://example.org", ""},
      {"example.org/feed", ""},
      {"me@example.org", ""},
      {"example.org:", ""},
      {"example.org:0", ""},
      {"example.org:99999", ""},
      {"example.org:x", ""},
      {"exa mple.org", ""},
  };
  for (const auto& row : rows) {
    INFO(row.typed);
    CHECK(settings::clean_host(row.typed) == row.kept);
  }
}

TEST_CASE("an error in the access to a host names its place, and no secret") {
  const SecretFiles secrets;
  const auto password = "password_file = " + quoted(secrets.path("example.password"));
  const auto token = "token_file = " + quoted(secrets.path("git.token"));
  struct {
    std::string toml;
    std::string error;
  } const rows[] = {
      {"[[host]]\nuser = \"x\"", "test.toml:1:1: host.host: is missing; expected a host such as"},
      {"[[host]]\nhost = \"*.a\"", "test.toml:2:8: host.host: \"*.a\" is not valid; expected a host"},
      {"[[host]]\nhost = 3", "test.toml:2:8: host.host: this value is not valid; expected a host"},
      {host + host,
       "test.toml:4:8: host.host: \"example.org\" is declared already, at test.toml:2:8; expected each host"},
      {"[host]\nhost = \"a\"", "test.toml:1:2: host: must be a list of tables; expected each host under [[host]]"},
      {host + "usr = \"x\"", "test.toml:3:1: host.usr: unknown key; did you mean user?"},
      {host + "password = \"hunter2\"", "test.toml:3:1: host.password: unknown key; did you mean password_file?"},
      {host + "user = \"a:b\"", "test.toml:3:8: host.user: \"a:b\" is not valid; expected a user name without a colon"},
      {host + "user = \"me\"", "test.toml:3:8: host.user: has no password; expected password_file as well"},
      {host + password, "test.toml:3:17: host.password_file: is of no user; expected user as well"},
      {host + "user = \"me\"\n" + password + "\n" + token,
       "test.toml:5:14: host.token_file: there is a user as well; expected either user and password_file or "
       "token_file"},
      {host + "user = \"me\"\npassword_file = \"a/b\"",
       "test.toml:4:17: host.password_file: \"a/b\" is not valid; expected an absolute path, or a name"},
      {host + "token_file = \"..\"", "test.toml:3:14: host.token_file: \"..\" is not valid"},
      {host + "proxy = \"htp://u:hunter2@p\"",
       "test.toml:3:9: host.proxy: this value is not valid; expected a URL that begins with"},
      {"[net]\nproxy = \"u:hunter2@p:1\"", "test.toml:2:9: net.proxy: this value is not valid; expected a URL"},
      {"[[feed]]\nurl = \"u:hunter2@p\"", "test.toml:2:7: feed.url: this value is not valid; expected a URL"},
      {"[[feed]]\nurl = \"https://u:hunter2@p/\"\n[[feed]]\nurl = \"https://u:hunter2@p/\"",
       "test.toml:4:7: feed.url: \"https://p/\" is declared already"},
      {host + "fingerprint = \"abc\"",
       "test.toml:3:15: host.fingerprint: \"abc\" is not valid; expected a SHA-256 of 64"},
      {host + "ca_file = \"x.pem\"", "test.toml:3:11: host.ca_file: \"x.pem\" is not valid; expected an absolute path"},
      {host + "headers = \"X-A: b\"", "test.toml:3:11: host.headers: this value has the wrong type; expected a list"},
  };
  for (const auto& row : rows) {
    INFO(row.toml);
    const std::string error = error_of(row.toml);
    INFO(error);
    CHECK(error.substr(0, row.error.size()) == row.error);
    CHECK(error.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a header of ours, a secret one, and what is no header are refused without being shown") {
  for (const char* line : {"Host: hunter2",
                           "host:hunter2",
                           "ACCEPT-ENCODING: hunter2",
                           "Accept: hunter2",
                           "Content-Length: hunter2",
                           "If-None-Match: hunter2",
                           "If-Modified-Since: hunter2",
                           "Connection: hunter2",
                           "Transfer-Encoding: hunter2",
                           "User-Agent: hunter2",
                           "Range: hunter2",
                           "Authorization: hunter2",
                           "Cookie: hunter2",
                           "hunter2",
                           ": hunter2",
                           "X hunter2: a",
                           "X-A:",
                           "X-A: ",
                           "X-A: hunter2\\nX-B: c",
                           "X-A: hunter2\\r",
                           "X(A): hunter2"}) {
    INFO(line);
    const std::string error = error_of(host + "headers = [\"" + line + "\"]");
    INFO(error);
    CHECK(error.starts_with(
        "test.toml:3:11: host.headers: this value is not valid; expected a list of strings, each \""));
    CHECK(error.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a file of headers may hold Authorization or a cookie, and nothing that we set ourselves") {
  const SecretFiles secrets;
  const auto with = [&](std::string_view content) {
    return host + "headers_file = " + quoted(secrets.write("h", content)) + "\n";
  };
  const auto parsed = settings::parse(with("# comment\r\nAuthorization: Key hunter2\r\n\r\nCookie:  a=b  \n"), "t");
  REQUIRE(parsed.has_value());
  CHECK(parsed->hosts[0].access.headers == std::vector<std::string>{"Authorization: Key hunter2", "Cookie: a=b"});
  for (const char* line : {"Host: hunter2", "User-Agent: hunter2", "hunter2", "X-A: hunter2\x01"}) {
    const std::string error = error_of(with(std::string("X-A: b\n") + line));
    INFO(error);
    CHECK(error.starts_with("test.toml:3:16: host.headers_file: line 2 of " + secrets.path("h") + " is not valid"));
    CHECK(error.find("hunter2") == std::string::npos);
  }
  const std::string both =
      error_of(with("Authorization: Key hunter2") + "token_file = " + quoted(secrets.path("git.token")));
  CHECK(both.find("host.headers_file: holds Authorization") != std::string::npos);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "X-A: b\n";
  CHECK(error_of(with(many)).find("there are more than 64 headers") != std::string::npos);
}

TEST_CASE("a secret must be a regular file of its owner alone, and the error says what to do") {
  const SecretFiles secrets;
  const auto error_with = [&](const std::string& file) { return error_of(host + "token_file = " + quoted(file)); };
  const std::string place = "test.toml:3:14: host.token_file: ";
  for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0644u}) {
    const auto file = secrets.write("open", "hunter2", static_cast<mode_t>(mode));
    INFO(mode);
    CHECK(error_with(file).starts_with(place + file + " is open to other users; expected one that only its owner"));
    CHECK(error_with(file).find("chmod 600") != std::string::npos);
  }
  CHECK(error_with(secrets.write("fine", "x", 0400)) == "no error");
  CHECK(error_with(secrets.path("none")).starts_with(place + "cannot read " + secrets.path("none") + ": No such file"));
  CHECK(error_with(secrets.path("")).find("is no regular file; expected one") != std::string::npos);
  const auto pipe = secrets.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_with(pipe).starts_with(place + pipe + " is no regular file; expected one"));
  CHECK(error_with(secrets.write("empty", "\n")).find("is empty") != std::string::npos);
  CHECK(error_with(secrets.write("lines", "hunter2\nhunter3\n")).find("control characters") != std::string::npos);
  CHECK(error_with(secrets.write("lines", "hunter2\nhunter3\n")).find("hunter") == std::string::npos);
  CHECK(error_with(secrets.write("large", std::string(65'537, 'x'))).find("larger than 64 kB") != std::string::npos);
  if (::geteuid() == 0) {
    const auto theirs = secrets.write("theirs", "x");
    REQUIRE(::chown(theirs.c_str(), 12345, 12345) == 0);
    CHECK(error_with(theirs).find("belongs to another user") != std::string::npos);
  }
}

TEST_CASE("a name without a path is a credential of systemd") {
  const SecretFiles secrets;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const std::string toml = host + "token_file = \"api\"\n";
  CHECK(error_of(toml).find("host.token_file: systemd gives us no credentials; expected LoadCredential=api:PATH") !=
        std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", secrets.path("").c_str(), 1);
  CHECK(error_of(toml).find("cannot read " + secrets.path("")) != std::string::npos);
  secrets.write("api", "to-ken\n", 0440);  // systemd's own mode where it gives access by an ACL
  const auto parsed = settings::parse(toml, "test.toml");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  REQUIRE(parsed.has_value());
  CHECK(parsed->hosts.at(0).access.token == "to-ken");
}

TEST_CASE("of several errors about access the first in the file is told, and a refused key is not missing too") {
  const SecretFiles secrets;
  const std::string open = quoted(secrets.write("open", "x", 0644));
  const std::string error =
      error_of(host + "token_file = " + open + "\n[[feed]]\nurl = \"https://a/\"\ntoken_file = " + open);
  CHECK(error.starts_with("test.toml:3:14: host.token_file: "));
  CHECK(error_of(host + "password_file = \"a/b\"\nuser = \"me\"").starts_with("test.toml:3:17: host.password_file: "));
}

TEST_CASE("a syntax error shows nothing of a secret that was written without quotes") {
  for (const char* line : {"token_file = hunter2", "headers = [hunter2]", "password_file = 'hunter2"}) {
    INFO(line);
    const std::string error = error_of(host + line + "\n");
    INFO(error);
    CHECK(error.starts_with("test.toml:"));
    CHECK(error.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("secrets are read anew at each load") {
  const SecretFiles secrets;
  const std::string toml = host + "token_file = " + quoted(secrets.write("t", "old")) + "\n";
  CHECK(settings::parse(toml, "t")->hosts.at(0).access.token == "old");
  secrets.write("t", "new");
  CHECK(settings::parse(toml, "t")->hosts.at(0).access.token == "new");
}

TEST_CASE("the hosts of several files add up, and each must be there once") {
  const auto first = settings::parse(host + "user_agent = \"a\"", "a.toml");
  REQUIRE(first.has_value());
  const auto second = settings::parse("[[host]]\nhost = \"example.net\"", "b.toml", *first);
  REQUIRE(second.has_value());
  CHECK(second->hosts.size() == 2);
  CHECK(settings::parse(host, "b.toml", *first).has_error());
}
