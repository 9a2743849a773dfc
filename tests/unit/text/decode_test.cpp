#include "text/decode.hpp"

#include <iconv.h>

#include <array>

#include "support/catch.hpp"

#include "text/guess_encoding.hpp"
#include "text/utf8.hpp"

using namespace newscache::text;
using namespace std::string_literals;

namespace {

constexpr const char* kRussian =
    "Сегодня в столице открылась большая выставка, посвященная истории железных дорог и людям, которые их строили.";
constexpr const char* kJapanese =
    "東京都は今日、新しい図書館についての計画を発表しました。市民からの意見を聞くための会も開かれるとのことです。";
constexpr const char* kKorean =
    "서울시는 오늘 새로운 도서관을 짓는 계획을 발표했다. 시민의 의견을 듣기 위한 자리도 마련될 것이라고 한다.";
constexpr const char* kSimplified =
    "北京市今天公布了新图书馆的建设计划，市民可以在网上提出自己的意见，这是十年来最大的一个项目。";
constexpr const char* kTraditional =
    "台北市今天公布了新圖書館的建設計畫，市民可以在網上提出自己的意見，這是十年來最大的一個項目。";
constexpr const char* kThai = "กรุงเทพมหานครประกาศแผนการสร้างห้องสมุดแห่งใหม่ในวันนี้ และจะรับฟังความคิดเห็นของประชาชน";
constexpr const char* kGreek =
    "Ο δήμος ανακοίνωσε σήμερα το σχέδιο για τη νέα βιβλιοθήκη και θα ακούσει τις απόψεις των πολιτών.";
constexpr const char* kHebrew = "העירייה הודיעה היום על התוכנית לספרייה החדשה ותשמע את דעת התושבים בחודש הבא.";
constexpr const char* kFrench =
    "L'été dernier, à la mairie, le maire a présenté le projet de bibliothèque : ça coûte cher.";
constexpr const char* kPolish =
    "Prezydent ogłosił dziś plan budowy nowej biblioteki, która będzie największa w mieście.";

// UTF-8 to another encoding, through iconv: the tests' independent witness.
std::string encoded(const std::string& text, const char* encoding) {
  iconv_t converter = iconv_open(encoding, "UTF-8");
  std::string out(text.size() * 4 + 16, '\0');
  char* from = const_cast<char*>(text.data());
  std::size_t left = text.size();
  char* to = out.data();
  std::size_t room = out.size();
  const bool ok = iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
  iconv(converter, nullptr, nullptr, &to, &room);
  iconv_close(converter);
  REQUIRE(ok);
  out.resize(out.size() - room);
  return out;
}

std::string xml(const std::string& declaration, const std::string& text) {
  return "<?xml version=\"1.0\"" + (declaration.empty() ? "" : " encoding=\"" + declaration + "\"") +
         "?>\n<rss><title>" + text + "</title></rss>";
}

}  // namespace

