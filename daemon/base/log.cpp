#include "base/log.hpp"

#include <unistd.h>

#include <algorithm>

namespace newscache {
namespace {

constexpr std::size_t max_line = 512;

void append_escaped(std::string& line, std::string_view value, bool quoted) {
  constexpr char hex[] = "0123456789abcdef";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += "\\x";
      line += hex[byte >> 4];
      line += hex[byte & 15];
    } else {
      if (quoted && (c == '"' || c == '\\')) line += '\\';
      line += c;
    }
  }
}

bool needs_quotes(std::string_view value) { return value.empty() || value.find_first_of(" =\"\\") != value.npos; }

}  // namespace

void Log::write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) const {
  if (level > level_ || file_ < 0) return;
  std::string line;
  line.reserve(128);
  if (journal_prefix_) line += {'<', static_cast<char>('0' + static_cast<int>(level)), '>'};
  append_escaped(line, message, false);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    const bool quoted = needs_quotes(field.value);
    if (quoted) line += '"';
    append_escaped(line, field.value, quoted);
    if (quoted) line += '"';
  }
  if (line.size() >= max_line) {
    std::size_t end = max_line - 4;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;  // not inside a UTF-8 character
    line.resize(end);
    line += "...";
  }
  line += '\n';
  // The log is best effort: there is nobody to tell that it cannot be written.
  [[maybe_unused]] const auto written = ::write(file_, line.data(), line.size());
}

std::string loggable_url(std::string_view url) {
  const std::size_t query = url.find_first_of("?#");
  std::string shown(url.substr(0, query));
  const std::size_t host = shown.find("://");
  if (host != shown.npos) {
    const std::size_t path = std::min(shown.find('/', host + 3), shown.size());
    const std::size_t user = shown.rfind('@', path);
    if (user != shown.npos && user > host) shown.erase(host + 3, user + 1 - (host + 3));
    // No URL, strictly: a password may be what looks like a query, and whoever mistyped it means the "@" further on.
    const std::size_t slash = std::min(url.find('/', host + 3), url.size());
    if (query != url.npos && query < slash && url.substr(query, slash - query).find('@') != url.npos) {
      return shown.substr(0, host + 3) + "...";
    }
  }
  if (query != url.npos && url[query] == '?') shown += "?...";
  return shown;
}

}  // namespace newscache
