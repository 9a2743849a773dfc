#include "store/tokenizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace newscache::store {

namespace {

// Marks belong to the words of scripts that have them.
const char* kWordArguments[] = {"remove_diacritics", "2", "categories", "L* N* Co Mn Mc"};

struct Range {
  char32_t first;
  char32_t last;
};
constexpr Range kSpaceless[] = {
    {0x0e00, 0x0eff},    // Thai, Lao
    {0x1000, 0x109f},    // Burmese
    {0x1100, 0x11ff},    // Hangul letters
    {0x1780, 0x17ff},    // Khmer
    {0x1950, 0x19df},    // Tai Le, New Tai Lue
    {0x1a20, 0x1aaf},    // Tai Tham
    {0x3005, 0x3007},    // ideographic marks
    {0x3040, 0x312f},    // kana, bopomofo
    {0x31a0, 0x31ff},    // bopomofo, kana
    {0x3400, 0x4dbf},    // ideographs
    {0x4e00, 0x9fff},    //
    {0xa960, 0xa97f},    // Hangul letters
    {0xaa60, 0xaa7f},    // Burmese
    {0xac00, 0xd7ff},    // Hangul
    {0xf900, 0xfaff},    // ideographs
    {0xff66, 0xffdc},    // half-width kana and Hangul
    {0x1b000, 0x1b16f},  // kana
    {0x20000, 0x3ffff},  // ideographs
};

bool is_spaceless(char32_t c) {
  if (c < kSpaceless[0].first) return false;
  const auto* range = std::upper_bound(std::begin(kSpaceless), std::end(kSpaceless), c,
                                       [](char32_t value, const Range& r) { return value < r.first; });
  return c <= std::prev(range)->last;
}

struct Character {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// Of valid UTF-8, as unicode61 writes it.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {((lead & 0x1f) << 6) | (byte(1) & 0x3f), 2};
  if (lead < 0xf0) return {((lead & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f), 3};
  return {((lead & 0x07) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f), 4};
}

fts5_api* api_of(sqlite3* handle) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr) throw StoreError(Cause::internal, "this SQLite has no full-text search (FTS5)");
  return api;
}

// Splits what unicode61 calls a word where scripts change.
void split(std::string_view word, std::size_t begin, std::size_t end, const std::function<void(const Unit&)>& use) {
  // Without folding of lengths, which such scripts do not have, bytes of the word are bytes of the text.
  const bool same_length = word.size() == end - begin;
  std::size_t other = 0;  // where a part of another script began
  bool joined = false;
  const auto give = [&](std::size_t from, std::size_t to, bool spaceless) {
    if (from == to) return;
    use({word.substr(from, to - from), same_length ? begin + from : begin, same_length ? begin + to : end, spaceless,
         joined});
    joined = true;
  };
  for (std::size_t at = 0; at < word.size();) {
    const auto character = first_character(word.substr(at));
    const auto next = std::min(at + character.bytes, word.size());
    if (is_spaceless(character.value)) {
      give(other, at, false);
      give(at, next, true);
      other = next;
    }
    at = next;
  }
  give(other, word.size(), false);
}

