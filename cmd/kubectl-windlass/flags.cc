#include "cmd/kubectl-windlass/flags.h"

#include <CLI/CLI.hpp>

#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/value_checks.h"
#include "kubeclient/base/duration.h"

namespace windlass::cli {
namespace {

constexpr const char* kRollingUpdateExamples = R"(
Examples:
  # Update to another image, and keep the name
  kubectl windlass rolling-update web --image=registry.example/web:2
  # Update to the controller in a file; at the end it gets the name of the old one
  kubectl windlass rolling-update web-1 -f web-2.yaml
  # The same, but the new controller keeps its own name
  kubectl windlass rolling-update web-1 web-2 -f web-2.yaml
  # Roll back an update from web-1 to web-2 that is under way
  kubectl windlass rolling-update web-1 web-2 --rollback
)";

// Sets `to` to the duration in `text`, such as "5m" or "0". If the user did not give the flag,
// `text` is empty, and `to` keeps its value.
void Take(const std::string& text, Duration& to) {
  if (text.empty()) return;
  to = text == "0" ? Duration{0} : *ParseDuration(text);
}

}  // namespace

CLI::App* Parser::Add(CommandName name, const std::string& word, const std::string& text) {
  CLI::App* command = app->add_subcommand(word, text);
  command->fallthrough();
  commands[command] = name;
  AddDuration(command, "--timeout", durations.timeout,
              "how long the whole command may take; 0 means no limit (default)");
  return command;
}

// Adds a command whose arguments are objects. The help of the command names the kinds that have it.
CLI::App* Parser::AddForObjects(CommandName name, const std::string& word,
                                const std::string& text) {
  CLI::App* command = Add(name, word, text);
  command->add_option(
      "objects", line.arguments,
      "the objects: TYPE/NAME…, TYPE NAME…, or NAME; TYPE is " + KindWords(KindsWith(name)));
  command->add_option("-l,--selector", line.selector,
                      "selects all objects of a TYPE that have these labels, such as app=web");
  AddFiles(command,
           "manifest, or directory of manifests, that names the objects; - is standard "
           "input; may be repeated");
  return command;
}

void Parser::AddFiles(CLI::App* command, const std::string& what) {
  command->add_option("-f,--filename", line.filenames, what)
      ->allow_extra_args(false)
      ->delimiter(',');
}

void Parser::AddRevision(CLI::App* command, const std::string& flag, const std::string& what) {
  command->add_option(flag, line.revision, what)->check(CheckRevision)->type_name("REVISION");
}

void Parser::AddDryRun(CLI::App* command) {
  command
      ->add_option("--dry-run", line.dry_run,
                   "none (default) makes the change; client and server only print what would "
                   "happen; with server, the API server also checks the change")
      ->check(OneOf({"none", "client", "server"}));
}

void Parser::AddDuration(CLI::App* command, const std::string& flag, std::string& to,
                         const std::string& what) {
  command->add_option(flag, to, what)->check(CheckDuration)->type_name("DURATION");
}

void Parser::AddConnection() {
  ConnectionFlags& flags = line.connection;
  app->add_option("--kubeconfig", flags.kubeconfig, "kubeconfig file to use");
  app->add_option("--context", flags.context, "context of the kubeconfig to use");
  app->add_option("--cluster", flags.cluster, "cluster of the kubeconfig to use");
  app->add_option("--user", flags.user, "user of the kubeconfig to use");
  app->add_option("-n,--namespace", flags.namespace_,
                  "namespace of the objects (default: that of the context)");
  app->add_option("--as", flags.as, "user to impersonate");
  app->add_option("--as-uid", flags.as_uid, "uid to impersonate");
  app->add_option("--as-group", flags.as_groups, "group to impersonate; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  app->add_flag("--insecure-skip-tls-verify", flags.insecure_skip_tls_verify,
                "do not verify the certificate of the API server");
  AddDuration(app.get(), "--request-timeout", durations.request_timeout,
              "how long one request to the API server may take (default 32s)");
  app->add_option_function<std::string>(
         "-o,--output",
         [this](const std::string& format) {
           line.output = format == "json"   ? OutputFormat::kJson
                         : format == "yaml" ? OutputFormat::kYaml
                                            : OutputFormat::kName;
         },
         "output format: json, yaml or name; kubectl get has others")
      ->check(CheckOutput);
}

