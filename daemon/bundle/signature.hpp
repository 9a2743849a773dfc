#pragma once
// Who vouches for a bundle: an ed25519 signature over the SHA-256 of all bytes before it, at the very end of the file,
// in a skippable zstd frame, which every zstd reader passes over. Keys are PEM files, as `openssl genpkey -algorithm
// ed25519` makes them.

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace newscache::bundle {

constexpr std::size_t kSignatureBytes = 112;  // at the end of a signed file

// Appends a signature to the file. Cause::conflict when it has one.
Result<void> sign(const std::string& path, const std::string& private_key_file);

// 64 hex digits, from the PEM file of a public or private key.
Result<std::string> public_key(const std::string& key_file);

// Whether these last kSignatureBytes of a file are a signature, good or bad.
bool is_signature(std::string_view tail);
// The public key of whoever signed a file with that hash before its signature. Cause::invalid for a bad one.
Result<std::string> signer(std::string_view tail, const Sha256& hash);

}  // namespace newscache::bundle
