#include "unit/bundle/bundle_files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "base/hash.hpp"
#include "bundle/packer.hpp"
#include "support/catch.hpp"

namespace newscache::bundle::test {

FileDescriptor file_of(std::string_view bytes) {
  std::string path = "/tmp/newscache-bundle-XXXXXX";
  FileDescriptor file(::mkstemp(path.data()));
  REQUIRE(file);
  ::unlink(path.c_str());
  REQUIRE(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return file;
}

std::string bundle_of(const std::vector<Piece>& pieces, const Ending& ending) {
  Packer packer;
  Manifest manifest;
  manifest.epoch = "epoch";
  packer.entry(kManifestName, to_json(manifest));
  packer.entry(kFeedsName, "feeds");
  for (const auto& piece : pieces) packer.entry(piece.name, piece.bytes);
  packer.finish(ending);
  return packer.take();
}

Piece asset_of(std::string_view bytes) {
  return {std::string(kAssetsFolder) + hex(sha256({bytes})), std::string(bytes)};
}

Result<std::vector<std::string>> read_all(int fd) {
  std::vector<std::string> found;
  Unpacker unpacker(fd);
  for (;;) {
    const auto entry = unpacker.next();
    if (!entry) return entry.error();
    if (!*entry) return found;
    const auto bytes = unpacker.read_all();
    if (!bytes) return bytes.error();
    constexpr const char* kinds[] = {"feeds", "asset", "articles"};
    found.push_back(std::string(kinds[static_cast<int>((*entry)->kind)]) + ": " + *bytes);
  }
}

Result<std::vector<std::string>> read_all(std::string_view bytes) { return read_all(file_of(bytes).get()); }

std::string raw_tar(const std::vector<RawEntry>& entries) {
  std::string out;
  auto* tar = archive_write_new();
  archive_write_set_format_pax(tar);
  archive_write_set_bytes_per_block(tar, 0);
  archive_write_open(
      tar, &out, nullptr,
      [](archive*, void* to, const void* bytes, std::size_t size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  for (const auto& entry : entries) {
    auto* header = archive_entry_new();
    archive_entry_set_pathname(header, entry.name.c_str());
    archive_entry_set_filetype(header, entry.type);
    archive_entry_set_perm(header, 0644);
    archive_entry_set_size(header, static_cast<la_int64_t>(entry.bytes.size()));
    if (entry.type == AE_IFLNK) archive_entry_set_symlink(header, entry.link.c_str());
    if (entry.type == AE_IFREG && !entry.link.empty()) archive_entry_set_hardlink(header, entry.link.c_str());
    REQUIRE(archive_write_header(tar, header) >= ARCHIVE_WARN);
    archive_write_data(tar, entry.bytes.data(), entry.bytes.size());
    archive_entry_free(header);
  }
  archive_write_close(tar);
  archive_write_free(tar);
  return compressed(out);
}

std::string compressed(std::string_view bytes, int window_log) {
  auto* zstd = ZSTD_createCCtx();
  if (window_log > 0) ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, 0);
  std::string out(ZSTD_compressBound(bytes.size()) + 64, '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  // In two steps, so that the window is as large as was said and not as the text.
  ZSTD_compressStream2(zstd, &to, &in, ZSTD_e_continue);
  REQUIRE(ZSTD_compressStream2(zstd, &to, &in, ZSTD_e_end) == 0);
  out.resize(to.pos);
  ZSTD_freeCCtx(zstd);
  return out;
}

}  // namespace newscache::bundle::test
