#include "base/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace newscache {

Sha256 sha256(std::initializer_list<std::string_view> parts) {
  // Kept per thread: looking the algorithm up and allocating a context cost more than hashing an article.
  thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  thread_local const std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free);
  Sha256 hash{};
  bool ok = context && algorithm && EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1;
  for (const std::string_view part : parts) ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  ok = ok && EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1;
  if (!ok) throw std::runtime_error("libcrypto offers no SHA-256");
  return hash;
}

std::string hex(const Sha256& hash, std::size_t bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(std::min(bytes, hash.size()) * 2, '\0');
  for (std::size_t i = 0; i < text.size() / 2; ++i) {
    text[2 * i] = digits[hash[i] >> 4];
    text[2 * i + 1] = digits[hash[i] & 15];
  }
  return text;
}

}  // namespace newscache
