#include "settings/site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "html/selector.hpp"
#include "settings/access.hpp"

namespace newscache::settings {
namespace {

constexpr Rule selectors() {
  return {.kind = Kind::strings,
          .expectation = "a CSS selector such as \"article.main\" or \"#content > .text\"",
          .accepts = is_clean_text};
}

constexpr std::array site_table = std::to_array<SiteField>({
    {"keep", selectors(), &model::SiteSettings::keep, "The article is what these CSS selectors find, and nothing else"},
    {"drop", selectors(), &model::SiteSettings::drop, "What these CSS selectors find is no part of the article"},
});

}  // namespace

std::span<const SiteField> site_fields() { return site_table; }

const SiteField* find_site_field(std::string_view key) {
  const auto found =
      std::find_if(site_table.begin(), site_table.end(), [&](const SiteField& field) { return field.key == key; });
  return found == site_table.end() ? nullptr : &*found;
}

std::optional<std::string> selector_problem(const std::vector<std::string>& selectors) {
  for (const auto& selector : selectors) {
    const auto parsed = html::Selector::parse(selector);
    if (!parsed) return fmt::format("{} is no selector: {}", toml_string(selector), parsed.error().detail);
  }
  return std::nullopt;
}

std::string clean_site(std::string_view text) {
  const auto host = clean_host(text);
  const bool has_port = host.find(':') != host.npos && !host.ends_with(']');
  return has_port ? "" : host;
}

std::string format_site(const model::SiteSettings& site) {
  std::string out = fmt::format("\n[[site]]\nsite = {}\n", toml_string(site.site, false));
  for (const SiteField& field : site_table) {
    const auto& texts = site.*field.member;
    if (!texts.empty()) out += fmt::format("{} = {}\n", field.key, toml_list(texts));
  }
  return out;
}

}  // namespace newscache::settings
