#pragma once
// Earlier versions of edited articles, table `article_version`: each as its difference to the one that replaced it, the
// newest to the article itself. See docs/decisions/0002-article-record.md.

#include <vector>

#include "base/result.hpp"
#include "model/article.hpp"
#include "store/article_rows.hpp"
#include "store/database.hpp"

namespace newscache::store {

// What `old` said, which `later` replaces; nothing when one of the two is damaged. Of each article at most
// Options::max_versions stay.
void keep_version(Database& database, const ArticleRow& old, const Record& later, Instant now);
// The article's record has changed without an edit: its newest version is a difference to another one now.
void renew_newest_version(Database& database, model::ArticleId id, const Record& before, const Record& after);
// Newest first, without damaged ones; fewer when they are of many megabytes. Cause::not_found without the article.
Result<std::vector<model::ArticleVersion>> load_history(Database& database, model::ArticleId id);

}  // namespace newscache::store
