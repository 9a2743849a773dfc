#pragma once
// SQLite's own interface to files, with a recorder and a saboteur in between. Nothing is really synced, which would
// only take time: the power that fails here is not the machine's. For one thread.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

struct sqlite3_file;
struct sqlite3_vfs;

namespace newscache::test {

// What was done to a file, or to the folder that it is in. Shared memory is not recorded: it survives no power cut.
struct FileOperation {
  enum class Kind {
    found,   // there before; `bytes` is its content
    create,  // durable once the folder is synced, which the file's first sync does: not POSIX, but every file system
    remove,  // likewise
    write,
    truncate,  // to `offset` bytes
    sync,
    failed_sync,  // what it was to bring to the disk may be there or not; no later sync will bring it
    folder_sync,
  };
  Kind kind = Kind::write;
  std::string file;  // without the folder
  std::int64_t offset = 0;
  std::string bytes;
};

enum class Fault {
  io_error,
  full,         // writing fails for want of room, half of it done
  failed_sync,  // only syncing fails
};

class FaultVfs {
 public:
  explicit FaultVfs(std::string name = "fault");  // registers itself
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  const std::string& name() const { return name_; }

  void record(bool on) { recording_ = on; }
  const std::vector<FileOperation>& operations() const { return operations_; }

  // Of the calls that the fault can hit, the n-th from now on fails (1: the next), or all from that one on.
  void fail_at(std::int64_t n, Fault fault, bool for_good);
  void heal() { fail_at_ = 0; }
  std::int64_t failures() const { return failures_; }  // since fail_at
  std::int64_t calls() const { return calls_; }        // that could have failed, likewise

 private:
  friend struct VfsCalls;
  // Whether this call is to fail.
  bool fails(bool writes, bool syncs);
  void add(FileOperation operation);

  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  bool recording_ = false;
  std::vector<FileOperation> operations_;
  std::set<std::string> present_;  // the files that the recording knows
  std::set<std::string> unnamed_;  // of these, those whose entry in the folder is not synced
  Fault fault_ = Fault::io_error;
  bool for_good_ = false;
  std::int64_t fail_at_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t failures_ = 0;
};

// What may be on the disk after some of the recorded operations, the power having failed then. What was not synced is
// there or missing, each write by itself, in sectors of 512 bytes; the entries of the folder become durable in order.
class Disk {
 public:
  void apply(const FileOperation& operation);

  enum class Keep { whole, nothing, torn };
  // The writes and truncations that are not certain to be there, all files together, in their order.
  std::size_t uncertain() const;
  std::size_t uncertain_entries() const { return entries_.size() - durable_entries_; }
  // Makes the files in a folder. `keep[i]` is for the i-th uncertain operation; `entries` of the folder's are there.
  // A torn write has those of its sectors that the bits of `sectors` say.
  void write_to(const std::string& folder, const std::vector<Keep>& keep, std::size_t entries,
                std::uint64_t sectors) const;

 private:
  enum class Certainty { pending, doubtful, durable };
  struct Pending {
    FileOperation operation;
    Certainty certainty = Certainty::pending;
    std::size_t order = 0;
  };
  struct Inode {
    std::string content;  // certain
    std::vector<Pending> pending;
  };
  struct Entry {
    std::string file;
    std::size_t inode = 0;
    bool removed = false;
  };

  std::vector<std::size_t> uncertain_orders() const;

  std::vector<Inode> inodes_;
  std::map<std::string, std::size_t> open_;  // by name, as the program sees it
  std::vector<Entry> entries_;
  std::size_t durable_entries_ = 0;
  std::size_t next_order_ = 0;
};

}  // namespace newscache::test
