#pragma once
// A few characters put together by the compiler, to be written at once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace newscache::html {

class ShortText {
 public:
  constexpr ShortText() = default;
  constexpr ShortText(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts) {
      for (const char c : part) chars_[size_++] = c;
    }
  }
  constexpr std::string_view view() const { return {chars_.data(), size_}; }

 private:
  std::array<char, 15> chars_{};
  std::uint8_t size_ = 0;
};

}  // namespace newscache::html
