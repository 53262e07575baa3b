// Runs the contract cases against a real API server, which the model must equal:
//
//   api_contract_real --kubeconfig FILE [--case TEXT]
//
// The CRDs must be there (kubectl apply -k crds).
// Each case creates and deletes a namespace of its own. Only the garbage collector, the namespace
// and the service account controllers should run beside the server: other controllers would change
// the objects of the cases. Prints every difference. Exits with 1 if there was one, and with 2 if
// it could not begin.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/cluster_connection.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/transport/cpprest_transport.h"
#include "test/sim/api_contract.h"

namespace windlass::sim {
namespace {

constexpr Duration kPatience = seconds(120);
constexpr Duration kTurn = milliseconds(20);

struct Flags {
  std::string kubeconfig;
  std::string only;  // only cases whose name contains this text
};

bool ParseFlags(int argc, char** argv, Flags& flags) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--kubeconfig") {
      flags.kubeconfig = argv[i + 1];
    } else if (name == "--case") {
      flags.only = argv[i + 1];
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !flags.kubeconfig.empty();
}

// The server refuses Pods until the service account controller has seen the namespace.
void AwaitServiceAccount(ContractProbe& api) {
  const auto accounts = api.Watch("/api/v1/namespaces/" + api.namespace_name() +
                                  "/serviceaccounts?watch=1&fieldSelector=metadata.name%3Ddefault");
  api.AwaitEvents(accounts, 1);
  api.Cancel(accounts);
}

int RunCases(Transport& transport, Inbox& inbox, TimerQueue& timers, const std::string& only) {
  const SystemClock clock;
  ContractServer server{transport,
                        [&](const std::function<bool()>& done) {
                          const MonotonicTime until = clock.Now() + kPatience;
                          while (!done()) {
                            if (clock.Now() > until) return false;
                            inbox.WaitFor(kTurn);
                            inbox.Drain(kMessagesPerTurn);
                            timers.RunDue(clock.Now());
                          }
                          return true;
                        },
                        AwaitServiceAccount};
  const std::string run = "contract-" + std::to_string(getpid()) + "-";
  int ran = 0;
  int failed = 0;
  for (const ContractCase& contract_case : ContractCases()) {
    if (contract_case.name.find(only) == std::string::npos) continue;
    const auto complaints = RunContractCase(contract_case, server, run + std::to_string(++ran));
    std::printf("%s %s\n", complaints.empty() ? "ok  " : "FAIL", contract_case.name.c_str());
    for (const std::string& complaint : complaints) std::printf("       %s\n", complaint.c_str());
    std::fflush(stdout);
    failed += complaints.empty() ? 0 : 1;
  }
  std::printf("%d cases, %d differ\n", ran, failed);
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  Flags flags;
  if (!ParseFlags(argc, argv, flags)) {
    std::fprintf(stderr, "usage: api_contract_real --kubeconfig FILE [--case TEXT]\n");
    return 2;
  }
  InitializeNetworkThread();
  ConfigSources sources;
  sources.kubeconfig = flags.kubeconfig;
  auto config = LoadConfig(sources);
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 2;
  }
  const SystemClock clock;
  TimerQueue timers;
  Inbox inbox;
  NullLog log;
  const auto connection =
      ClusterConnection::Open(*config, clock, log, timers, inbox, {"windlass-contract"});
  if (!connection.ok()) {
    std::fprintf(stderr, "%s\n", connection.error().message.c_str());
    return 2;
  }
  return RunCases((*connection)->transport(), inbox, timers, flags.only);
}

}  // namespace
}  // namespace windlass::sim

int main(int argc, char** argv) { return windlass::sim::Main(argc, argv); }
