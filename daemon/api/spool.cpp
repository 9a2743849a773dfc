#include "api/spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace newscache::api {

namespace {

Error failed(const char* what) {
  return Error{Cause::unavailable, std::string(what) + " in the state directory: " + std::strerror(errno)};
}

}  // namespace

Result<Spool> Spool::open(const std::string& folder) {
  std::string path = folder + "/incoming-XXXXXX";
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) return failed("no file can be made");
  ::unlink(path.c_str());
  return Spool(std::move(file));
}

Result<void> Spool::add(std::string_view bytes) {
  if (!write_all(file_.get(), bytes)) return failed("the body cannot be kept");
  return {};
}

}  // namespace newscache::api
