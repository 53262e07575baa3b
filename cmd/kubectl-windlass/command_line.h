// The command line of kubectl-windlass after parsing: the command, its arguments and its flags.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// The commands of kubectl-windlass, by name.
enum class CommandName : uint8_t {
  kHelp,  // CommandLine::help has the text
  kStatus,
  kHistory,
  kUndo,
  kPause,
  kResume,
  kRestart,
  kPromote,
  kAbort,
  kRetry,
  kGet,
  kVersion,
  kCompletion,
  kRollingUpdate,
};

enum class OutputFormat : uint8_t { kText, kJson, kYaml, kName };

// The flags about the connection to the API server. Every command has them.
struct ConnectionFlags {
  std::string kubeconfig;
  std::string context;
  std::string cluster;
  std::string user;
  std::string namespace_;  // "" = the namespace of the context
  std::string as;
  std::string as_uid;
  std::vector<std::string> as_groups;
  bool insecure_skip_tls_verify = false;
  Duration request_timeout = kRequestTimeout;
};

// The flags of rolling-update. Flags that kubectl 1.17 had, too, have kubectl's names. Exception:
// kubectl's --timeout is --progress-timeout here.
struct RollingUpdateFlags {
  std::string image;
  std::string container;
  std::string image_pull_policy;
  std::string deployment_label_key = "deployment";
  Duration update_period = std::chrono::minutes(1);
  Duration poll_interval = seconds(3);
  Duration progress_timeout = std::chrono::minutes(5);
  std::string max_surge = "1";
  std::string max_unavailable = "0";
  int32_t min_ready_seconds = 0;
  std::string cleanup;            // "" = Delete if a second name is given, else Rename
  std::string on_external_scale;  // "" = Pause
  std::set<std::string> given;    // the flags that the user gave, for example "--update-period"
  bool rollback = false;
  bool wait = true;
  bool local = false;
};

struct CommandLine {
  CommandName command = CommandName::kHelp;
  std::string help;                    // for kHelp: the text to print
  std::vector<std::string> arguments;  // the words after the command's name, without flags
  std::vector<std::string> filenames;  // -f
  std::string standard_input;          // for `-f -`: the text that was read from standard input
  std::string selector;                // -l
  ConnectionFlags connection;
  OutputFormat output = OutputFormat::kText;
  std::optional<Duration> timeout{};  // --timeout, the limit for the whole command
  bool all_namespaces = false;
  bool watch = false;
  bool ascii = false;            // get --ascii
  int64_t revision = 0;          // --revision, --to-revision; 0 = not given
  std::string dry_run = "none";  // none, client or server
  bool full = false;             // promote --full: end all steps
  bool force = false;            // promote --force: even if Pods of the step are not available
  RollingUpdateFlags rolling_update;
};

}  // namespace windlass::cli
