// One simulated cluster: API server, garbage collector, controllers of ReplicaSets and of
// ReplicationControllers, kubelets, users and invariants, from one seed. Knows nothing of the
// controller under test; it offers processes to run one in.
//
//   World world(seed);
//   auto process = world.Boot();                       // then build a controller on it
//   world.Apply(SampleDeployment("web", 10));
//   world.SetImage("web", "registry.example/web:2");
//   world.RunUntil([&] { return world.IsComplete("web"); }, seconds(600));
//   CHECK(world.Complaints() == "");
//
// Everything happens in namespace "default" unless a name is written "<namespace>/<name>". A name
// is a Deployment's, unless another kind is given: IsComplete("web", resources::kRollouts).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/custom_resources.h"
#include "test/sim/api_server.h"
#include "test/sim/disruption_controller.h"
#include "test/sim/garbage_collector.h"
#include "test/sim/invariants.h"
#include "test/sim/kubelet.h"
#include "test/sim/replica_set_controller.h"
#include "test/sim/sim_loop.h"
#include "test/sim/sim_process.h"

namespace windlass::sim {

struct WorldOptions {
  ReplicaSetControllerOptions replica_sets;
  ReplicaSetControllerOptions replication_controllers;
  KubeletOptions kubelet;
  GarbageCollectorOptions garbage_collector;
  bool traced = true;           // false: no trace, which costs most of the time
  SimTransportOptions network;  // of processes; its actor is the controller that invariants judge
};

class World {
 public:
  // A kind of owner: Deployments or Rollouts.
  using Kind = const ResourceId&;
  static constexpr ResourceId kDeployments = resources::kDeployments;

  explicit World(uint64_t seed, WorldOptions options = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Returns a process to run a controller in, with random numbers of its own. Several may run at
  // once.
  std::unique_ptr<SimProcess> Boot() { return Boot(options_.network); }
  std::unique_ptr<SimProcess> Boot(const SimTransportOptions& network);

  // Users. Each call asserts that the server accepts the request: a refusal is a fault of the test.
  // Apply creates the object, or merges it into the existing one, like a kubectl apply that only
  // adds.
  Object Apply(const Json& object);
  // kubectl set image deployment/<name> *=<image>
  void SetImage(const std::string& name, const std::string& image, Kind kind = kDeployments);
  void Scale(const std::string& name, int replicas, Kind kind = kDeployments);
  void Pause(const std::string& name, bool paused, Kind kind = kDeployments);
  void Annotate(const std::string& name, const std::string& key, const std::string& value,
                Kind kind = kDeployments);
  // Merge patch of an owner.
  void Edit(const std::string& name, const Json& patch, Kind kind = kDeployments);
  void Delete(const std::string& name, Propagation propagation = Propagation::kBackground,
              Kind kind = kDeployments);
  // kubectl rollout undo (D-624): a JSON patch of template and annotations from the ReplicaSet of
  // `to_revision`, or of the second highest revision. Of a Rollout it sets spec.rollbackTo. Returns
  // false if there is no such ReplicaSet, or nothing to undo.
  bool RolloutUndo(const std::string& name, std::optional<int64_t> to_revision = std::nullopt,
                   Kind kind = kDeployments);

  // Time.
  bool RunUntil(const std::function<bool()>& condition, Duration limit) {
    return loop_.RunUntil(condition, limit);
  }
  void RunFor(Duration duration) { loop_.RunFor(duration); }
  // Runs until nothing except Events and Leases was written for `quiet`, and all components are
  // idle. Returns false if that did not happen within `limit`.
  bool Quiesce(Duration quiet = seconds(30), Duration limit = seconds(3600));
  // Quiesces while a controller runs, and judges what must hold at rest. Returns false, and judges
  // nothing, if there is no rest within `limit`.
  bool Rest(Duration limit = seconds(3600));

  // The objects as the server has them. Null if there is no such object.
  Object Deployment(const std::string& name) const { return Owner(name); }
  Object Owner(const std::string& name, Kind kind = kDeployments) const;
  // Oldest revision first.
  std::vector<Object> ReplicaSets(const std::string& owner, Kind kind = kDeployments) const;
  // Of all its ReplicaSets.
  std::vector<Object> Pods(const std::string& owner, Kind kind = kDeployments) const;
  // Returns true if the status says that the present generation is rolled out, as kubectl rollout
  // status reads it.
  bool IsComplete(const std::string& owner, Kind kind = kDeployments) const;

  // Returns "" if no invariant was violated; otherwise each violation, the seed and the end of the
  // trace.
  std::string Complaints() const;

  uint64_t seed() const { return seed_; }
  SimLoop& loop() { return loop_; }
  ApiServer& api() { return server_; }
  const ApiServer& api() const { return server_; }
  Kubelet& kubelet() { return kubelet_; }
  ReplicaSetController& replica_set_controller() { return replica_set_controller_; }
  ReplicaSetController& replication_controller() { return replication_controller_; }
  const DisruptionController& disruption_controller() const { return disruption_controller_; }
  const Invariants& invariants() const { return invariants_; }
  Invariants& invariants() { return invariants_; }
  uint64_t trace_hash() const { return loop_.trace().hash(); }

 private:
  static StoreKey KeyOf(const ResourceId& resource, const std::string& name);

  uint64_t seed_;
  WorldOptions options_;
  SimLoop loop_;
  ApiServer server_;
  Invariants invariants_;
  GarbageCollector garbage_collector_;
  ReplicaSetController replica_set_controller_;
  ReplicaSetController replication_controller_;
  Kubelet kubelet_;
  DisruptionController disruption_controller_;
  MonotonicTime last_change_;
};

}  // namespace windlass::sim
