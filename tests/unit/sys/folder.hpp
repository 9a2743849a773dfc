#pragma once
// A temporary folder, short enough for socket paths.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/catch.hpp"

class Folder {
 public:
  Folder() {
    std::string pattern = "/tmp/sys_test.XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};
