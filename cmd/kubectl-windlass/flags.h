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

// The values of the flags for durations, as text; "" if the user did not give the flag.
// Parser::Finish parses the texts.
struct Durations {
  std::string request_timeout;
  std::string timeout;
  std::string progress_timeout;
  std::string update_period;
  std::string poll_interval;
};

// The CLI11 parser `app`, and the variables into which it writes the flags.
struct Parser {
  Parser();
  ~Parser();

  // Call this after `app` has parsed a command line. Fills in the fields of `line` that `app` does
  // not write:
  //   - `command`: the command; kRetry for abort --end
  //   - `watch`, if the command is get: the value of `watch_get`
  //   - `rolling_update.given`: which flags of the command the user gave
  //   - the durations
  // Returns an error if --progress-timeout is 0.
  Status Finish();

  CommandLine line;
  bool watch_get = false;  // get --watch. status --watch sets `line.watch`
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
