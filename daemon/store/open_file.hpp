#pragma once
// Opening the file of the database, also where it cannot be written: on a read-only or a full file system a database
// whose WAL has no shared memory yet can only be read as one that nobody changes.

#include <cstdint>
#include <string>

struct sqlite3;

namespace newscache::store {

// Of a file; 0 when there is none.
std::int64_t file_bytes(const std::string& path);

// `vfs`: empty, the default one. Each returns SQLite's code; the handle is to be closed in any case. The first read has
// been done when it is SQLITE_OK.
int open_to_write(const std::string& path, const std::string& vfs, sqlite3** handle);
// For as long as nothing writes to the file.
int open_frozen(const std::string& path, const std::string& vfs, sqlite3** handle);
// Whether the code says that the file system did not let us.
bool is_of_the_file_system(int code);

}  // namespace newscache::store
