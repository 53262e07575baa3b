// Campaigns for a Lease and says when it leads. Run two and end one.
//
//   hold_lease NAMESPACE NAME IDENTITY [KUBECONFIG]
#include <cstdio>
#include <string>

#include "kubeclient/base/core_loop.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/lease/leader_election.h"
#include "kubeclient/transport/cpprest_transport.h"

namespace windlass {
namespace {

int Run(const ConfigSources& sources, LeaderElectionOptions options) {
  const SystemClock clock;
  const auto log = StderrLog(LogFormat::kText, LogLevel::kInfo);
  Result<ClientConfig> config = LoadConfig(sources);
  if (!config.ok()) return log->Error(config.error().message), 1;

  Inbox inbox;
  TimerQueue timers;
  Random random(SystemSeed());
  // Every write that only the leader may make asks this first.
  WriteDeadline write_deadline(clock);
  const auto connection =
      ClusterConnection::Open(*std::move(config), clock, *log, timers, inbox, {"hold-lease"});
  if (!connection.ok()) return log->Error(connection.error().message), 1;

  const std::string identity = options.identity;
  LeaderElection election(clock, random, *log, timers, (*connection)->transport(), write_deadline,
                          std::move(options));
  election.on_started_leading = [&] { std::printf("%s leads\n", identity.c_str()); };
  election.on_stopped_leading = [&] {
    std::printf("%s does not lead any more\n", identity.c_str());
  };
  election.Start();
  CoreLoop(clock, *log, inbox, timers).Run([] { return false; });
  return 0;
}

}  // namespace
}  // namespace windlass

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("hold_lease NAMESPACE NAME IDENTITY [KUBECONFIG]\n", stderr);
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // whoever reads it is told at once
  windlass::InitializeNetworkThread();
  windlass::ConfigSources sources;
  if (argc > 4) sources.kubeconfig = argv[4];
  return windlass::Run(
      sources,
      {.namespace_ = argv[1], .name = argv[2], .identity = argv[3], .field_manager = "hold-lease"});
}
