#include "cmd/windlass/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "cmd/windlass/controllers_flag.h"
#include "kubeclient/base/duration.h"
#include "kubeclient/lease/leader_election.h"
#include "windlass_version.h"

namespace windlass {
namespace {

// A flag that an earlier version had.
struct RemovedFlag {
  std::string_view name;
  std::string_view instead;
};

// Flags of earlier versions. Windlass refuses to start with such a flag, because without the flag's
// effect it would do more, or less, than the user expects.
constexpr std::array kRemovedFlags = {
    RemovedFlag{"--in-place-namespace-selector",
                "label the namespaces that the flag selects with windlass.dev/in-place=allowed; "
                "apply deploy/in-place-namespaces-policy.yaml; in all other namespaces, remove the "
                "windlass.dev/in-place* annotations of Deployments; then leave the flag out"},
};

// Returns an error if an argument is a removed flag, as "--flag" or "--flag=value".
Status RefuseRemoved(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string_view name = argument.substr(0, argument.find('='));
    const auto* removed = std::ranges::find(kRemovedFlags, name, &RemovedFlag::name);
    if (removed == kRemovedFlags.end()) continue;
    return Error{ErrorKind::kConfig,
                 std::string(name) + " does not exist any more: " + std::string(removed->instead)};
  }
  return Unit{};
}

std::string CheckDuration(const std::string& text) {
  const std::optional<Duration> duration = ParseDuration(text);
  return duration && *duration > Duration(0)
             ? ""
             : "'" + text + "' is not a duration; write for example 15s or 1m30s";
}

// Checks what CLI11 cannot check: whether the times of the Lease fit together, and values for which
// CLI11 has no check. Accepts --force together with --leader-elect, although --force then has no
// effect.
Status CheckTogether(const Flags& flags) {
  const auto wrong = [](std::string text) { return Error{ErrorKind::kConfig, std::move(text)}; };
  if (flags.leader_elect_name.empty()) {
    return wrong("--leader-elect-resource-name is empty; write the name of the Lease");
  }
  if (flags.leader_elect_namespace.empty()) {
    return wrong("--leader-elect-resource-namespace is empty; write the namespace of the Lease");
  }
  if (flags.credentials_poll_period < seconds(1)) {
    return wrong("--credentials-poll-period must be at least 1s");
  }
  if (!std::isfinite(flags.qps)) return wrong("--kube-api-qps must be a finite number");
  LeaderElectionOptions election;
  election.lease_duration = flags.lease_duration;
  election.renew_deadline = flags.renew_deadline;
  election.retry_period = flags.retry_period;
  return CheckLeaderElectionOptions(election, "--leader-elect-");
}

struct Texts {
  std::string credentials_poll_period = "1m";
  std::string lease_duration = "15s";
  std::string renew_deadline = "10s";
  std::string retry_period = "2s";
  std::string log_format = "text";
};

void DescribeConnection(CLI::App& app, Flags& flags, Texts& texts) {
  app.add_option("--kubeconfig", flags.kubeconfig,
                 "kubeconfig file; without it the service account of the Pod, else $KUBECONFIG, "
                 "else ~/.kube/config");
  app.add_option("--namespace", flags.namespace_, "watch only this namespace (default: all)");
  app.add_flag("--insecure-skip-tls-verify", flags.insecure_skip_tls_verify,
               "accept a kubeconfig with insecure-skip-tls-verify: true; for tests only");
  app.add_option("--credentials-poll-period", texts.credentials_poll_period,
                 "how often token, certificate and CA files are checked for changes")
      ->check(CheckDuration, "duration", "duration")
      ->capture_default_str();
  app.add_option("--kube-api-qps", flags.qps,
                 "requests per second to the API server; 0 or less sets no limit")
      ->capture_default_str();
  app.add_option("--kube-api-burst", flags.burst,
                 "how many requests may be sent at once, before --kube-api-qps holds them back")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option(
         "--max-in-flight", flags.max_in_flight,
         "how many requests may be in flight, and how many syncs under way, at the same time")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
}

void DescribeLeaderElection(CLI::App& app, Flags& flags, Texts& texts) {
  app.add_flag("--leader-elect,!--no-leader-elect", flags.leader_elect,
               "hold a Lease before writing anything (default true; --leader-elect=false to switch "
               "it off)");
  app.add_flag("--force", flags.force,
               "with --leader-elect=false: begin although another process holds the Lease");
  app.add_option("--leader-elect-resource-name", flags.leader_elect_name, "name of the Lease")
      ->capture_default_str();
  app.add_option("--leader-elect-resource-namespace", flags.leader_elect_namespace,
                 "namespace of the Lease")
      ->capture_default_str();
  app.add_option(
         "--leader-elect-lease-duration", texts.lease_duration,
         "how long other processes wait for a renewal before they take the Lease; whole seconds")
      ->check(CheckDuration, "duration", "duration")
      ->capture_default_str();
  app.add_option("--leader-elect-renew-deadline", texts.renew_deadline,
                 "how long after a renewal the leader may still write")
      ->check(CheckDuration, "duration", "duration")
      ->capture_default_str();
  app.add_option("--leader-elect-retry-period", texts.retry_period,
                 "time between two tries to get or renew the Lease")
      ->check(CheckDuration, "duration", "duration")
      ->capture_default_str();
}

void DescribeOperation(CLI::App& app, Flags& flags, Texts& texts,
                       const ControllerList& controllers) {
  // ChooseControllers refuses a command line without this flag, and says which controllers there
  // are.
  app.add_option("--controllers", flags.controllers, DescribeControllers(controllers))->join(',');
  app.add_option("--metrics-bind-address", flags.metrics_bind_address,
                 "host:port of /metrics, /livez and /readyz; port 0 picks a free one and logs it, "
                 "'0' serves none of them")
      ->capture_default_str();
  app.add_option("--health-probe-bind-address", flags.health_probe_bind_address,
                 "host:port of a second port, for /livez and /readyz alone; '0' for none")
      ->capture_default_str();
  app.add_flag("--metrics-namespace-label,!--no-metrics-namespace-label",
               flags.metrics_namespace_label,
               "label metrics of rollouts with the namespace and the name of the object (default "
               "true; --metrics-namespace-label=false leaves both out)");
  app.add_option("--log-format", texts.log_format,
                 "text or json: the format of the log, which is written to standard error")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option(
         "-v,--v", flags.verbosity,
         "how much to log, 0 to 10: below 4 decisions and warnings, from 4 on also debug lines")
      ->check(CLI::Range(0, 10))
      ->capture_default_str();
}

}  // namespace

