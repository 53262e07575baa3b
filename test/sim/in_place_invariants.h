// The invariants of in-place updates (I-51…I-61), judged from the cluster and from what really
// runs. Used beside Invariants, which does not know in-place updates:
//
//   World world(seed);
//   InPlaceInvariants in_place(world);
//   …
//   world.Quiesce();
//   in_place.JudgeAtRest("web");
//   CHECK(in_place.Complaints() == "");
//
// At every write of a controller under test, for Deployments that want it:
//   I-51  no available Pod is taken out while fewer than n − maxUnavailable others really serve
//   I-52  no Pod is deleted, and none is given up by lowering ReplicaSets
//   I-56  the highest revision has the Deployment's template, and undo yields the one before
//   I-60  no more Pods are drained than may be restarted
// At every change:
//   I-53  no Pod moves
//   I-54  a container is restarted for its image once per template
// At rest:
//   I-55  all run the template
//   I-58  the highest revision is one ReplicaSet's
//   I-59  no exchange is open
//   I-60  no Pod is drained
//   I-61  the Deployment has none of the notes on its ReplicaSets
//
// As in Invariants, a write is judged by the most lenient truth of the last kBlindSpot.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "test/sim/invariants.h"
#include "test/sim/world.h"

namespace windlass::sim {

class InPlaceInvariants {
 public:
  static constexpr Duration kBlindSpot = Invariants::kBlindSpot;

  // `controllers`: the actors whose writes are judged.
  explicit InPlaceInvariants(World& world, std::set<std::string> controllers = {"windlass"});
  InPlaceInvariants(const InPlaceInvariants&) = delete;
  InPlaceInvariants& operator=(const InPlaceInvariants&) = delete;

  // Call when all Pods should be updated: nothing is paused, held back or waited for.
  void JudgeAtRest(const std::string& deployment);

  const std::vector<Violation>& violations() const { return violations_; }
  // Returns how many containers were restarted for another image, so that a test can check that
  // there were some.
  int restarts() const { return restarts_; }
  std::string Complaints() const;

 private:
  struct PodRecord {
    std::string deployment;                // uid
    std::map<std::string, int> allowance;  // restarts, by container
    std::map<std::string, int> changes;    // that there were
  };
  struct DeploymentRecord {
    Recent min_available;
    Recent replicas;
    Json wanted;  // spec.template
    Json wanted_before;
    MonotonicTime wanted_since;
    Json staged;    // the last wanted one that had the highest revision
    Json previous;  // what undo is to bring back; null: unknown
  };

  void OnChange(const Change& change);
  void NoteDeployment(const Change& change);
  void NoteReplicaSet(const Change& change);
  void NotePod(const Change& change);
  void NoteTruth(const PodTruth& truth);
  void ExpectPod(const Change& change);
  void JudgePodWrite(const Change& change, const Json& deployment);
  void JudgeTakenOut(const Change& change, const Json& deployment);
  void JudgeReplicas(const Change& change, const Json& deployment);
  bool IsAvailable(const Json& deployment, const Json& pod, Duration for_at_least) const;
  int64_t AvailableBut(const Json& deployment, const std::string& pod) const;

  // in_place_history.cc
  void NoteHistory(const Json& deployment);
  void NoteRemoval(const Change& change, const Json& deployment);
  void JudgeHistory(const Change& change, const Json& deployment);
  void JudgeImagesAtRest(const Json& deployment);

  Object OwnerOf(const Json& replica_set) const;  // a Deployment; null: none
  // Returns null if the object belongs to no Deployment that asks for in-place updates.
  Object DeploymentOfPod(const Json& pod) const;
  Object DeploymentOfReplicaSet(const Json& replica_set) const;
  std::vector<Object> ReplicaSetsOf(const Json& deployment) const;
  std::vector<Object> ActivePodsOf(const Json& deployment) const;
  void Violate(const std::string& invariant, const std::string& request, std::string detail);
  MonotonicTime Now() const;

  World& world_;
  ApiServer& server_;
  std::set<std::string> controllers_;
  std::map<std::string, PodRecord> pods_;                // by uid
  std::map<std::string, DeploymentRecord> deployments_;  // by uid
  // Pods that ceased to serve for another reason than a new image: their Deployment, and when.
  std::map<std::string, std::pair<std::string, MonotonicTime>> failed_;
  std::vector<Violation> violations_;
  int restarts_ = 0;
};

}  // namespace windlass::sim
