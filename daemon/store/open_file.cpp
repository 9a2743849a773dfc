#include "store/open_file.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cctype>
#include <string_view>

namespace newscache::store {

namespace {

constexpr int kFlags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

constexpr int kBusyMilliseconds = 5000;

// Opening alone reads nothing.
int read_something(sqlite3* handle) {
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return sqlite3_exec(handle, "PRAGMA schema_version", nullptr, nullptr, nullptr);
}

const char* name_of(const std::string& vfs) { return vfs.empty() ? nullptr : vfs.c_str(); }

std::string as_uri(const std::string& path, std::string_view parameters) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '/' || c == '-' || c == '_' || c == '.') {
      uri += c;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri.append(parameters);
}

}  // namespace

std::int64_t file_bytes(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : 0;
}

int open_to_write(const std::string& path, const std::string& vfs, sqlite3** handle) {
  const int code = sqlite3_open_v2(path.c_str(), handle, SQLITE_OPEN_READWRITE | kFlags, name_of(vfs));
  return code == SQLITE_OK ? read_something(*handle) : code;
}

int open_frozen(const std::string& path, const std::string& vfs, sqlite3** handle) {
  // "immutable" would not see what is in a WAL.
  struct stat wal {};
  const bool has_wal = ::stat((path + "-wal").c_str(), &wal) == 0 && S_ISREG(wal.st_mode) && wal.st_size > 0;
  const auto uri = as_uri(path, has_wal ? "?mode=ro" : "?mode=ro&immutable=1");
  const int code = sqlite3_open_v2(uri.c_str(), handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | kFlags, name_of(vfs));
  return code == SQLITE_OK ? read_something(*handle) : code;
}

bool is_of_the_file_system(int code) {
  switch (code & 0xff) {
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return true;
    default:
      return false;
  }
}

}  // namespace newscache::store
