#include "bundle/unpacker.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>

#include "bundle/digest.hpp"
#include "bundle/zstd_source.hpp"

namespace newscache::bundle {

namespace {

struct Rule {
  std::string_view name;
  bool is_folder;
  std::int64_t max_bytes;
};
// What may come next depends on what has come: see Unpacker::State::admit().
constexpr Rule kManifest{kManifestName, false, kMaxDocument};
constexpr Rule kFeeds{kFeedsName, false, kMaxFeeds};
constexpr Rule kArticles{kArticlesFolder, true, kMaxArticles};
constexpr Rule kAssets{kAssetsFolder, true, kMaxAsset};
constexpr Rule kEnd{kEndName, false, kMaxDocument};

bool fits(const Rule& rule, std::string_view path) {
  return rule.is_folder ? path.starts_with(rule.name) : path == rule.name;
}

}  // namespace

struct Unpacker::State {
  explicit State(int fd) : source(fd) {
    auto* reader = tar.get();
    // What it has against the beginning, it says again when the first header is read.
    archive_read_support_format_tar(reader);
    archive_read_open(reader, this, nullptr, give, nullptr);
  }

  // libarchive's read callback.
  static la_ssize_t give(archive* reader, void* self, const void** bytes) {
    auto& state = *static_cast<State*>(self);
    const auto piece = state.source.next();
    if (!piece) {
      state.failure = piece.error();
      archive_set_error(reader, EINVAL, "%s", piece.error().detail.c_str());
      return -1;
    }
    *bytes = piece->data();
    return static_cast<la_ssize_t>(piece->size());
  }

  // Ours, where it was not libarchive that found what is wrong.
  Error broken() const { return failure ? *failure : damaged("its tar is broken"); }

  Result<const Rule*> admit(std::string_view path) const;
  Result<std::optional<Entry>> next_header();
  Result<void> drain();
  Result<std::string> read_all();

