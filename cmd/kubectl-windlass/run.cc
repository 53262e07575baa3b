#include "cmd/kubectl-windlass/run.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/complete.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/parse.h"
#include "cmd/windlass/signals.h"
#include "kubeclient/base/core_dumps.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/base/log.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/exec_plugin.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/cpprest_transport.h"
#include "kubeclient/transport/system_trust.h"
#include "windlass_version.h"

namespace windlass::cli {
namespace {

// How long a completion may take: a shell waits for the candidates while the user types.
constexpr Duration kCompletionMax = seconds(5);

ConfigSources SourcesOf(const ConnectionFlags& flags) {
  ConfigSources sources;
  sources.kubeconfig = flags.kubeconfig;
  sources.context = flags.context;
  sources.cluster = flags.cluster;
  sources.user = flags.user;
  sources.insecure_skip_tls_verify = flags.insecure_skip_tls_verify;
  sources.impersonate = {flags.as, flags.as_uid, flags.as_groups};
  sources.as_kubectl = true;
  sources.terminal = isatty(STDIN_FILENO) == 1;
  return sources;
}

// Everything that a command needs to talk to the API server.
class Connected {
 public:
  // `inbox` must outlive this object.
  Connected(const ClientConfig& config, const ConnectionFlags& flags,
            std::optional<Duration> timeout, Inbox& inbox)
      : inbox_(inbox) {
    namespace_ = !flags.namespace_.empty()    ? flags.namespace_
                 : !config.namespace_.empty() ? config.namespace_
                                              : "default";
    auto connection =
        ClusterConnection::Open(config, clock_, log_, timers_, inbox_,
                                {.user_agent = "kubectl-windlass/" WINDLASS_VERSION " (linux)"});
    if (!connection.ok()) {
      problem_ = std::move(connection).error().message;
      return;
    }
    connection_ = *std::move(connection);
    Session::Options options;
    options.server = config.server;
    options.request_timeout = flags.request_timeout;
    // A person may have to log in before the first request is sent.
    if (config.exec && config.exec->interactive) options.request_timeout += kExecInteractiveMax;
    options.timeout = timeout;
    session_.emplace(
        clock_, timers_, connection_->transport(),
        [this](const std::function<bool()>& finished) { loop_.Run(finished); }, options);
  }

  // Returns why there is no connection; "" if there is one.
  const std::string& problem() const { return problem_; }
  Session& session() { return *session_; }
  const std::string& name_space() const { return namespace_; }

