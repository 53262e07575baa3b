// Keeps all Pods in an informer, as Windlass does; pods.sh measures it. Its counterpart is
// test/cluster/cmd/podinformer, with the same output.
//
//   pod_informer SERVER metadata|whole EVENTS
//
// Starts when it reads a line from standard input. Prints "synced SECONDS" when it has synced, and
// "changes N" for each change from the EVENTS-th on, and "turn MS ms", CPU time, for each turn of
// the core loop that is longer than all before. With `whole` the server sends whole Pods; the same
// fields of them are kept.
#include <malloc.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/transport/cpprest_transport.h"

namespace windlass {
namespace {

int Run(std::string_view server, bool metadata_only, int64_t events) {
  const SystemClock clock;
  const auto log = StderrLog(LogFormat::kText, LogLevel::kInfo);
  SymbolTable symbols;  // before everything that may hold symbols
  Inbox inbox;
  TimerQueue timers;
  Random random(1);
  Decoder decoder(symbols);
  TransportOptions options;
  options.server = server;
  options.user_agent = "pod-informer";
  const auto transport = CppRestTransport::Create(clock, timers, inbox, options);
  if (!transport.ok()) return log->Error(transport.error().message), 1;

  ReflectorOptions all_pods;
  all_pods.resource = resources::kPods;
  all_pods.metadata_only = metadata_only;
  Informer<PodMetadata> pods({clock, random, *log, timers, **transport, decoder}, all_pods,
                             &DecodePodMetadata);
  int64_t changes = 0;
  pods.store().OnChange([&](const Change<PodMetadata>& change) {
    if (change.old_object == nullptr || change.new_object == nullptr) return;
    if (++changes >= events) std::printf("changes %lld\n", static_cast<long long>(changes));
  });

  std::puts("ready");
  std::string line;
  std::getline(std::cin, line);
  const MonotonicTime began = clock.Now();
  pods.on_synced.Add([&] {
    const auto took = std::chrono::duration<double>(clock.Now() - began).count();
    std::printf("synced %.2f\n", took);
  });
  pods.Start();
  CoreLoop loop(clock, *log, inbox, timers);
  Duration longest{0};
  loop.on_turn = [&longest](Duration cpu) {
    if (cpu <= longest) return;
    longest = cpu;
    std::printf("turn %.1f ms\n", std::chrono::duration<double, std::milli>(cpu).count());
  };
  loop.Run([] { return false; });
  return 0;
}

}  // namespace
}  // namespace windlass

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: pod_informer SERVER metadata|whole EVENTS\n", stderr), 2;
  mallopt(M_ARENA_MAX, 2);                   // as windlass does
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a reader sees each line at once
  windlass::InitializeNetworkThread();
  int64_t events = 0;
  std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), events);
  return windlass::Run(argv[1], std::string_view(argv[2]) == "metadata", events);
}
