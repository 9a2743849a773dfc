#include "text/date_words.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "text/ascii.hpp"

namespace newscache::text {

namespace {

// Twelve months, blanks between them, "|" between the spellings of one: nominative, genitive, abbreviations.
// Croatian is left out: its listopad is October, and November to its neighbours.
constexpr std::array<std::string_view, 27> kMonths{
    // English, German, French
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct "
    "november|nov december|dec",
    "januar|jänner|jaenner|jän februar|feber märz|maerz|mär|mrz|mrt april mai juni juli august september "
    "oktober|okt november dezember|dez",
    "janvier|janv février|fevrier|févr|fevr|fév mars avril|avr mai juin juillet|juil août|aout septembre octobre "
    "novembre décembre|decembre|déc",
    // Italian, Spanish, Portuguese, Catalan, Romanian
    "gennaio|gen febbraio|febb marzo aprile maggio|mag giugno|giu luglio|lug agosto|ago settembre|set|sett ottobre|ott "
    "novembre dicembre|dic",
    "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre octubre noviembre "
    "diciembre|dic",
    "janeiro fevereiro|fev março|marco abril|abr maio junho julho agosto setembro outubro|out novembro dezembro|dez",
    "gener febrer|febr març abril maig juny juliol agost setembre octubre novembre desembre",
    "ianuarie|ian februarie|febr martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie|noi "
    "decembrie",
    // Dutch, Swedish, Danish and Norwegian, Icelandic, Finnish, Estonian
    "januari februari maart|mrt april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember|des",
    "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember",
    "tammikuu|tammikuuta|tammi helmikuu|helmikuuta|helmi maaliskuu|maaliskuuta|maalis huhtikuu|huhtikuuta|huhti "
    "toukokuu|toukokuuta|touko kesäkuu|kesäkuuta|kesä heinäkuu|heinäkuuta|heinä elokuu|elokuuta|elo "
    "syyskuu|syyskuuta|syys lokakuu|lokakuuta|loka marraskuu|marraskuuta|marras joulukuu|joulukuuta|joulu",
    "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    // Polish, Czech, Slovak, Hungarian
    "styczeń|stycznia|sty luty|lutego|lut marzec|marca kwiecień|kwietnia|kwi maj|maja czerwiec|czerwca|cze "
    "lipiec|lipca|lip sierpień|sierpnia|sie wrzesień|września|wrz październik|października|paź|paz "
    "listopad|listopada|lis grudzień|grudnia|gru",
    "leden|ledna|led únor|února|úno březen|března|bře duben|dubna|dub květen|května|kvě červen|června|čvn "
    "červenec|července|čvc srpen|srpna září|zář říjen|října|říj listopad|listopadu prosinec|prosince|pro",
    "január|januára február|februára marec|marca apríl|apríla máj|mája jún|júna júl|júla august|augusta "
    "september|septembra október|októbra november|novembra december|decembra",
    "január|januári február|februári|febr március|márciusi|márc|már április|áprilisi|ápr május|májusi|máj|máujus "
    "június|júniusi|jún július|júliusi|júl augusztus|augusztusi szeptember|szeptemberi|szept|szep "
    "október|októberi|okt november|novemberi december|decemberi",
    // Serbian and Slovenian, Turkish (also without its own letters), Indonesian
    "januar februar mart april maj jun jul avgust|avg septembar oktobar novembar decembar",
    "ocak|oca şubat|şub|subat mart nisan|nis mayıs|mayis haziran|haz temmuz|tem ağustos|ağu|agustos eylül|eyl|eylul "
    "ekim|eki kasım|kas|kasim aralık|ara|aralik",
    "januari februari maret april mei juni juli agustus|agu|agt september oktober november desember",
    // Russian, Ukrainian, Bulgarian, Greek (also as Unix locales misspelt it)
    "январь|января|янв февраль|февраля|фев|февр март|марта|мар апрель|апреля|апр май|мая июнь|июня|июн июль|июля|июл "
    "август|августа|авг сентябрь|сентября|сен|сент октябрь|октября|окт ноябрь|ноября|ноя|нояб декабрь|декабря|дек",
    "січень|січня|січ лютий|лютого|лют березень|березня|бер квітень|квітня|кві|квіт травень|травня|тра|трав "
    "червень|червня|чер|черв липень|липня|лип серпень|серпня|сер|серп вересень|вересня|вер жовтень|жовтня|жов|жовт "
    "листопад|листопада|лис грудень|грудня|гру|груд",
    "януари|яну февруари март април май юни юли август септември|сеп октомври ноември|ное декември",
    "ιανουάριος|ιανουαρίου|ιαν φεβρουάριος|φεβρουαρίου|φεβ μάρτιος|μαρτίου|μάρ|μαρ|μάώ|μαώ απρίλιος|απριλίου|απρ "
    "μάιος|μαΐου|μαίου|μάι|μαϊ|μαι|μάϊος ιούνιος|ιουνίου|ιούν|ιουν|ιον ιούλιος|ιουλίου|ιούλ|ιουλ|ιολ "
    "αύγουστος|αυγούστου|αύγ|αυγ σεπτέμβριος|σεπτεμβρίου|σεπ|σεπτ οκτώβριος|οκτωβρίου|οκτ "
    "νοέμβριος|νοεμβρίου|νοέ|νοε δεκέμβριος|δεκεμβρίου|δεκ",
    // Arabic, Hebrew
    "يناير فبراير مارس أبريل|ابريل|إبريل مايو يونيو يوليو أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر",
    "ינואר פברואר מרץ|מרס אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
};

// Weekdays may be anything before the first number, so that only what is written behind the date must be known.
constexpr std::array<std::string_view, 11> kWeekdays{
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun",
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab dom",
    "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb",
    "segunda terça quarta quinta sexta feira seg ter qua qui sex",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag "
    "mandag tirsdag lørdag søndag",
    "poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle",
    "hétfő kedd szerda csütörtök péntek szombat vasárnap pazartesi salı çarşamba perşembe cuma cumartesi pazar",
    "понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс",
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 "
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天"};

struct Entry {
  std::string_view word;
  DateWordKind kind;
  int value;
};

constexpr int hours(int h, int minutes = 0) { return h * 60 + minutes; }
constexpr int code(DateUnit u) { return static_cast<int>(u); }

using enum DateWordKind;

// Of zone names that several places share, the place that writes most feeds has it; RFC 822's military letters but Z
// are missing, since RFC 1123 found their signs reversed.
constexpr Entry kOthers[] = {
    {"gmt", zone, 0},
    {"utc", zone, 0},
    {"z", zone, 0},
    {"ut", zone, 0},
    {"est", zone, hours(-5)},
    {"edt", zone, hours(-4)},
    {"cst", zone, hours(-6)},
    {"cdt", zone, hours(-5)},
    {"mst", zone, hours(-7)},
    {"mdt", zone, hours(-6)},
    {"pst", zone, hours(-8)},
    {"pdt", zone, hours(-7)},
    {"et", us_zone, hours(-5)},
    {"ct", us_zone, hours(-6)},
    {"mt", us_zone, hours(-7)},
    {"pt", us_zone, hours(-8)},
    {"ast", zone, hours(-4)},
    {"adt", zone, hours(-3)},
    {"nst", zone, -hours(3, 30)},
    {"ndt", zone, -hours(2, 30)},
    {"akst", zone, hours(-9)},
    {"akdt", zone, hours(-8)},
    {"hst", zone, hours(-10)},
    {"hast", zone, hours(-10)},
    {"brt", zone, hours(-3)},
    {"brst", zone, hours(-2)},
    {"art", zone, hours(-3)},
    {"clt", zone, hours(-4)},
    {"clst", zone, hours(-3)},
    {"uct", zone, 0},
    {"wet", zone, 0},
    {"west", zone, hours(1)},
    {"bst", zone, hours(1)},
    {"cet", zone, hours(1)},
    {"met", zone, hours(1)},
    {"mez", zone, hours(1)},
    {"mewt", zone, hours(1)},
    {"cest", zone, hours(2)},
    {"mest", zone, hours(2)},
    {"mesz", zone, hours(2)},
    {"eet", zone, hours(2)},
    {"sast", zone, hours(2)},
    {"cat", zone, hours(2)},
    {"wat", zone, hours(1)},
    {"eest", zone, hours(3)},
    {"eat", zone, hours(3)},
    {"msk", zone, hours(3)},
    {"trt", zone, hours(3)},
    {"msd", zone, hours(4)},
    {"irst", zone, hours(3, 30)},
    {"pkt", zone, hours(5)},
    {"ist", zone, hours(5, 30)},
    {"npt", zone, hours(5, 45)},
    {"wib", zone, hours(7)},
    {"ict", zone, hours(7)},
    {"hkt", zone, hours(8)},
    {"sgt", zone, hours(8)},
    {"awst", zone, hours(8)},
    {"wita", zone, hours(8)},
    {"kst", zone, hours(9)},
    {"jst", zone, hours(9)},
    {"acst", zone, hours(9, 30)},
    {"acdt", zone, hours(10, 30)},
    {"aest", zone, hours(10)},
    {"aedt", zone, hours(11)},
    {"nzst", zone, hours(12)},
    {"nzt", zone, hours(12)},
    {"nzdt", zone, hours(13)},
    {"etc", particle, 0},
    {"am", meridiem, 0},
    {"pm", meridiem, 12},
    {"오전", meridiem, 0},
    {"오후", meridiem, 12},
    {"午前", meridiem, 0},
    {"午後", meridiem, 12},
    {"上午", meridiem, 0},
    {"下午", meridiem, 12},
    {"πμ", meridiem, 0},
    {"μμ", meridiem, 12},
    {"mar", month_or_weekday, 3},
    {"년", unit, code(DateUnit::year)},
    {"年", unit, code(DateUnit::year)},
    {"월", unit, code(DateUnit::month)},
    {"月", unit, code(DateUnit::month)},
    {"일", unit, code(DateUnit::day)},
    {"日", unit, code(DateUnit::day)},
    {"号", unit, code(DateUnit::day)},
    {"시", unit, code(DateUnit::hour)},
    {"時", unit, code(DateUnit::hour)},
    {"时", unit, code(DateUnit::hour)},
    {"点", unit, code(DateUnit::hour)},
    {"분", unit, code(DateUnit::minute)},
    {"分", unit, code(DateUnit::minute)},
    {"초", unit, code(DateUnit::second)},
    {"秒", unit, code(DateUnit::second)},
    {"t", particle, 0},
    {"of", particle, 0},
    {"at", particle, 0},
    {"the", particle, 0},
    {"on", particle, 0},
    {"de", particle, 0},
    {"del", particle, 0},
    {"di", particle, 0},
    {"den", particle, 0},
    {"um", particle, 0},
    {"uhr", particle, 0},
    {"uur", particle, 0},
    {"om", particle, 0},
    {"kl", particle, 0},
    {"klo", particle, 0},
    {"à", particle, 0},
    {"às", particle, 0},
    {"a", particle, 0},
    {"alle", particle, 0},
    {"ore", particle, 0},
    {"le", particle, 0},
    {"las", particle, 0},
    {"г", particle, 0},
    {"года", particle, 0},
    {"р", particle, 0},
    {"року", particle, 0},
    {"в", particle, 0},
    {"о", particle, 0},
    {"st", ordinal, 0},
    {"nd", ordinal, 0},
    {"rd", ordinal, 0},
    {"th", ordinal, 0},
    {"er", ordinal, 0},
    {"º", ordinal, 0},
    {"°", ordinal, 0},
    {"ª", ordinal, 0},
};

// The words of a list of blank-separated groups; a month's value is its position.
void append_words(std::vector<Entry>& dictionary, std::string_view list, DateWordKind kind) {
  int position = 1;
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of(" |"), list.size());
    dictionary.push_back({list.substr(0, end), kind, position});
    if (end < list.size() && list[end] == ' ') ++position;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

// Where a word has two meanings, that of the table which comes first counts.
std::vector<Entry> make_dictionary() {
  std::vector<Entry> dictionary(std::begin(kOthers), std::end(kOthers));
  for (const auto list : kMonths) append_words(dictionary, list, month);
  for (const auto list : kWeekdays) append_words(dictionary, list, weekday);
  std::stable_sort(dictionary.begin(), dictionary.end(),
                   [](const Entry& a, const Entry& b) { return a.word < b.word; });
  return dictionary;
}

}  // namespace

DateWord find_date_word(std::string_view word) {
  static const std::vector<Entry> dictionary = make_dictionary();
  const auto found = std::lower_bound(dictionary.begin(), dictionary.end(), word,
                                      [](const Entry& entry, std::string_view wanted) { return entry.word < wanted; });
  return found != dictionary.end() && found->word == word ? DateWord{found->kind, found->value} : DateWord();
}

unsigned english_month(std::string_view three_letters) {
  if (three_letters.size() != 3) return 0;
  constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::array<char, 3> name{lower(three_letters[0]), lower(three_letters[1]), lower(three_letters[2])};
  for (std::size_t i = 0; i < names.size(); i += 3) {
    if (names.substr(i, 3) == std::string_view(name.data(), 3)) return static_cast<unsigned>(i / 3 + 1);
  }
  return 0;
}

}  // namespace newscache::text
