#pragma once
// JSON written straight into a string, for answers that are large or frequent: no tree is built.

#include <cstdint>
#include <string>
#include <string_view>

namespace newscache::text {

// Appends the text in quotes. It must be UTF-8.
void append_json(std::string& out, std::string_view text);

// Puts the commas: what follows an opening bracket, a key or a comma needs none. Keys are plain ASCII.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    return *this;
  }
  JsonWriter& key(std::string_view name) {
    separate();
    out_ += '"';
    out_.append(name).append("\":");
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    separate();
    append_json(out_, value);
    return *this;
  }
  JsonWriter& integer(std::int64_t value);
  JsonWriter& real(double value);  // finite
  JsonWriter& boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
  }
  // Only when there is something to say.
  JsonWriter& text_unless_empty(std::string_view name, std::string_view value) {
    return value.empty() ? *this : key(name).text(value);
  }

 private:
  // Those of a text are inside of its quotes.
  void separate() {
    constexpr std::string_view before_values = "[{:,";
    if (!out_.empty() && before_values.find(out_.back()) == std::string_view::npos) out_ += ',';
  }

  std::string& out_;
};

}  // namespace newscache::text
