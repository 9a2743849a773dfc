#pragma once
// A folder with secrets in files, for tests.

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace newscache::test {

class SecretFiles {
 public:
  SecretFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "settings_secrets.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    folder_ = pattern;
    write("example.password", "secret\n");
    write("example.headers", "# the key\n\nX-Api-Key: secret\n");
    write("api.headers", "X-Api-Key:secret \r\n");
    write("git.token", "secret");
    write("nas.token", "secret");
  }
  ~SecretFiles() { std::filesystem::remove_all(folder_); }
  SecretFiles(const SecretFiles&) = delete;
  SecretFiles& operator=(const SecretFiles&) = delete;

  std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }
  std::string write(std::string_view name, std::string_view content, mode_t mode = 0600) const {
    const auto file = path(name);
    std::ofstream(file) << content;
    if (::chmod(file.c_str(), mode) != 0) throw std::runtime_error("cannot chmod " + file);
    return file;
  }
  // The document with its folder (or its one quoted name) replaced by ours.
  std::string in_place_of(std::string document, std::string_view what) const {
    const bool quoted = what.starts_with('"');
    const std::string ours = quoted ? "\"" + path(what.substr(1)) : path("");
    for (auto at = document.find(what); at != std::string::npos; at = document.find(what, at + ours.size()))
      document.replace(at, what.size(), ours);
    return document;
  }

 private:
  std::string folder_;
};

}  // namespace newscache::test
