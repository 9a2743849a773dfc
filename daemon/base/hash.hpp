#pragma once
// SHA-256 (FIPS 180-4) through libcrypto: identities, and "is this the same document".

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace newscache {

using Sha256 = std::array<std::uint8_t, 32>;

// Of the parts one after the other; separate them yourself where "ab","c" and "a","bc" must differ.
Sha256 sha256(std::initializer_list<std::string_view> parts);
// The first `bytes` bytes, in lower-case hexadecimal.
std::string hex(const Sha256& hash, std::size_t bytes = 32);

}  // namespace newscache
