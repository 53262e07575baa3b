#include "cmd/windlass/run.h"

#include <malloc.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cmd/windlass/controllers_flag.h"
#include "cmd/windlass/daemon.h"
#include "cmd/windlass/flags.h"
#include "cmd/windlass/other_kinds.h"
#include "cmd/windlass/signals.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/core_dumps.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/cpprest_transport.h"
#include "kubeclient/transport/system_trust.h"
#include "windlass_version.h"

namespace windlass {
namespace {

constexpr int kDebugVerbosity = 4;

Result<std::unique_ptr<ClusterConnection>> Connect(const Flags& flags, const Clock& clock, Log& log,
                                                   TimerQueue& timers, Inbox& inbox) {
  ConfigSources sources;
  sources.kubeconfig = flags.kubeconfig;
  sources.insecure_skip_tls_verify = flags.insecure_skip_tls_verify;
  WINDLASS_TRY(ClientConfig config, LoadConfig(sources));
  for (const std::string& note : config.notes) log.Warning(note);
  log.Info("windlass starts",
           {{"version", WINDLASS_VERSION}, {"config", config.source}, {"server", config.server}});
  return ClusterConnection::Open(
      config, clock, log, timers, inbox,
      {"windlass/" WINDLASS_VERSION " (linux)", flags.credentials_poll_period});
}

int RunWith(const Flags& flags, const ControllerList& controllers,
            std::vector<OtherKind> other_kinds) {
  const SystemClock clock;
  const std::unique_ptr<Log> log = StderrLog(
      flags.log_format, flags.verbosity >= kDebugVerbosity ? LogLevel::kDebug : LogLevel::kInfo);
  SymbolTable symbols;
  Inbox inbox;
  TimerQueue timers;
  Daemon* running = nullptr;  // set before the first message of the inbox is handled
  HideSystemTrust();          // must run while there is only this thread
  const Signals signals(inbox, [&running] { running->Stop(); });
  InitializeNetworkThread();

  auto connection = Connect(flags, clock, *log, timers, inbox);
  if (!connection.ok()) {
    log->Error(connection.error().message);
    return kExitConfig;
  }
  Daemon daemon(flags, clock, *log, symbols, inbox, timers, (*connection)->transport(), controllers,
                std::move(other_kinds));
  running = &daemon;
  return daemon.Run();
}

int RunOrThrow(int argc, const char* const* argv, const ControllerList& controllers) {
  ForbidCoreDumps();
  // Two heap arenas are enough for the two busy threads, the core thread and the network thread.
  // Each further arena would hold freed memory that threads of other arenas cannot use.
  mallopt(M_ARENA_MAX, 2);
  const auto wrong = [](const Error& error) {
    std::fprintf(stderr, "windlass: %s\n", error.message.c_str());
    return kExitUsage;
  };
  const Result<Flags> flags = ParseFlags(argc, argv, controllers);
  if (!flags.ok()) return wrong(flags.error());
  if (!flags->version_line.empty()) {
    std::fputs(flags->version_line.c_str(), stdout);
    return kExitOk;
  }
  const Result<ControllerList> chosen = ChooseControllers(flags->controllers, controllers);
  if (!chosen.ok()) return wrong(chosen.error());
  return RunWith(*flags, *chosen, OtherKindsOf(controllers, *chosen));
}

}  // namespace

int Run(int argc, const char* const* argv, const ControllerList& controllers) {
  try {
    return RunOrThrow(argc, argv, controllers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "windlass: internal error: %s\n", error.what());
    return kExitFailure;
  }
}

}  // namespace windlass
