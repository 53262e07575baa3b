// Which changes of Nodes wake the workloads that have Pods there, and how often.
#include "controller/in_place/watch/wake_ups.h"

#include <string>
#include <vector>

#include "controller/deployment/deployment_controller.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/silent_transport.h"

namespace windlass::wake_ups_test {
namespace {

// Deployment web is updated in place, and has a Pod on Node here.
struct Fixture : InformerParts<SilentTransport> {
  Fixture() {
    cache.Extend(in_place);
    host.on_wake = [this](const ObjectKey& key, Wake) { woken.push_back(key.name); };
    AddDeployment("web", 1);
    AddPod("web", 1, "here");
    Run();
    woken.clear();
  }

  void AddDeployment(const std::string& name, uint64_t number) {
    Deployment deployment;
    deployment.meta = Meta(name, Uid{0xD0, number});
    deployment.meta.annotations = {{"windlass.dev/in-place", "IfPossible"}};
    deployment.spec.strategy_type = "RollingUpdate";
    deployment.spec.selector.present = true;
    deployment.spec.selector.match_labels = {{"app", name}};
    deployments.objects().Apply(std::move(deployment));
    ReplicaSet rs;
    rs.meta = Meta(name, Uid{0xE0, number});
    rs.meta.labels = {{"app", name}};
    rs.meta.owner_references = {{"apps/v1", "Deployment", name, Uid{0xD0, number}, true, true}};
    cache.replica_sets().store().Apply(std::move(rs));
  }
  void AddPod(const std::string& name, uint64_t number, const std::string& node) {
    Pod pod;
    pod.meta = Meta(name + "-" + std::to_string(version), Uid{0xF0, version});
    pod.meta.owner_references = {{"apps/v1", "ReplicaSet", name, Uid{0xE0, number}, true, true}};
    pod.node_name = node;
    in_place.pods().store().Apply(std::move(pod));
  }
  void PutNode(const std::string& name, bool ready) {
    Node node;
    node.meta = Meta(name, Uid{0xA0, 1});
    node.meta.namespace_ = "";
    node.heard = true;
    node.ready = ready;
    in_place.nodes().store().Apply(std::move(node));
  }
  ObjectMeta Meta(const std::string& name, const Uid& uid) {
    ObjectMeta meta;
    meta.namespace_ = "ns";
    meta.name = name;
    meta.uid = uid;
    meta.generation = 1;
    meta.resource_version = {std::to_string(++version)};
    return meta;
  }
  void Run() { time.timers().RunDue(time.Now()); }

  RecordingHost host{environment};
  DeploymentStore deployments{host.informers()};
  WorkloadCache cache{host.informers(), deployments};
  InPlaceCache in_place{host.informers()};
  std::vector<std::string> woken;
  WakeUps wake_ups{cache, host};
  InPlaceWakeUps in_place_wake_ups{in_place, cache, host};
  uint64_t version = 1000;
};

using Names = std::vector<std::string>;

TEST_CASE("a Node that becomes unready wakes those with a Pod there") {
  Fixture f;
  f.PutNode("here", true);
  f.PutNode("there", true);
  f.Run();
  CHECK(f.woken == Names{"web"});
  f.PutNode("here", false);
  f.Run();
  CHECK(f.woken == Names{"web", "web"});
  f.PutNode("there", false);
  f.PutNode("here", false);
  f.Run();
  CHECK(f.woken == Names{"web", "web"});
}

// Whom this serves: everybody. A hundred looks at the Pods of a Node may take seconds, in which no
// Lease is renewed.
TEST_CASE("the Pods of a Node are looked at once for all its changes of a turn (Q-022)") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.PutNode("here", i % 2 == 0);
  CHECK(f.woken.empty());
  f.Run();
  CHECK(f.woken == Names{"web"});
  Proves("Q-022");
}

TEST_CASE("Nodes with more Pods than a turn looks at are looked at in the next turns (Q-022)") {
  Fixture f;
  f.AddDeployment("api", 2);
  f.AddPod("api", 2, "there");
  for (int i = 0; i < 10000; ++i) f.AddPod("none", 3, "here");
  f.Run();
  f.woken.clear();
  f.PutNode("there", true);
  f.PutNode("here", true);
  f.Run();
  CHECK(f.woken == Names{"web"});
  f.time.Advance(milliseconds(1));
  CHECK(f.woken == Names{"web", "api"});
  Proves("Q-022");
}

}  // namespace
}  // namespace windlass::wake_ups_test