void Parser::AddRolloutCommands() {
  CLI::App* status = AddForObjects(CommandName::kStatus, "status",
                                   "wait for the end of a rollout, and show its state");
  line.watch = true;
  status->add_flag("-w,--watch,!--no-watch", line.watch,
                   "wait for the end of the rollout (default true)");
  AddRevision(status, "--revision",
              "the revision to wait for; the command ends if another revision is rolled out");

  AddRevision(AddForObjects(CommandName::kHistory, "history", "list the revisions, or show one"),
              "--revision", "show this revision");

  CLI::App* undo = AddForObjects(CommandName::kUndo, "undo", "go back to an earlier revision");
  AddRevision(undo, "--to-revision",
              "the revision to go back to; 0 is the one before the present (default)");

  CLI::App* pause = AddForObjects(CommandName::kPause, "pause", "stop a rollout where it is");
  CLI::App* resume = AddForObjects(CommandName::kResume, "resume", "let a paused rollout go on");
  CLI::App* restart = AddForObjects(CommandName::kRestart, "restart",
                                    "replace every Pod by a new one from the same template");
  CLI::App* promote =
      AddForObjects(CommandName::kPromote, "promote", "end the pause at which a rollout waits");
  promote->add_flag("--full", line.full, "end all steps of this rollout, not only this pause");
  promote->add_flag("--force", line.force, "promote even while Pods of the step are not available");
  CLI::App* abort =
      AddForObjects(CommandName::kAbort, "abort",
                    "bring the Pods back to the revision that ran before the rollout");
  abort->add_flag("--end", end_abort, "end an abort: the same as kubectl windlass retry");
  CLI::App* retry =
      AddForObjects(CommandName::kRetry, "retry", "end an abort: roll out the template again");
  for (CLI::App* command : {undo, pause, resume, restart, promote, abort, retry}) {
    AddDryRun(command);
  }

  CLI::App* get =
      AddForObjects(CommandName::kGet, "get",
                    "show a workload with its Pods; without a name, a table of workloads");
  get->add_flag("-A,--all-namespaces", line.all_namespaces, "list workloads of all namespaces");
  get->add_flag("-w,--watch", watch_get,
                "repeat the output whenever something changes; needs a terminal or -o");
  get->add_flag("--ascii", line.ascii,
                "draw the tree with |, `- and +- (default where the locale is not UTF-8)");

  CLI::App* completion = Add(CommandName::kCompletion, "completion",
                             "print what a shell needs to complete kubectl windlass");
  completion->add_option("shell", line.arguments, "the shell: bash, zsh or fish");

  Add(CommandName::kVersion, "version", "versions of this program, the server and the CRDs");
}

