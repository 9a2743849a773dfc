// Publishers who want credentials, or are reached in another way than the rest.

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"
#include "support/certificate.hpp"

using namespace newscache::test;

namespace {

constexpr std::string_view net_config = "[net]\nallow_private = [\"127.0.0.0/8\"]\n[poll]\nhost_gap = \"0s\"\n";

std::string secret_file(const TemporaryDirectory& directory, const std::string& name, std::string_view secret,
                        mode_t mode = 0600) {
  const std::string path = (directory.path() / name).string();
  std::ofstream(path) << secret << '\n';
  ::chmod(path.c_str(), mode);
  return path;
}

std::string host_of(const Publisher& publisher) { return "127.0.0.1:" + std::to_string(publisher.port()); }

// The certificate's SHA-256, as `openssl x509 -fingerprint -sha256` prints it, without colons.
std::string fingerprint_of(const CertificateFiles& files) {
  std::FILE* file = std::fopen(files.certificate.c_str(), "r");
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &size);
  X509_free(certificate);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", digest[i]);
    text += pair;
  }
  return text;
}

std::string declared(const std::string& url, const std::string& keys = "") {
  return "[[feed]]\nurl = \"" + url + "\"\n" + keys;
}

}  // namespace

TEST_CASE("each publisher gets the credentials that are set for it, and nobody else gets them or sees them") {
  TemporaryDirectory directory;
  const std::string password = secret_file(directory, "password", "basic-secret");
  const std::string token = secret_file(directory, "token", "bearer-secret");
  const std::string headers = secret_file(directory, "headers", "# a key\nX-Api-Key: header-secret");
  secret_file(directory, "handed.over", "systemd-secret");

  Publisher one;
  Publisher two;
  Publisher elsewhere;
  elsewhere.serve_file("/moved.xml", rss("Moved", item("m", "Moved")));
  for (const auto* path : {"/basic.xml", "/systemd.xml", "/none.xml"}) one.serve_file(path, rss(path, item("a", path)));
  one.answer("/redirect.xml", redirect(302, elsewhere.url("/moved.xml")));
  for (const auto* path : {"/bearer.xml", "/key.xml"}) two.serve_file(path, rss(path, item("a", path)));

  Daemon daemon;
  const std::string user = "user = \"reader\"\n";
  std::string config(net_config);
  config += "[[host]]\nhost = \"" + host_of(two) + "\"\ntoken_file = \"" + token + "\"\n";
  config += declared(one.url("/basic.xml"), user + "password_file = \"" + password + "\"\n");
  config += declared(one.url("/redirect.xml"),
                     user + "password_file = \"" + password + "\"\nheaders_file = \"" + headers + "\"\n");
  config += declared(one.url("/systemd.xml"), user + "password_file = \"handed.over\"\n");
  config += declared(one.url("/none.xml"));
  config += declared(two.url("/bearer.xml"));
  config += declared(two.url("/key.xml"), "headers_file = \"" + headers + "\"\n");
  daemon.write_config(config);
  const std::string credentials = directory.path().string();
  daemon.set_before_start([credentials] { ::setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1); });
  daemon.start();
  refresh(daemon);
  CHECK(titles(daemon).size() == 6);

  const auto sent = [](const Publisher& publisher, const std::string& path, const std::string& header) {
    const auto requests = publisher.requests(path);
    return requests.empty() ? "no request" : requests.front().header(header);
  };
  CHECK(sent(one, "/basic.xml", "Authorization") == "Basic cmVhZGVyOmJhc2ljLXNlY3JldA==");
  CHECK(sent(one, "/systemd.xml", "Authorization") == "Basic cmVhZGVyOnN5c3RlbWQtc2VjcmV0");
  CHECK(sent(one, "/none.xml", "Authorization").empty());
  CHECK(sent(two, "/bearer.xml", "Authorization") == "Bearer bearer-secret");
  CHECK(sent(two, "/bearer.xml", "X-Api-Key").empty());
  CHECK(sent(two, "/key.xml", "X-Api-Key") == "header-secret");
  CHECK(sent(two, "/key.xml", "Authorization") == "Bearer bearer-secret");
  CHECK(sent(one, "/redirect.xml", "Authorization") == "Basic cmVhZGVyOmJhc2ljLXNlY3JldA==");
  CHECK(sent(one, "/redirect.xml", "X-Api-Key") == "header-secret");
  CHECK(sent(elsewhere, "/moved.xml", "Authorization").empty());
  CHECK(sent(elsewhere, "/moved.xml", "X-Api-Key").empty());

  // What is refused is told, and without the secret, too.
  one.answer("/basic.xml", Answer{.status = 401, .body = "basic-secret is wrong"});
  refresh(daemon);
  std::string shown = daemon.log();
  shown += get(daemon, "/v1/status").body + get(daemon, "/v1/feeds").body + get(daemon, "/metrics").body;
  for (int id = 1; id <= 6; ++id) {
    shown += get(daemon, "/v1/feeds/" + std::to_string(id)).body;
    shown += get(daemon, "/v1/feeds/" + std::to_string(id) + "/journal").body;
    shown += run_client(daemon, {"why", std::to_string(id)}).out;
  }
  shown += run_client(daemon, {"feeds", "--json"}).out + run_client(daemon, {"opml", "export"}).out;
  ::setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1);
  const auto printed = run_program("newscached", {"--config", daemon.config_file().string(), "--print-config"});
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(printed.exit_code == 0);
  shown += printed.out + printed.err;
  for (const auto* secret : {"basic-secret", "bearer-secret", "header-secret", "systemd-secret", "cmVhZGVy"}) {
    CAPTURE(secret);
    CHECK(shown.find(secret) == std::string::npos);
  }
}

