// A log that a test can read.
#pragma once

#include <string>
#include <vector>

#include "kubeclient/base/log.h"

namespace windlass {

class RecordingLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override {
    lines.push_back(FormatLogLine(LogFormat::kText, level, event, fields));
  }
  bool Enabled(LogLevel) const override { return true; }

  std::vector<std::string> lines;
};

}  // namespace windlass
