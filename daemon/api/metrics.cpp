// GET /metrics: OpenMetrics 1.0.

#include "api/handlers.hpp"

namespace newscache::api {

namespace {

struct Figures {
  model::Counts counts;
  std::int64_t unindexed = 0;
  std::int64_t database_bytes = 0;
  store::Reader::Assets assets;
  std::int64_t incomplete = 0;
};

// One metric family with one sample each; those that are not known are left out.
class Exposition {
 public:
  void gauge(std::string_view name, std::string_view unit, std::string_view help,
             const std::optional<std::int64_t>& value) {
    if (value) family(name, "gauge", unit, help, "", *value);
  }
  void counter(std::string_view name, std::string_view unit, std::string_view help, std::int64_t value) {
    family(name, "counter", unit, help, "_total", value);
  }
  void info(std::string_view name, std::string_view help, std::string_view label, std::string_view value) {
    text_ += "# TYPE " + full(name) + " info\n# HELP " + full(name) + " " + std::string(help) + "\n" + full(name) +
             "_info{" + std::string(label) + "=\"" + std::string(value) + "\"} 1\n";
  }
  std::string take() { return std::move(text_ += "# EOF\n"); }

 private:
  static std::string full(std::string_view name) { return "newscached_" + std::string(name); }
  void family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help,
              std::string_view suffix, std::int64_t value) {
    const auto metric = full(name);
    text_ += "# TYPE " + metric + " " + std::string(type) + "\n";
    if (!unit.empty()) text_ += "# UNIT " + metric + " " + std::string(unit) + "\n";
    text_ += "# HELP " + metric + " " + std::string(help) + "\n";
    text_ += metric + std::string(suffix) + " " + std::to_string(value) + "\n";
  }
  std::string text_;
};

Figures read_figures(store::Reader& reader) {
  const store::Reader::View view(reader);
  return {reader.counts(), reader.unindexed(), reader.database_bytes(), reader.assets(), reader.incomplete_count()};
}

}  // namespace

loop::awaitable<Response> get_metrics(Context& context, Request&) {
  const auto stored = co_await context.services.reader.run(read_figures);
  const auto daemon = context.services.status();
  const auto& poller = context.services.poller;
  const auto activity = poller.activity();
  Exposition out;
  out.info("build", "The program.", "version", daemon.version);
  out.gauge("uptime_seconds", "seconds", "Since the start.", daemon.uptime_s);
  out.gauge("feeds", "", "Subscriptions.", stored.counts.feeds);
  out.gauge("articles", "", "Stored articles.", stored.counts.articles);
  out.gauge("articles_unread", "", "Of these, not read yet.", stored.counts.unread);
  out.gauge("articles_starred", "", "Of these, starred.", stored.counts.starred);
  out.gauge("articles_unindexed", "", "Articles that the search index has not taken in yet.", stored.unindexed);
  out.gauge("articles_incomplete", "", "Articles that are to be completed for reading offline.", stored.incomplete);
  out.gauge("database_bytes", "bytes", "Size of the database.", stored.database_bytes);
  out.gauge("assets", "", "Pictures and other files of articles.", stored.assets.count);
  out.gauge("asset_bytes", "bytes", "What these take.", stored.assets.bytes);
  out.gauge("storage_limit_bytes", "bytes", "What the database and the assets may take.", daemon.storage_limit);
  out.gauge("storage_free_bytes", "bytes", "Left on its file system.", daemon.storage_free);
  out.counter("written_bytes", "bytes", "Written to disks since the start.", daemon.written_bytes);
  out.gauge("received_today_bytes", "bytes", "Received from the network today, UTC.", poller.received_today());
  out.gauge("answers_kept_bytes", "bytes", "Answers of the API that can be given again until the next commit.",
            static_cast<std::int64_t>(context.host.answers.bytes()));
  out.counter("answers_repeated", "", "Answers of the API that were given again.", context.host.answers.repeated());
  out.gauge("transfers_active", "", "Feeds being fetched.", static_cast<std::int64_t>(activity.active));
  out.gauge("transfers_queued", "", "Feeds that are due and wait.", static_cast<std::int64_t>(activity.queued));
  Response response;
  response.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  response.body = out.take();
  co_return response;
}

}  // namespace newscache::api
