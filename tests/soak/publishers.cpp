#include "publishers.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/result.hpp"
#include "support/http_date.hpp"

namespace newscache::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view portal_page =
    "<!DOCTYPE html><html><head><title>Welcome</title></head><body><form>Room number</form></body></html>";

boost::json::object failure(Cause cause, std::string_view detail) {
  return {{"cause", static_cast<int>(cause)}, {"detail", detail}};
}

boost::json::array one_hop(int status, std::string_view to) {
  return {boost::json::object{{"status", status}, {"to", to}}};
}

std::string rfc3339(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

// Of ASCII and Cyrillic letters, the two-byte sequences of UTF-8 that begin with 0xd0 and 0xd1.
template <class Put>
void for_each_letter(std::string_view utf8, Put put) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      put(static_cast<unsigned>(byte));
    } else {
      put((byte & 0x1fU) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3fU));
    }
  }
}

std::string to_windows_1251(std::string_view utf8) {
  std::string out;
  for_each_letter(utf8, [&](unsigned letter) {
    constexpr unsigned first = 0x410;
    constexpr unsigned its_byte = 0xc0;
    out += static_cast<char>(letter < 0x80 ? letter : letter - first + its_byte);
  });
  return out;
}

std::string to_utf_16(std::string_view utf8) {
  std::string out = "\xff\xfe";
  for_each_letter(utf8, [&](unsigned letter) {
    out += static_cast<char>(letter & 0xffU);
    out += static_cast<char>(letter >> 8U);
  });
  return out;
}

}  // namespace

Source::Source(std::size_t index, std::uint64_t seed, Instant begin, hours whole_time)
    : name_("feed" + std::to_string(index)), chance_(seed * 1'000'003 + index) {
  constexpr std::array forms{Form::rss, Form::atom, Form::rss, Form::json, Form::windows_1251, Form::rss, Form::utf_16};
  constexpr std::array<seconds, 6> gaps{30min, 1h, 2h, 4h, 8h, 24h};
  form_ = forms.at(index % forms.size());
  gap_ = gaps.at(chance_.below(gaps.size()));
  window_ = 8 + chance_.below(20);
  length_ = 200 + chance_.below(1500);
  etags_ = index % 10 < 6;
  dates_ = index % 10 < 4 || index % 10 == 6;
  fickle_ = index % 10 == 7;
  if (index % 10 == 8) length_ = 5000;  // no validators and so long that it is cut off
  trouble_ = 4 + chance_.below(20);
  const std::string host = "host" + std::to_string(index % 9) + ".example/" + name_;
  urls_ = {"https://" + host + ".xml"};
  other_url_ = "https://cdn.example/" + name_;
  const auto some_day = [&] { return begin + chance_.about(whole_time / 3); };
  if (index % 8 == 3) {
    urls_ = {"http://" + host + ".xml", "https://" + host + ".xml"};
    moves_ = begin;
  } else if (index % 8 == 5) {
    urls_.push_back("https://moved.example/" + name_);
    moves_ = some_day();
  } else if (index % 8 == 6) {
    gone_ = some_day();
  }
  changed_ = begin - 48h;
  next_change_ = begin - window_ / 2 * gap_;
  pass(begin);
}

bool Source::is_at(std::string_view url) const {
  return url == other_url_ || std::find(urls_.begin(), urls_.end(), url) != urls_.end();
}

std::string Source::title(std::size_t number, int edition) const {
  const bool is_cyrillic = form_ == Form::windows_1251 || form_ == Form::utf_16;
  return (is_cyrillic ? "Заметка " : "Piece ") + std::to_string(number) + (is_cyrillic ? " из " : " of ") + name_ +
         (is_cyrillic ? ", издание " : ", edition ") + std::to_string(edition);
}

std::string Source::text(std::size_t number, int edition) const {
  constexpr std::array<std::string_view, 12> words{"river",  "bridge", "council", "winter", "harbour", "light",
                                                   "engine", "garden", "letter",  "market", "station", "cloud"};
  std::string out = "<p>" + title(number, edition) + ".";
  Chance order(number * 31 + name_.size());
  while (out.size() < length_) out.append(" ").append(words.at(order.below(words.size())));
  return out + "</p>";
}

