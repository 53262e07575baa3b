// The commands and flags of the plugin, defined with the library CLI11.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cmd/kubectl-windlass/command_line.h"
#include "kubeclient/base/result.h"

namespace CLI {
class App;
}  // namespace CLI

namespace windlass::cli {

// The flags that are durations, as text. Finish parses them.
struct Durations {
  std::string request_timeout;
  std::string timeout;
  std::string progress_timeout;
  std::string update_period;
  std::string poll_interval;
};

// The parser, and what it writes to.
struct Parser {
  Parser();
  ~Parser();

  // Completes `line`: the command (retry for abort --end), the flags of that command that were
  // given, `watch` of get, and the durations. Requires that a command line was parsed. Returns an
  // error if --progress-timeout is 0.
  Status Finish();

  CommandLine line;
  bool watch_get = false;  // get --watch; status --watch is `line.watch`, true by default
  bool end_abort = false;  // abort --end
  Durations durations;
  std::unique_ptr<CLI::App> app;
  std::map<const CLI::App*, CommandName> commands;

 private:
  CLI::App* Add(CommandName name, const std::string& word, const std::string& text);
  CLI::App* AddForObjects(CommandName name, const std::string& word, const std::string& text);
  void AddFiles(CLI::App* command, const std::string& what);
  void AddRevision(CLI::App* command, const std::string& flag, const std::string& what);
  void AddDryRun(CLI::App* command);
  static void AddDuration(CLI::App* command, const std::string& flag, std::string& to,
                          const std::string& what);
  void AddConnection();
  void AddRolloutCommands();
  void AddRollingUpdate();
  Status TakeDurations();
};

}  // namespace windlass::cli
