#pragma once
// Publishers with certificates, for tests.

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "support/certificate.hpp"
#include "support/publisher.hpp"

namespace newscache::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "newscache-net.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Publisher::Options https(const CertificateFiles& files) {
  Publisher::Options options;
  options.certificate_file = files.certificate;
  options.key_file = files.key;
  return options;
}

}  // namespace newscache::test
