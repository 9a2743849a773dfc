#pragma once
// The table behind entities.hpp.

#include <array>
#include <string_view>

namespace newscache::text {

struct NamedEntity {
  std::string_view name;  // without ';'
  std::string_view utf8;
  bool legacy = false;  // also recognised without ';'
};

inline constexpr std::size_t kNamedEntities = 2125;
inline constexpr std::size_t kLongestEntityName = 31;
inline constexpr std::size_t kLongestLegacyName = 6;
extern const std::array<NamedEntity, kNamedEntities> kEntityTable;

}  // namespace newscache::text
