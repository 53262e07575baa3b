// What is said of a command line that cannot be read.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {

ErrorSection CommandLineErrors() {
  constexpr ExitCode kUsage = ExitCode::kUsage;
  return {
      "Command line",
      {{"stauts web", kUsage,
        "error: no command \"stauts\": the commands are status, history, undo, pause, resume, "
        "restart, promote, abort, retry, get, completion, version, rolling-update; see kubectl "
        "windlass --help",
        "There is no such command. The text lists those that there are."},
       {"-f web.yaml stauts", kUsage,
        "error: no command \"stauts\": the commands are status, history, undo, pause, resume, "
        "restart, promote, abort, retry, get, completion, version, rolling-update; see kubectl "
        "windlass --help",
        "As above: the first word that is neither a flag nor its value is no command."},
       {"-n shop", kUsage,
        "error: no command given: the commands are status, history, undo, pause, resume, restart, "
        "promote, abort, retry, get, completion, version, rolling-update; see kubectl windlass "
        "--help",
        "The command line has flags alone. Write a command."},
       {"status web --frob", kUsage,
        "error: status has no flag --frob; see kubectl windlass --help",
        "The command does not have this flag. `kubectl windlass status --help` lists those that it "
        "has."},
       {"version web api", kUsage,
        "error: version takes no argument \"web\"; see kubectl windlass --help",
        "The command takes no arguments. Leave them out."},
       {"version -o name", kUsage,
        "error: version does not have -o name: write -o json or -o yaml, or leave out -o",
        "`-o name` prints names of objects. Choose another format."},
       {"completion tcsh", kUsage,
        "error: name one shell: kubectl windlass completion bash, zsh or fish",
        "kubectl completes its plugins in these three shells."},
       {"rolling-update old --image=i --progress-timeout=0", kUsage,
        "error: --progress-timeout=0: the duration must be above 0, so that an update without "
        "progress ends; write for example 5m; see kubectl windlass --help",
        "The flag says for how long nothing may move, and that has an end."},
       {"status web --timeout", kUsage,
        "error: --timeout needs a value; see kubectl windlass --help",
        "The flag is the last word, and nothing follows it. Write `--timeout=5m`, for example."},
       {"status web --timeout=soon", kUsage,
        "error: --timeout: 'soon' is not a duration; write for example 30s or 5m; see kubectl "
        "windlass --help",
        "The value is not a duration. `0` is allowed, too."},
       {"status web --watch=maybe", kUsage,
        "error: --watch: 'maybe' is neither true nor false; see kubectl windlass --help",
        "`--watch`, `--wait` and flags like these take `true`, `false` or nothing."},
       {"status web --revision=x", kUsage,
        "error: --revision: 'x' is not a whole number; see kubectl windlass --help",
        "The value must be digits alone. `kubectl windlass history` lists the revisions."},
       {"get web -o wide", kUsage,
        "error: --output: 'wide' is not one of json, yaml, name; kubectl get has the others, such "
        "as jsonpath and custom-columns; see kubectl windlass --help",
        "The value is none of those that the flag takes. Write one of the list, or use `kubectl "
        "get`."},
       {"undo web --to-revision=-1", kUsage,
        "error: --to-revision: a revision must be a positive integer: -1; see kubectl windlass "
        "--help",
        "Revisions count from 1. With 0, `undo` goes back to the one before."},
       {"undo web --dry-run=maybe", kUsage,
        "error: --dry-run: 'maybe' is not one of none, client, server; see kubectl windlass --help",
        "As above. `--cleanup`, `--on-external-scale` and `--image-pull-policy` say so, too."},
       {"rolling-update old --image=i --cleanup=none", kUsage,
        "error: --cleanup: 'none' is not one of Delete, Preserve, Rename; see kubectl windlass "
        "--help",
        "As above."},
       {"rolling-update old --image=i --min-ready-seconds=-1", kUsage,
        "error: --min-ready-seconds: '-1' is not a number of seconds; write 0 or more; see kubectl "
        "windlass --help",
        "The value is negative or has a unit. Write whole seconds."},
       {"rolling-update old --image=i --max-surge=many", kUsage,
        "error: --max-surge: 'many' is not a number of Pods; write for example 1 or 25%; see "
        "kubectl "
        "windlass --help",
        "`--max-surge` and `--max-unavailable` take a number of Pods or a percentage, and neither "
        "may be negative."},
       {"--help", ExitCode::kError,
        "error: internal error: the output cannot be written: report it, with the command line",
        "A fault of the plugin. Report it.", [](KubectlRun& run) { run.out_fails = true; }},
       {"--help", ExitCode::kError, "error: the output cannot be written: no space left on device",
        "Standard output is a file on a full disk, for example, and what was to be printed is "
        "lost. "
        "A change of an object has been carried out nevertheless. Make room, and look at the "
        "object "
        "with `kubectl windlass get`.",
        [](KubectlRun& run) { run.lost = "no space left on device"; }}}};
}

}  // namespace windlass::cli
