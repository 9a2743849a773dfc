#include "offline/extract_pages.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <new>
#include <string>

#include "base/confine.hpp"
#include "base/file.hpp"
#include "offline/page_frames.hpp"

namespace newscache::offline {
namespace {

constexpr std::size_t most_memory = 256 << 20;

// False at the end, and when that comes too soon.
bool read_all(int fd, char* to, std::size_t size) {
  while (size > 0) {
    const auto got = ::read(fd, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// When memory runs out, this process is to be ended rather than the daemon.
void offer_to_the_oom_killer() {
  const FileDescriptor file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (file) write_all(file.get(), "1000");
}

Result<html::PageArticle> answer(const PageRequest& request, ExtractPage extract) {
  html::PageOptions options;
  options.url = request.url;
  options.content_type = request.content_type;
  options.keep = request.keep;
  options.drop = request.drop;
  options.image_width = request.image_width;
  try {
    return extract(request.page, options);
  } catch (const std::bad_alloc&) {
    return Error{Cause::too_large, "the page takes more memory than is allowed"};
  }
}

}  // namespace

int extract_pages(int in, int out, ExtractPage extract) {
  offer_to_the_oom_killer();
  for (const auto& bound : {bound_memory(most_memory), confine()}) {
    if (bound) continue;
    std::fprintf(stderr, "newscached: %s\n", bound.error().detail.c_str());
    return 1;
  }
  for (char length[length_bytes]; read_all(in, length, length_bytes);) {
    const auto size = frame_length({length, length_bytes});
    if (size > longest_frame) return 1;
    std::string frame(size, '\0');
    if (!read_all(in, frame.data(), size)) return 1;
    const auto request = decode_request(frame);
    if (!request) return 1;
    if (const auto bound = bound_cpu(most_page_cpu); !bound) return 1;
    if (!write_all(out, encode(answer(*request, extract)))) return 1;
  }
  return 0;
}

}  // namespace newscache::offline
