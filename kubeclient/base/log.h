// Structured logging: a line is an event and its fields. Log one line for each decision that
// changes the cluster.
//
//   log.Info("scaled replicaset", {{"replicaset", name}, {"from", 3}, {"to", 5}});
//
// Only log.cc uses spdlog, the library that prints the lines. Tests and the simulator pass in their
// own Log. Never log a token or the value of an environment variable in a Pod template.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace windlass {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : uint8_t { kText, kJson };

struct LogField {
  std::string key;
  std::string value;
  // False for an integer, which JSON writes without quotation marks. A bool is written as 0 or 1.
  bool quoted = true;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, std::integral auto v)
      : key(k), value(std::to_string(v)), quoted(false) {}
};
using LogFields = std::vector<LogField>;

// Every implementation must be thread-safe.
class Log {
 public:
  virtual ~Log() = default;
  virtual void Write(LogLevel level, std::string_view event, const LogFields& fields) = 0;
  virtual bool Enabled(LogLevel level) const = 0;

  void Debug(std::string_view event, const LogFields& fields = {}) {
    if (Enabled(LogLevel::kDebug)) Write(LogLevel::kDebug, event, fields);
  }
  void Info(std::string_view event, const LogFields& fields = {}) {
    if (Enabled(LogLevel::kInfo)) Write(LogLevel::kInfo, event, fields);
  }
  void Warning(std::string_view event, const LogFields& fields = {}) {
    Write(LogLevel::kWarning, event, fields);
  }
  void Error(std::string_view event, const LogFields& fields = {}) {
    Write(LogLevel::kError, event, fields);
  }
};

// Drops everything.
class NullLog final : public Log {
 public:
  void Write(LogLevel, std::string_view, const LogFields&) override {}
  bool Enabled(LogLevel) const override { return false; }
};

// Returns a Log that writes to standard error and drops lines of a level below `lowest`. A line is
// `<time> <level> <event> key=value …` or a JSON object.
std::unique_ptr<Log> StderrLog(LogFormat format, LogLevel lowest);

// Returns a log line in `format`, without the time. Public for tests of the format.
// Escapes the event and every value. Cuts each at 1 KiB, or up to three bytes earlier so that no
// UTF-8 character is cut in two, and marks the cut with "…".
std::string FormatLogLine(LogFormat format, LogLevel level, std::string_view event,
                          const LogFields& fields);

}  // namespace windlass
