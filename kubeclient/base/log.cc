#include "kubeclient/base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>

#include "kubeclient/base/cut_text.h"
#include "kubeclient/base/stderr_writer.h"

namespace windlass {
namespace {

constexpr size_t kValueBytesMax = 1024;
constexpr const char* kNoLoggerName = "";  // PatternOf leaves the name out of every line

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "?";
}

// Returns `text` escaped as a JSON string, without the quotation marks, so that no value can forge
// a log line. If `text` is longer than kValueBytesMax, cuts it there and appends "…".
std::string Escape(std::string_view text) {
  std::string out;
  const std::string_view logged = CutText(text, kValueBytesMax);
  const bool cut = logged.size() < text.size();
  for (const char c : logged) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", byte);
      out += buffer;
    } else {
      out += c;
    }
  }
  if (cut) out += "…";
  return out;
}

bool NeedsQuotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \t\n\"\\=") != std::string_view::npos;
}

// Returns the spdlog pattern of a line. spdlog puts the result of BareLine in place of %v. A JSON
// line begins with "{" and the time, a text line begins with the time.
std::string PatternOf(LogFormat format) {
  return format == LogFormat::kJson ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v)"
                                    : "%Y-%m-%dT%H:%M:%S.%eZ %v";
}

// Returns the line that replaces the %v in PatternOf. A JSON line lacks its first "{", because the
// pattern already contains it.
std::string BareLine(LogFormat format, LogLevel level, std::string_view event,
                     const LogFields& fields) {
  std::string line = FormatLogLine(format, level, event, fields);
  if (format == LogFormat::kJson) line.erase(0, 1);
  return line;
}

// Returns the line that reports `count` dropped lines. StderrWriter drops lines if no process reads
// standard error in time.
std::string DroppedLine(LogFormat format, uint64_t count) {
  const std::string line = BareLine(
      format, LogLevel::kWarning,
      "log lines were dropped, because nothing read standard error in time", {{"lines", count}});
  spdlog::memory_buf_t out;
  spdlog::pattern_formatter(PatternOf(format), spdlog::pattern_time_type::utc)
      .format({kNoLoggerName, spdlog::level::info, line}, out);
  return {out.data(), out.size()};
}

class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit StderrSink(LogFormat format)
      : writer_(STDERR_FILENO, [format](uint64_t count) { return DroppedLine(format, count); }) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    writer_.Write({line.data(), line.size()});
  }
  void flush_() override {}

  StderrWriter writer_;
};

class SpdlogLog final : public Log {
 public:
  SpdlogLog(LogFormat format, LogLevel lowest)
      : format_(format),
        lowest_(lowest),
        logger_(kNoLoggerName, std::make_shared<StderrSink>(format)) {
    logger_.set_level(spdlog::level::trace);
    logger_.set_pattern(PatternOf(format), spdlog::pattern_time_type::utc);
  }

  void Write(LogLevel level, std::string_view event, const LogFields& fields) override {
    if (!Enabled(level)) return;
    logger_.log(spdlog::level::info, "{}", BareLine(format_, level, event, fields));
  }
  bool Enabled(LogLevel level) const override { return level >= lowest_; }

 private:
  LogFormat format_;
  LogLevel lowest_;
  spdlog::logger logger_;
};

}  // namespace

std::string FormatLogLine(LogFormat format, LogLevel level, std::string_view event,
                          const LogFields& fields) {
  std::string line;
  if (format == LogFormat::kJson) {
    line.append("{\"level\":\"").append(Name(level)).append("\",\"msg\":\"").append(Escape(event));
    line += '"';
    for (const LogField& field : fields) {
      line.append(",\"").append(Escape(field.key)).append("\":");
      if (field.quoted) line += '"';
      line += Escape(field.value);
      if (field.quoted) line += '"';
    }
    return line + "}";
  }
  line.append(Name(level)).append(" ").append(Escape(event));
  for (const LogField& field : fields) {
    const bool quotes = NeedsQuotes(field.value);
    line.append(" ").append(field.key).append("=");
    if (quotes) line += '"';
    line += Escape(field.value);
    if (quotes) line += '"';
  }
  return line;
}

std::unique_ptr<Log> StderrLog(LogFormat format, LogLevel lowest) {
  return std::make_unique<SpdlogLog>(format, lowest);
}

}  // namespace windlass
