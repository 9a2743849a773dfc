#include "settings/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "settings/secret_file.hpp"
#include "text/url.hpp"

namespace newscache::settings {
namespace {

constexpr std::size_t most_headers = 64;

bool is_user_name(std::string_view text) { return is_clean_text(text) && text.find(':') == text.npos; }

bool is_fingerprint(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  const auto colons = std::count(text.begin(), text.end(), ':');
  return text.empty() ||
         (digits == 64 && static_cast<std::size_t>(digits + colons) == text.size() && (colons == 0 || colons == 31));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// What would contradict the request that we make, or take apart the connection; and what has a key of its own.
constexpr std::array<std::string_view, 21> own_headers = {"accept",
                                                          "accept-encoding",
                                                          "connection",
                                                          "content-length",
                                                          "expect",
                                                          "host",
                                                          "if-match",
                                                          "if-modified-since",
                                                          "if-none-match",
                                                          "if-range",
                                                          "keep-alive",
                                                          "if-unmodified-since",
                                                          "proxy-connection",
                                                          "proxy-authorization",
                                                          "range",
                                                          "te",
                                                          "trailer",
                                                          "transfer-encoding",
                                                          "upgrade",
                                                          "user-agent",
                                                          "content-type"};
// Worth a file of their own, which only we may read.
constexpr std::array<std::string_view, 2> secret_headers = {"authorization", "cookie"};

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// In lower case; empty when the line is no "Name: value".
std::string header_name(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0 || !is_clean_text(line)) return {};
  const auto name = line.substr(0, colon);
  const bool is_token = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
  const bool has_value = line.find_first_not_of(' ', colon + 1) != line.npos;
  return is_token && has_value ? lower(name) : std::string();
}

std::string clean_header(std::string_view line) {
  const auto colon = line.find(':');
  auto value = line.substr(line.find_first_not_of(' ', colon + 1));
  return fmt::format("{}: {}", line.substr(0, colon), value.substr(0, value.find_last_not_of(' ') + 1));
}

bool is_secret_header(std::string_view line) {
  const auto name = header_name(line);
  return !name.empty() && !holds(own_headers, name);
}

bool is_open_header(std::string_view line) {
  return is_secret_header(line) && !holds(secret_headers, header_name(line));
}

constexpr Rule text(std::string_view expectation, bool (*accepts)(std::string_view)) {
  return {.kind = Kind::string, .expectation = expectation, .accepts = accepts};
}
constexpr Rule secret_file() {
  return text("an absolute path, or a name that LoadCredential= of the service gives", is_secret_name);
}

constexpr std::array access_table = std::to_array<AccessField>({
    {"user", text("a user name without a colon", is_user_name), "The user name for Basic authentication"},
    {"password_file", secret_file(), "The file that holds the password of that user"},
    {"token_file", secret_file(), "The file that holds the token for Bearer authentication"},
    {"headers",
     {.kind = Kind::strings,
      .expectation = "\"Name: value\", of a header that we do not set ourselves; Authorization and Cookie belong into "
                     "headers_file",
      .accepts = is_open_header,
      .shown = Shown::never},
     "Headers that are sent, each as \"Name: value\""},
    {"headers_file", secret_file(), "The file that holds more of them, such as an API key; one a line, # comments"},
    {"proxy",
     {.kind = Kind::string,
      .expectation = "a URL that begins with http://, https://, socks4://, socks4a://, socks5:// or socks5h://",
      .accepts = is_proxy_url,
      .shown = Shown::without_credentials},
     "As net.proxy"},
    {"ca_file", text("an absolute path", is_absolute_path), "As net.ca_file"},
    {"fingerprint", text("a SHA-256 of 64 hexadecimal digits, with or without colons", is_fingerprint),
     "The SHA-256 of the one certificate that is accepted, whoever has signed it"},
    {"user_agent", text("one line of text", is_clean_text), "As net.user_agent"},
});

// The key's place in the two records; null when it is the list.
std::string* text_of(model::Access& access, model::AccessSources& sources, std::string_view key) {
  const std::pair<std::string_view, std::string*> places[] = {
      {"user", &access.user},
      {"password_file", &sources.password_file},
      {"token_file", &sources.token_file},
      {"headers_file", &sources.headers_file},
      {"proxy", &access.proxy},
      {"ca_file", &access.ca_file},
      {"fingerprint", &access.fingerprint},
      {"user_agent", &access.user_agent},
  };
  for (const auto& [name, place] : places) {
    if (name == key) return place;
  }
  return nullptr;
}

std::optional<AccessError> read_line(std::string_view key, const std::string& file, std::string& out) {
  if (file.empty()) return std::nullopt;
  auto secret = read_secret(file);
  if (!secret) return AccessError{key, secret.error().detail};
  const bool clean = std::none_of(secret->begin(), secret->end(),
                                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (!clean) return AccessError{key, file + " holds control characters; expected one line of text"};
  out = std::move(*secret);
  return std::nullopt;
}

std::optional<AccessError> read_headers(const std::string& file, std::vector<std::string>& out) {
  constexpr std::string_view key = "headers_file";
  if (file.empty()) return std::nullopt;
  const auto secret = read_secret(file);
  if (!secret) return AccessError{key, secret.error().detail};
  std::string_view rest = *secret;
  for (int number = 1; !rest.empty(); ++number) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(' ') == line.npos || line.starts_with('#')) continue;
    if (!is_secret_header(line)) {
      return AccessError{
          key,
          fmt::format("line {} of {} is not valid; expected \"Name: value\", of a header that we do not set ourselves",
                      number, file)};
    }
    out.push_back(clean_header(line));
  }
  if (out.size() > most_headers)
    return AccessError{key, fmt::format("there are more than {} headers; expected fewer", most_headers)};
  return std::nullopt;
}

}  // namespace