bool is_ascii(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

struct Tokenizer::Words {
  fts5_tokenizer functions{};
  Fts5Tokenizer* instance = nullptr;
};

Tokenizer::Tokenizer(sqlite3* handle) : words_(std::make_unique<Words>()) {
  auto* api = api_of(handle);
  void* context = nullptr;
  if (api->xFindTokenizer(api, "unicode61", &context, &words_->functions) != SQLITE_OK ||
      words_->functions.xCreate(context, kWordArguments, static_cast<int>(std::size(kWordArguments)),
                                &words_->instance) != SQLITE_OK) {
    throw StoreError(Cause::internal, "this SQLite's full-text search lacks the tokenizer unicode61");
  }
}

Tokenizer::~Tokenizer() { words_->functions.xDelete(words_->instance); }

void Tokenizer::units(std::string_view text, const std::function<void(const Unit&)>& use) const {
  struct Call {
    const std::function<void(const Unit&)>& use;
    std::exception_ptr error;
  };
  Call call{use, nullptr};
  const auto on_word = [](void* context, int, const char* data, int size, int begin, int end) -> int {
    auto& self = *static_cast<Call*>(context);
    try {
      const std::string_view word(data, static_cast<std::size_t>(size));
      const auto from = static_cast<std::size_t>(begin);
      const auto to = static_cast<std::size_t>(end);
      if (is_ascii(word)) {
        self.use({word, from, to, false, false});
      } else {
        split(word, from, to, self.use);
      }
      return SQLITE_OK;
    } catch (...) {
      self.error = std::current_exception();  // not through the C functions between here and there
      return SQLITE_ERROR;
    }
  };
  words_->functions.xTokenize(words_->instance, &call, FTS5_TOKENIZE_AUX, text.data(), static_cast<int>(text.size()),
                              on_word);
  if (call.error) std::rethrow_exception(call.error);
}

void Tokenizer::tokens(std::string_view text,
                       const std::function<void(std::string_view, std::size_t, std::size_t)>& use) const {
  std::string last;  // the character before, of a script without spaces
  std::size_t last_begin = 0;
  std::size_t last_end = 0;
  const auto end_run = [&] {
    if (!last.empty()) use(last, last_begin, last_end);
    last.clear();
  };
  units(text, [&](const Unit& unit) {
    if (!last.empty() && unit.spaceless && unit.joined) {
      last += unit.text;
      use(last, last_begin, unit.end);
      last.clear();
    }
    end_run();
    if (unit.spaceless) {
      last = unit.text;
      last_begin = unit.begin;
      last_end = unit.end;
    } else {
      use(unit.text, unit.begin, unit.end);
    }
  });
  end_run();
}

namespace {

using OnToken = int (*)(void*, int, const char*, int, int, int);

// What FTS5 calls. An article's text comes in sections; a query's word has its mark before it, or none.
int tokenize(Fts5Tokenizer* instance, void* context, int flags, const char* data, int size, OnToken on_token) {
  const auto& tokenizer = *reinterpret_cast<const Tokenizer*>(instance);
  const std::string_view text(data, static_cast<std::size_t>(size));
  int code = SQLITE_OK;
  std::string marked;
  const auto give = [&](std::string_view token, std::size_t begin, std::size_t end) {
    if (code != SQLITE_OK) return;
    code = on_token(context, 0, token.data(), static_cast<int>(token.size()), static_cast<int>(begin),
                    static_cast<int>(end));
  };
  const auto give_marked = [&](char mark, std::string_view token, std::size_t begin, std::size_t end) {
    marked.assign(1, mark).append(token);
    give(marked, begin, end);
  };
  try {
    if ((flags & FTS5_TOKENIZE_QUERY) != 0) {
      const bool has_mark = !text.empty() && text.front() >= kTitleMark && text.front() <= kLeadMark;
      tokenizer.tokens(text, [&](std::string_view token, std::size_t begin, std::size_t end) {
        if (has_mark) {
          give_marked(text.front(), token, begin, end);
        } else {
          give(token, begin, end);
        }
      });
      return code;
    }
    const auto title_end = text.find(kSection);
    const auto authors_end = title_end == text.npos ? text.npos : text.find(kSection, title_end + 1);
    int in_body = 0;
    tokenizer.tokens(text, [&](std::string_view token, std::size_t begin, std::size_t end) {
      give(token, begin, end);
      if (begin < title_end) {
        give_marked(kTitleMark, token, begin, end);
      } else if (begin < authors_end) {
        give_marked(kAuthorMark, token, begin, end);
      } else if (in_body++ < kLeadTokens) {
        give_marked(kLeadMark, token, begin, end);
      }
    });
    return code;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception&) {
    return SQLITE_ERROR;
  }
}

}  // namespace

void register_tokenizer(sqlite3* handle) {
  fts5_tokenizer functions{};
  functions.xCreate = [](void* context, const char**, int, Fts5Tokenizer** out) -> int {
    try {
      *out = reinterpret_cast<Fts5Tokenizer*>(new Tokenizer(static_cast<sqlite3*>(context)));
      return SQLITE_OK;
    } catch (...) {
      return SQLITE_ERROR;
    }
  };
  functions.xDelete = [](Fts5Tokenizer* instance) { delete reinterpret_cast<Tokenizer*>(instance); };
  functions.xTokenize = tokenize;
  auto* api = api_of(handle);
  if (api->xCreateTokenizer(api, "newscache", handle, &functions, nullptr) != SQLITE_OK) {
    throw StoreError(Cause::internal, "cannot register the tokenizer of the search index");
  }
}

}  // namespace newscache::store