std::vector<Shown> Source::shown() const {
  std::vector<Shown> all;
  for (std::size_t number = pieces_.size(); number > first_; --number) {
    const Piece& piece = pieces_[number - 1];
    if (!piece.withdrawn) all.push_back({number - 1, piece.edition});
  }
  return all;
}

void Source::pass(Instant now) {
  while (next_change_ <= now && !is_gone(next_change_)) change(next_change_);
}

void Source::change(Instant now) {
  const std::size_t in_document = pieces_.size() - first_;
  const std::uint64_t what = chance_.below(100);
  if (what < 70 || in_document < 4) {
    for (std::uint64_t more = what % 10 == 0 ? 3 : 1; more > 0; --more) pieces_.push_back({1, now, now, false});
    // What has left the document does not come back, whatever is withdrawn.
    first_ = std::max(first_, pieces_.size() > window_ ? pieces_.size() - window_ : 0);
  } else {
    Piece& piece = pieces_[first_ + chance_.below(in_document)];
    if (what < 92) {
      ++piece.edition;
      piece.edited = now;
    } else {
      piece.withdrawn = true;
    }
  }
  ++changes_;
  changed_ = now;
  next_change_ = now + chance_.about(gap_);
}

Answer Source::answer(const Asked& asked, Instant now, Weather weather, bool calm) {
  pass(now);
  // The same whatever the weather, so that it changes nothing of what comes later.
  const bool fails = chance_.percent(trouble_);
  const bool is_elsewhere = chance_.percent(5);
  Answer answer;
  if (weather == Weather::offline) {
    answer.head = failure(Cause::link, "no route to host");
    return answer;
  }
  if (weather == Weather::silent) {
    answer.head = failure(chance_.percent(50) ? Cause::timeout : Cause::dns, "no answer");
    return answer;
  }
  boost::json::object head;
  head["status"] = 200;
  head["url"] = asked.url;
  head["date"] = http_date(now);
  if (weather == Weather::portal) {
    if (chance_.percent(50)) {
      head["hops"] = one_hop(302, "http://login.example/");
      head["url"] = "http://login.example/";
    }
    head["etag"] = "\"portal\"";
    head["content_type"] = "text/html";
    answer.head = std::move(head);
    answer.body = portal_page;
    return answer;
  }
  if (moves_ && now >= *moves_ && asked.url == urls_.front()) {
    head["hops"] = one_hop(301, urls_.back());
    head["url"] = head["permanent_url"] = urls_.back();
  } else if (is_elsewhere && !calm) {
    head["hops"] = one_hop(302, other_url_);
    head["url"] = other_url_;
  }
  if (is_gone(now)) {
    head["status"] = 410;
    answer.head = std::move(head);
    return answer;
  }
  return fails && !calm ? fail(now, std::move(head)) : serve(asked, now, std::move(head));
}

Answer Source::fail(Instant now, boost::json::object head) {
  Answer answer;
  const auto refuse = [&](int status, std::string_view retry_after = {}) {
    head["status"] = status;
    head["retry_after"] = retry_after;
    answer.head = head;
    answer.body = portal_page;
  };
  // A document with the validators of the right one, as when something between breaks it.
  const auto spoil = [&](std::string body, std::vector<Shown> shown) {
    if (etags_) head["etag"] = "\"" + std::to_string(changes_) + "\"";
    if (dates_) head["last_modified"] = http_date(changed_);
    answer.head = head;
    answer.body = std::move(body);
    answer.kind = Answer::Kind::damaged;
    answer.shown = std::move(shown);
  };
  const std::int64_t wait = 600 + static_cast<std::int64_t>(chance_.below(4 * 3600));
  switch (chance_.below(16)) {
    case 0:
      refuse(500);
      break;
    case 1:
      refuse(502);
      break;
    case 2:
      refuse(404);
      break;
    case 3:
      refuse(403);
      break;
    case 4:
      refuse(503, std::to_string(wait));
      break;
    case 5:
      refuse(429, http_date(now + seconds(wait)));
      break;
    case 6:
      refuse(429);
      break;
    case 7:
      refuse(304);
      break;  // also to who has not asked for it
    case 8:
      answer.head = failure(Cause::timeout, "no answer in time");
      break;
    case 9:
      answer.head = failure(Cause::refused, "broken off in the middle of the body");
      break;
    case 10:
      answer.head = failure(Cause::dns, "no such name");
      break;
    case 11:
      answer.head = failure(Cause::tls, "the certificate has expired");
      break;
    case 12:
      answer.head = failure(Cause::too_large, "more than the limit");
      break;
    case 13:
      spoil("", {});
      break;
    case 14:
      spoil(std::string("\x00\x01\xff\xfe\x7f", 5) + std::string(300, '\x80'), {});
      break;
    default: {
      const std::string body = document();
      spoil(body.substr(0, chance_.below(body.size())), shown());
    }
  }
  return answer;
}