std::span<const AccessField> access_fields() { return access_table; }

const AccessField* find_access_field(std::string_view key) {
  const auto found = std::find_if(access_table.begin(), access_table.end(),
                                  [&](const AccessField& field) { return field.key == key; });
  return found == access_table.end() ? nullptr : &*found;
}

void put_access(model::Access& access, model::AccessSources& sources, std::string_view key, const Value& checked) {
  if (auto* const place = text_of(access, sources, key)) {
    *place = std::get<std::string>(checked);
  } else {
    sources.headers = std::get<std::vector<std::string>>(checked);
  }
  if (key == "fingerprint") {
    std::erase(access.fingerprint, ':');
    access.fingerprint = lower(access.fingerprint);
  }
}

std::optional<AccessError> complete_access(model::Access& access, const model::AccessSources& sources) {
  if (!access.user.empty() && !sources.token_file.empty())
    return AccessError{"token_file", "there is a user as well; expected either user and password_file or token_file"};
  if (!access.user.empty() && sources.password_file.empty())
    return AccessError{"user", "has no password; expected password_file as well"};
  if (access.user.empty() && !sources.password_file.empty())
    return AccessError{"password_file", "is of no user; expected user as well"};
  if (auto error = read_line("password_file", sources.password_file, access.password)) return error;
  if (auto error = read_line("token_file", sources.token_file, access.token)) return error;
  access.headers.clear();
  for (const auto& line : sources.headers) access.headers.push_back(clean_header(line));
  if (auto error = read_headers(sources.headers_file, access.headers)) return error;
  const bool authorizes = std::any_of(access.headers.begin(), access.headers.end(),
                                      [](const std::string& line) { return header_name(line) == "authorization"; });
  if (authorizes && (!access.user.empty() || !access.token.empty()))
    return AccessError{"headers_file", "holds Authorization; expected either that or user or token_file"};
  return std::nullopt;
}

std::string format_access(const model::Access& access, const model::AccessSources& sources) {
  model::Access from = access;
  model::AccessSources names = sources;
  std::string out;
  for (const AccessField& field : access_table) {
    if (const auto* const value = text_of(from, names, field.key)) {
      if (!value->empty()) out += fmt::format("{} = {}\n", field.key, toml_string(*value, false));
      continue;
    }
    if (!names.headers.empty()) out += fmt::format("{} = {}\n", field.key, toml_list(names.headers));
  }
  return out;
}

std::string clean_host(std::string_view text) {
  const bool plain = !text.empty() && text.size() <= 300 && text.find_first_of("*/?#@%\\ ") == text.npos;
  const auto url = plain ? text::split_url(fmt::format("https://{}/", text)) : std::nullopt;
  if (!url) return {};
  const auto colon = text.rfind(':');
  const bool has_port = colon != text.npos && (text.front() != '[' || text[colon - 1] == ']');
  if (has_port && (colon + 1 == text.size() || url->port == 0)) return {};
  return has_port ? fmt::format("{}:{}", url->host, url->port) : url->host;
}

}  // namespace newscache::settings
