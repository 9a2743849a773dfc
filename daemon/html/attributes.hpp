#pragma once
// The attributes that may stay, and the values that they may have.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "html/elements.hpp"
#include "html/sanitise.hpp"
#include "html/tokenizer.hpp"

namespace newscache::html {

// In the order in which they are written; those after `width` never are.
enum class AttributeName : std::uint8_t {
  href,
  src,
  srcset,
  sizes,
  alt,
  title,
  lang,
  dir,
  cite,
  colspan,
  controls,
  datetime,
  kind,
  label,
  media,
  open,
  poster,
  reversed,
  rowspan,
  scope,
  span,
  srclang,
  start,
  type,
  value,
  height,
  width,
  class_,
  data,
  data_src,
  data_srcset,
};
inline constexpr std::size_t attribute_count = static_cast<std::size_t>(AttributeName::data_srcset) + 1;

// Reads the attributes of one tag and writes those that may stay.
class AttributeWriter {
 public:
  explicit AttributeWriter(const SanitiseOptions& options)
      : base_url_(options.base_url), strip_tracking_(options.strip_tracking), keep_relative_(options.keep_relative) {}

  // The tag whose attributes the calls below are about; the views must live until then.
  void read(Element element, const Token& token);
  // Whether an image has an address and is no tracker; settles on one for lazy ones. To be called before write().
  bool settle_image();
  // What stands for an image whose address was refused; empty for trackers, and for what a script would replace.
  std::string_view alternative();
  // The address of a link, safe; empty when there is none. Kept for write().
  const std::string& settle_link();
  // The address that an <iframe>, <embed> or <object> shows; empty when there is none.
  std::string frame_url();
  const std::string& image_url() const { return url_; }

  // Whether write() would write none.
  bool none() const { return candidates() == 0; }
  // ` name="value"` for each; returns how many there were.
  std::size_t write(std::string& out);

 private:
  bool has(AttributeName name) const { return (present_ >> static_cast<unsigned>(name) & 1U) != 0; }
  std::string_view raw(AttributeName name) const { return values_[static_cast<std::size_t>(name)]; }
  std::uint64_t candidates() const;
  const std::string& decoded(AttributeName name);
  std::string resolve(std::string_view reference) const;
  bool is_pixel();
  bool write_value(AttributeName name, std::string& out);
  bool write_srcset(std::string_view candidates, std::string& out) const;
  std::string first_candidate(std::string_view candidates) const;

  std::string base_url_;
  bool strip_tracking_;
  bool keep_relative_;
  Element element_ = Element::unknown;
  std::uint64_t present_ = 0;
  std::array<std::string_view, attribute_count> values_;
  std::string url_;  // settled
  bool settled_ = false;
  std::string decoded_;  // scratch
};

}  // namespace newscache::html