TEST_CASE("a declared encoding is used, whether HTTP or the document declares it") {
  struct {
    const char* text;
    const char* iconv_name;
    const char* label;
    const char* name;
  } const cases[] = {{kRussian, "CP1251", "windows-1251", "windows-1251"},
                     {kRussian, "CP1251", "cp-1251", "windows-1251"},
                     {kRussian, "CP1251", "WINDOWS_1251", "windows-1251"},
                     {kRussian, "KOI8-R", "koi8-r", "koi8-r"},
                     {kRussian, "ISO-8859-5", "iso-8859-5", "iso-8859-5"},
                     {kRussian, "MAC-CYRILLIC", "x-mac-cyrillic", "x-mac-cyrillic"},
                     {kJapanese, "CP932", "Shift_JIS", "shift_jis"},
                     {kJapanese, "CP932", "x-sjis", "shift_jis"},
                     {kJapanese, "CP932", "windows-31j", "shift_jis"},
                     {kJapanese, "EUC-JP", "EUC-JP", "euc-jp"},
                     {kJapanese, "ISO-2022-JP", "iso-2022-jp", "iso-2022-jp"},
                     {kKorean, "UHC", "euc-kr", "euc-kr"},
                     {kKorean, "UHC", "ks_c_5601-1987", "euc-kr"},
                     {kSimplified, "GB18030", "gb18030", "gb18030"},
                     {kSimplified, "GB18030", "gb2312", "gb18030"},
                     {kSimplified, "GB18030", "GBK", "gb18030"},
                     {kTraditional, "BIG5", "Big5", "big5"},
                     {kTraditional, "BIG5", "big5-hkscs", "big5"},
                     {kThai, "TIS-620", "tis-620", "windows-874"},
                     {kGreek, "CP1253", "windows-1253", "windows-1253"},
                     {kGreek, "ISO-8859-7", "iso-8859-7", "iso-8859-7"},
                     {kHebrew, "CP1255", "windows-1255", "windows-1255"},
                     {kFrench, "CP1252", "iso-8859-1", "windows-1252"},
                     {kFrench, "CP1252", "latin1", "windows-1252"},
                     {kFrench, "CP1252", "us-ascii", "windows-1252"},
                     {kFrench, "ISO-8859-15", "iso-8859-15", "iso-8859-15"},
                     {kFrench, "MACINTOSH", "macintosh", "macintosh"},
                     {kFrench, "CP850", "cp850", "cp850"},
                     {kFrench, "CP437", "ibm437", "ibm437"},
                     {kPolish, "ISO-8859-2", "iso-8859-2", "iso-8859-2"},
                     {kPolish, "CP1250", "cp1250", "windows-1250"}};
  for (const auto& c : cases) {
    INFO(c.label);
    const auto declared = encoded(xml(c.label, c.text), c.iconv_name);
    const auto by_document = decode_xml(declared, "text/xml");
    CHECK(by_document.utf8 == xml(c.label, c.text));
    CHECK(by_document.encoding == c.name);
    CHECK_FALSE(by_document.lossy);
    const auto by_http =
        decode_xml(encoded(xml("utf-8", c.text), c.iconv_name), "text/xml; charset=\""s + c.label + "\"");
    CHECK(by_http.utf8 == xml("utf-8", c.text));
    CHECK(by_http.encoding == c.name);
    const auto html = "<html><head><meta charset="s + c.label + "></head><body>" + c.text;
    CHECK(decode_html(encoded(html, c.iconv_name), "").utf8 == html);
    CHECK(decode_text(encoded(c.text, c.iconv_name), "text/plain;charset="s + c.label).utf8 == c.text);
  }
}

TEST_CASE("a byte order mark beats every declaration and does not stay") {
  struct {
    std::string mark;
    const char* iconv_name;
    const char* name;
  } const cases[] = {{"\xEF\xBB\xBF", "UTF-8", "utf-8"},
                     {"\xFF\xFE", "UTF-16LE", "utf-16le"},
                     {"\xFE\xFF", "UTF-16BE", "utf-16be"},
                     {"\xFF\xFE\0\0"s, "UTF-32LE", "utf-32le"},
                     {"\0\0\xFE\xFF"s, "UTF-32BE", "utf-32be"}};
  for (const auto& c : cases) {
    for (const std::string& text : {"<a>"s + kJapanese, "<a>\xF0\x9F\x98\x80"s, "{\"a\":1}"s}) {
      const auto bytes = c.mark + encoded(text, c.iconv_name);
      for (const auto& decoded :
           {decode_xml(bytes, "text/xml; charset=koi8-r"), decode_html(bytes, "text/html; charset=koi8-r"),
            decode_json(bytes), decode_text(bytes, "text/plain; charset=koi8-r")}) {
        CHECK(decoded.utf8 == text);
        CHECK(decoded.encoding == c.name);
        CHECK_FALSE(decoded.lossy);
      }
    }
    // Without the mark the zero bytes show as much.
    const auto bytes = encoded(xml("utf-16", kKorean), c.iconv_name);
    const auto decoded = decode_xml(bytes, "");
    CHECK(decoded.utf8 == xml("utf-16", kKorean));
    CHECK(decoded.encoding == c.name);
    CHECK(decode_json(encoded("[\"\xC3\xA4\"]", c.iconv_name)).utf8 == "[\"\xC3\xA4\"]");
  }
}

