#include "bundle/zstd_source.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "bundle/digest.hpp"
#include "bundle/format.hpp"
#include "bundle/signature.hpp"

namespace newscache::bundle {

namespace {

// 8 MiB; our writer's is 2 MiB.
constexpr int kMaxWindowLog = 23;

std::int64_t size_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_size : 0;
}

}  // namespace

struct ZstdSource::State {
  explicit State(int file) : fd(file), size(size_of(file)) {
    if (!stream || ZSTD_isError(ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kMaxWindowLog)) != 0) {
      throw std::runtime_error("libzstd cannot be initialised");
    }
    std::string last(kSignatureBytes, '\0');
    const auto got =
        size < std::int64_t{kSignatureBytes} ? -1 : ::pread(fd, last.data(), last.size(), size - last.size());
    if (got == static_cast<ssize_t>(last.size()) && is_signature(last)) tail = std::move(last);
    body_bytes = size - static_cast<std::int64_t>(tail.size());
  }

  // Of the file, into `in`; false at its end.
  Result<bool> fill() {
    for (;;) {
      const auto got = ::pread(fd, compressed.data(), compressed.size(), position);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Error{Cause::unavailable, std::string("the bundle cannot be read: ") + std::strerror(errno)};
      const auto signed_bytes = std::clamp<std::int64_t>(body_bytes - position, 0, got);
      digest.add({compressed.data(), static_cast<std::size_t>(signed_bytes)});
      position += got;
      in = {compressed.data(), static_cast<std::size_t>(got), 0};
      return got > 0;
    }
  }

  const int fd;
  const std::int64_t size;
  std::int64_t body_bytes = 0;  // without the signature
  std::string tail;             // the signature, if there is one
  std::int64_t position = 0;
  std::int64_t produced = 0;
  bool within_frame = false;
  Digest digest;
  std::string compressed = std::string(64 << 10, '\0');
  std::string plain = std::string(128 << 10, '\0');
  ZSTD_inBuffer in{nullptr, 0, 0};
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream{ZSTD_createDStream(), ZSTD_freeDStream};
};

ZstdSource::ZstdSource(int fd) : state_(std::make_unique<State>(fd)) {}
ZstdSource::~ZstdSource() = default;

Result<std::string_view> ZstdSource::next() {
  auto& s = *state_;
  for (;;) {
    if (s.in.pos == s.in.size) {
      const auto filled = s.fill();
      if (!filled) return filled.error();
      if (!*filled && s.within_frame) return damaged("it is cut off");
      if (!*filled) return std::string_view();
    }
    ZSTD_outBuffer out{s.plain.data(), s.plain.size(), 0};
    const auto left = ZSTD_decompressStream(s.stream.get(), &out, &s.in);
    if (ZSTD_isError(left) != 0) return damaged(std::string("zstd: ") + ZSTD_getErrorName(left));
    s.within_frame = left != 0;
    s.produced += static_cast<std::int64_t>(out.pos);
    if (s.produced > kMaxGrown && s.produced / kMaxGrowth > s.position)
      return damaged("it grows out of all proportion");
    if (out.pos > 0) return std::string_view(s.plain.data(), out.pos);
  }
}

std::int64_t ZstdSource::file_bytes() const { return state_->size; }
std::int64_t ZstdSource::read_bytes() const { return state_->position; }

Result<std::optional<std::string>> ZstdSource::signer() const {
  if (state_->tail.empty()) return std::optional<std::string>();
  auto key = bundle::signer(state_->tail, state_->digest.value());
  if (!key) return key.error();
  return std::optional<std::string>(std::move(*key));
}

}  // namespace newscache::bundle
