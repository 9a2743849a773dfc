#include "html/page_pictures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "html/media.hpp"
#include "html/page_words.hpp"
#include "html/srcset.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr int screen_width = 1280;        // for media queries
constexpr std::size_t most_caption = 40;  // bytes of text in a <noscript> beside its picture

// Where scripts look for the address of a picture that they load later.
constexpr std::array<std::string_view, 4> lazy_srcsets = {"data-srcset", "data-lazy-srcset", "data-src-set",
                                                          "data-original-set"};
constexpr std::array<std::string_view, 18> lazy_sources = {
    "data-src",      "data-lazy-src",   "data-original",    "data-lazy",       "data-lazyload",    "data-url",
    "data-img-src",  "data-image-src",  "data-image",       "data-actualsrc",  "data-echo",        "data-cfsrc",
    "data-full-src", "data-hi-res-src", "data-delayed-url", "data-runner-src", "data-default-src", "data-orig-file"};

bool is_picture_url(std::string_view value) {
  constexpr std::string_view endings[] = {".jpg", ".jpeg", ".png", ".webp", ".gif"};
  const auto path = text::to_lower(value.substr(0, value.find_first_of("?#")));
  return std::any_of(std::begin(endings), std::end(endings), [&](auto ending) { return path.ends_with(ending); });
}

// Its address as written; placeholders are none.
std::string_view best_candidate(std::string_view srcset, int width) {
  SizeChoice choice(width);
  Candidate candidate;
  for (std::size_t count = 0; count < most_candidates && next_candidate(srcset, candidate); ++count) {
    candidate.descriptor = candidate.descriptor.substr(0, candidate.descriptor.find(' '));  // "640w 480h"
    if (!is_placeholder(candidate.url)) choice.add(candidate);
  }
  return choice.url();
}

class Pictures {
 public:
  Pictures(Document& document, std::string_view base_url, int width)
      : document_(document), base_url_(base_url), width_(width) {}

  void settle() {
    for (NodeId node = Document::body; node != no_node;) node = settle(node);
    if (pending_ != no_node) document_.unlink(pending_);
  }

 private:
  // Returns where to go on.
  NodeId settle(NodeId node) {
    const Element element = document_[node].element;
    if (document_[node].is_text) return document_.following(node, Document::body);
    if (document_.is(node, "noscript")) return settle_noscript(node);
    if (element == Element::picture) return settle_picture(node);
    if (document_.is(node, "amp-img") || document_.is(node, "amp-anim")) {
      while (document_[node].first != no_node) document_.unlink(document_[node].first);
      document_.rename(node, "img");
      return settle_image(node);
    }
    if (element == Element::img) return settle_image(node);
    const bool may_hold = element == Element::figure || element == Element::div || element == Element::span;
    if (may_hold) add_lazy_image(node);
    return document_.following(node, Document::body);
  }

  // What a script would make of <figure data-src="...">.
  void add_lazy_image(NodeId node) {
    for (const std::string_view name : {"data-src", "data-srcset"}) {
      const auto value = document_.attribute(node, name);
      if (value.empty()) continue;
      const bool is_set = name == "data-srcset";
      if (!is_picture_url(is_set ? best_candidate(value, width_) : value) || document_.find("img", node) != no_node)
        return;
      const NodeId image = document_.new_element("img");
      document_.set_attribute(image, is_set ? "srcset" : "src", value);
      return document_.append(node, image);
    }
  }

  NodeId settle_picture(NodeId picture) {
    const NodeId next = document_.following_skipping(picture, Document::body);
    NodeId image = document_.find("img", picture);
    if (image == no_node) image = document_.find("amp-img", picture);
    auto url = source_of(picture);
    if (image == no_node) {
      if (url.empty()) return document_.following(picture, Document::body);
      image = document_.new_element("img");
    }
    document_.rename(image, "img");
    if (url.empty()) url = url_of(image);
    document_.insert_before(picture, image);
    const NodeId noscript = document_.find("noscript", picture);
    if (noscript != no_node) document_.insert_before(picture, noscript);
    document_.unlink(picture);
    finish(image, url);
    return noscript != no_node ? noscript : next;
  }