 private:
  const SystemClock clock_;
  // Drops the warnings about credentials that are being renewed. The commands report what fails.
  NullLog log_;
  Inbox& inbox_;
  TimerQueue timers_;
  CoreLoop loop_{clock_, log_, inbox_, timers_};
  std::string problem_;
  std::string namespace_;
  std::unique_ptr<ClusterConnection> connection_;
  std::optional<Session> session_;
};

std::vector<Json> ObjectsIn(Session& session, const Selection& selection) {
  std::vector<Json> objects;
  const Result<ObjectList> list = ListObjects(session, selection);
  if (!list.ok()) return objects;
  for (const std::string& item : list->items) {
    Json object = Json::parse(item, nullptr, false);
    if (object.is_object()) objects.push_back(std::move(object));
  }
  return objects;
}

std::vector<std::string> NamesOf(const std::vector<Json>& objects) {
  std::vector<std::string> names;
  for (const Json& object : objects) names.push_back(TextOf(object, "/metadata/name"));
  return names;
}

// Returns the revisions of `owner` among the ReplicaSets, newest first.
std::vector<std::string> RevisionsOf(const std::vector<Json>& replica_sets,
                                     const ObjectArgument& owner) {
  std::set<int64_t, std::greater<>> revisions;
  for (const Json& replica_set : replica_sets) {
    for (const Json& reference : ListOf(replica_set, "/metadata/ownerReferences")) {
      const bool same = TextOf(reference, "/name") == owner.name &&
                        (owner.bare || TextOf(reference, "/kind") == owner.resource.kind);
      if (same && RevisionOf(replica_set) > 0) revisions.insert(RevisionOf(replica_set));
    }
  }
  std::vector<std::string> texts;
  for (const int64_t revision : revisions) texts.push_back(std::to_string(revision));
  return texts;
}

// Prints the candidates of a completion. If the API server cannot be asked, leaves out the names of
// objects and prints no error: a shell must not show errors while the user types.
ExitCode RunComplete(const Console& console, const std::vector<std::string>& words, Inbox& inbox) {
  const CompletionLine line = ReadCompletionLine(words);
  std::unique_ptr<Connected> connected;
  const auto list = [&](Selection selection, bool here) -> std::vector<Json> {
    if (!connected) {
      const Result<ClientConfig> config = LoadConfig(SourcesOf(line.connection));
      if (!config.ok()) return {};
      connected = std::make_unique<Connected>(*config, line.connection, kCompletionMax, inbox);
    }
    if (!connected->problem().empty()) return {};
    if (here) selection.namespace_ = connected->name_space();
    selection.metadata_only = true;
    return ObjectsIn(connected->session(), selection);
  };
  CompletionSources sources;
  sources.names = [&](const ResourceId& resource) { return NamesOf(list({resource, ""}, true)); };
  sources.namespaces = [&] { return NamesOf(list({resources::kNamespaces, ""}, false)); };
  sources.revisions = [&](const ObjectArgument& object) {
    return RevisionsOf(list({resources::kReplicaSets, ""}, true), object);
  };
  sources.contexts = [&]() -> std::vector<std::string> {
    Result<std::vector<std::string>> names = ContextNames(SourcesOf(line.connection));
    return names.ok() ? *std::move(names) : std::vector<std::string>();
  };
  console.out(CompletionText(Complete(line, sources)));
  return ExitCode::kDone;
}

// Warns that any server could pose as the API server, if the user has switched off the check of its
// certificate.
void WarnOfTrust(const Console& console, const ClientConfig& config) {
  if (!config.tls.insecure_skip_verify || !config.server.starts_with("https://")) return;
  console.Warning("the certificate of the API server " + config.server +
                  " is not verified (insecure-skip-tls-verify): any server that answers there gets "
                  "your credentials; give certificate-authority-data instead");
}

// Starts the network and the handling of Ctrl-C, and calls `run` with the inbox. If `run` stores
// its session in `session`, Ctrl-C interrupts that session; if not, the first Ctrl-C does nothing.
// SIGTERM and SIGHUP have the effect of Ctrl-C.
ExitCode WithNetwork(const std::function<ExitCode(Inbox& inbox, Session*& session)>& run) {
  Inbox inbox;
  Session* session = nullptr;
  const Signals signals(
      inbox,
      [&session] {
        if (session != nullptr) session->Interrupt();
      },
      // Within `second_after` of the first Ctrl-C, a second one does nothing: the command has
      // kLastWait to take back what it has written. Later, a second one ends the program at once.
      {.hang_up = true, .second_after = kLastWait + seconds(1)});
  InitializeNetworkThread();
  return run(inbox, session);
}

ExitCode RunConnected(const Console& console, const CommandLine& line, const ClientConfig& config) {
  return WithNetwork([&](Inbox& inbox, Session*& session) {
    Connected connected(config, line.connection, line.timeout, inbox);
    if (!connected.problem().empty()) {
      console.Error(connected.problem());
      return ExitCode::kError;
    }
    session = &connected.session();
    return RunCommand({*session, console, line, connected.name_space()});
  });
}

ExitCode RunOrThrow(const Console& console, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "__complete") {
    HideSystemTrust();  // must run while there is only this thread
    return WithNetwork([&](Inbox& inbox, Session*&) {
      return RunComplete(console, {arguments.begin() + 1, arguments.end()}, inbox);
    });
  }
  Result<CommandLine> line = ParseCommandLine(arguments);
  if (!line.ok()) {
    console.Error(line.error().message);
    return ExitCode::kUsage;
  }
  if (line->command == CommandName::kHelp) {
    console.out(line->help);
    return ExitCode::kDone;
  }
  if (line->command == CommandName::kCompletion) return RunCompletion(console, *line);
  // Standard input is read before the signals are taken over, so that Ctrl-C ends the program
  // during the read.
  if (std::ranges::count(line->filenames, "-") > 0) {
    line->standard_input = ReadManifestBytes(std::cin);
  }
  HideSystemTrust();  // must run while there is only this thread
  const Result<ClientConfig> config = LoadConfig(SourcesOf(line->connection));
  if (!config.ok()) {
    console.Error(config.error().message);
    return ExitCode::kError;
  }
  WarnOfTrust(console, *config);
  return RunConnected(console, *line, *config);
}

ExitCode RunOrCatch(const Console& console, const std::vector<std::string>& arguments) {
  try {
    return RunOrThrow(console, arguments);
  } catch (const std::exception& error) {
    console.Error(std::string("internal error: ") + error.what() +
                  ": report it, with the command line");
    return ExitCode::kError;
  }
}

}  // namespace

ExitCode RunProgram(const Console& console, const std::vector<std::string>& arguments) {
  const ExitCode code = RunOrCatch(console, arguments);
  const std::string lost = console.lost();
  if (lost.empty()) return code;
  console.Error("the output cannot be written: " + lost);
  return code == ExitCode::kDone ? ExitCode::kError : code;
}

int Run(int argc, const char* const* argv) {
  ForbidCoreDumps();
  return Number(
      RunProgram(ProcessConsole(), std::vector<std::string>(argv + 1, argv + std::max(1, argc))));
}

}  // namespace windlass::cli
