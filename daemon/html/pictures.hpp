#pragma once
// What safe HTML shows beside text: pictures, sound and video, by where they are to be loaded from.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace newscache::html {

// The pictures of HTML that sanitise() made, in order, each once: of those that come in several sizes the one that
// suits `width`. Posters of videos are among them.
std::vector<std::string> pictures(std::string_view safe_html, int width);
// The same of <audio> and <video>: of each the first source.
std::vector<std::string> recordings(std::string_view safe_html);

// The HTML with each of these loaded from where find(url) says; of a picture in several sizes from the first that it
// knows. Where it says nothing, a picture is its alternative, linked to the original, and a recording a link; or they
// stay as they are, loaded from the publisher. Nothing else in the result is loaded by a browser, and it is as safe as
// it was.
enum class OtherMedia { link, keep };
std::string with_media(std::string_view safe_html, const std::function<std::string(std::string_view url)>& find,
                       OtherMedia others = OtherMedia::link);

}  // namespace newscache::html
