#include "sys/environment.hpp"

#include <charconv>
#include <cstdlib>

namespace newscache::sys {

std::string variable(const char* name) {
  const char* value = ::getenv(name);
  return value ? value : "";
}

std::string take_variable(const char* name) {
  std::string value = variable(name);
  ::unsetenv(name);
  return value;
}

std::int64_t number_from(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace newscache::sys