Result<Flags> ParseFlags(int argc, const char* const* argv, const ControllerList& controllers) {
  if (const Status removed = RefuseRemoved(argc, argv); !removed.ok()) return removed.error();
  Flags flags;
  Texts texts;
  CLI::App app(
      "Windlass rolls out Deployments, Rollouts and ReplicationControllers on Kubernetes, with new "
      "Pods or with new images in running ones.",
      "windlass");
  app.set_version_flag("--version", std::string("windlass ") + WINDLASS_VERSION);
  app.failure_message(CLI::FailureMessage::simple);
  DescribeConnection(app, flags, texts);
  DescribeLeaderElection(app, flags, texts);
  DescribeOperation(app, flags, texts, controllers);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    flags.version_line = app.help();
    return flags;
  } catch (const CLI::CallForVersion&) {
    flags.version_line = app.version() + "\n";
    return flags;
  } catch (const CLI::ParseError& error) {
    return Error{ErrorKind::kConfig, std::string(error.what()) + "; see windlass --help"};
  }
  flags.credentials_poll_period = *ParseDuration(texts.credentials_poll_period);
  flags.lease_duration = *ParseDuration(texts.lease_duration);
  flags.renew_deadline = *ParseDuration(texts.renew_deadline);
  flags.retry_period = *ParseDuration(texts.retry_period);
  flags.log_format = texts.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  const Status together = CheckTogether(flags);
  if (!together.ok()) return together.error();
  return flags;
}

}  // namespace windlass
