#pragma once
// A fixed set of short ASCII names to values: a hash table made by the compiler, looked up in any case without
// allocation.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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
      std::size_t at = hash(entry.name);
      while (!table_[at].name.empty()) at = (at + 1) & (slots - 1);
      table_[at] = entry;
      if (entry.name.size() > longest_) longest_ = entry.name.size();
    }
  }

  constexpr const Value* find(std::string_view name) const {
    if (name.empty() || name.size() > longest_) return nullptr;
    for (std::size_t at = hash(name); !table_[at].name.empty(); at = (at + 1) & (slots - 1)) {
      if (same(table_[at].name, name)) return &table_[at].value;
    }
    return nullptr;
  }

 private:
  static constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
  static constexpr std::size_t hash(std::string_view name) {
    std::uint32_t value = 2166136261U;
    for (const char c : name) value = (value ^ static_cast<unsigned char>(lower(c))) * 16777619U;
    return (value ^ (value >> 15)) & (slots - 1);
  }
  static constexpr bool same(std::string_view known, std::string_view name) {
    if (known.size() != name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (known[i] != lower(name[i])) return false;
    }
    return true;
  }

  std::array<Named<Value>, slots> table_{};
  std::size_t longest_ = 0;
};

}  // namespace newscache::html
