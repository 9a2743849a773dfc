#pragma once
// A body that goes into a file while it arrives: one without a name, gone with whoever holds it. Blocking.

#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/result.hpp"

namespace newscache::api {

class Spool {
 public:
  // Cause::unavailable when there is no room or no permission.
  static Result<Spool> open(const std::string& folder);
  Result<void> add(std::string_view bytes);
  FileDescriptor take() { return std::move(file_); }

 private:
  explicit Spool(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace newscache::api
