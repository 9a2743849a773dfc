#pragma once
// A fixed set of short ASCII names to values: a hash table made by the compiler, looked up in any case without
// allocation.

#include <array>
#include <cstddef>
#include <string_view>

#include "text/words.hpp"

namespace newscache::html {

template <typename Value>
struct Named {
  std::string_view name;  // lower case
  Value value;
};

template <typename Value, std::size_t slots>
class NameTable {
  static_assert((slots & (slots - 1)) == 0);

 public:
  template <std::size_t count>
  constexpr explicit NameTable(const Named<Value> (&names)[count]) {
    static_assert(count * 2 <= slots);
    for (const auto& entry : names) {
      const auto start = start_of(entry.name);
      std::size_t at = hash(start, entry.name.size());
      while (!table_[at].name.empty()) at = (at + 1) & (slots - 1);
      table_[at] = {start, entry.name, entry.value};
      if (entry.name.size() > longest_) longest_ = entry.name.size();
    }
  }

  constexpr const Value* find(std::string_view name) const {
    if (name.empty() || name.size() > longest_) return nullptr;
    const auto start = start_of(name);
    for (std::size_t at = hash(start, name.size()); !table_[at].name.empty(); at = (at + 1) & (slots - 1)) {
      const Slot& slot = table_[at];
      if (slot.start != start || slot.name.size() != name.size()) continue;
      if (name.size() <= sizeof start || same(slot.name, name)) return &slot.value;
    }
    return nullptr;
  }

 private:
  struct Slot {
    text::Word start;  // of the name
    std::string_view name;
    Value value;
  };

  // The first eight bytes as one number, in lower case: all there is of most names.
  static constexpr text::Word start_of(std::string_view name) {
    text::Word word = 0;
    for (const char c : name.substr(0, sizeof word)) word = word << 8 | static_cast<unsigned char>(c);
    return text::lower_bytes(word);
  }
  static constexpr std::size_t hash(text::Word start, std::size_t size) {
    return static_cast<std::size_t>((start + size) * 0x9E3779B97F4A7C15 >> 40) & (slots - 1);
  }
  static constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
  static constexpr bool same(std::string_view known, std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (known[i] != lower(name[i])) return false;
    }
    return true;
  }

  std::array<Slot, slots> table_{};
  std::size_t longest_ = 0;
};

}  // namespace newscache::html
