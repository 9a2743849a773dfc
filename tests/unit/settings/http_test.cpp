// [http] as a whole: no listener that lets in anybody.

#include "settings/settings.hpp"
#include "support/catch.hpp"
#include "unit/settings/secret_files.hpp"

using namespace newscache;

namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\"\n"; }

}  // namespace

TEST_CASE("a listener on loopback needs a token, or a user with a password") {
  const test::SecretFiles files;
  const auto token = files.write("token", "0123456789abcdef\n");
  const auto password = files.write("password", "correct horse\n");
  const std::string listen = "[http]\nlisten = [\"127.0.0.1:8077\", \"[::1]:8077\"]\n";
  const auto by_token = settings::parse(listen + "token_file = " + quoted(token), "test.toml");
  REQUIRE(by_token.has_value());
  CHECK(by_token->http.token == "0123456789abcdef");
  const auto by_password = settings::parse(listen + "user = \"me\"\npassword_file = " + quoted(password), "test.toml");
  REQUIRE(by_password.has_value());
  CHECK(by_password->http.password == "correct horse");
  CHECK(settings::print(*by_password).find("correct") == std::string::npos);
}

TEST_CASE("a listener that would let in anybody is refused, naming the key") {
  const test::SecretFiles files;
  const auto token = files.write("token", "0123456789abcdef");
  const auto weak = files.write("weak", "1234");
  const auto open = files.write("open", "0123456789abcdef", 0644);
  const std::string local = "[http]\nlisten = [\"127.0.0.1:8077\"]\n";
  const std::string outside = "[http]\nlisten = [\"0.0.0.0:8077\"]\n";
  const struct {
    std::string document;
    const char* key;
    const char* words;
  } rows[] = {
      {local, "http.listen", "any user of this machine could come in"},
      {local + "user = \"me\"\n", "http.user", "go together"},
      {local + "password_file = " + quoted(token), "http.password_file", "go together"},
      {local + "token_file = " + quoted(token) + "tls_key_file = \"/k\"\n", "http.tls_key_file", "go together"},
      {local + "token_file = " + quoted(weak), "http.token_file", "openssl rand"},
      {local + "token_file = " + quoted(open), "http.token_file", "chmod 600"},
      {local + "token_file = \"/nowhere/token\"\n", "http.token_file", "cannot read"},
      {outside + "token_file = " + quoted(token), "http.listen", "can be reached from outside"},
      {outside + "user = \"me\"\npassword_file = " + quoted(token) +
           "tls_certificate_file = \"/c\"\ntls_key_file = \"/k\"\n",
       "http.listen", "can be reached from outside"},
  };
  for (const auto& row : rows) {
    INFO(row.document);
    const auto refused = settings::parse(row.document, "test.toml");
    REQUIRE(refused.has_error());
    INFO(refused.error().detail);
    CHECK(refused.error().detail.find(std::string(": ") + row.key + ": ") != std::string::npos);
    CHECK(refused.error().detail.find(row.words) != std::string::npos);
    CHECK(refused.error().detail.starts_with("test.toml:"));
  }
}

TEST_CASE("without a listener the secrets need not be there") {
  CHECK(settings::parse("[http]\ntoken_file = \"/nowhere/token\"\n", "test.toml").has_value());
}

TEST_CASE("an endpoint is a numeric address and a port") {
  const auto endpoint = settings::parse_endpoint("[::1]:8077");
  REQUIRE(endpoint.has_value());
  CHECK(endpoint->address == "::1");
  CHECK(endpoint->port == 8077);
  CHECK(settings::is_loopback(*endpoint));
  CHECK(settings::is_loopback(*settings::parse_endpoint("127.0.0.2:1")));
  CHECK_FALSE(settings::is_loopback(*settings::parse_endpoint("192.168.0.1:1")));
  CHECK(settings::parse_endpoint("localhost:80").has_error());
}