TEST_CASE("UTF-16 that is damaged is repaired") {
  CHECK(decode_xml("\xFF\xFE<\0a\0>\0\x00\xD8x\0"s, "").utf8 == "<a>\xEF\xBF\xBDx");
  CHECK(decode_xml("\xFF\xFE<\0a\0>"s, "").utf8 == "<a\xEF\xBF\xBD");
  CHECK(decode_xml("\xFF\xFE<\0a\0>"s, "").lossy);
  CHECK(decode_xml("\xFE\xFF\xD8\x3D"s, "").utf8 == "\xEF\xBF\xBD");
}

TEST_CASE("a declaration that the bytes contradict gives way") {
  const auto utf8 = xml("", kRussian);
  for (const char* label :
       {"iso-8859-1", "windows-1251", "us-ascii", "shift_jis", "gb2312", "utf-16", "euc-kr", "big5", "koi8-r"}) {
    INFO(label);
    const auto decoded = decode_xml(utf8, "text/xml; charset="s + label);
    CHECK(decoded.utf8 == utf8);
    CHECK(decoded.encoding == "utf-8");
    CHECK(decoded.lossy);
    CHECK(decode_xml(xml(label, kFrench), "").utf8 == xml(label, kFrench));
    CHECK(decode_html(xml(label, kJapanese), "").encoding == "utf-8");
  }
  const auto latin = decode_xml(encoded(xml("utf-8", kFrench), "CP1252"), "");
  CHECK(latin.utf8 == xml("utf-8", kFrench));
  CHECK(latin.encoding == "windows-1252");
  CHECK(latin.lossy);
  // Only ASCII: nothing is wrong.
  CHECK(decode_xml(xml("utf-16", "plain"), "").encoding == "utf-8");
  CHECK(decode_xml(xml("koi8-r", "plain"), "").encoding == "koi8-r");
  CHECK_FALSE(decode_xml(xml("koi8-r", "plain"), "").lossy);
}

TEST_CASE("an unknown charset is as none") {
  const auto document = encoded(xml("windows-1251", kRussian), "CP1251");
  for (const char* type :
       {"text/xml; charset=bogus", "text/xml; charset=", "text/xml; charset", "text/xml; charset=\"\"",
        "text/xml; charset=utf-8//IGNORE", "text/xml; charset=../../etc/passwd", "", ";;;", "text/plain"}) {
    INFO(type);
    CHECK(decode_xml(document, type).utf8 == xml("windows-1251", kRussian));
  }
  CHECK(decode_xml(xml("bogus", kRussian), "").encoding == "utf-8");
}

TEST_CASE("undeclared and falsely declared encodings are told apart by their text") {
  struct {
    const char* text;
    const char* iconv_name;
    const char* name;
  } const cases[] = {{kRussian, "CP1251", "windows-1251"},      {kRussian, "KOI8-R", "koi8-r"},
                     {kRussian, "ISO-8859-5", "iso-8859-5"},    {kRussian, "CP866", "ibm866"},
                     {kJapanese, "CP932", "shift_jis"},         {kJapanese, "EUC-JP", "euc-jp"},
                     {kJapanese, "ISO-2022-JP", "iso-2022-jp"}, {kKorean, "UHC", "euc-kr"},
                     {kSimplified, "GB18030", "gb18030"},       {kTraditional, "BIG5", "big5"},
                     {kThai, "TIS-620", "windows-874"},         {kGreek, "CP1253", "windows-1253"},
                     {kHebrew, "CP1255", "windows-1255"},       {kFrench, "CP1252", "windows-1252"}};
  for (const auto& c : cases) {
    INFO(c.name);
    const auto bytes = encoded(xml("", c.text), c.iconv_name);
    CHECK(decode_xml(bytes, "").encoding == c.name);
    CHECK(decode_xml(bytes, "").utf8 == xml("", c.text));
    CHECK(decode_text(encoded(c.text, c.iconv_name), "text/plain").utf8 == c.text);
    if (c.name == "iso-2022-jp"s) continue;  // seven bits: what is declared for ASCII does not matter
    CHECK(decode_xml(encoded(xml("utf-8", c.text), c.iconv_name), "").utf8 == xml("utf-8", c.text));
    const auto lie = decode_xml(encoded(xml("iso-8859-1", c.text), c.iconv_name), "");
    CHECK(lie.encoding == c.name);
    CHECK(lie.utf8 == xml("iso-8859-1", c.text));
  }
}

