#include "store/tokenizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <memory>
#include <string>

#include "store/folding.hpp"
#include "store/store.hpp"
#include "text/utf8.hpp"

namespace newscache::store {

namespace {

// Marks belong to the words of scripts that have them.
const char* kWordArguments[] = {"remove_diacritics", "2", "categories", "L* N* Co Mn Mc"};

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

// What a byte is in a word of ASCII: 0 for none, a small letter for a capital. Bytes of other characters are left to
// unicode61.
constexpr auto kWordBytes = [] {
  std::array<char, 256> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<char>(i);
    const bool capital = i >= 'A' && i <= 'Z';
    const bool in_word = capital || (i >= 'a' && i <= 'z') || (i >= '0' && i <= '9') || i >= 0x80;
    bytes[i] = capital ? static_cast<char>(c + ('a' - 'A')) : in_word ? c : '\0';
  }
  return bytes;
}();

// Splits what unicode61 calls a word where scripts change. `unit` is room for its letters.
template <class Use>
bool split(std::string_view word, std::size_t begin, std::size_t end, std::string& unit, const Use& use) {
  // Where folding has not changed lengths, bytes of the word are bytes of the text.
  const bool same_length = word.size() == end - begin;
  char32_t last = 0;
  std::size_t last_at = 0;
  std::size_t unit_begin = 0;
  std::size_t unit_end = 0;
  bool joined = false;
  unit.clear();
  const auto give = [&] {
    if (unit.empty()) return true;
    const bool more = use(Unit{unit, same_length ? begin + unit_begin : begin, same_length ? begin + unit_end : end,
                               is_spaceless(last), joined});
    joined = true;
    unit.clear();
    return more;
  };
  for (std::size_t at = 0; at < word.size();) {
    const auto character = first_character(word.substr(at));
    const auto next = std::min(at + character.bytes, word.size());
    if (const auto c = without_mark(character.value)) {
      if (const auto both = composed(last, c)) {
        unit.resize(last_at);
        text::append_utf8(unit, both);
        last = both;
      } else {
        if (last != 0 && (is_spaceless(c) || is_spaceless(last)) && !give()) return false;
        if (unit.empty()) unit_begin = at;
        last_at = unit.size();
        text::append_utf8(unit, c);
        last = c;
      }
    }
    at = unit_end = next;
  }
  return give();
}

}  // namespace

struct Tokenizer::Words {
  fts5_tokenizer functions{};
  Fts5Tokenizer* instance = nullptr;

  // Words of ASCII, most of most texts, do without unicode61.
  template <class Use>
  void units(std::string_view text, const Use& use) const {
    std::string unit;
    for (std::size_t at = 0; at < text.size();) {
      const auto begin = at;
      bool ascii = true;
      bool small = true;
      for (; at < text.size(); ++at) {
        const char folded = kWordBytes[static_cast<unsigned char>(text[at])];
        if (folded == 0) break;
        ascii = ascii && static_cast<unsigned char>(folded) < 0x80;
        small = small && folded == text[at];
      }
      if (at == begin) {
        ++at;
        continue;
      }
      auto word = text.substr(begin, at - begin);
      if (ascii && !small) {
        unit.assign(word);
        for (char& c : unit) c = kWordBytes[static_cast<unsigned char>(c)];
        word = unit;
      }
      if (ascii ? !use(Unit{word, begin, at, false, false}) : !others(text, begin, at, unit, use)) return;
    }
  }

 private:
  template <class Use>
  bool others(std::string_view text, std::size_t begin, std::size_t end, std::string& unit, const Use& use) const {
    struct Call {
      std::size_t begin;
      std::string& unit;
      const Use& use;
      bool more = true;
      std::exception_ptr error{};
    };
    Call call{begin, unit, use};
    const auto on_word = [](void* context, int, const char* data, int size, int from, int to) -> int {
      auto& self = *static_cast<Call*>(context);
      try {
        self.more = split({data, static_cast<std::size_t>(size)}, self.begin + static_cast<std::size_t>(from),
                          self.begin + static_cast<std::size_t>(to), self.unit, self.use);
      } catch (...) {
        self.error = std::current_exception();  // not through the C functions between here and there
        self.more = false;
      }
      return self.more ? SQLITE_OK : SQLITE_DONE;
    };
    functions.xTokenize(instance, &call, FTS5_TOKENIZE_AUX, text.data() + begin, static_cast<int>(end - begin),
                        on_word);
    if (call.error) std::rethrow_exception(call.error);
    return call.more;
  }
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

void Tokenizer::units(std::string_view text, const std::function<bool(const Unit&)>& use) const {
  words_->units(text, use);
}

using OnToken = int (*)(void*, int, const char*, int, int, int);

// What FTS5 calls with the text of an article, in sections.
struct IndexTokenizer {
  void* context;
  OnToken on_token;
  std::size_t title_end = 0;
  std::size_t authors_end = 0;
  int in_body = 0;
  int code = SQLITE_OK;
  std::string marked{};
  // The character before, of a script without spaces.
  std::string last{};
  std::size_t last_begin = 0;
  std::size_t last_end = 0;

  void run(const Tokenizer& tokenizer, std::string_view text) {
    title_end = text.find(kSection);
    authors_end = title_end == text.npos ? text.npos : text.find(kSection, title_end + 1);
    tokenizer.words_->units(text, [this](const Unit& unit) { return code == SQLITE_OK && add(unit); });
    end_run();
  }

 private:
  bool add(const Unit& unit) {
    if (!last.empty() && unit.spaceless && unit.joined) {
      last += unit.text;
      last_end = unit.end;
    }
    end_run();
    if (!unit.spaceless) return give(unit.text, unit.begin, unit.end);
    last = unit.text;
    last_begin = unit.begin;
    last_end = unit.end;
    return true;
  }

  void end_run() {
    if (!last.empty()) give(last, last_begin, last_end);
    last.clear();
  }

  bool give(std::string_view token, std::size_t begin, std::size_t end) {
    emit(token, begin, end);
    char mark = 0;
    if (begin < title_end) {
      mark = kTitleMark;
    } else if (begin < authors_end) {
      mark = kAuthorMark;
    } else if (in_body++ < kLeadTokens) {
      mark = kLeadMark;
    }
    if (mark != 0) emit(marked.assign(1, mark).append(token), begin, end);
    return code == SQLITE_OK;
  }

  void emit(std::string_view token, std::size_t begin, std::size_t end) {
    if (code != SQLITE_OK) return;
    code = on_token(context, 0, token.data(), static_cast<int>(token.size()), static_cast<int>(begin),
                    static_cast<int>(end));
  }
};

namespace {

int tokenize(Fts5Tokenizer* instance, void* context, int flags, const char* data, int size, OnToken on_token) {
  if ((flags & FTS5_TOKENIZE_QUERY) != 0) return on_token(context, 0, data, size, 0, size);
  try {
    IndexTokenizer tokens{context, on_token};
    tokens.run(*reinterpret_cast<const Tokenizer*>(instance), {data, static_cast<std::size_t>(size)});
    return tokens.code;
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