  // What a browser would take, among the formats that all readers know; others only if there is nothing else.
  std::string source_of(NodeId picture) const {
    std::string other;
    for (NodeId node = document_.following(picture, picture); node != no_node;
         node = document_.following(node, picture)) {
      if (!document_.is(node, Element::source) || !applies(document_.attribute(node, "media"))) continue;
      auto url = srcset_url(node, true);
      if (url.empty()) continue;
      if (is_common_type(document_.attribute(node, "type")) && !contains_any(url, {".avif", ".jxl", ".heic"}))
        return url;
      if (other.empty()) other = std::move(url);
    }
    const NodeId image = document_.find("img", picture);
    return image == no_node || url_of(image).empty() ? other : std::string();
  }

  static bool applies(std::string_view media) {
    const auto query = text::to_lower(media);
    if (contains_any(query, {"print", "dark", "portrait", "max-height"})) return false;
    const auto pixels = [&](std::string_view name) -> std::optional<double> {
      const auto at = query.find(name);
      if (at == query.npos) return std::nullopt;
      const auto start = query.find_first_of("0123456789", at);
      if (start == query.npos) return std::nullopt;
      double number = 0;
      const auto end = std::from_chars(query.data() + start, query.data() + query.size(), number).ptr;
      const bool in_em = std::string_view(end, query.data() + query.size()).starts_with("em");
      return in_em ? number * 16 : number;
    };
    return pixels("min-width").value_or(0) <= screen_width &&
           pixels("max-width").value_or(screen_width) >= screen_width;
  }

  NodeId settle_image(NodeId image) {
    const NodeId next = document_.following_skipping(image, Document::body);
    finish(image, url_of(image));
    return next;
  }

  std::string resolve(std::string_view reference) const {
    reference = text::trim(reference);
    const bool is_template = reference.find('{') != reference.npos || reference.find("%7B") != reference.npos;
    if (reference.empty() || is_template || is_placeholder(reference)) return {};
    auto url = text::resolve_url(base_url_, reference);
    return is_tracker(url) ? std::string() : url;
  }

  std::string srcset_url(NodeId node, bool with_own) const {
    for (const auto name : lazy_srcsets) {
      auto url = resolve(best_candidate(document_.attribute(node, name), width_));
      if (!url.empty()) return url;
    }
    return with_own ? resolve(best_candidate(document_.attribute(node, "srcset"), width_)) : std::string();
  }

  std::string lazy_url(NodeId image) const {
    auto url = srcset_url(image, false);
    for (auto name = lazy_sources.begin(); url.empty() && name != lazy_sources.end(); ++name) {
      const auto value = document_.attribute(image, *name);
      // other things than addresses are called so as well
      if (value.find_first_of("/.") != value.npos && value.find_first_of(" \t\n<") == value.npos) url = resolve(value);
    }
    return url;
  }

  std::string url_of(NodeId image) const {
    const auto src = document_.attribute(image, "src");
    const auto srcset = document_.attribute(image, "srcset");
    const bool stands_in = (is_placeholder(src) && best_candidate(srcset, width_).empty()) ||
                           contains_any(document_.attribute(image, "class"), {"lazy"});
    if (stands_in) {
      if (auto url = lazy_url(image); !url.empty()) return url;
    }
    // Beside densities src is that of 1x.
    const bool has_widths = srcset.find("w,") != srcset.npos || text::trim(srcset).ends_with('w');
    if (auto url = has_widths ? srcset_url(image, true) : resolve(src); !url.empty()) return url;
    if (auto url = has_widths ? resolve(src) : srcset_url(image, true); !url.empty()) return url;
    if (auto url = lazy_url(image); !url.empty()) return url;
    for (const auto& attribute : document_.attributes(image)) {
      const bool other =
          attribute.name.starts_with("data-") && attribute.value.find_first_of(" \t\n{") == attribute.value.npos;
      if (other && is_picture_url(attribute.value)) return resolve(attribute.value);
    }
    return {};
  }

