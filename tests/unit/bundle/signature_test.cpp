#include "bundle/signature.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include <filesystem>

#include "support/catch.hpp"
#include "unit/bundle/bundle_files.hpp"

using namespace newscache;
using namespace newscache::bundle;
using namespace newscache::bundle::test;

namespace {

// Keys and a bundle, in a folder of its own.
struct Desk {
  Desk() {
    std::string pattern = "/tmp/newscache-sign-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    REQUIRE(replace_file(bundle, bundle_of({{"articles/1", "some"}})));
  }
  ~Desk() { std::filesystem::remove_all(folder); }

  // PEM files of a new key: NAME and NAME.pub.
  std::string make_key(const char* name, int type = EVP_PKEY_ED25519) const {
    const auto path = folder + "/" + name;
    auto* context = EVP_PKEY_CTX_new_id(type, nullptr);
    EVP_PKEY* key = nullptr;
    REQUIRE(EVP_PKEY_keygen_init(context) == 1);
    REQUIRE(EVP_PKEY_keygen(context, &key) == 1);
    EVP_PKEY_CTX_free(context);
    auto* file = ::fopen(path.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    ::fclose(file);
    file = ::fopen((path + ".pub").c_str(), "w");
    PEM_write_PUBKEY(file, key);
    ::fclose(file);
    EVP_PKEY_free(key);
    return path;
  }

  // After all of it has been read; "": nobody.
  std::string signer() const {
    const FileDescriptor file(::open(bundle.c_str(), O_RDONLY));
    Unpacker unpacker(file.get());
    for (;;) {
      const auto entry = unpacker.next();
      REQUIRE(entry.has_value());
      if (!*entry) return unpacker.signer()->value_or("");
    }
  }

  std::string folder;
  std::string bundle = folder + "/bundle";
};

}  // namespace

TEST_CASE("a signed bundle names the key that signed it, and one that was changed since is refused") {
  Desk desk;
  CHECK(desk.signer().empty());
  const auto key = desk.make_key("key");
  REQUIRE(sign(desk.bundle, key).has_value());
  const auto own = public_key(key);
  REQUIRE(own.has_value());
  CHECK(own->size() == 64);
  CHECK(public_key(key + ".pub") == own);
  CHECK(desk.signer() == *own);

  auto bytes = *read_file(desk.bundle, 1 << 20);
  CHECK(read_all(bytes).has_value());
  // Every byte of the signature, but for those that make it be seen as one.
  for (std::size_t at = bytes.size() - kSignatureBytes + 16; at < bytes.size(); at += 5) {
    CAPTURE(at);
    auto other = bytes;
    other[at] = static_cast<char>(other[at] ^ 1);
    CHECK_FALSE(read_all(other).has_value());
  }
  // A signature that was taken from another bundle.
  const auto tail = bytes.substr(bytes.size() - kSignatureBytes);
  const auto moved = read_all(bundle_of({{"articles/1", "other"}}) + tail);
  REQUIRE_FALSE(moved.has_value());
  CHECK(moved.error().detail.find("signature") != std::string::npos);
}

TEST_CASE("a bundle is signed once, with an ed25519 key") {
  Desk desk;
  const auto key = desk.make_key("key");
  CHECK_FALSE(sign(desk.bundle, key + ".pub").has_value());
  CHECK_FALSE(sign(desk.bundle, desk.bundle).has_value());
  CHECK_FALSE(sign(desk.bundle, desk.make_key("other", EVP_PKEY_X25519)).has_value());
  CHECK_FALSE(sign(desk.folder + "/none", key).has_value());
  REQUIRE(sign(desk.bundle, key).has_value());
  const auto again = sign(desk.bundle, key);
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().cause == Cause::conflict);
}
