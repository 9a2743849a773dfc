#include "html/page_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "html/class_words.hpp"
#include "html/measures.hpp"
#include "html/page_pruner.hpp"
#include "html/page_words.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::uint32_t short_text = 1200;       // where a title decides
constexpr std::uint32_t shortest_text = 400;     // where one phrase does
constexpr std::uint32_t longest_consent = 2000;  // where two of consent do
constexpr std::size_t around_phrase = 20;        // what a title may have besides
constexpr std::uint32_t longest_teaser = 3500;
constexpr std::uint32_t longest_appeal = 300;

struct Phrase {
  std::string_view text;  // lower case
  std::string_view refusal;
};

constexpr std::string_view error = "an error page";
constexpr std::string_view challenge = "a challenge for robots";
constexpr std::string_view login = "a login";
constexpr std::string_view consent = "a consent wall";
constexpr std::string_view front_page = "a front page or a list of articles";
constexpr std::string_view link_list = "a list of links";
constexpr std::string_view shell = "nearly without text: its scripts would load it";

struct TitlePhrase {
  std::string_view text;  // lower case
  std::string_view refusal;
  bool alone = false;  // or before a separator only: news begin so as well
};

// What titles begin with.
constexpr TitlePhrase titles[] = {
    {"access denied", error, true},
    {"access to this page has been denied", challenge},
    {"anmelden", login, true},
    {"anmeldung", login, true},
    {"are you a human", challenge},
    {"are you a robot", challenge},
    {"attention required", challenge},
    {"before you continue", consent},
    {"bot verification", challenge},
    {"captcha", challenge, true},
    {"checking your browser", challenge},
    {"connexion", login, true},
    {"consent", consent, true},
    {"cookie consent", consent, true},
    {"create an account", login},
    {"ddos-guard", challenge},
    {"ddos protection", challenge},
    {"einloggen", login, true},
    {"einwilligung", consent, true},
    {"error", error, true},
    {"forbidden", error, true},
    {"human verification", challenge, true},
    {"iniciar sesión", login},
    {"internal server error", error},
    {"just a moment", challenge},
    {"log in", login},
    {"log on", login},
    {"login", login, true},
    {"not found", error, true},
    {"oops", error, true},
    {"one moment", challenge, true},
    {"page cannot be found", error},
    {"page introuvable", error},
    {"page not available", error},
    {"page not found", error},
    {"pagina non trovata", error},
    {"pardon our interruption", challenge},
    {"please wait", challenge},
    {"please verify", challenge},
    {"página no encontrada", error},
    {"robot check", challenge, true},
    {"se connecter", login},
    {"security check", challenge, true},
    {"seite nicht gefunden", error},
    {"service unavailable", error},
    {"sign in", login},
    {"sign up", login, true},
    {"site maintenance", error},
    {"this page isn't available", error},
    {"too many requests", error, true},
    {"unsupported browser", error},
    {"verify you are human", challenge},
    {"we'll be right back", error},
};

// Of HTTP; other numbers are of things that are counted.
constexpr std::string_view statuses[] = {"400", "401", "403", "404", "410", "429", "500", "502", "503", "504"};
constexpr std::string_view status_words[] = {
    "access denied",
    "bad gateway",
    "error",
    "error page",
    "file not found",
    "forbidden",
    "gateway timeout",
    "gone",
    "internal server error",
    "not found",
    "page introuvable",
    "page not found",
    "bad request",
    "seite nicht gefunden",
    "service unavailable",
    "too many requests",
    "unauthorized",
    "nicht gefunden",
    "página no encontrada",
    "service temporarily unavailable",
};

// What little text may hold.
constexpr Phrase phrases[] = {
    {"accept all cookies", consent},
    {"alle akzeptieren", consent},
    {"alle cookies", consent},
    {"as you were browsing something about your browser made us think you were a bot", challenge},
    {"page cannot be found", error},
    {"checking if the site connection is secure", challenge},
    {"checking your browser", challenge},
    {"click the box below to let us know you're not a robot", challenge},
    {"page could not be found", error},
    {"ddos protection by", challenge},
    {"page does not exist", error},
    {"page doesn't exist", error},
    {"enable cookies", challenge},
    {"enable javascript", challenge},
    {"forgot password", login},
    {"forgot your password", login},
    {"ihre zustimmung", consent},
    {"javascript is disabled", challenge},
    {"manage your privacy", consent},
    {"max challenge attempts exceeded", challenge},
    {"needs to review the security of your connection", challenge},
    {"our partners store and", consent},
    {"page not found", error},
    {"page you are looking for", error},
    {"page you requested", error},
    {"page you were looking for", error},
    {"please enable js", challenge},
    {"passwort vergessen", login},
    {"requires javascript", challenge},
    {"seite wurde nicht gefunden", error},
    {"store and/or access information on a device", consent},
    {"tout accepter", consent},
    {"unusual traffic from", challenge},
    {"verify you are a human", challenge},
    {"verify you are human", challenge},
    {"verify that you are not a robot", challenge},
    {"we value your privacy", consent},
    {"wir verwenden cookies", consent},
    {"you are being redirected", challenge},
    {"you need to enable javascript", challenge},
};