TEST_CASE("Western and Central European text is never taken for another script") {
  for (const char* text :
       {kFrench, "Größe, Maße, Übergänge, Straßenbahn, öffentlich, für, schön", "España, mañana, niño, años, acción",
        "på grund av förändringar är många små företag rädda", "þæð er önnur íslensk þýðing á því"}) {
    CHECK(decode_xml(encoded(xml("", text), "CP1252"), "").utf8 == xml("", text));
  }
  CHECK(decode_xml(encoded(xml("iso-8859-2", kPolish), "ISO-8859-2"), "").encoding == "iso-8859-2");
  CHECK(guess_encoding("").name.empty());
  CHECK(guess_encoding("plain").name.empty());
  CHECK(guess_encoding("\xE9").name.empty());
}

TEST_CASE("UTF-8 with a few bad bytes stays UTF-8") {
  const auto text = xml("", std::string(kRussian) + "\xFF" + kJapanese);
  for (const char* type : {"", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"}) {
    const auto decoded = decode_xml(text, type);
    CHECK(decoded.utf8 == xml("", std::string(kRussian) + "\xEF\xBF\xBD" + kJapanese));
    CHECK(decoded.encoding == "utf-8");
    CHECK(decoded.lossy);
  }
  CHECK(decode_xml("<a>truncated \xE2\x80", "").utf8 == "<a>truncated \xEF\xBF\xBD");
  CHECK(decode_text("caf\xE9", "").utf8 == "caf\xC3\xA9");
}

TEST_CASE("invalid sequences of a declared encoding do not end the text or swallow markup") {
  const auto bytes = encoded(xml("shift_jis", kJapanese), "CP932") + "\x82<b>\x82\xA0</b>";
  CHECK(decode_xml(bytes, "").utf8 == xml("shift_jis", kJapanese) + "\xEF\xBF\xBD<b>あ</b>");
  const auto truncated = decode_xml(encoded(xml("euc-kr", kKorean), "UHC") + "\xB0", "");
  CHECK(truncated.utf8 == xml("euc-kr", kKorean) + "\xEF\xBF\xBD");
  CHECK(truncated.lossy);
  CHECK(decode_text("\x81\x8D", "text/plain; charset=windows-1252").utf8 == "\xC2\x81\xC2\x8D");
}

TEST_CASE("short text in a declared East Asian encoding is kept though it could be UTF-8") {
  // The bytes of these two characters are those of the Latin letters of U+0123 and U+0121.
  const std::string bytes = "<a>\xC4\xA3\xC4\xA1</a>";
  CHECK(decode_xml(bytes, "text/xml; charset=gb2312").encoding == "gb18030");
  CHECK(decode_xml(bytes, "").encoding == "utf-8");
  CHECK(decode_xml("<a>caf\xC3\xA9</a>", "text/xml; charset=gb2312").encoding == "utf-8");
}

TEST_CASE("UTF-8 that was encoded twice is decoded twice") {
  const auto twice = encoded(std::string(kFrench), "UTF-8");
  std::string broken;
  for (const char c : twice) append_utf8(broken, static_cast<unsigned char>(c));
  const auto decoded = decode_xml(xml("", broken), "");
  CHECK(decoded.utf8 == xml("", kFrench));
  CHECK(decoded.lossy);
  // Text that is about it, once, is left alone; so is any real text.
  CHECK(decode_xml("<a>\xC3\x83\xC2\xA9 is an accent read wrongly", "").utf8 ==
        "<a>\xC3\x83\xC2\xA9 is an accent read wrongly");
  CHECK(decode_xml(xml("", kFrench), "").utf8 == xml("", kFrench));
  CHECK_FALSE(decode_xml(xml("", kFrench), "").lossy);
}

TEST_CASE("EBCDIC is found by its declaration, and refused for a document that is none") {
  const auto document = encoded("<?xml version=\"1.0\" encoding=\"ibm037\"?><rss/>", "IBM037");
  CHECK(decode_xml(document, "").utf8 == "<?xml version=\"1.0\" encoding=\"ibm037\"?><rss/>");
  CHECK(decode_xml(document, "text/xml; charset=cp037").encoding == "cp037");
  CHECK(decode_xml("<rss/>", "text/xml; charset=cp037").utf8 == "<rss/>");
}

TEST_CASE("HTML declares its encoding in a meta element near the start") {
  struct {
    std::string html;
    const char* name;
  } const cases[] = {{"<meta charset=koi8-r>", "koi8-r"},
                     {"<META CHARSET='koi8-r'/>", "koi8-r"},
                     {"<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\">", "koi8-r"},
                     {"<meta content='text/html;charset=koi8-r' http-equiv=content-type>", "koi8-r"},
                     {"<meta name=charset content=x><meta charset = \"koi8-r\" >", "koi8-r"},
                     {"<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"},
                     {"<metadata charset=big5><meta charset=koi8-r>", "koi8-r"},
                     {"<?xml version='1.0' encoding='koi8-r'?><html>", "koi8-r"},
                     {"<meta charset=utf-16>", "utf-8"},
                     {"<!-- <meta charset=big5>", "utf-8"},
                     {"<meta charset=", "utf-8"},
                     {"<p>", "utf-8"}};
  for (const auto& c : cases) {
    INFO(c.html);
    CHECK(decode_html(c.html, "text/html").encoding == c.name);
  }
  CHECK(decode_html("<p>caf\xE9", "").encoding == "windows-1252");
}

TEST_CASE("JSON is UTF-8, repaired where it is not") {
  CHECK(decode_json("{\"a\":\"\xC3\xA4\"}").utf8 == "{\"a\":\"\xC3\xA4\"}");
  CHECK(decode_json("{\"a\":\"\xE4\"}").utf8 == "{\"a\":\"\xEF\xBF\xBD\"}");
  CHECK(decode_json("{\"a\":\"\xE4\"}").lossy);
  CHECK(decode_json("").utf8.empty());
}

TEST_CASE("the media type and its parameters are read from a Content-Type") {
  CHECK(media_type("Text/HTML; charset=utf-8") == "text/html");
  CHECK(media_type(" application/rss+xml ") == "application/rss+xml");
  CHECK(media_type("text/xml,text/html") == "text/xml");
  CHECK(media_type("").empty());
  CHECK(media_type("nonsense").empty());
  struct {
    const char* value;
    const char* charset;
  } const cases[] = {{"text/html; charset=utf-8", "utf-8"},
                     {"text/html;charset=\"utf-8\"", "utf-8"},
                     {"text/html; Charset = UTF-8 ", "UTF-8"},
                     {"text/html; a=b; charset=utf-8; c=d", "utf-8"},
                     {"text/html; a=\"x; charset=koi8-r\"; charset=utf-8", "utf-8"},
                     {"text/html; charset='utf-8'", "utf-8"},
                     {"text/html; charset=utf-8, text/html", "utf-8"},
                     {"text/html; charset=\"ut\\f-8\"", "utf-8"},
                     {"text/html; charset=\"utf-8", "utf-8"},
                     {"text/html; charset=a; charset=b", "a"},
                     {"text/html; xcharset=a", ""},
                     {"text/html;;;", ""},
                     {"text/html; charset", ""},
                     {"charset=utf-8", ""},
                     {"", ""}};
  for (const auto& c : cases) {
    INFO(c.value);
    CHECK(content_type_parameter(c.value, "charset") == c.charset);
  }
}

TEST_CASE("whatever the bytes, decoding gives valid UTF-8") {
  std::uint32_t state = 12345;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = round % 3 == 0 ? "<?xml version='1.0' encoding='" : "";
    constexpr std::array labels{"shift_jis", "iso-2022-jp",  "utf-16",  "big5",
                                "utf-7",     "windows-1255", "gb18030", "utf-32"};
    if (round % 3 == 0) bytes += std::string(labels[static_cast<std::size_t>(round / 3) % labels.size()]) + "'?>";
    for (int i = 0; i < round; ++i) {
      state = state * 1664525 + 1013904223;
      bytes.push_back(static_cast<char>(state >> 24));
    }
    const auto type =
        "text/xml; charset="s + (round % 2 == 0 ? labels[static_cast<std::size_t>(round) % labels.size()] : "");
    CHECK(is_valid_utf8(decode_xml(bytes, type).utf8));
    CHECK(is_valid_utf8(decode_html(bytes, type).utf8));
    CHECK(is_valid_utf8(decode_json(bytes).utf8));
    CHECK(is_valid_utf8(decode_text(bytes, type).utf8));
  }
}
