#include "html/sanitise.hpp"
#include "html/tokenizer.hpp"

namespace newscache::html {

References references(std::string_view safe_html) {
  References found;
  Tokenizer tokenizer(safe_html);
  while (tokenizer.next()) {
    const auto& token = tokenizer.token();
    if (token.kind != TokenKind::start_tag) continue;
    const bool link = token.element == Element::a;
    if (!link && token.element != Element::img) continue;
    if (const auto* attribute = find_attribute(token, link ? "href" : "src")) {
      append_decoded((link ? found.links : found.images).emplace_back(), attribute->value, true);
    }
  }
  return found;
}

}  // namespace newscache::html