// What a page says where its article goes on only for those who pay.
constexpr std::string_view appeals[] = {
    "already a subscriber",
    "are you a subscriber",
    "artikel weiterlesen",
    "continue reading with a",
    "continue reading this article",
    "déjà abonné",
    "for subscribers only",
    "jetzt abonnieren und weiterlesen",
    "jetzt weiterlesen",
    "log in to continue reading",
    "la suite est réservée",
    "lire la suite de l'article",
    "nur für abonnenten",
    "only available to subscribers",
    "réservé aux abonnés",
    "reserved for subscribers",
    "sign in to continue reading",
    "subscribe for full access",
    "subscribe now to read",
    "subscribe to continue",
    "subscribe to keep reading",
    "subscribe to read",
    "this article is for subscribers",
    "this content is for subscribers",
    "this post is for paid subscribers",
    "this post is for paying subscribers",
    "this story is for subscribers",
    "to continue reading",
    "to keep reading this",
    "to read the full article",
    "to read the full story",
    "to unlock this article",
    "para seguir leyendo",
    "weiterlesen mit",
    "you have reached your article limit",
    "you've reached your limit",
};

// The end of a title, or what divides it; a hyphen in a word does not.
bool is_end(std::string_view rest) {
  constexpr std::string_view separators[] = {"|", "-", ":", ",", ".", "!", "(", "–", "—", "·", "…", "»"};
  const bool hyphen = rest.starts_with('-');
  rest = text::trim(rest);
  return rest.empty() || (!hyphen && std::any_of(std::begin(separators), std::end(separators),
                                                 [&](auto separator) { return rest.starts_with(separator); }));
}

bool is_status(std::string_view rest) {
  if (is_end(rest)) return true;
  rest = text::trim(rest);
  return std::any_of(std::begin(status_words), std::end(status_words),
                     [&](auto words) { return rest.starts_with(words) && is_end(rest.substr(words.size())); });
}

std::string_view refusal_by_title(std::string_view title) {
  const auto lower = text::to_lower(title);
  const std::string_view text = lower;
  const auto behind = [&](std::string_view start) -> std::optional<std::string_view> {
    if (!text.starts_with(start) || text.size() > start.size() + around_phrase) return std::nullopt;
    return text.substr(start.size());
  };
  for (const auto status : statuses) {
    for (const std::string_view word : {"", "error ", "http "}) {
      const auto rest = behind(std::string(word).append(status));
      if (rest && is_status(*rest)) return error;
    }
  }
  for (const auto& phrase : titles) {
    const auto rest = behind(phrase.text);
    if (rest && (!phrase.alone || is_end(*rest))) return phrase.refusal;
  }
  return {};
}

std::string_view refusal_by_text(std::string_view lower, std::uint32_t prose) {
  std::size_t of_consent = 0;
  for (const auto& phrase : phrases) {
    if (lower.find(phrase.text) == std::string_view::npos) continue;
    if (prose < shortest_text) return phrase.refusal;
    if (phrase.refusal == consent && ++of_consent == 2) return consent;
  }
  return {};
}

bool is_root(std::string_view url) {
  const auto parts = text::split_url(url);
  return parts && (parts->path == "/" || parts->path.empty());
}

// A block without blocks in it, and whether its text is a link and no more.
bool is_link_block(const Measures& m) { return m.chars >= 10 && m.link_density() > 0.8; }

std::string_view refusal_by_shape(const PageSigns& signs, const ArticleShape& shape, bool says_article, bool root) {
  const std::uint32_t prose = says_article ? 2 * shape.prose : shape.prose;
  // teasers under headlines; a review of many things has more text under each, and a headline of its own
  const std::uint32_t teaser = shape.headline ? 200 : 400;
  if (root && !says_article && shape.linked_headings >= 2) return front_page;
  if (shape.linked_headings >= 4 && prose < teaser * shape.linked_headings) return front_page;
  if (shape.link_density > 0.5 && prose < 1000) return link_list;
  if (shape.link_blocks >= 8 && prose < 1500 && prose < 50 * shape.link_blocks) return link_list;
  // next to no text on a page that has a lot else
  if (!says_article && shape.prose < 140 && signs.links >= 40 && shape.prose * 5 < signs.chars) return link_list;
  return {};
}

