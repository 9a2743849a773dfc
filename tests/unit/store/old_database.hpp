#pragma once
// The databases of earlier versions in tests/data/store.

#include <string>

namespace newscache::store::test {

constexpr int kOldestSchema = 1;
constexpr int kNewestOldSchema = 9;  // that there is a database of

void put_old_database(const std::string& path, int schema);
// What describe() says of it when it has been brought to the present schema and its index is complete.
std::string described_old_database(int schema);

}  // namespace newscache::store::test
