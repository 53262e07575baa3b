// Prints every Pod that comes, changes or goes, through restarts of the API server and anything
// else that an informer sits out.
//
//   watch_pods [KUBECONFIG [SECONDS]]
//
// SECONDS is how often files of credentials are looked at, 60 when it is not given.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/cpprest_transport.h"

namespace windlass {
namespace {

void Print(const Change<PodMetadata>& change) {
  const char sign = change.old_object == nullptr ? '+' : change.new_object == nullptr ? '-' : '~';
  const PodMetadata& pod = change.new_object != nullptr ? *change.new_object : *change.old_object;
  std::printf("%c %s\n", sign, KeyOf(pod.meta).ToString().c_str());
}

int Run(const ConfigSources& sources, Duration poll_period) {
  const SystemClock clock;
  const auto log = StderrLog(LogFormat::kText, LogLevel::kInfo);
  Result<ClientConfig> config = LoadConfig(sources);
  if (!config.ok()) return log->Error(config.error().message), 1;

  SymbolTable symbols;  // before whatever may hold symbols
  Inbox inbox;
  TimerQueue timers;
  Random random(SystemSeed());
  Decoder decoder(symbols);
  const auto connection = ClusterConnection::Open(*std::move(config), clock, *log, timers, inbox,
                                                  {"watch-pods", poll_period});
  if (!connection.ok()) return log->Error(connection.error().message), 1;

  ReflectorOptions all_pods;
  all_pods.resource = resources::kPods;
  all_pods.metadata_only = true;
  Informer<PodMetadata> pods({clock, random, *log, timers, (*connection)->transport(), decoder},
                             all_pods, &DecodePodMetadata);
  pods.store().OnChange(&Print);
  pods.on_synced.Add([] { std::puts("= these are all"); });
  pods.Start();
  CoreLoop(clock, *log, inbox, timers).Run([] { return false; });
  return 0;
}

}  // namespace
}  // namespace windlass

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // whoever reads it is told at once
  windlass::InitializeNetworkThread();
  windlass::ConfigSources sources;
  if (argc > 1) sources.kubeconfig = argv[1];
  const int period = argc > 2 ? std::max(1, std::atoi(argv[2])) : 60;
  return windlass::Run(sources, windlass::seconds(period));
}
