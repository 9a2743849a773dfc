#pragma once
// A part of an open file that is sent piece by piece. It stays readable when the file is removed meanwhile. Blocking.

#include <cstdint>
#include <string>

#include "base/file.hpp"

namespace newscache::api {

class FilePart {
 public:
  FilePart(FileDescriptor file, std::int64_t first, std::int64_t length)
      : file_(std::move(file)), at_(first), left_(length) {}

  bool is_at_end() const { return left_ == 0; }
  // Throws what the task cannot go on after: the file cannot be read, or has become shorter.
  std::string next(std::size_t most);

 private:
  FileDescriptor file_;
  std::int64_t at_;
  std::int64_t left_;
};

}  // namespace newscache::api
