#pragma once
// SQL put together of fixed fragments, with what is bound to its parameters.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/database.hpp"

namespace newscache::store {

struct BoundSql {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> values;

  void bind_to(Query& query) const {
    for (const auto& value : values) {
      std::visit([&](const auto& typed) { query.bind(typed); }, value);
    }
  }
};

class SqlBuilder {
 public:
  SqlBuilder& add(std::string_view fragment) {
    sql_.text += fragment;
    return *this;
  }
  template <class Value>
  SqlBuilder& add(std::string_view fragment, const Value& value) {
    sql_.text += fragment;
    return bind(value);
  }
  SqlBuilder& bind(std::int64_t value) { return push(value); }
  SqlBuilder& bind(const std::string& value) { return push(value); }
  BoundSql take() { return std::move(sql_); }

 private:
  template <class Value>
  SqlBuilder& push(const Value& value) {
    sql_.values.emplace_back(value);
    return *this;
  }
  BoundSql sql_;
};

}  // namespace newscache::store
