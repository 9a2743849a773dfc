// export epub, export html.

#include <sys/stat.h>

#include <CLI/App.hpp>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "client/commands.hpp"
#include "client/edition.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/xhtml.hpp"
#include "client/zip.hpp"
#include "text/date.hpp"

namespace newscache::client {
namespace {

constexpr std::string_view style =
    "body{max-width:42rem;margin:0 auto;padding:1rem;line-height:1.5;overflow-wrap:break-word}\n"
    "h1{font-size:1.5rem;line-height:1.25}\n.about{font-size:.9rem;opacity:.75}\n"
    "img{max-width:100%;height:auto}\npre{white-space:pre-wrap}\n"
    "table{border-collapse:collapse}\ntd,th{border:1px solid;padding:.2em .5em}\n";

struct PublishOptions {
  ArticleFilters filters;
  std::string title;
  std::string to;
};

Failure cannot_write(const std::string& file, const std::string& why) {
  return {Exit::failed, "cannot write " + file_label(file) + ": " + why};
}

class Book : public EditionFiles {
 public:
  explicit Book(Zip& zip) : zip_(zip) {}
  Outcome<void> add(const std::string& name, std::string_view bytes) override {
    return zip_.add(name, bytes, Zip::Packing::deflated);
  }

 private:
  Zip& zip_;
};

class Folder : public EditionFiles {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  Outcome<void> make(const std::string& name) {
    if (::mkdir((path_ + name).c_str(), 0777) == 0 || errno == EEXIST) return {};
    return cannot_write(path_ + name, std::strerror(errno));
  }
  Outcome<void> add(const std::string& name, std::string_view bytes) override {
    const auto written = replace_file(path_ + "/" + name, bytes);
    if (!written) return Failure{Exit::failed, written.error().detail};
    // For everybody whom the folder admits.
    ::chmod((path_ + "/" + name).c_str(), 0644);
    return {};
  }

