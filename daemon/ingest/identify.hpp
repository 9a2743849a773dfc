#pragma once
// Which entry of a document is which article: the uid that each gets. Pure.

#include <string_view>
#include <vector>

#include "model/feed.hpp"

namespace newscache::ingest {

struct Identified {
  std::vector<model::IncomingEntry> entries;  // in the document's order
  model::Unreliable unreliable;               // what is known of the feed now
};

// The document's entries under their stable identities, each once: by the guid, else by the canonical link, else by a
// hash of title and content (feed/identity.hpp). A guid or link that this document gives to different pieces identifies
// none of them; one that the feed gives to most of a document is not trusted in later documents either, in which it may
// stand alone.
Identified identify(std::vector<model::Entry> entries, std::string_view feed_uid, model::Unreliable known);

}  // namespace newscache::ingest
