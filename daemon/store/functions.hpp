#pragma once
// The SQL functions of our schema: they unpack an article record into the text of the search index, and more.

struct sqlite3;

namespace newscache::store {

struct Options;
class RecordCodec;

struct FunctionContext {
  const Options* options;
  RecordCodec* codec;
};

// article_text(head, body), article_title(head), article_author(head), article_key(uid); and the tokenizer. `context`
// must outlive the connection.
void register_functions(sqlite3* handle, FunctionContext* context);

}  // namespace newscache::store
