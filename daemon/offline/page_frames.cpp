#include "offline/page_frames.hpp"

#include <cstring>

#include "text/utf8.hpp"

namespace newscache::offline {
namespace {

constexpr std::size_t most_texts = 1000;  // in a list

class Writer {
 public:
  void number(std::int64_t value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    out_ += value;
  }
  void texts(const std::vector<std::string>& values) {
    number(static_cast<std::int64_t>(values.size()));
    for (const auto& value : values) text(value);
  }
  std::string finish() && {
    const auto size = static_cast<std::uint32_t>(out_.size() - length_bytes);
    std::memcpy(out_.data(), &size, length_bytes);
    return std::move(out_);
  }

 private:
  std::string out_ = std::string(length_bytes, '\0');
};

class Reader {
 public:
  explicit Reader(std::string_view frame) : rest_(frame) {}
  bool is_right() const { return right_ && rest_.empty(); }

  std::int64_t number() {
    std::int64_t value = 0;
    if (rest_.size() < sizeof value) {
      right_ = false;
      return 0;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string bytes() {
    const auto told = static_cast<std::uint64_t>(number());
    right_ = right_ && told <= rest_.size();
    if (!right_) return {};
    const auto size = static_cast<std::size_t>(told);
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  std::string text() {
    auto value = bytes();
    right_ = right_ && text::is_valid_utf8(value);
    return value;
  }
  std::vector<std::string> texts() {
    const auto count = static_cast<std::uint64_t>(number());
    right_ = right_ && count <= most_texts;
    std::vector<std::string> values;
    while (right_ && values.size() < count) values.push_back(text());
    return values;
  }

 private:
  std::string_view rest_;
  bool right_ = true;
};

// In the order of the frame.
constexpr std::string html::PageArticle::*article_texts[] = {
    &html::PageArticle::title,        &html::PageArticle::byline,       &html::PageArticle::site_name,
    &html::PageArticle::excerpt,      &html::PageArticle::image,        &html::PageArticle::language,
    &html::PageArticle::content_html, &html::PageArticle::content_text, &html::PageArticle::next_url,
    &html::PageArticle::amp_url};

constexpr std::int64_t in_confidence = 1'000'000;  // parts of 1
constexpr std::int64_t undated = INT64_MIN;

}  // namespace

std::uint32_t frame_length(std::string_view length) {
  std::uint32_t value = 0;
  std::memcpy(&value, length.data(), length_bytes);
  return value;
}

std::string encode(const PageRequest& request) {
  Writer writer;
  writer.text(request.url);
  writer.text(request.content_type);
  writer.texts(request.keep);
  writer.texts(request.drop);
  writer.number(request.image_width);
  writer.text(request.page);
  return std::move(writer).finish();
}

std::optional<PageRequest> decode_request(std::string_view frame) {
  Reader reader(frame);
  PageRequest request;
  request.url = reader.text();
  request.content_type = reader.bytes();
  request.keep = reader.texts();
  request.drop = reader.texts();
  request.image_width = static_cast<int>(reader.number());
  request.page = reader.bytes();
  return reader.is_right() ? std::optional(std::move(request)) : std::nullopt;
}

std::string encode(const Result<html::PageArticle>& answer) {
  Writer writer;
  writer.number(answer.has_value() ? 1 : 0);
  if (!answer) {
    writer.text(cause_name(answer.error().cause));
    writer.text(answer.error().detail);
    return std::move(writer).finish();
  }
  for (const auto member : article_texts) writer.text((*answer).*member);
  writer.number(answer->published ? answer->published->time_since_epoch().count() : undated);
  writer.number(static_cast<std::int64_t>(answer->confidence * in_confidence));
  writer.number(answer->is_teaser ? 1 : 0);
  return std::move(writer).finish();
}

std::optional<Result<html::PageArticle>> decode_answer(std::string_view frame) {
  Reader reader(frame);
  if (reader.number() != 1) {
    const auto cause = reader.text();
    Error error{cause_from_name(cause), reader.text()};
    return reader.is_right() ? std::optional<Result<html::PageArticle>>(std::move(error)) : std::nullopt;
  }
  html::PageArticle article;
  for (const auto member : article_texts) article.*member = reader.text();
  if (const auto published = reader.number(); published != undated) {
    article.published = Instant{std::chrono::seconds(published)};
  }
  article.confidence = static_cast<double>(reader.number()) / in_confidence;
  article.is_teaser = reader.number() == 1;
  return reader.is_right() ? std::optional<Result<html::PageArticle>>(std::move(article)) : std::nullopt;
}

}  // namespace newscache::offline
