#pragma once
// Takes out of a text what is nobody else's business, for what is sent to others. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace newscache::client {

// "https://example.org" of a URL, "import:" of what is no web address; "(left out)" where the host cannot be told from
// the rest.
std::string publisher_of(std::string_view url);

class Scrubber {
 public:
  // A name or text that must not be seen, wherever it stands as a word of its own. Below three letters it is no secret.
  void hide(std::string name, std::string instead);
  // A feed's address: its user, password, path and query are hidden also where they stand alone.
  void hide_parts_of(std::string_view url);

  // URLs are cut to scheme and host, paths lose their queries, home folders their names, addresses what is before the
  // @, and the hidden names are replaced.
  std::string clean(std::string_view text) const;

 private:
  struct Hidden {
    std::string name;
    std::string instead;
  };
  std::vector<Hidden> hidden_;  // the longest first
};

// What stands in quotes goes: messages about a configuration quote its values.
std::string without_quotations(std::string_view text);

// The TOML of `newscached --print-config`: names and strings go, but for those that cannot be secret; addresses are
// cut.
std::string without_secrets(std::string_view toml);

}  // namespace newscache::client
