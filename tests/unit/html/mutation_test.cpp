// Attacks and real pages, torn and spliced by a generator that always does the same.
#include <filesystem>
#include <random>

#include "attacks.hpp"
#include "base/file.hpp"
#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace std::string_view_literals;

namespace {

// Pieces that change how a parser goes on.
constexpr std::string_view pieces[] = {"<",
                                       ">",
                                       "\"",
                                       "'",
                                       "/",
                                       "=",
                                       "&",
                                       "\0"sv,
                                       "\n",
                                       " ",
                                       "<!--",
                                       "-->",
                                       "--!>",
                                       "]]>",
                                       "<![CDATA[",
                                       "</",
                                       "<p>",
                                       "</p>",
                                       "<b>",
                                       "</b>",
                                       "<i>",
                                       "</i>",
                                       "<a href=/x>",
                                       "</a>",
                                       "<table>",
                                       "</table>",
                                       "<tr>",
                                       "<td>",
                                       "</td>",
                                       "</tr>",
                                       "<tbody>",
                                       "<caption>",
                                       "<col>",
                                       "<li>",
                                       "</li>",
                                       "<ul>",
                                       "</ul>",
                                       "<ol>",
                                       "<dl>",
                                       "<dd>",
                                       "<dt>",
                                       "</dl>",
                                       "<div>",
                                       "</div>",
                                       "<h1>",
                                       "<h2>",
                                       "</h3>",
                                       "<pre>",
                                       "<pre>\n",
                                       "</pre>",
                                       "<svg>",
                                       "</svg>",
                                       "<math>",
                                       "<style>",
                                       "</style>",
                                       "<script>",
                                       "</script>",
                                       "<template>",
                                       "</template>",
                                       "<select>",
                                       "<noscript>",
                                       "</noscript>",
                                       "<textarea>",
                                       "<xmp>",
                                       "</xmp>",
                                       "<ruby>",
                                       "<rt>",
                                       "<rp>",
                                       "</ruby>",
                                       "<span>",
                                       "<span title=x>",
                                       "</span>",
                                       "<video>",
                                       "<source src=x>",
                                       "<img src=x>",
                                       "<br>",
                                       "<hr>",
                                       "&amp;",
                                       "&lt",
                                       "&#60;",
                                       "&#x3c",
                                       "onerror=x ",
                                       "javascript:",
                                       "x",
                                       "<iframe src=//youtube.com/embed/x>",
                                       "</iframe>",
                                       "<summary>",
                                       "<address>",
                                       "<blockquote>",
                                       "<th>",
                                       "</th>",
                                       "</tbody>",
                                       "</caption>",
                                       "<article>"};

using Random = std::minstd_rand;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string mutated(Random& random) {
  const auto& all = attacks();
  std::string text(all[below(random, all.size())]);
  for (std::size_t change = 1 + below(random, 5); change > 0; --change) {
    const auto at = below(random, text.size() + 1);
    switch (below(random, 5)) {
      case 0:
        text.insert(at, pieces[below(random, std::size(pieces))]);
        break;
      case 1:
        text.erase(at, 1 + below(random, 8));
        break;
      case 2:
        text.insert(at, all[below(random, all.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(random, text.size() + 1), below(random, 30)));
        break;
      default:
        text.append(pieces[below(random, std::size(pieces))]);
    }
  }
  return text;
}

std::string soup(Random& random) {
  std::string text;
  for (std::size_t count = 1 + below(random, 40); count > 0; --count) text += pieces[below(random, std::size(pieces))];
  return text;
}

// Empty when all is well.
std::string problem(std::string_view html, const html::SanitiseOptions& options) {
  const auto safe = html::sanitise(html, options);
  if (auto unsafe = what_is_unsafe(safe); !unsafe.empty()) return unsafe;
  if (const auto again = html::sanitise(safe, options); again != safe)
    return "changes again: " + safe + "\nto: " + again;
  return safe.size() <= options.max_bytes ? "" : "larger than allowed";
}

template <class Make>
void check_many(Random& random, int count, const html::SanitiseOptions& options, Make make) {
  for (int i = 0; i < count; ++i) {
    const auto html = make(random);
    const auto wrong = problem(html, options);
    html::to_text_with_links(html);
    html::to_line(html);
    if (wrong.empty()) continue;
    INFO(html);
    FAIL_CHECK(wrong);
    return;
  }
  SUCCEED();
}

}  // namespace

TEST_CASE("mutated attacks leave nothing unsafe") {
  Random random(1);
  check_many(random, 4000, {"https://example.org/dir/page"}, mutated);
}

TEST_CASE("any order of tags leaves a tree that another parser reads the same way") {
  Random random(2);
  check_many(random, 4000, {"https://example.org/dir/page"}, soup);
}

TEST_CASE("small limits of depth and size leave balanced output too") {
  Random random(3);
  for (std::size_t limit = 0; limit < 40; ++limit) {
    html::SanitiseOptions options{"https://example.org/dir/page"};
    options.max_depth = limit % 8;
    options.max_bytes = limit * 7;
    check_many(random, 40, options, soup);
    options.max_depth = 128;
    check_many(random, 40, options, soup);
    check_many(random, 40, options, mutated);
  }
}

TEST_CASE("every page and feed of the shared corpora becomes safe and stays as it is") {
  const std::filesystem::path corpora(NEWSCACHE_SHARED_CORPORA);
  if (!std::filesystem::exists(corpora)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpora)) {
    const auto extension = entry.path().extension();
    if (extension != ".html" && extension != ".xml") continue;
    const auto text = read_file(entry.path().string(), 64 << 20);
    REQUIRE(text.has_value());
    INFO(entry.path().string());
    CHECK(problem(*text, {"https://example.org/dir/page"}) == "");
  }
}