TEST_CASE("a secret that others can read, is empty or is missing is refused before anything is fetched") {
  TemporaryDirectory directory;
  struct Case {
    const char* name;
    std::string file;
    const char* says;
  };
  const Case cases[] = {
      {"readable for all", secret_file(directory, "open", "secret", 0644), "chmod"},
      {"readable for the group", secret_file(directory, "group", "secret", 0640), "chmod"},
      {"missing", (directory.path() / "nothing").string(), "nothing"},
      {"a folder", directory.path().string(), "regular file"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Daemon daemon;
    daemon.write_config(std::string(net_config) +
                        declared("http://127.0.0.1/feed.xml", "user = \"u\"\npassword_file = \"" + c.file + "\"\n"));
    const auto checked = run_program("newscached", {"--config", daemon.config_file().string(), "--check-config"});
    CAPTURE(checked.err);
    CHECK(checked.exit_code == 78);
    CHECK(checked.err.find("newscached.toml:8") != std::string::npos);
    CHECK(checked.err.find(c.says) != std::string::npos);
    CHECK(checked.err.find("secret\n") == std::string::npos);
    CHECK_THROWS(daemon.start());
  }
}

TEST_CASE("a certificate that nobody vouches for is accepted by its fingerprint or as an authority only") {
  TemporaryDirectory directory;
  const auto files = make_certificate(directory.path().string(), "own");
  const auto other = make_certificate(directory.path().string(), "other");
  Publisher publisher({.certificate_file = files.certificate, .key_file = files.key});
  publisher.serve_file("/feed.xml", rss("Secure", item("a", "One")));
  struct Case {
    const char* name;
    std::string key;
    bool read;
  };
  const Case cases[] = {
      {"nothing set", "", false},
      {"its fingerprint", "fingerprint = \"" + fingerprint_of(files) + "\"\n", true},
      {"another fingerprint", "fingerprint = \"" + fingerprint_of(other) + "\"\n", false},
      {"as an authority", "ca_file = \"" + files.certificate + "\"\n", true},
      {"another authority", "ca_file = \"" + other.certificate + "\"\n", false},
  };
  for (const bool per_host : {true, false}) {
    for (const Case& c : cases) {
      CAPTURE(c.name, per_host);
      Daemon daemon;
      std::string config(net_config);
      if (per_host) config += "[[host]]\nhost = \"" + host_of(publisher) + "\"\n" + c.key;
      config += declared(publisher.url("/feed.xml"), per_host ? "" : c.key);
      daemon.write_config(config);
      publisher.clear_requests();
      daemon.start();
      refresh(daemon);
      CHECK(titles(daemon).size() == (c.read ? 1 : 0));
      CHECK(publisher.requests().empty() == !c.read);
      const auto feed = get(daemon, "/v1/feeds/1").json;
      CHECK(feed.at("state") == (c.read ? "ok" : "failing"));
      if (!c.read) CHECK(feed.at("error").at("cause") == "tls");
    }
  }
}

TEST_CASE("one host goes by its proxy, and the others do not") {
  Publisher proxy;
  Publisher direct;
  proxy.answer("http://hidden.onion/feed.xml", Answer{.body = rss("Hidden", item("a", "Hidden"))});
  direct.serve_file("/feed.xml", rss("Direct", item("a", "Direct")));
  Daemon daemon;
  daemon.write_config(std::string(net_config) + "[[host]]\nhost = \"hidden.onion\"\nproxy = \"" + proxy.url("") +
                      "\"\n" + declared("http://hidden.onion/feed.xml") + declared(direct.url("/feed.xml")));
  daemon.start();
  refresh(daemon);
  CHECK(titles(daemon).size() == 2);
  CHECK(proxy.requests().size() == proxy.requests("http://hidden.onion/feed.xml").size());
  CHECK(direct.requests().size() == direct.requests("/feed.xml").size());
}

TEST_CASE("changed secrets are in force after a reload") {
  TemporaryDirectory directory;
  const std::string token = secret_file(directory, "token", "first");
  Publisher publisher;
  publisher.serve_file("/feed.xml", rss("t", item("a", "One")));
  Daemon daemon;
  daemon.write_config(std::string(net_config) +
                      declared(publisher.url("/feed.xml"), "token_file = \"" + token + "\"\n"));
  daemon.start();
  refresh(daemon);
  secret_file(directory, "token", "second");
  daemon.signal(SIGHUP);
  daemon.await_notification("RELOADING=1");
  daemon.await_notification("READY=1");
  refresh(daemon);
  const auto requests = publisher.requests();
  CHECK(requests.front().header("Authorization") == "Bearer first");
  CHECK(requests.back().header("Authorization") == "Bearer second");
}
