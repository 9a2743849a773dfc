#pragma once
// The log: stderr, one line an event, `message key=value key="two words"`, with the journal's `<N>` priority prefix when
// systemd reads it. A warning is something a person must act on; routine is info; the rest is debug. Values come from
// strangers' documents, so control characters are escaped and a line is at most 512 bytes.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace newscache {

enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

class Log {
 public:
  struct Field {
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
    std::string_view key;
    std::string value;
  };

  // `file` is the descriptor to write to, not owned. `journal_prefix` as JOURNAL_STREAM tells.
  Log(int file, LogLevel level, bool journal_prefix) : file_(file), level_(level), journal_prefix_(journal_prefix) {}
  // Writes nothing: for tests and offline commands.
  static Log silent() { return Log(-1, LogLevel::error, false); }

  // Safe from every thread: one write(2) a line.
  void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields = {}) const;
  void error(std::string_view message, std::initializer_list<Field> fields = {}) const { write(LogLevel::error, message, fields); }
  void warning(std::string_view message, std::initializer_list<Field> fields = {}) const { write(LogLevel::warning, message, fields); }
  void notice(std::string_view message, std::initializer_list<Field> fields = {}) const { write(LogLevel::notice, message, fields); }
  void info(std::string_view message, std::initializer_list<Field> fields = {}) const { write(LogLevel::info, message, fields); }
  void debug(std::string_view message, std::initializer_list<Field> fields = {}) const { write(LogLevel::debug, message, fields); }

  // On the loop thread only, at reload.
  void set_level(LogLevel level) { level_ = level; }

 private:
  int file_;
  LogLevel level_;
  bool journal_prefix_;
};

// A URL as it may stand in a log: without user name, password and query.
std::string loggable_url(std::string_view url);

}  // namespace newscache
