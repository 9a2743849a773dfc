#include "store/functions.hpp"

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "store/article_rows.hpp"
#include "store/database.hpp"
#include "store/record.hpp"
#include "store/search_text.hpp"
#include "store/store.hpp"
#include "store/tokenizer.hpp"

namespace newscache::store {

namespace {

std::string_view blob_argument(sqlite3_value* value) {
  const auto* data = sqlite3_value_blob(value);
  const auto bytes = sqlite3_value_bytes(value);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(bytes)};
}

// Decodes the record that the arguments hold and answers with its text.
void text_of_record(sqlite3_context* context, int, sqlite3_value** values) {
  try {
    const auto& with = *static_cast<const FunctionContext*>(sqlite3_user_data(context));
    // A damaged record has no text: one of them must not keep all others from being indexed.
    const auto decoded = with.codec->decode(blob_argument(values[0]), blob_argument(values[1]));
    const auto text = search_text(decoded ? *decoded : model::Entry(), *with.options).joined();
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

// What lists by title or author are ordered by.
void name_of_record(sqlite3_context* context, sqlite3_value** values, bool author) {
  try {
    const auto& with = *static_cast<const FunctionContext*>(sqlite3_user_data(context));
    const auto decoded = with.codec->decode(blob_argument(values[0]), {});
    std::string name;
    if (decoded && author && !decoded->authors.empty()) name = decoded->authors.front().name;
    if (decoded && !author) name = decoded->title;
    sqlite3_result_text64(context, name.data(), name.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

void title_of_record(sqlite3_context* context, int, sqlite3_value** values) { name_of_record(context, values, false); }
void author_of_record(sqlite3_context* context, int, sqlite3_value** values) { name_of_record(context, values, true); }

// The key of an article's uid in table `identity`.
void key_of_uid(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_int64(context, uid_key(blob_argument(values[0])));
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};
constexpr Function kFunctions[] = {
    {"article_key", 1, key_of_uid},
    {"article_text", 2, text_of_record},
    {"article_title", 1, title_of_record},
    {"article_author", 1, author_of_record},
};

}  // namespace

void register_functions(sqlite3* handle, FunctionContext* context) {
  register_tokenizer(handle);
  for (const auto& function : kFunctions) {
    // INNOCUOUS: allowed in a view although the schema is not trusted.
    const int code = sqlite3_create_function_v2(handle, function.name, function.arguments,
                                                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, context,
                                                function.call, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw StoreError(cause_of(code), "cannot register an SQL function");
  }
}

}  // namespace newscache::store
