// GET /v1/assets/{sha256}: a picture or an enclosure that is there.

#include <memory>

#include "api/file_part.hpp"
#include "api/handlers.hpp"
#include "api/range.hpp"

namespace newscache::api {
namespace {

loop::awaitable<std::string> next_piece(loop::Thread& worker, std::shared_ptr<FilePart> rest, std::size_t most) {
  if (rest->is_at_end()) co_return std::string();
  auto read = [rest, most] { return rest->next(most); };
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
    auto rest = std::make_shared<FilePart>(std::move(opened->file), part.first, part.length);
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
