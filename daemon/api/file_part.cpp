#include "api/file_part.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace newscache::api {

static_assert(sizeof(off_t) == 8, "files end at 2 GiB");

std::string FilePart::next(std::size_t most) {
  const auto size = std::min<std::uint64_t>(most, static_cast<std::uint64_t>(left_));
  std::string piece(static_cast<std::size_t>(size), '\0');
  std::size_t filled = 0;
  while (filled < piece.size()) {
    const auto got = ::pread(file_.get(), piece.data() + filled, piece.size() - filled, at_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "an asset cannot be read");
    if (got == 0) throw std::runtime_error("the file of an asset has become shorter");
    filled += static_cast<std::size_t>(got);
    at_ += got;
    left_ -= got;
  }
  return piece;
}

}  // namespace newscache::api
