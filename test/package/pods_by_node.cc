// A program of another project, on an installed kubeclient (package_test.sh). It watches Pods
// through a transport of its own, so that it needs no network, and finds them by node. Then it uses
// a function of each other part of kubeclient, so that all of them are linked.
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/client/client.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/lease/leader_election.h"
#include "kubeclient/transport/cpprest_transport.h"

namespace {

using namespace windlass;

std::string Added(const std::string& name, const std::string& version, const std::string& node) {
  return R"({"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name +
         R"(","namespace":"shop","uid":"00000000-0000-0000-0000-00000000000)" + version +
         R"(","resourceVersion":")" + version + R"("},"spec":{"nodeName":")" + node + R"("}}})";
}

// Answers a watch with two Pods, the end of the first state, and a third Pod. No other call comes.
class Canned final : public Transport {
 public:
  Canned(const Clock& clock, TimerQueue& timers) : clock_(clock), timers_(timers) {}
  CallId Call(HttpRequest, ReplyHandler) override { return 0; }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    std::printf("watches %s\n", request.target.substr(0, request.target.find('?')).c_str());
    timers_.At(clock_.Now(), [handler = std::move(handler)] {
      handler.on_open();
      for (const std::string& line :
           {Added("a", "1", "node-1"), Added("b", "2", "node-2"),
            std::string(R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"3",)"
                        R"("annotations":{"k8s.io/initial-events-end":"true"}}}})"),
            Added("c", "4", "node-1")}) {
        const std::string padded = line + std::string(64, ' ');  // as transport.h asks for
        handler.on_line(std::string_view(padded).substr(0, line.size()));
      }
    });
    return 1;
  }
  void Cancel(CallId) override {}

 private:
  const Clock& clock_;
  TimerQueue& timers_;
};

std::optional<Symbol> NodeOf(const Pod& pod) { return pod.node_name; }

void Say(const char* part, const std::string& text) { std::printf("%s: %s\n", part, text.c_str()); }

}  // namespace

int main() {
  const SystemClock clock;
  const auto log = StderrLog(LogFormat::kText, LogLevel::kWarning);
  SymbolTable symbols;  // before whatever may hold symbols
  Inbox inbox;
  TimerQueue timers;
  Random random(1);
  Decoder decoder(symbols);
  Canned transport(clock, timers);

  ReflectorOptions all_pods;
  all_pods.resource = resources::kPods;
  Informer<Pod> pods({clock, random, *log, timers, transport, decoder}, all_pods, &DecodePod);
  const auto& by_node = pods.store().AddIndex(&NodeOf);
  pods.Start();
  CoreLoop(clock, *log, inbox, timers).Run([&] {
    return pods.HasSynced() && pods.store().size() == 3;
  });
  for (const Pod* pod : pods.store().By(by_node, "node-1")) Say("on node-1", pod->meta.name);

  const auto get = Request::Get(resources::kPods, {"shop", "a"});
  Say("client", ToHttp(get, "pods-by-node").target);
  ConfigSources sources;
  sources.kubeconfig = "no-such-file";
  const auto config = LoadConfig(sources);
  Say("config", config.ok() ? "loaded" : config.error().message);
  LeaderElectionOptions election{
      .namespace_ = "shop", .name = "lease", .identity = "me", .field_manager = "pods-by-node"};
  election.retry_period = milliseconds(1);
  Say("lease", CheckLeaderElectionOptions(election).error().message);
  InitializeNetworkThread();
  TransportOptions options;
  options.server = "https://127.0.0.1:1";
  options.user_agent = "pods-by-node/1";
  Say("transport", CppRestTransport::Create(clock, timers, inbox, options).ok() ? "made" : "none");
  return 0;
}
