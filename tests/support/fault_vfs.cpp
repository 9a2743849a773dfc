#include "support/fault_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace newscache::test {

namespace {

using Kind = FileOperation::Kind;

std::string base_name(const char* path) {
  const std::string whole = path;
  return whole.substr(whole.rfind('/') + 1);
}

}  // namespace

// SQLite allocates szOsFile bytes for it; the wrapped VFS's own file lies behind.
struct FaultFile {
  sqlite3_file base;
  FaultVfs* vfs;
  const std::string* name;  // none: temporary
  sqlite3_file* real;
};

namespace {

FaultFile& self(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file).real; }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

}  // namespace

struct VfsCalls {
  static FaultVfs& owner(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }
  static bool reading_fails(sqlite3_file* file) { return self(file).vfs->fails(false, false); }

  // --- files ---
  static int close(sqlite3_file* file) {
    auto& own = self(file);
    const int code = own.real->pMethods != nullptr ? methods(file).xClose(own.real) : SQLITE_OK;
    delete own.name;
    file->pMethods = nullptr;
    return code;
  }
  static int read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset) {
    if (reading_fails(file)) return SQLITE_IOERR_READ;
    return methods(file).xRead(real(file), to, bytes, offset);
  }
  static int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
    auto& own = self(file);
    const bool failing = own.vfs->fails(true, false);
    if (failing) bytes = own.vfs->fault_ == Fault::full ? bytes / 2 : 0;
    const int code = bytes > 0 ? methods(file).xWrite(own.real, from, bytes, offset) : SQLITE_OK;
    if (code == SQLITE_OK && bytes > 0 && own.name != nullptr) {
      const std::string_view written(static_cast<const char*>(from), static_cast<std::size_t>(bytes));
      own.vfs->add({Kind::write, *own.name, offset, std::string(written)});
    }
    if (failing) return own.vfs->fault_ == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return code;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& own = self(file);
    if (own.vfs->fails(true, false)) return SQLITE_IOERR_TRUNCATE;
    const int code = methods(file).xTruncate(own.real, size);
    if (code == SQLITE_OK && own.name != nullptr) own.vfs->add({Kind::truncate, *own.name, size, {}});
    return code;
  }
  static int sync(sqlite3_file* file, int) {
    auto& own = self(file);
    const bool failing = own.vfs->fails(false, true);
    // The file system tells once, and forgets that there was anything to write.
    const int code = failing ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    if (own.name == nullptr) return code;
    own.vfs->add({failing ? Kind::failed_sync : Kind::sync, *own.name, 0, {}});
    if (!failing && own.vfs->unnamed_.erase(*own.name) > 0) own.vfs->add({Kind::folder_sync, {}, 0, {}});
    return code;
  }
  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    if (reading_fails(file)) return SQLITE_IOERR_FSTAT;
    return methods(file).xFileSize(real(file), size);
  }
  static int lock(sqlite3_file* file, int level) {
    if (reading_fails(file)) return SQLITE_IOERR_LOCK;
    return methods(file).xLock(real(file), level);
  }
  static int unlock(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
  static int check_lock(sqlite3_file* file, int* reserved) {
    if (reading_fails(file)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
    return methods(file).xCheckReservedLock(real(file), reserved);
  }
  static int control(sqlite3_file* file, int op, void* argument) {
    return methods(file).xFileControl(real(file), op, argument);
  }
  static int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
  static int characteristics(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }
  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
    if (extend != 0 ? self(file).vfs->fails(true, false) : reading_fails(file)) return SQLITE_IOERR_SHMMAP;
    return methods(file).xShmMap(real(file), region, size, extend, to);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    if ((flags & SQLITE_SHM_LOCK) != 0 && reading_fails(file)) return SQLITE_IOERR_SHMLOCK;
    return methods(file).xShmLock(real(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) { return methods(file).xShmUnmap(real(file), remove); }

  // --- the file system ---
  static sqlite3_vfs* wrapped() { return sqlite3_vfs_find(nullptr); }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto& owner_vfs = owner(vfs);
    auto& own = self(file);
    own = {};
    if (owner_vfs.fails(false, false)) return SQLITE_CANTOPEN;
    own.vfs = &owner_vfs;
    own.real = reinterpret_cast<sqlite3_file*>(&own + 1);
    int existed = 0;
    if (path != nullptr) wrapped()->xAccess(wrapped(), path, SQLITE_ACCESS_EXISTS, &existed);
    const int code = wrapped()->xOpen(wrapped(), path, own.real, flags, out_flags);
    if (own.real->pMethods != nullptr) file->pMethods = &kMethods;
    if (code != SQLITE_OK || path == nullptr) return code;
    own.name = new std::string(base_name(path));
    if (owner_vfs.recording_) note_opened(own, existed != 0);
    return code;
  }
  static void note_opened(FaultFile& own, bool existed) {
    sqlite3_int64 size = 0;
    own.real->pMethods->xFileSize(own.real, &size);
    const bool known = !own.vfs->present_.insert(*own.name).second;
    if (known && existed) return;
    if (size > 0) {
      std::string content(static_cast<std::size_t>(size), '\0');
      own.real->pMethods->xRead(own.real, content.data(), static_cast<int>(size), 0);
      own.vfs->add({Kind::found, *own.name, 0, std::move(content)});
    } else {
      own.vfs->add({Kind::create, *own.name, 0, {}});
      own.vfs->unnamed_.insert(*own.name);
    }
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto& owner_vfs = owner(vfs);
    if (owner_vfs.fails(true, false)) return SQLITE_IOERR_DELETE;
    const int code = wrapped()->xDelete(wrapped(), path, sync_folder);
    if (code != SQLITE_OK || !owner_vfs.recording_) return code;
    const auto name = base_name(path);
    owner_vfs.present_.erase(name);
    owner_vfs.add({Kind::remove, name, 0, {}});
    if (sync_folder != 0) owner_vfs.add({Kind::folder_sync, {}, 0, {}});
    return code;
  }
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    if (owner(vfs).fails(false, false)) return SQLITE_IOERR_ACCESS;
    return wrapped()->xAccess(wrapped(), path, flags, result);
  }
  static int full_path(sqlite3_vfs* vfs, const char* path, int bytes, char* to) {
    if (owner(vfs).fails(false, false)) return SQLITE_CANTOPEN;
    return wrapped()->xFullPathname(wrapped(), path, bytes, to);
  }
  static int randomness(sqlite3_vfs*, int bytes, char* to) { return wrapped()->xRandomness(wrapped(), bytes, to); }
  // Nobody else holds a lock that would be worth waiting for.
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int time(sqlite3_vfs*, sqlite3_int64* now) { return wrapped()->xCurrentTimeInt64(wrapped(), now); }
  static int last_error(sqlite3_vfs*, int bytes, char* to) { return wrapped()->xGetLastError(wrapped(), bytes, to); }

  static const sqlite3_io_methods kMethods;
};

