// GET /v1/assets/{sha256}: a picture or an enclosure that is there.

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "api/handlers.hpp"
#include "api/range.hpp"

namespace newscache::api {
namespace {

// What of an open file is still to be sent. It stays readable when the asset goes meanwhile.
struct Rest {
  FileDescriptor file;
  std::int64_t at = 0;
  std::int64_t left = 0;
};

std::string read_piece(Rest& rest, std::size_t most) {
  std::string piece(std::min(most, static_cast<std::size_t>(rest.left)), '\0');
  std::size_t filled = 0;
  while (filled < piece.size()) {
    const auto got = ::pread(rest.file.get(), piece.data() + filled, piece.size() - filled,
                             static_cast<off_t>(rest.at) + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "an asset cannot be read");
    if (got == 0) throw std::runtime_error("the file of an asset has become shorter");
    filled += static_cast<std::size_t>(got);
  }
  rest.at += static_cast<std::int64_t>(filled);
  rest.left -= static_cast<std::int64_t>(filled);
  return piece;
}

loop::awaitable<std::string> next_piece(loop::Thread& worker, std::shared_ptr<Rest> rest, std::size_t most) {
  if (rest->left == 0) co_return std::string();
  auto read = [rest, most] { return read_piece(*rest, most); };
  co_return co_await loop::offload(worker, std::move(read));
}

}  // namespace

loop::awaitable<Response> get_asset(Context& context, Request& request) {
  auto open = [sha256 = request.sha256](store::Reader& reader) { return reader.open_asset(sha256); };
  auto opened = co_await context.services.reader.run(std::move(open));
  if (!opened) co_return problem(opened.error());
  const auto& asset = opened->asset;
  const std::string etag = "\"" + asset.sha256 + "\"";
  Response response;
  if (matches_etag(request.if_none_match, etag)) {
    response = not_modified(etag);
  } else {
    const bool ranges = request.if_range.empty() || request.if_range == etag;
    const auto part = choose_part(ranges ? request.range : std::string(), asset.bytes);
    if (part.status == 416) {
      response = problem(416, "there are " + std::to_string(asset.bytes) + " bytes");
      response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(asset.bytes));
      co_return response;
    }
    response.status = part.status;
    response.content_type = asset.type;
    response.etag = etag;
    response.length = part.length;
    if (part.status == 206) {
      response.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                         std::to_string(part.first + part.length - 1) + "/" +
                                                         std::to_string(asset.bytes));
    }
    auto rest = std::make_shared<Rest>(std::move(opened->file), part.first, part.length);
    response.rest = [&worker = context.host.worker, rest = std::move(rest), most = context.host.limits.piece_bytes] {
      return next_piece(worker, rest, most);
    };
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  }
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  co_return response;
}

}  // namespace newscache::api