  bool is_pixel(NodeId image) const {
    const auto tiny = [](std::string_view length) {
      length = text::trim(length);
      return length == "0" || length == "1" || length == "2" || length == "0px" || length == "1px" || length == "2px";
    };
    const auto width = document_.attribute(image, "width");
    const auto height = document_.attribute(image, "height");
    if ((tiny(width) && (tiny(height) || height.empty())) || (tiny(height) && width.empty())) return true;
    std::string style = text::to_lower(document_.attribute(image, "style"));
    std::erase_if(style, [](char c) { return c == ' '; });
    return style.starts_with("width:1px") || style.find(";width:1px") != style.npos;
  }

  // The picture has that address, or goes when there is none, or when it has just been shown.
  void finish(NodeId image, const std::string& url) {
    const bool repeats = last_ != no_node && url == last_url_ && is_near(last_, image);
    if (is_pixel(image) || repeats) return document_.unlink(image);
    if (url.empty()) {
      // What <noscript> has may come to stand for it.
      if (pending_ != no_node) document_.unlink(pending_);
      pending_ = image;
      return;
    }
    show(image, url);
  }

  void show(NodeId image, const std::string& url) {
    if (pending_ != no_node) document_.unlink(pending_);
    pending_ = no_node;
    for (const auto& attribute : document_.attributes(image)) {
      const auto name = attribute.name;
      const bool stays = name == "alt" || name == "title" || name == "width" || name == "height" || name == "class" ||
                         name == "id" || name == "style" || name == "hidden" || name == "role";
      if (!stays) document_.remove_attribute(image, std::string(name));
    }
    document_.set_attribute(image, "src", url);
    last_ = image;
    last_url_ = url;
  }

  // In the same wrapper.
  bool is_near(NodeId one, NodeId other) const {
    NodeId around = document_[one].parent;
    for (int level = 0; level < 3 && around != no_node && around != Document::body; ++level) {
      if (document_.contains(around, other)) return true;
      around = document_[around].parent;
    }
    return around == Document::body && document_.contains(around, other) && document_[other].parent == around;
  }

  // Its pictures stand for those that a script would load; nothing else in it is meant for us.
  NodeId settle_noscript(NodeId noscript) {
    const NodeId next = document_.following_skipping(noscript, Document::body);
    const NodeId image = document_.find("img", noscript);
    const auto url = image == no_node || is_pixel(image) ? std::string() : url_of(image);
    const bool shown =
        last_ != no_node && pending_ == no_node && is_near(last_, noscript) && same_picture(url, last_url_);
    if (url.empty() || shown) {
      document_.unlink(noscript);
      return next;
    }
    if (pending_ != no_node && is_near(pending_, noscript)) {
      document_.insert_before(pending_, image);
    } else if (document_.text_of(noscript).size() <= most_caption) {
      const NodeId first = document_[noscript].first;
      document_.unwrap(noscript);
      return first;  // settled as if it had always stood here
    } else {
      document_.insert_before(noscript, image);
    }
    document_.unlink(noscript);
    finish(image, url);
    return next;
  }

  // Sizes are in the query or at the end of the name: "a.jpg?w=200", "a-300x200.jpg".
  static bool same_picture(std::string_view one, std::string_view other) {
    one = one.substr(0, one.find('?'));
    other = other.substr(0, other.find('?'));
    const auto stem = [](std::string_view url) {
      const auto name = url.rfind('/');
      const auto dash = url.rfind('-');
      const bool sized = dash != url.npos && dash > name && url.find('x', dash) != url.npos;
      return sized ? url.substr(0, dash) : url.substr(0, std::max(url.rfind('.'), name));
    };
    return one == other || stem(one) == stem(other);
  }

  Document& document_;
  std::string_view base_url_;
  int width_;
  NodeId last_ = no_node;  // picture that is shown
  std::string last_url_;
  NodeId pending_ = no_node;  // picture without an address
};

}  // namespace

void settle_pictures(Document& document, std::string_view base_url, int width) {
  Pictures(document, base_url, width).settle();
}

}  // namespace newscache::html