 private:
  const std::string path_;
};

std::string list_of(const EditionParts& parts) {
  std::string list = "<ol>\n";
  for (const auto& chapter : parts.chapters) {
    list += "<li><a href=\"" + xml_text(chapter.file) + "\">" + xml_text(chapter.title) + "</a></li>\n";
  }
  return list + "</ol>";
}

std::string navigation(const std::string& title, const EditionParts& parts) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
         "xmlns:epub=\"http://www.idpf.org/2007/ops\">\n<head><title>" +
         xml_text(title) + "</title></head>\n<body>\n<nav epub:type=\"toc\">\n<h1>" + xml_text(title) + "</h1>\n" +
         list_of(parts) + "\n</nav>\n</body>\n</html>\n";
}

// For readers of EPUB 2.
std::string old_navigation(const std::string& id, const std::string& title, const EditionParts& parts) {
  std::string ncx =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ncx xmlns=\"http://www.daisy.org/z3986/2005/ncx/\" "
      "version=\"2005-1\">\n<head><meta name=\"dtb:uid\" content=\"" +
      id + "\"/></head>\n<docTitle><text>" + xml_text(title) + "</text></docTitle>\n<navMap>\n";
  int order = 0;
  for (const auto& chapter : parts.chapters) {
    const auto number = std::to_string(++order);
    ncx += "<navPoint id=\"n" + number + "\" playOrder=\"" + number + "\"><navLabel><text>" + xml_text(chapter.title) +
           "</text></navLabel><content src=\"" + xml_text(chapter.file) + "\"/></navPoint>\n";
  }
  return ncx + "</navMap>\n</ncx>\n";
}

std::string package(const std::string& id, const std::string& title, Instant now, const EditionParts& parts) {
  std::string opf =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" "
      "unique-identifier=\"id\">\n<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<dc:identifier id=\"id\">" +
      id + "</dc:identifier>\n<dc:title>" + xml_text(title) +
      "</dc:title>\n<dc:language>und</dc:language>\n<dc:creator>newscached</dc:creator>\n<meta "
      "property=\"dcterms:modified\">" +
      text::format_rfc3339(now) +
      "</meta>\n</metadata>\n<manifest>\n<item id=\"nav\" href=\"nav.xhtml\" "
      "media-type=\"application/xhtml+xml\" properties=\"nav\"/>\n<item id=\"ncx\" href=\"toc.ncx\" "
      "media-type=\"application/x-dtbncx+xml\"/>\n<item id=\"css\" href=\"style.css\" media-type=\"text/css\"/>\n";
  std::string spine;
  int number = 0;
  for (const auto& chapter : parts.chapters) {
    const auto item = "a" + std::to_string(++number);
    opf += "<item id=\"" + item + "\" href=\"" + xml_text(chapter.file) + "\" media-type=\"application/xhtml+xml\"/>\n";
    spine += "<itemref idref=\"" + item + "\"/>\n";
  }
  number = 0;
  for (const auto& picture : parts.pictures) {
    opf += "<item id=\"p" + std::to_string(++number) + "\" href=\"" + picture.file + "\" media-type=\"" + picture.type +
           "\"/>\n";
  }
  return opf + "</manifest>\n<spine toc=\"ncx\">\n" + spine + "</spine>\n</package>\n";
}

std::string title_of(const PublishOptions& options, Instant now) {
  return options.title.empty() ? "News, " + text::format_rfc3339(now).substr(0, 10) : options.title;
}

// An identity of its own for each edition: of its title, its time and what is in it.
std::string identity(const std::string& title, Instant now, const EditionParts& parts) {
  std::string all = title + text::format_rfc3339(now);
  for (const auto& chapter : parts.chapters) all += "\n" + chapter.file + chapter.title;
  auto uuid = hex(sha256({all}), 16);
  for (const std::size_t at : {8, 13, 18, 23}) uuid.insert(at, "-");
  uuid[14] = '8';  // of a form of our own (RFC 9562)
  uuid[19] = 'a';
  return "urn:uuid:" + uuid;
}

void report(const Session& session, const std::string& file, const EditionParts& parts) {
  const auto articles = static_cast<std::int64_t>(parts.chapters.size());
  const auto pictures = static_cast<std::int64_t>(parts.pictures.size());
  if (session.json) {
    print_json(session, boost::json::object{{"file", file}, {"articles", articles}, {"pictures", pictures}});
  } else {
    session.console.out << printable_line(file) << ": " << plural(articles, "article") << ", "
                        << plural(pictures, "picture") << '\n';
  }
}

Outcome<Exit> export_epub(Session& session, const PublishOptions& options) {
  const auto now = session.clock.wall();
  const auto title = title_of(options, now);
  Zip zip(options.to);
  Book book(zip);
  // First and as it is: by it the file is known.
  if (const auto added = zip.add("mimetype", "application/epub+zip", Zip::Packing::stored); !added)
    return added.error();
  const auto parts = write_articles(session, options.filters, book);
  if (!parts) return parts.error();
  const auto id = identity(title, now, *parts);
  const std::pair<const char*, std::string> rest[] = {
      {"META-INF/container.xml",
       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<container version=\"1.0\" "
       "xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n<rootfiles><rootfile "
       "full-path=\"content.opf\" media-type=\"application/oebps-package+xml\"/></rootfiles>\n</container>\n"},
      {"content.opf", package(id, title, now, *parts)},
      {"nav.xhtml", navigation(title, *parts)},
      {"toc.ncx", old_navigation(id, title, *parts)},
      {"style.css", std::string(style)}};
  for (const auto& [name, text] : rest) {
    if (const auto added = book.add(name, text); !added) return added.error();
  }
  if (const auto finished = zip.finish(); !finished) return finished.error();
  report(session, options.to, *parts);
  return Exit::done;
}

Outcome<Exit> export_html(Session& session, const PublishOptions& options) {
  const auto title = title_of(options, session.clock.wall());
  Folder folder(options.to);
  for (const auto* name : {"", "/articles", "/pictures"}) {
    if (const auto made = folder.make(name); !made) return made.error();
  }
  const auto parts = write_articles(session, options.filters, folder);
  if (!parts) return parts.error();
  const auto index = "<h1>" + xml_text(title) + "</h1>\n" + list_of(*parts);
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"index.html", edition_page(title, index, "")},
                                   {"style.css", std::string(style)}}) {
    // Read as HTML a declaration of XML would be a mistake.
    const auto from = name == "index.html" ? text.find("<!DOCTYPE") : 0;
    if (const auto added = folder.add(name, std::string_view(text).substr(from)); !added) return added.error();
  }
  report(session, options.to + "/index.html", *parts);
  return Exit::done;
}

}  // namespace

void add_publish_commands(CLI::App& app, Action& chosen) {
  auto* exports = app.add_subcommand("export", "Make an edition of chosen articles, with their pictures");
  exports->require_subcommand(1);
  exports->footer(
      "Examples:\n  newscache export epub --unread --since 1d today.epub\n  newscache export html --starred kept");
  const auto add = [&](const char* name, const char* help, const char* to, const char* to_help, const char* footer,
                       auto* function) {
    auto* command = exports->add_subcommand(name, help);
    auto options = std::make_shared<PublishOptions>();
    add_filters(*command, options->filters);
    command->add_option("--title", options->title, "Of the edition; \"News\" and the day when absent");
    command->add_option(to, options->to, to_help)->required();
    command->footer(footer);
    run_on(command, chosen, options, function);
  };
  add("epub", "A book for e-readers, EPUB 3", "FILE", "Where to; replaced when it exists",
      "Example:\n  newscache export epub --unread --since 1d today.epub", export_epub);
  add("html", "A folder of pages; index.html opens in a browser", "DIR",
      "Where to; what is there of an earlier edition is replaced or stays",
      "Example:\n  newscache export html --starred kept", export_html);
}

}  // namespace newscache::client
