#pragma once
// Deciding while an XML feed document still arrives that the rest of it is known. A plain scan, no parsing: of each
// complete <item> or <entry> (any prefix) the raw text of its guid or id, else of its link (Atom: href), else all of
// its bytes, hashed to 64 bits. Only children with the item's own prefix count. Linear; what is odd (UTF-16, JSON,
// unclosed markup) finds no items and so never ends anything early.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace newscache::feed {

// Keys of the complete items, in the document's order; what occurs twice is there twice.
std::vector<std::uint64_t> item_keys(std::string_view document);

// Item after item of a document that grows.
class ItemFinder {
 public:
  // The key of the next item that is complete. `document`: all that has come so far.
  std::optional<std::uint64_t> next(std::string_view document);
  // Where that item ended.
  std::size_t end() const { return at_; }

 private:
  enum class In : std::uint8_t { prolog, nothing, text, tag, comment, cdata, instruction, declaration };
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view of(std::string_view document) const { return document.substr(begin, end - begin); }
  };

  bool scan(std::string_view document);
  bool skip_prolog(std::string_view document);
  bool open_markup(std::string_view document);
  bool skip_past(std::string_view document, std::string_view end);
  bool skip_tag(std::string_view document);
  bool skip_declaration(std::string_view document);
  std::optional<std::uint64_t> take_tag(std::string_view document);
  void take_child(std::string_view document, std::string_view name, bool empty);
  std::uint64_t take_item(std::string_view document);

  In in_ = In::prolog;
  std::size_t at_ = 0;      // scanned up to here
  std::size_t start_ = 0;   // of the markup that at_ is in
  char quote_ = 0;          // that is open in it
  std::size_t nested_ = 0;  // declarations

  // The item that is open, its children and what is in them.
  bool in_item_ = false;
  std::size_t item_begin_ = 0;
  Span item_name_;
  std::size_t same_name_ = 0;  // open within it
  std::size_t depth_ = 0;
  Span ItemFinder::*text_of_ = nullptr;  // whose text at_ is in
  Span id_;
  Span link_;
};

// One arriving document.
class ItemScan {
 public:
  // `known`: sorted. A key that is there twice identifies nothing, and one that comes twice is known once.
  ItemScan(std::shared_ptr<const std::vector<std::uint64_t>> known, std::size_t enough);
  // `body`: all that has come so far; only grows. True as soon as `enough` known items in a row have been seen.
  bool is_enough(std::string_view body);
  // Where the item ended with which it was enough.
  std::size_t end() const { return finder_.end(); }

 private:
  bool is_known(std::uint64_t key);

  std::shared_ptr<const std::vector<std::uint64_t>> known_;
  std::size_t enough_;
  std::vector<bool> seen_;  // of `known`
  std::size_t in_a_row_ = 0;
  ItemFinder finder_;
};

}  // namespace newscache::feed
