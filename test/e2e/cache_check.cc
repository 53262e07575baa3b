// Three informers whose stores another program can read. cache_test.sh compares them with the API
// server.
//
//   cache_check KUBECONFIG [SECONDS]
//
// For each line from standard input it prints
// - a line for each cached object, "replicasets default/web <uid> <resourceVersion>",
// - a line of figures for each informer,
// - "= <that line>".
//
// The line "end" ends the program. SECONDS is the time-out of a watch, instead of five to ten
// minutes.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/cpprest_transport.h"

namespace windlass {
namespace {

ReflectorOptions Everything(const ResourceId& resource, int watch_seconds) {
  ReflectorOptions options;
  options.resource = resource;
  options.metadata_only = resource == resources::kPods;
  if (watch_seconds > 0) {
    options.watch_timeout_low = seconds(watch_seconds);
    options.watch_timeout_high = seconds(watch_seconds);
  }
  return options;
}

template <typename T>
void Show(const char* plural, const Informer<T>& informer) {
  informer.store().ForEach([&](const T& object) {
    std::printf("%s %s %s %s\n", plural, KeyOf(object.meta).ToString().c_str(),
                object.meta.uid.ToString().c_str(), object.meta.resource_version.text.c_str());
  });
  const ReflectorCounters& seen = informer.reflector().counters();
  std::printf(
      "# %s synced %d lists %lu watch_lists %lu watches %lu relists %lu resets %lu events %lu\n",
      plural, informer.HasSynced() ? 1 : 0, seen.lists, seen.watch_lists, seen.watches,
      seen.relists_after_gone, seen.resets, seen.events);
}

int Run(const ConfigSources& sources, int watch_seconds) {
  const SystemClock clock;
  const auto log = StderrLog(LogFormat::kText, LogLevel::kInfo);
  Result<ClientConfig> config = LoadConfig(sources);
  if (!config.ok()) return log->Error(config.error().message), 1;

  SymbolTable symbols;  // before everything that may hold symbols
  Inbox inbox;
  TimerQueue timers;
  Random random(SystemSeed());
  Decoder decoder(symbols);
  const auto connection =
      ClusterConnection::Open(*config, clock, *log, timers, inbox, {"cache-check", seconds(60)});
  if (!connection.ok()) return log->Error(connection.error().message), 1;

  const InformerEnvironment environment{clock,  random, *log, timers, (*connection)->transport(),
                                        decoder};
  Informer<Deployment> deployments(environment, Everything(resources::kDeployments, watch_seconds),
                                   &DecodeDeployment);
  Informer<ReplicaSet> replica_sets(environment, Everything(resources::kReplicaSets, watch_seconds),
                                    &DecodeReplicaSet);
  Informer<PodMetadata> pods(environment, Everything(resources::kPods, watch_seconds),
                             &DecodePodMetadata);
  deployments.Start();
  replica_sets.Start();
  pods.Start();

  bool asked_to_end = false;
  const std::jthread questions([&] {
    for (std::string line; std::getline(std::cin, line) && line != "end";) {
      inbox.Post([&, line] {
        Show("deployments", deployments);
        Show("replicasets", replica_sets);
        Show("pods", pods);
        std::printf("= %s\n", line.c_str());
      });
    }
    inbox.Post([&] { asked_to_end = true; });
  });
  CoreLoop(clock, *log, inbox, timers).Run([&] { return asked_to_end; });
  return 0;
}

}  // namespace
}  // namespace windlass

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a reader sees each line at once
  if (argc < 2) {
    std::fputs("usage: cache_check KUBECONFIG [SECONDS]\n", stderr);
    return 2;
  }
  windlass::InitializeNetworkThread();
  windlass::ConfigSources sources;
  sources.kubeconfig = argv[1];
  return windlass::Run(sources, argc > 2 ? std::stoi(argv[2]) : 0);
}
