#pragma once
// Self-signed certificates for the test publisher, valid or deliberately not.

#include <chrono>
#include <string>

namespace newscache::test {

struct CertificateFiles {
  std::string certificate;  // also good as the file of certificate authorities
  std::string key;
};

struct CertificateSpec {
  std::string address = "127.0.0.1";
  std::chrono::seconds valid_from = std::chrono::hours(-1);  // from now
  std::chrono::seconds valid_to = std::chrono::hours(1);
};

// Writes NAME.crt and NAME.key into the folder. Throws std::runtime_error.
CertificateFiles make_certificate(const std::string& folder, const std::string& name, const CertificateSpec& spec = {});

}  // namespace newscache::test
