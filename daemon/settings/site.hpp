#pragma once
// The keys of [[site]]: which parts of a site's pages are the article. Internal to settings.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/settings.hpp"
#include "settings/rule.hpp"

namespace newscache::settings {

struct SiteField {
  std::string_view key;
  Rule rule;
  std::vector<std::string> model::SiteSettings::*member;
  std::string_view help;
};
std::span<const SiteField> site_fields();
const SiteField* find_site_field(std::string_view key);

// What is wrong with the first of them that is no selector, and where.
std::optional<std::string> selector_problem(const std::vector<std::string>& selectors);
// "example.org"; lower case, punycode. Empty when it is no host, or has a port.
std::string clean_site(std::string_view text);
// As TOML.
std::string format_site(const model::SiteSettings& site);

}  // namespace newscache::settings
