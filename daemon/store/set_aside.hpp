#pragma once
// The files of a salvage, in an order of renames that loses nothing wherever it is interrupted:
//
//   news.db, -wal              -> news.db.salvaging, -wal    set aside
//   news.db.new                                              what is made of it; begun anew after an interruption
//   news.db.new                -> news.db                    done
//   news.db.salvaging, -wal    -> news.db.damaged, -wal      for people; replaces an older one
//
// The database is renamed before its WAL: one without the other is an interruption and nothing else, since SQLite makes
// no WAL where there is no database.

#include <string>

namespace newscache::store {

std::string salvage_source(const std::string& path);
std::string salvage_target(const std::string& path);
std::string damaged_copy(const std::string& path);

// An earlier salvage has not come to its end.
bool is_being_salvaged(const std::string& path);
// These throw StoreError when the file system does not let us. The database is open nowhere.
void set_aside(const std::string& path);
void put_in_place(const std::string& path);
// Does what was left to do after the database was in place.
void tidy_up_salvage(const std::string& path);
void remove_database(const std::string& path);

}  // namespace newscache::store
