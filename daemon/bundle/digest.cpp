#include "bundle/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace newscache::bundle {

struct Digest::State {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("libcrypto offers no SHA-256");
}

}  // namespace

Digest::Digest() : state_(std::make_unique<State>()) { start_over(); }
Digest::~Digest() = default;

void Digest::start_over() { require(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1); }

void Digest::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Sha256 Digest::value() const {
  const State copy;
  Sha256 hash{};
  require(EVP_MD_CTX_copy_ex(copy.context.get(), state_->context.get()) == 1 &&
          EVP_DigestFinal_ex(copy.context.get(), hash.data(), nullptr) == 1);
  return hash;
}

}  // namespace newscache::bundle
