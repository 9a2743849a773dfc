#include "api/gzip.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <array>
#include <new>

namespace newscache::api {
bool is_compressible(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") || type.ends_with("-text");
}

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  constexpr int gzip_of_32_kib = 15 + 16;
  constexpr int memory_level = 8;
  // The fastest level: the link to the client is as a rule faster than a board's processor.
  if (deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, gzip_of_32_kib, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
}

Gzip::~Gzip() { deflateEnd(&state_->stream); }

std::string Gzip::add(std::string_view piece, bool last) {
  std::string out;
  auto& stream = state_->stream;
  stream.next_in = reinterpret_cast<const Bytef*>(piece.data());
  stream.avail_in = static_cast<uInt>(piece.size());
  std::array<char, std::size_t{16} << 10> block;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace newscache::api
