#pragma once
// Synthetic articles for benchmarks: words in Zipf's distribution, bodies of 3 kB in the median with a long tail (5 kB
// in the mean). The same numbers give the same article, so that none needs to be kept.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "model/feed.hpp"

namespace newscache::bench {

constexpr Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

class Corpus {
 public:
  // Of `body_words` words in the median.
  explicit Corpus(double body_words = 440) : body_words_(body_words) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < kVocabulary; ++i) {
      std::string word;
      for (std::size_t n = i + 7; n > 0; n /= 20) word += "aeioubcdfghklmnprstw"[n % 20];
      words_.push_back(word + (i % 3 == 0 ? "e" : i % 3 == 1 ? "ing" : "s"));
      weights.push_back(1.0 / std::pow(static_cast<double>(i) + 2.7, 1.05));
    }
    choose_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
  }

  // The lower its rank, the more common the word.
  const std::string& word(std::size_t rank) const { return words_[rank]; }

  // Dated an hour after the one before it in its feed; version 1 and later are edits of it.
  model::IncomingEntry article(int feed, int number, int version = 0) {
    std::seed_seq seed{feed, number};
    random_.seed(seed);
    model::IncomingEntry incoming;
    const auto key = std::to_string(feed) + "/" + std::to_string(number);
    incoming.uid = hex(sha256({key}), 16);
    incoming.link = "feed" + std::to_string(feed) + ".example/articles/" + std::to_string(number);
    auto& entry = incoming.entry;
    entry.guid = entry.url = "https://" + incoming.link;
    entry.title = text(8);
    entry.summary = text(25);
    entry.authors = {{text(2), "", "", ""}};
    entry.tags = {text(1), text(1)};
    entry.date_published = kStart + std::chrono::minutes(number * 60 + feed % 60);
    auto words = static_cast<std::int64_t>(std::lognormal_distribution<>(std::log(body_words_), 1.0)(random_));
    for (words = std::clamp<std::int64_t>(words, 20, 40'000); words > 0; words -= 55) {
      entry.content_html += "<p>" + text(40 + random_() % 30) + " <a href=\"https://feed.example/" +
                            words_[random_() % 900] + "\">" + text(2) + "</a>.</p>\n";
    }
    if (version > 0) entry.content_html += "<p>Edited: " + text(static_cast<std::size_t>(9 + version)) + "</p>";
    return incoming;
  }

 private:
  static constexpr std::size_t kVocabulary = 50'000;

  std::string text(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) {
      if (i > 0) text += ' ';
      text += words_[choose_(random_)];
    }
    return text;
  }

  double body_words_;
  std::mt19937 random_{1};
  std::vector<std::string> words_;
  std::discrete_distribution<std::size_t> choose_;
};

// Stands in for html::to_text.
inline std::string strip_tags(std::string_view html) {
  std::string text;
  text.reserve(html.size());
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return text;
}

}  // namespace newscache::bench