  std::optional<Error> failure;
  ZstdSource source;
  std::unique_ptr<archive, int (*)(archive*)> tar{archive_read_new(), archive_read_free};
  Digest digest;
  Sha256 before_end{};
  Manifest manifest;
  Ending ending;
  std::int64_t entries = 0;
  std::int64_t assets = 0;
  std::int64_t asset_bytes = 0;
  std::optional<Entry> current;
  std::int64_t left = 0;  // of it
  Digest asset_digest;
  bool done = false;
};

Result<const Rule*> Unpacker::State::admit(std::string_view path) const {
  if (entries == 0) return fits(kManifest, path) ? Result<const Rule*>(&kManifest) : damaged("it has no manifest");
  if (entries == 1) return fits(kFeeds, path) ? Result<const Rule*>(&kFeeds) : damaged("it has no subscriptions");
  for (const auto* rule : {&kArticles, &kAssets, &kEnd}) {
    if (fits(*rule, path)) return rule;
  }
  return damaged("something in it has a name that nothing in a bundle has");
}

Result<std::optional<Entry>> Unpacker::State::next_header() {
  archive_entry* header = nullptr;
  const auto code = archive_read_next_header(tar.get(), &header);
  if (code == ARCHIVE_EOF) return damaged("its end is missing");
  if (code != ARCHIVE_OK) return broken();
  if (entries >= kMaxEntries) return damaged("it has too many parts");
  const char* path = archive_entry_pathname(header);
  if (path == nullptr || archive_entry_filetype(header) != AE_IFREG || archive_entry_hardlink(header) != nullptr ||
      archive_entry_sparse_count(header) != 0 || archive_entry_size_is_set(header) == 0) {
    return damaged("something in it is no plain file");
  }
  const auto rule = admit(path);
  if (!rule) return rule.error();
  Entry entry;
  entry.name = path;
  entry.size = archive_entry_size(header);
  if (entry.size < 0 || entry.size > (*rule)->max_bytes) return damaged("something in it is too large");
  digest.add(entry.name + "\n" + std::to_string(entry.size) + "\n");
  ++entries;
  left = entry.size;
  if (*rule == &kAssets) {
    entry.kind = Kind::asset;
    entry.name.erase(0, kAssetsFolder.size());
    if (!is_sha256(entry.name)) return damaged("a file in it has no hash for a name");
    asset_digest.start_over();
    ++assets;
    asset_bytes += entry.size;
  }
  if (*rule == &kArticles) entry.kind = Kind::articles;
  current = entry;
  return std::optional<Entry>(std::move(entry));
}

// What follows the end: the tar's padding and the signature.
Result<void> Unpacker::State::drain() {
  archive_entry* header = nullptr;
  const auto code = archive_read_next_header(tar.get(), &header);
  if (code == ARCHIVE_OK) return damaged("something follows its end");
  if (code != ARCHIVE_EOF) return broken();
  for (;;) {
    const auto piece = source.next();
    if (!piece) return piece.error();
    if (piece->empty()) return {};
    if (piece->find_first_not_of('\0') != piece->npos) return damaged("something follows its end");
  }
}

Unpacker::Unpacker(int fd) : state_(std::make_unique<State>(fd)) {}
Unpacker::~Unpacker() = default;

Result<std::optional<Entry>> Unpacker::next() {
  auto& s = *state_;
  while (s.current) {
    const auto piece = read();
    if (!piece) return piece.error();
  }
  if (s.done) return std::optional<Entry>();
  const auto before = s.digest.value();
  auto entry = s.next_header();
  if (!entry) return entry;
  if (s.entries == 1) {
    const auto text = read_all();
    if (!text) return text.error();
    auto manifest = parse_manifest(*text);
    if (!manifest) return manifest.error();
    s.manifest = std::move(*manifest);
    return s.next_header();
  }
  if ((*entry)->name != kEndName) return entry;
  const auto text = read_all();
  if (!text) return text.error();
  auto ending = parse_ending(*text);
  if (!ending) return ending.error();
  s.ending = std::move(*ending);
  if (s.ending.sha256 != hex(before)) return damaged("its bytes are not those that were written");
  if (s.ending.assets != s.assets || s.ending.asset_bytes != s.asset_bytes) return damaged("its counts are wrong");
  if (const auto drained = s.drain(); !drained) return drained.error();
  if (const auto key = s.source.signer(); !key) return key.error();
  s.done = true;
  return std::optional<Entry>();
}

Result<std::string_view> Unpacker::read() {
  auto& s = *state_;
  if (!s.current) return std::string_view();
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const auto position = s.current->size - s.left;
  auto code = s.left == 0 ? ARCHIVE_EOF : archive_read_data_block(s.tar.get(), &bytes, &size, &offset);
  if (code == ARCHIVE_OK && (offset != position || static_cast<std::int64_t>(size) > s.left)) code = ARCHIVE_FATAL;
  if (code == ARCHIVE_EOF && s.left > 0) code = ARCHIVE_FATAL;
  if (code != ARCHIVE_OK && code != ARCHIVE_EOF) return s.broken();
  const std::string_view piece(static_cast<const char*>(bytes), size);
  s.left -= static_cast<std::int64_t>(size);
  s.digest.add(piece);
  const bool is_asset = s.current->kind == Kind::asset;
  if (is_asset) s.asset_digest.add(piece);
  if (code == ARCHIVE_OK) return piece;
  if (is_asset && hex(s.asset_digest.value()) != s.current->name)
    return damaged("a file in it is not what its name says");
  s.current.reset();
  return std::string_view();
}

Result<std::string> Unpacker::read_all() {
  std::string all;
  for (;;) {
    const auto piece = read();
    if (!piece) return piece.error();
    if (piece->empty() && !state_->current) return all;
    all.append(*piece);
  }
}

const Manifest& Unpacker::manifest() const { return state_->manifest; }
const Ending& Unpacker::ending() const { return state_->ending; }
std::int64_t Unpacker::file_bytes() const { return state_->source.file_bytes(); }
std::int64_t Unpacker::read_bytes() const { return state_->source.read_bytes(); }
Result<std::optional<std::string>> Unpacker::signer() const { return state_->source.signer(); }

}  // namespace newscache::bundle
