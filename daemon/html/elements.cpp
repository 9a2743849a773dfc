#include "html/elements.hpp"

#include <array>
#include <iterator>

#include "html/name_table.hpp"
#include "html/short_text.hpp"

namespace newscache::html {

namespace {

using enum Element;
using Kind = ElementKind;

constexpr ElementInfo elements[] = {
    {"", Kind::unknown},
    {"a", Kind::phrasing},
    {"abbr", Kind::phrasing},
    {"audio", Kind::phrasing},
    {"b", Kind::phrasing},
    {"bdi", Kind::phrasing},
    {"bdo", Kind::phrasing},
    {"cite", Kind::phrasing},
    {"code", Kind::phrasing},
    {"del", Kind::phrasing},
    {"dfn", Kind::phrasing},
    {"em", Kind::phrasing},
    {"i", Kind::phrasing},
    {"ins", Kind::phrasing},
    {"kbd", Kind::phrasing},
    {"mark", Kind::phrasing},
    {"picture", Kind::phrasing},
    {"q", Kind::phrasing},
    {"rp", Kind::phrasing},
    {"rt", Kind::phrasing},
    {"ruby", Kind::phrasing},
    {"s", Kind::phrasing},
    {"samp", Kind::phrasing},
    {"small", Kind::phrasing},
    {"span", Kind::phrasing},
    {"strong", Kind::phrasing},
    {"sub", Kind::phrasing},
    {"sup", Kind::phrasing},
    {"time", Kind::phrasing},
    {"u", Kind::phrasing},
    {"var", Kind::phrasing},
    {"video", Kind::phrasing},
    {"address", Kind::flow},
    {"article", Kind::flow},
    {"aside", Kind::flow},
    {"blockquote", Kind::flow},
    {"dd", Kind::flow},
    {"details", Kind::flow},
    {"div", Kind::flow},
    {"dl", Kind::flow},
    {"dt", Kind::flow},
    {"figcaption", Kind::flow},
    {"figure", Kind::flow},
    {"footer", Kind::flow},
    {"h1", Kind::flow},
    {"h2", Kind::flow},
    {"h3", Kind::flow},
    {"h4", Kind::flow},
    {"h5", Kind::flow},
    {"h6", Kind::flow},
    {"header", Kind::flow},
    {"hgroup", Kind::flow},
    {"li", Kind::flow},
    {"main", Kind::flow},
    {"nav", Kind::flow},
    {"ol", Kind::flow},
    {"p", Kind::flow},
    {"pre", Kind::flow},
    {"section", Kind::flow},
    {"summary", Kind::flow},
    {"ul", Kind::flow},
    {"br", Kind::empty},
    {"hr", Kind::empty},
    {"img", Kind::empty},
    {"source", Kind::empty},
    {"track", Kind::empty},
    {"wbr", Kind::empty},
    {"table", Kind::table},
    {"caption", Kind::table},
    {"colgroup", Kind::table},
    {"col", Kind::table},
    {"tbody", Kind::table},
    {"thead", Kind::table},
    {"tfoot", Kind::table},
    {"tr", Kind::table},
    {"td", Kind::table},
    {"th", Kind::table},
    {"script", Kind::raw_text},
    {"style", Kind::raw_text},
    {"textarea", Kind::raw_text},
    {"title", Kind::raw_text},
    {"xmp", Kind::raw_text},
    {"plaintext", Kind::raw_text},
    {"svg", Kind::dropped},
    {"template", Kind::dropped},
    {"select", Kind::dropped},
    {"annotation", Kind::dropped},
    {"math", Kind::math},
    {"", Kind::math},
    {"mrow", Kind::math},
    {"mfrac", Kind::math},
    {"msqrt", Kind::math},
    {"msub", Kind::math},
    {"msup", Kind::math},
    {"msubsup", Kind::math},
    {"munder", Kind::math},
    {"mover", Kind::math},
    {"munderover", Kind::math},
    {"mtable", Kind::math},
    {"mtr", Kind::math},
    {"noscript", Kind::unwrapped},
    {"iframe", Kind::unwrapped},
    {"object", Kind::unwrapped},
    {"embed", Kind::unwrapped},
    {"", Kind::unwrapped},
    {"", Kind::unwrapped},
};
static_assert(std::size(elements) == element_count);

constexpr Named<Element> names[] = {
    {"a", a},
    {"abbr", abbr},
    {"audio", audio},
    {"b", b},
    {"bdi", bdi},
    {"bdo", bdo},
    {"cite", cite},
    {"code", code},
    {"del", del},
    {"dfn", dfn},
    {"em", em},
    {"i", i},
    {"ins", ins},
    {"kbd", kbd},
    {"mark", mark},
    {"picture", picture},
    {"q", q},
    {"rp", rp},
    {"rt", rt},
    {"ruby", ruby},
    {"s", s},
    {"samp", samp},
    {"small", small},
    {"span", span},
    {"strong", strong},
    {"sub", sub},
    {"sup", sup},
    {"time", time},
    {"u", u},
    {"var", var},
    {"video", video},
    {"address", address},
    {"article", article},
    {"aside", aside},
    {"blockquote", blockquote},
    {"dd", dd},
    {"details", details},
    {"div", div},
    {"dl", dl},
    {"dt", dt},
    {"figcaption", figcaption},
    {"figure", figure},
    {"footer", footer},
    {"h1", h1},
    {"h2", h2},
    {"h3", h3},
    {"h4", h4},
    {"h5", h5},
    {"h6", h6},
    {"header", header},
    {"hgroup", hgroup},
    {"li", li},
    {"main", main},
    {"nav", nav},
    {"ol", ol},
    {"p", p},
    {"pre", pre},
    {"section", section},
    {"summary", summary},
    {"ul", ul},
    {"br", br},
    {"hr", hr},
    {"img", img},
    {"source", source},
    {"track", track},
    {"wbr", wbr},
    {"table", table},
    {"caption", caption},
    {"colgroup", colgroup},
    {"col", col},
    {"tbody", tbody},
    {"thead", thead},
    {"tfoot", tfoot},
    {"tr", tr},
    {"td", td},
    {"th", th},
    {"script", script},
    {"style", style},
    {"textarea", textarea},
    {"title", title},
    {"xmp", xmp},
    {"plaintext", plaintext},
    {"svg", svg},
    {"template", template_},
    {"select", select},
    {"annotation", annotation},
    {"math", math},
    {"mrow", mrow},
    {"mfrac", mfrac},
    {"msqrt", msqrt},
    {"msub", msub},
    {"msup", msup},
    {"msubsup", msubsup},
    {"munder", munder},
    {"mover", mover},
    {"munderover", munderover},
    {"mtable", mtable},
    {"mtr", mtr},
    {"mi", math_part},
    {"mn", math_part},
    {"mo", math_part},
    {"ms", math_part},
    {"mtext", math_part},
    {"mstyle", math_part},
    {"mpadded", math_part},
    {"menclose", math_part},
    {"mphantom", math_part},
    {"merror", math_part},
    {"mroot", math_part},
    {"mtd", math_part},
    {"semantics", math_part},
    {"mlabeledtr", mtr},
    {"noscript", noscript},
    {"iframe", iframe},
    {"object", object},
    {"embed", embed},
    // other names of the same thing
    {"acronym", abbr},
    {"amp-anim", img},
    {"amp-img", img},
    {"image", img},
    {"tt", code},
    {"strike", s},
    {"dir", ul},
    {"menu", ul},
    {"listing", pre},
    {"center", div},
    {"dialog", div},
    {"fieldset", div},
    {"form", div},
    {"legend", div},
    {"search", div},
    {"annotation-xml", annotation},
    {"datalist", select},
    {"foreignobject", svg_html},
    {"desc", svg_html},
    // known, of no use to a reader
    {"applet", ignored},
    {"area", ignored},
    {"base", ignored},
    {"basefont", ignored},
    {"bgsound", ignored},
    {"big", ignored},
    {"blink", ignored},
    {"body", ignored},
    {"button", ignored},
    {"canvas", ignored},
    {"data", ignored},
    {"font", ignored},
    {"frame", ignored},
    {"frameset", ignored},
    {"head", ignored},
    {"html", ignored},
    {"input", ignored},
    {"keygen", ignored},
    {"label", ignored},
    {"link", ignored},
    {"map", ignored},
    {"marquee", ignored},
    {"meta", ignored},
    {"meter", ignored},
    {"nobr", ignored},
    {"noembed", ignored},
    {"noframes", ignored},
    {"option", ignored},
    {"optgroup", ignored},
    {"output", ignored},
    {"param", ignored},
    {"progress", ignored},
    {"rb", ignored},
    {"rtc", ignored},
    {"slot", ignored},
};
constexpr NameTable<Element, 512> name_table(names);

struct Tags {
  ShortText start;
  ShortText end;
};

constexpr auto tags = [] {
  std::array<Tags, element_count> table;
  for (std::size_t i = 0; i < element_count; ++i) {
    table[i] = {{"<", elements[i].name, ">"}, {"</", elements[i].name, ">"}};
  }
  return table;
}();

}  // namespace

const ElementInfo& info(Element element) { return elements[static_cast<std::size_t>(element)]; }

std::string_view start_tag_text(Element element) { return tags[static_cast<std::size_t>(element)].start.view(); }
std::string_view end_tag_text(Element element) { return tags[static_cast<std::size_t>(element)].end.view(); }

Element find_element(std::string_view name) {
  const auto* found = name_table.find(name);
  return found != nullptr ? *found : Element::unknown;
}

bool ends_foreign_content(Element element) {
  switch (element) {
    case b:
    case blockquote:
    case br:
    case code:
    case dd:
    case div:
    case dl:
    case dt:
    case em:
    case embed:
    case h1:
    case h2:
    case h3:
    case h4:
    case h5:
    case h6:
    case hr:
    case i:
    case img:
    case li:
    case ol:
    case p:
    case pre:
    case ruby:
    case s:
    case small:
    case span:
    case strong:
    case sub:
    case sup:
    case table:
    case u:
    case ul:
    case var:
      return true;
    default:
      return false;
  }
}

}  // namespace newscache::html
