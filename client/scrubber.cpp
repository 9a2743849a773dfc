#include "client/scrubber.hpp"

#include <algorithm>
#include <array>

#include "text/url.hpp"

namespace newscache::client {
namespace {

constexpr std::string_view left_out = "(left out)";
constexpr auto none = std::string_view::npos;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ends_token(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\';
}

// Every place where the name is no part of a longer word.
void replace_words(std::string& text, const std::string& name, const std::string& instead) {
  for (std::size_t at = 0; (at = text.find(name, at)) != none;) {
    const auto end = at + name.size();
    const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(name.front());
    const bool ends = end == text.size() || !is_word(text[end]) || !is_word(name.back());
    if (begins && ends) text.replace(at, name.size(), instead);
    at += begins && ends ? instead.size() : 1;
  }
}

// "scheme://host" of what begins at the scheme and goes on to the end of the token.
std::string reduced(std::string_view url) {
  const auto begin = url.find("://") + 3;
  auto host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (const auto at = host.rfind('@'); at != none) host.remove_prefix(at + 1);
  const auto colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  if (colon != none) {
    // A password with a slash in it is no port.
    const auto port = host.substr(colon + 1);
    const auto digits = port.find_first_not_of("0123456789");
    if (digits == 0 || (digits != none && is_word(port[digits])))
      return std::string(url.substr(0, begin)).append(left_out);
    host = host.substr(0, colon);
  }
  return std::string(url.substr(0, begin)).append(host);
}

// "/home/ann/x" becomes "~/x", wherever in the token it stands.
std::string without_home(std::string token) {
  for (const std::string_view homes : {"/home/", "/Users/"}) {
    for (std::size_t at = 0; (at = token.find(homes, at)) != none; ++at) {
      const auto end = std::min(token.find_first_of("/:,;)", at + homes.size()), token.size());
      token.replace(at, end - at, "~");
    }
  }
  return token;
}

std::string clean_token(std::string_view token) {
  if (const auto colon = token.find("://"); colon != none) {
    auto begin = colon;
    while (begin > 0 && (is_word(token[begin - 1]) || std::string_view("+-.").find(token[begin - 1]) != none)) --begin;
    return without_home(std::string(token.substr(0, begin))) + reduced(token.substr(begin));
  }
  std::string out;
  if (const auto at = token.rfind('@'); at != none && at + 1 < token.size()) {
    out = left_out;
    token.remove_prefix(at);
  }
  const auto query = token.find('?');
  if (query == none || query + 1 == token.size()) return without_home(out.append(token));
  return without_home(out.append(token.substr(0, query + 1))).append(left_out);
}

// Their tables hold nothing but sizes, numbers and the like.
constexpr std::array<std::string_view, 5> plain_tables = {"[poll]", "[budget]", "[store]", "[content]", "[offline]"};
constexpr std::array<std::string_view, 26> plain_keys = {"admin",          "admin_group",   "allow_private",
                                                         "article_limit",  "budget_day",    "budget_month",
                                                         "enclosures",     "full_text",     "group",
                                                         "host",           "image_width",   "images",
                                                         "keep_days",      "keep_per_feed", "listen",
                                                         "log_level",      "max_body",      "max_connections",
                                                         "max_transfers",  "metered",       "metered_interfaces",
                                                         "mode",           "poll_interval", "site",
                                                         "strip_tracking", "timeout"};

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::string publisher_of(std::string_view url) {
  if (url.find("://") != none) return clean_token(url);
  return std::string(url.substr(0, url.find(':') + 1)).append(left_out);
}

void Scrubber::hide(std::string name, std::string instead) {
  if (name.size() < 3) return;
  // A name that holds another one goes before it.
  const auto place = std::upper_bound(hidden_.begin(), hidden_.end(), name.size(),
                                      [](std::size_t size, const Hidden& one) { return size > one.name.size(); });
  hidden_.insert(place, {std::move(name), std::move(instead)});
}

void Scrubber::hide_parts_of(std::string_view url) {
  const auto parts = text::split_url(url);
  if (!parts) return;
  hide(parts->user, "(user)");
  hide(parts->password, "(password)");
  hide(parts->path, "/(path)");
  // Also alone: an error may name the path, and a redirect may change the query.
  const auto query = parts->path.find('?');
  if (query == none) return;
  hide(parts->path.substr(0, query), "/(path)");
  for (auto rest = std::string_view(parts->path).substr(query + 1); !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    hide(std::string(pair.substr(pair.find('=') + 1)), "(query)");
  }
}

std::string Scrubber::clean(std::string_view text) const {
  std::string known(text);
  for (const auto& [name, instead] : hidden_) replace_words(known, name, instead);
  std::string out;
  for (std::size_t at = 0; at < known.size();) {
    auto end = at;
    while (end < known.size() && !ends_token(known[end])) ++end;
    if (end > at) out += clean_token(std::string_view(known).substr(at, end - at));
    if (end < known.size()) out += known[end++];
    at = end;
  }
  return out;
}

std::string without_quotations(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      out += inside ? "\"" : std::string("\"").append(left_out);
      inside = !inside;
    } else if (!inside) {
      out += text[i];
    }
  }
  return out;
}

std::string without_secrets(std::string_view toml) {
  std::string out;
  bool plain = false;
  while (!toml.empty()) {
    const auto line = toml.substr(0, toml.find('\n'));
    toml.remove_prefix(std::min(toml.size(), line.size() + 1));
    if (line.starts_with('[')) plain = holds(plain_tables, line);
    if (line.empty() || line.starts_with('#') || line.starts_with('[')) {
      out.append(line).append("\n");
      continue;
    }
    const auto equals = line.find(" = ");
    const auto key = line.substr(0, equals);
    const auto value = equals == none ? std::string_view() : line.substr(equals + 3);
    if (!value.empty() && (plain || holds(plain_keys, key))) {
      out.append(line);
    } else if (value.size() > 2 && (key == "url" || key == "proxy")) {
      out.append(key).append(" = \"").append(publisher_of(value.substr(1, value.size() - 2))).append("\"");
    } else if (!value.empty()) {
      out.append(key).append(" = \"").append(left_out).append("\"");
    }
    out += '\n';
  }
  return out;
}

}  // namespace newscache::client
