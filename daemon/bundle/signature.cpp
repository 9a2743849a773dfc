#include "bundle/signature.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/file.hpp"
#include "bundle/digest.hpp"

namespace newscache::bundle {

namespace {

// A skippable frame (RFC 8878, section 3.1.2) of 104 bytes: eight that name it, the public key, the signature.
constexpr std::string_view kFrame("\x5e\x2a\x4d\x18\x68\x00\x00\x00newscsig", 16);
constexpr std::size_t kKey = 32;
constexpr std::size_t kSignature = 64;
static_assert(kFrame.size() + kKey + kSignature == kSignatureBytes);
// So that a signature made for something else means nothing here.
constexpr std::string_view kPurpose = "newscached bundle 1\n";

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string message(const Sha256& hash) {
  return std::string(kPurpose).append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

Result<Key> read_key(const std::string& path, bool must_sign) {
  const auto pem = read_file(path, 64 << 10);
  if (!pem) return pem.error();
  const auto no_password = [](char*, int, int, void*) { return -1; };  // never asks on the terminal
  const auto open = [&] {
    return std::unique_ptr<BIO, int (*)(BIO*)>(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())), BIO_free);
  };
  Key key(PEM_read_bio_PrivateKey(open().get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  if (!key && !must_sign) key.reset(PEM_read_bio_PUBKEY(open().get(), nullptr, no_password, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return Error{Cause::invalid, path + " is no " + (must_sign ? "private " : "") +
                                     "ed25519 key in PEM without a password; make one with 'openssl genpkey "
                                     "-algorithm ed25519 -out FILE'"};
  }
  return key;
}

Result<std::string> raw_public_key(EVP_PKEY* key) {
  std::string bytes(kKey, '\0');
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1) {
    return Error{Cause::internal, "libcrypto does not tell a public key"};
  }
  return bytes;
}

std::string hex_of(std::string_view key) {
  Sha256 bytes{};
  std::memcpy(bytes.data(), key.data(), std::min(key.size(), bytes.size()));
  return hex(bytes);
}

Error failed(const std::string& path) { return Error{Cause::unavailable, path + ": " + std::strerror(errno)}; }

// The hash of the whole file, and its last bytes.
Result<Sha256> hash_file(int fd, const std::string& path, std::string& tail) {
  Digest digest;
  std::string piece(256 << 10, '\0');
  for (;;) {
    const auto got = ::read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path);
    if (got == 0) return digest.value();
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    digest.add(bytes);
    tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), kSignatureBytes)));
    tail.erase(0, tail.size() - std::min(tail.size(), kSignatureBytes));
  }
}

}  // namespace

Result<std::string> public_key(const std::string& key_file) {
  const auto key = read_key(key_file, false);
  if (!key) return key.error();
  const auto bytes = raw_public_key(key->get());
  if (!bytes) return bytes.error();
  return hex_of(*bytes);
}

Result<void> sign(const std::string& path, const std::string& private_key_file) {
  const auto key = read_key(private_key_file, true);
  if (!key) return key.error();
  const auto own = raw_public_key(key->get());
  if (!own) return own.error();
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file) return failed(path);
  std::string tail;
  const auto hash = hash_file(file.get(), path, tail);
  if (!hash) return hash.error();
  if (is_signature(tail)) return Error{Cause::conflict, path + " is signed already"};
  std::array<unsigned char, kSignature> signature{};
  std::size_t size = signature.size();
  const auto text = message(*hash);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, raw(text), text.size()) != 1) {
    return Error{Cause::internal, "libcrypto does not sign with " + private_key_file};
  }
  std::string frame(kFrame);
  frame.append(*own).append(reinterpret_cast<const char*>(signature.data()), signature.size());
  if (::write(file.get(), frame.data(), frame.size()) != static_cast<ssize_t>(frame.size()) ||
      ::fsync(file.get()) != 0) {
    return failed(path);
  }
  return {};
}

bool is_signature(std::string_view tail) { return tail.size() == kSignatureBytes && tail.starts_with(kFrame); }

Result<std::string> signer(std::string_view tail, const Sha256& hash) {
  const auto own = tail.substr(kFrame.size(), kKey);
  const auto signature = tail.substr(kFrame.size() + kKey);
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(own), own.size()), EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto text = message(hash);
  if (!key || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) != 1) {
    return Error{Cause::invalid, "the bundle's signature is not that of its bytes: it was damaged or changed"};
  }
  return hex_of(own);
}

}  // namespace newscache::bundle