Answer Source::serve(const Asked& asked, Instant now, boost::json::object head) {
  Answer answer;
  std::string etag;
  if (etags_) etag = "\"" + std::to_string(changes_) + "\"";
  if (fickle_) etag = "\"" + std::to_string(now.time_since_epoch().count()) + "\"";
  const std::string last_modified = dates_ ? http_date(changed_) : "";
  const bool unchanged =
      !etag.empty() ? asked.etag == etag : !last_modified.empty() && asked.last_modified == last_modified;
  head["status"] = unchanged ? 304 : 200;
  head["etag"] = etag;
  head["last_modified"] = last_modified;
  answer.head = std::move(head);
  answer.kind = unchanged ? Answer::Kind::unchanged : Answer::Kind::whole;
  answer.shown = shown();
  if (!unchanged) answer.body = document();
  return answer;
}

std::string Source::document() const {
  const std::string home = "https://www.example/" + name_ + "/";
  if (form_ == Form::json) {
    boost::json::array items;
    for (const auto& [number, edition] : shown()) {
      items.push_back({{"id", guid(number)},
                       {"url", home + std::to_string(number)},
                       {"title", title(number, edition)},
                       {"content_html", text(number, edition)},
                       {"date_published", rfc3339(pieces_[number].published)}});
    }
    return boost::json::serialize(boost::json::object{
        {"version", "https://jsonfeed.org/version/1.1"}, {"title", name_}, {"home_page_url", home}, {"items", items}});
  }
  if (form_ == Form::atom) {
    std::string out = R"(<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>)" +
                      name_ + "</title><id>tag:" + name_ + "</id><link href=\"" + home + "\"/><updated>" +
                      rfc3339(changed_) + "</updated>";
    for (const auto& [number, edition] : shown()) {
      const Piece& piece = pieces_[number];
      out += "<entry><id>" + guid(number) + "</id><link href=\"" + home + std::to_string(number) + "\"/><title>" +
             title(number, edition) + "</title><published>" + rfc3339(piece.published) + "</published><updated>" +
             rfc3339(piece.edited) + "</updated><content type=\"html\"><![CDATA[" + text(number, edition) +
             "]]></content></entry>";
    }
    return out + "</feed>";
  }
  const std::string_view encoding = form_ == Form::windows_1251 ? "windows-1251"
                                    : form_ == Form::utf_16     ? "utf-16"
                                                                : "utf-8";
  std::string out = "<?xml version=\"1.0\" encoding=\"" + std::string(encoding) +
                    "\"?><rss version=\"2.0\"><channel><title>" + name_ + "</title><link>" + home + "</link>";
  for (const auto& [number, edition] : shown()) {
    out += "<item><guid isPermaLink=\"false\">" + guid(number) + "</guid><link>" + home + std::to_string(number) +
           "</link><title>" + title(number, edition) + "</title><pubDate>" + http_date(pieces_[number].published) +
           "</pubDate><description><![CDATA[" + text(number, edition) + "]]></description></item>";
  }
  out += "</channel></rss>";
  return form_ == Form::windows_1251 ? to_windows_1251(out) : form_ == Form::utf_16 ? to_utf_16(out) : out;
}

}  // namespace newscache::test
