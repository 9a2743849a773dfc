#pragma once
// Which element says what: one table a vocabulary, each row an element, how good a source it is, and its reader.

#include <span>
#include <string_view>

#include "feed/draft.hpp"
#include "feed/xml.hpp"

namespace newscache::feed {

template <class Draft>
struct Field {
  Ns ns;
  std::string_view name;  // local, any case
  int rank;               // 0 is best
  void (*read)(Draft& draft, const Element& element, int rank);
};
using EntryField = Field<EntryDraft>;
using FeedField = Field<FeedDraft>;

std::span<const EntryField> rss_entry_fields();
std::span<const FeedField> rss_feed_fields();
std::span<const EntryField> atom_entry_fields();
std::span<const FeedField> atom_feed_fields();
std::span<const EntryField> extension_entry_fields();
std::span<const FeedField> extension_feed_fields();
std::span<const EntryField> media_entry_fields();

// Reads a child of an entry or of the feed through all tables; elements in none of them are ignored.
void read_field(EntryDraft& draft, const Element& element);
void read_field(FeedDraft& draft, const Element& element);

// Readers that several tables share. Texts are untyped.
void read_title(EntryDraft& draft, const Element& element, int rank);
void read_title(FeedDraft& draft, const Element& element, int rank);
void read_description(FeedDraft& draft, const Element& element, int rank);
void read_summary(EntryDraft& draft, const Element& element, int rank);
void read_id(EntryDraft& draft, const Element& element, int rank);
void read_published(EntryDraft& draft, const Element& element, int rank);
void read_modified(EntryDraft& draft, const Element& element, int rank);
void read_author(EntryDraft& draft, const Element& element, int rank);
void read_author(FeedDraft& draft, const Element& element, int rank);
void read_tags(EntryDraft& draft, const Element& element, int rank);
void read_comments(EntryDraft& draft, const Element& element, int rank);
void read_language(FeedDraft& draft, const Element& element, int rank);

// Text without a declared type, as in RSS; child elements are unescaped markup.
TextValue untyped_text(const Element& element);
// A person: Atom's child elements, or one line of text.
model::Author person(const Element& element);
// An Atom link, wherever it stands.
void read_atom_link(EntryDraft& draft, const Element& element, int rank);
void read_atom_link(FeedDraft& draft, const Element& element, int rank);
// The text of a category, which may have markup in it.
std::string tag_text(const Element& element);
// An id that is an address, resolved; a relative one is an id and no address.
std::string permalink_of(const Element& element, std::string_view id);
// Adds the parts between commas.
void split_tags(std::vector<std::string>& tags, std::string_view text);

// Of the RSS whose namespace an RDF root declares; empty when it declares none.
std::string_view declared_rss_version(pugi::xml_node root);

// The readers of whole documents. `root` is the document's or the feed's root element.
FeedDraft read_rss(Element& root, const ParseOptions& options);
FeedDraft read_atom(Element& root, const ParseOptions& options);
// Cause::not_a_feed when it is other JSON.
Result<model::ParsedFeed> read_json_feed(std::string_view utf8, const ParseOptions& options);

// One item or entry; adds it unless the document has enough of them.
void read_entry(FeedDraft& draft, const Element& element, const ParseOptions& options);

}  // namespace newscache::feed