// Version 2: with shared memory, which a WAL needs, and without mapped files.
const sqlite3_io_methods VfsCalls::kMethods = {
    2,
    VfsCalls::close,
    VfsCalls::read,
    VfsCalls::write,
    VfsCalls::truncate,
    VfsCalls::sync,
    VfsCalls::file_size,
    VfsCalls::lock,
    VfsCalls::unlock,
    VfsCalls::check_lock,
    VfsCalls::control,
    VfsCalls::sector_size,
    VfsCalls::characteristics,
    VfsCalls::shm_map,
    VfsCalls::shm_lock,
    VfsCalls::shm_barrier,
    VfsCalls::shm_unmap,
    nullptr,
    nullptr,
};

FaultVfs::FaultVfs(std::string name) : name_(std::move(name)), vfs_(std::make_unique<sqlite3_vfs>()) {
  const auto* wrapped = VfsCalls::wrapped();
  auto& vfs = *vfs_;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + wrapped->szOsFile;
  vfs.mxPathname = wrapped->mxPathname;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = VfsCalls::open;
  vfs.xDelete = VfsCalls::remove;
  vfs.xAccess = VfsCalls::access;
  vfs.xFullPathname = VfsCalls::full_path;
  vfs.xRandomness = VfsCalls::randomness;
  vfs.xSleep = VfsCalls::sleep;
  vfs.xGetLastError = VfsCalls::last_error;
  vfs.xCurrentTimeInt64 = VfsCalls::time;
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::fail_at(std::int64_t n, Fault fault, bool for_good) {
  fail_at_ = n;
  fault_ = fault;
  for_good_ = for_good;
  calls_ = 0;
  failures_ = 0;
}

bool FaultVfs::fails(bool writes, bool syncs) {
  if (fault_ == Fault::full && !writes) return false;
  if (fault_ == Fault::failed_sync && !syncs) return false;
  ++calls_;
  const bool now = fail_at_ > 0 && (for_good_ ? calls_ >= fail_at_ : calls_ == fail_at_);
  if (now) ++failures_;
  return now;
}

void FaultVfs::add(FileOperation operation) {
  if (recording_) operations_.push_back(std::move(operation));
}

}  // namespace newscache::test