// A paywall may stand in an <aside>.
bool stands_beside(const Document& document, NodeId node) {
  if (!document.is(node, Element::header) && !surrounds_article(document, node)) return false;
  return !hints_of(document, node).has(Hint::paywall);
}

// Rather a heading's own anchor than another article.
bool links_within_page(const Document& document, NodeId heading) {
  const NodeId link = document.find("a", heading);
  return link != no_node && document.attribute(link, "href").find('#') != std::string_view::npos;
}

}  // namespace

// Looks closer only where one of the words is that they have in common.
bool appeals_to_pay(std::string_view text) {
  constexpr std::string_view stems[] = {"ubscri",  "bonn",    "reading", "eiterlesen", "article",
                                        "a suite", "leyendo", "story",   "limit"};
  if (std::none_of(std::begin(stems), std::end(stems), [&](auto stem) { return text.find(stem) != text.npos; })) {
    return false;
  }
  const auto lower = text::to_lower(text);
  return std::any_of(std::begin(appeals), std::end(appeals),
                     [&](auto appeal) { return lower.find(appeal) != std::string::npos; });
}

PageSigns page_signs(const Document& document) {
  const PageMeasures measures(document, Document::body);
  PageSigns signs;
  signs.chars = measures[Document::body].chars;
  NodeId node = document[Document::body].first;
  bool beside = false;  // the article, up to there
  NodeId beside_end = no_node;
  while (node != no_node) {
    if (node == beside_end) beside = false;
    const NodeId behind = document.following_skipping(node, Document::body);
    if (!is_visible(document, node)) {
      node = behind;
      continue;
    }
    const auto chars = measures[node].chars;
    if (document[node].is_text) {
      if (!beside && chars <= longest_appeal && appeals_to_pay(document[node].text)) signs.paywall = true;
    } else {
      if (document.is(node, Element::a)) ++signs.links;
      if (document.attribute(node, "type") == "password") signs.password = true;
      if (!beside && stands_beside(document, node)) {
        beside = true;
        beside_end = behind;
      }
    }
    node = document.following(node, Document::body);
  }
  return signs;
}

ArticleShape article_shape(const Document& document, NodeId article) {
  const PageMeasures measures(document, article);
  ArticleShape shape;
  shape.chars = measures[article].chars;
  shape.link_density = measures[article].link_density();
  for (NodeId node = article; node != no_node;) {
    const Element element = document[node].element;
    const auto& m = measures[node];
    const bool leaf = node != article && is_block(element) && m.leaf;
    if (!document[node].is_text && leaf) {
      if (!is_link_block(m)) {
        shape.prose += m.chars - std::min(m.chars, static_cast<std::uint32_t>(m.link_chars));
      } else if (is_heading(element)) {
        if (!links_within_page(document, node)) ++shape.linked_headings;
      } else {
        ++shape.link_blocks;
      }
      node = document.following_skipping(node, article);
    } else {
      if (document[node].is_text) shape.prose += m.chars;
      node = document.following(node, article);
    }
  }
  return shape;
}

Verdict judge(const PageSigns& signs, const ArticleShape& shape, const PageMetadata& metadata, std::string_view text,
              std::string_view url) {
  Verdict verdict;
  // walls and logins at an article's own address keep what is said of it
  const bool by_words = !metadata.says_article || shape.prose < shortest_text;
  if (shape.prose < short_text && !metadata.says_article) verdict.refusal = refusal_by_title(metadata.title);
  if (verdict.refusal.empty() && shape.prose < longest_consent && by_words) {
    verdict.refusal = refusal_by_text(text::to_lower(text), shape.prose);
  }
  if (verdict.refusal.empty() && signs.password && shape.prose < 300) verdict.refusal = login;
  if (verdict.refusal.empty()) verdict.refusal = refusal_by_shape(signs, shape, metadata.says_article, is_root(url));
  if (verdict.refusal.empty() && shape.chars == 0) verdict.refusal = shell;

  verdict.is_teaser = shape.prose < longest_teaser && (metadata.for_subscribers || signs.paywall);

  const double much = 1 - std::exp(-static_cast<double>(shape.prose) / 600);
  const double share = signs.chars == 0 ? 0 : std::min(1.0, static_cast<double>(shape.chars) / signs.chars);
  verdict.confidence = much * (1 - shape.link_density) * (0.75 + 0.25 * share);
  if (metadata.says_article) verdict.confidence += (1 - verdict.confidence) * 0.4;
  if (verdict.is_teaser) verdict.confidence *= 0.7;
  if (!verdict.refusal.empty()) verdict.confidence = 0;
  return verdict;
}

}  // namespace newscache::html
