// What a client of the API sends: never a crash, and a mistake has a word for it. A whole head, and what is read of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/form.hpp"
#include "api/negotiate.hpp"
#include "api/range.hpp"
#include "api/request.hpp"
#include "api/shapes.hpp"
#include "text/utf8.hpp"

using namespace newscache;

namespace {

template <class T>
void explain(const Result<T>& result) {
  if (!result && (result.error().detail.empty() || !text::is_valid_utf8(result.error().detail))) std::abort();
}

void read_parameters(std::string_view query) {
  const auto parameters = api::Parameters::parse(query);
  explain(parameters);
  if (!parameters) return;
  api::ParameterReader reader(*parameters);
  std::optional<bool> flag;
  std::int64_t limit = 50;
  std::optional<Instant> since;
  std::string text;
  reader.boolean("read", flag);
  reader.integer("limit", 1, 1000, limit);
  reader.instant("since", since);
  reader.text("q", text);
  if (limit < 1 || limit > 1000 || !text::is_valid_utf8(text)) std::abort();
  const auto again = api::Parameters::parse(parameters->encoded(""));
  if (!again || again->encoded("") != parameters->encoded("")) std::abort();
}

// As readers' dialects send it: never an error but that it is too much, and nothing but UTF-8 comes of it.
void read_form(std::string_view type, std::string_view body) {
  api::Parameters form;
  const auto added = api::add_form(form, type, body);
  if (!added && added.error().cause != Cause::too_large) std::abort();
  for (const std::string_view name : {"i", "T", "Email"}) {
    for (const auto value : form.all(name)) {
      if (!text::is_valid_utf8(value)) std::abort();
    }
  }
}

void read_body(std::string_view body) {
  const auto object = api::parse_object(body);
  explain(object);
  if (!object) return;
  explain(api::parse_new_feed(*object));
  explain(api::parse_feed_patch(*object));
  explain(api::parse_mark_request(*object));
  explain(api::parse_article_patch(*object, model::ArticleId{1}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& fault : {api::stray_byte(bytes, 0), api::check_head(bytes)}) {
    if (fault && (fault->status < 400 || fault->status > 599 || fault->detail.empty())) std::abort();
  }
  const auto line = bytes.substr(0, bytes.find('\n'));
  const auto target = api::parse_target(line);
  explain(target);
  if (target) read_parameters(target->query);
  read_parameters(line);
  read_body(bytes);
  read_form(line, bytes.substr(line.size()));
  read_form("application/x-www-form-urlencoded", bytes);
  constexpr std::string_view offers[] = {"text/html", "text/plain"};
  const auto chosen = api::negotiate(line, offers);
  if (chosen && *chosen >= std::size(offers)) std::abort();
  (void)api::accepts_gzip(line);
  constexpr std::int64_t file = 1000;
  const auto part = api::choose_part(line, file);
  if (part.status == 206 && (part.first < 0 || part.length < 1 || part.first + part.length > file)) std::abort();
  (void)api::origin_of(line, false);
  return 0;
}
