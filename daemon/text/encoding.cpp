#include "text/encoding.hpp"

#include <iconv.h>

#include <algorithm>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace newscache::text {

namespace {

struct Row {
  std::string_view name;
  std::string_view iconv_name;
  EncodingFamily family;
  std::string_view labels;  // lower case, letters and digits only
};

using enum EncodingFamily;

// The Encoding Standard's labels, section 4.2, apart from gb2312 and gbk, which are read as their superset gb18030.
constexpr Row kEncodings[] = {
    {"utf-8", "", utf8, "utf8 unicode11utf8 unicode20utf8 xunicode20utf8 unicode8 utf8mb4 csutf8 usutf8"},
    {"windows-1252", "", windows_1252,
     "windows1252 cp1252 xcp1252 ansix341968 ascii usascii iso646us iso88591 iso885911987 isoir100 latin1 l1 ibm819 "
     "cp819 "
     "csisolatin1 iso8859 win1252 ansi xansi 88591 xuserdefined"},
    {"utf-16le", "", utf16le, "utf16le csunicode iso10646ucs2 ucs2 unicode unicodefeff ucs2le"},
    {"utf-16be", "", utf16be, "utf16be unicodefffe ucs2be"},
    {"utf-16", "", utf16, "utf16"},
    {"utf-32le", "", utf32le, "utf32le ucs4le"},
    {"utf-32be", "", utf32be, "utf32be ucs4be"},
    {"utf-32", "", utf32, "utf32 ucs4 iso10646ucs4 csucs4"},
    {"ibm866", "IBM866", single_byte, "ibm866 cp866 866 csibm866"},
    {"ibm861", "CP861", single_byte, "ibm861 cp861 861 csibm861 cpis"},
    {"x-mac-ce", "MAC-CENTRALEUROPE", single_byte, "xmacce maccentraleurope maclatin2"},
    {"iso-8859-2", "ISO-8859-2", single_byte, "iso88592 iso885921987 isoir101 latin2 l2 csisolatin2"},
    {"iso-8859-3", "ISO-8859-3", single_byte, "iso88593 iso885931988 isoir109 latin3 l3 csisolatin3"},
    {"iso-8859-4", "ISO-8859-4", single_byte, "iso88594 iso885941988 isoir110 latin4 l4 csisolatin4"},
    {"iso-8859-5", "ISO-8859-5", single_byte, "iso88595 iso885951988 isoir144 cyrillic csisolatincyrillic"},
    {"iso-8859-6", "ISO-8859-6", single_byte,
     "iso88596 iso885961987 isoir127 arabic asmo708 ecma114 csisolatinarabic iso88596e iso88596i csiso88596e "
     "csiso88596i"},
    {"iso-8859-7", "ISO-8859-7", single_byte,
     "iso88597 iso885971987 isoir126 greek greek8 ecma118 elot928 csisolatingreek suneugreek"},
    {"iso-8859-8", "ISO-8859-8", single_byte,
     "iso88598 iso885981988 isoir138 hebrew visual csisolatinhebrew iso88598e csiso88598e iso88598i csiso88598i "
     "logical"},
    {"iso-8859-10", "ISO-8859-10", single_byte, "iso885910 isoir157 latin6 l6 csisolatin6"},
    {"iso-8859-13", "ISO-8859-13", single_byte, "iso885913 latin7 l7"},
    {"iso-8859-14", "ISO-8859-14", single_byte, "iso885914 latin8 l8"},
    {"iso-8859-15", "ISO-8859-15", single_byte, "iso885915 latin9 l9 csisolatin9"},
    {"iso-8859-16", "ISO-8859-16", single_byte, "iso885916 latin10 l10"},
    {"koi8-r", "KOI8-R", single_byte, "koi8r koi8 koi cskoi8r"},
    {"koi8-u", "KOI8-U", single_byte, "koi8u koi8ru"},
    {"macintosh", "MACINTOSH", single_byte, "macintosh mac xmacroman macroman csmacintosh"},
    {"x-mac-cyrillic", "MAC-UK", single_byte, "xmaccyrillic xmacukrainian maccyrillic"},
    {"windows-874", "CP874", single_byte, "windows874 cp874 dos874 iso885911 tis620 tis6202533 tis62025330 thai"},
    {"windows-1250", "CP1250", single_byte, "windows1250 cp1250 xcp1250 win1250"},
    {"windows-1251", "CP1251", single_byte, "windows1251 cp1251 xcp1251 win1251"},
    {"windows-1253", "CP1253", single_byte, "windows1253 cp1253 xcp1253 win1253"},
    {"windows-1254", "CP1254", single_byte,
     "windows1254 cp1254 xcp1254 win1254 iso88599 iso885991989 isoir148 latin5 l5 csisolatin5 turkish"},
    {"windows-1255", "CP1255", single_byte, "windows1255 cp1255 xcp1255 win1255"},
    {"windows-1256", "CP1256", single_byte, "windows1256 cp1256 xcp1256 win1256"},
    {"windows-1257", "CP1257", single_byte, "windows1257 cp1257 xcp1257 win1257"},
    {"windows-1258", "CP1258", single_byte, "windows1258 cp1258 xcp1258 win1258"},
    {"gb18030", "GB18030", double_byte,
     "gb18030 gbk gb2312 gb23121980 csgb2312 gb231280 csiso58gb231280 isoir58 xgbk chinese euccn cngb cp936 936 ms936 "
     "windows936"},
    {"big5", "BIG5-HKSCS", double_byte, "big5 big5hkscs cnbig5 csbig5 xxbig5 cp950 950 windows950"},
    {"euc-jp", "EUC-JP-MS", double_byte, "eucjp xeucjp cseucpkdfmtjapanese ujis"},
    {"shift_jis", "CP932", double_byte, "shiftjis sjis xsjis mskanji csshiftjis ms932 windows31j cp932 windows932"},
    {"euc-kr", "UHC", double_byte,
     "euckr ksc56011987 ksc5601 ksc56011989 isoir149 korean cseuckr csksc56011987 windows949 cp949 949 uhc ms949"},
    {"iso-2022-jp", "ISO-2022-JP-2", stateful, "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 jis"},
    {"iso-2022-kr", "ISO-2022-KR", stateful, "iso2022kr csiso2022kr"},
};

constexpr std::size_t kLongestLabel = 40;

bool has_label(std::string_view labels, std::string_view wanted) {
  for (std::size_t at = labels.find(wanted); at != std::string_view::npos; at = labels.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((at == 0 || labels[at - 1] == ' ') && (end == labels.size() || labels[end] == ' ')) return true;
  }
  return false;
}

// Names with a slash would be options to iconv ("//IGNORE") or paths.
bool is_iconv_name(const std::string& name) {
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == ':'; }))
    return false;
  const iconv_t converter = iconv_open("UTF-8", name.c_str());
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return false;
  iconv_close(converter);
  return true;
}

}  // namespace

std::optional<Encoding> find_encoding(std::string_view label) {
  label = trim(label);
  if (label.empty() || label.size() > kLongestLabel) return std::nullopt;
  std::string key;
  std::string name;
  for (const char c : label) {
    if (is_alnum(c)) key.push_back(lower(c));
    name.push_back(c == '_' ? '-' : lower(c));
  }
  if (key.empty()) return std::nullopt;
  for (const auto& row : kEncodings) {
    if (has_label(row.labels, key)) return Encoding{std::string(row.name), std::string(row.iconv_name), row.family};
  }
  if (is_iconv_name(name)) return Encoding{name, name, foreign};
  return std::nullopt;
}

}  // namespace newscache::text