void Parser::AddRollingUpdate() {
  RollingUpdateFlags& flags = line.rolling_update;
  CLI::App* update = Add(CommandName::kRollingUpdate, "rolling-update",
                         "replace a ReplicationController by another one, Pod by Pod");
  update->footer(kRollingUpdateExamples);
  update->add_option("names", line.arguments,
                     "OLD: the ReplicationController to replace, also as rc/OLD. NEW: the name "
                     "of the new one. Without NEW, the new one gets the name OLD at the end, "
                     "unless --cleanup is Delete or Preserve");
  AddFiles(update, "manifest of the new controller; - is standard input");
  update->add_option("--image", flags.image, "image of the new controller");
  update->add_option("--container", flags.container,
                     "container that gets the image; needed if there are several");
  update
      ->add_option(
          "--image-pull-policy", flags.image_pull_policy,
          "Always, IfNotPresent or Never; needed if the image stays the same, otherwise ignored")
      ->check(OneOf({"Always", "IfNotPresent", "Never"}));
  update->add_option(
      "--deployment-label-key", flags.deployment_label_key,
      "key of the label that tells the Pods of the two controllers apart (default deployment)");
  AddDuration(update, "--update-period", durations.update_period,
              "time between two steps (default 1m)");
  AddDuration(update, "--poll-interval", durations.poll_interval,
              "with --local: time between two looks at the Pods (default 3s)");
  AddDuration(update, "--progress-timeout", durations.progress_timeout,
              "the update fails if nothing can be scaled for this time (default 5m), or for "
              "--update-period if that is longer");
  update
      ->add_option("--max-surge", flags.max_surge,
                   "how many Pods there may be above the desired number (default 1)")
      ->check(CheckLimit)
      ->type_name("PODS");
  update
      ->add_option("--max-unavailable", flags.max_unavailable,
                   "how many of the desired Pods may be unavailable (default 0)")
      ->check(CheckLimit)
      ->type_name("PODS");
  update
      ->add_option("--min-ready-seconds", flags.min_ready_seconds,
                   "how many seconds a new Pod must be ready to count as available (default 0)")
      ->check(CheckSeconds)
      ->type_name("SECONDS");
  update
      ->add_option(
          "--cleanup", flags.cleanup,
          "what happens at the end of the update: Rename the new controller to OLD "
          "(default if NEW is not given), Delete OLD (default if NEW is given), or Preserve "
          "both")
      ->check(OneOf({"Delete", "Preserve", "Rename"}));
  update
      ->add_option(
          "--on-external-scale", flags.on_external_scale,
          "what to do if another client scales OLD or NEW: Pause (default), Adopt or Override")
      ->check(OneOf({"Pause", "Adopt", "Override"}));
  AddDryRun(update);
  update->add_flag("--rollback", flags.rollback, "roll back an update that is under way");
  update->add_flag("--wait,!--no-wait", flags.wait, "follow the update to its end (default true)");
  update->add_flag("--local", flags.local, "run the update in this program, not in Windlass");
}

Parser::Parser()
    : app(std::make_unique<CLI::App>(
          "Shows and controls rollouts of Deployments, Rollouts and ReplicationControllers.",
          "kubectl windlass")) {
  app->require_subcommand(1);
  app->failure_message(CLI::FailureMessage::simple);
  // If a flag is given twice, the last value counts, as with kubectl. Exceptions are -f and
  // --as-group: all their values count.
  app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  AddConnection();
  AddRolloutCommands();
  AddRollingUpdate();
}

Parser::~Parser() = default;

Status Parser::TakeDurations() {
  Duration timeout{0};
  Take(durations.timeout, timeout);
  if (timeout > Duration{0}) line.timeout = timeout;
  Take(durations.progress_timeout, line.rolling_update.progress_timeout);
  if (line.rolling_update.progress_timeout == Duration{0}) {
    return Error{ErrorKind::kConfig,
                 "--progress-timeout=0: the duration must be above 0, so that an update without "
                 "progress ends; write for example 5m; see kubectl windlass --help"};
  }
  Take(durations.request_timeout, line.connection.request_timeout);
  // With kubectl, 0 means no limit. Here one day takes the place of no limit.
  if (line.connection.request_timeout == Duration{0}) {
    line.connection.request_timeout = std::chrono::hours(24);
  }
  Take(durations.update_period, line.rolling_update.update_period);
  Take(durations.poll_interval, line.rolling_update.poll_interval);
  return Unit{};
}

Status Parser::Finish() {
  const CLI::App* chosen = app->get_subcommands().front();
  line.command = commands.at(chosen);
  if (line.command == CommandName::kGet) line.watch = watch_get;
  for (const CLI::Option* option : chosen->get_options()) {
    if (option->count() > 0 && !option->get_lnames().empty()) {
      line.rolling_update.given.insert("--" + option->get_lnames().front());
    }
  }
  if (end_abort) line.command = CommandName::kRetry;
  return TakeDurations();
}

}  // namespace windlass::cli
