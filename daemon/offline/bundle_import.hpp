#pragma once
// Taking a bundle in. Loop thread only; the work is done on the other threads, some at a time.

#include <functional>
#include <string>

#include "base/result.hpp"
#include "ingest/poller.hpp"

namespace newscache::offline {

// What it works with; all of it outlives the import.
struct BundleServices {
  const Clock& clock;
  loop::Thread& worker;
  loop::OnThread<store::Writer>& writer;
  ingest::Poller& poller;
  std::string new_assets_folder;
};

struct BundleImportOptions {
  bool states = true;  // new articles are read and starred as the bundle says
  std::string signer;  // the public key of whoever must have signed it, 64 hex digits; empty: anybody, or nobody
};

struct BundleImport {
  std::int64_t feeds_added = 0;
  std::int64_t feeds_existing = 0;
  std::int64_t articles_added = 0;
  std::int64_t existing = 0;
  std::int64_t deleted = 0;    // here, and not brought back
  std::int64_t completed = 0;  // articles that got a page or media
  std::string signer;          // empty: not signed
};

// Reads the whole file and, when all of it is sound, once more and adds what is missing here, in transactions of some
// articles. Cause::invalid: there is something wrong with the file, and nothing was added; Cause::unavailable: there is
// no room for all of it, and what was added stays. Idempotent: what was cut off is begun again.
loop::awaitable<Result<BundleImport>> import_bundle(const BundleServices& services, int fd,
                                                    BundleImportOptions options);

}  // namespace newscache::offline
