// The invariants of in-place updates (I-51…I-61, I-68), judged from the cluster and from what
// really runs. Used beside Invariants, which does not know in-place updates:
//
//   World world(seed);
//   InPlaceInvariants in_place(world);
//   …
//   world.Quiesce();
//   in_place.JudgeAtRest("web");             // or ("web", resources::kRollouts)
//   CHECK(in_place.Complaints() == "");
//
// At every write of a controller under test, for Deployments and Rollouts that ask for
// in-place updates:
//   I-09  Recreate: a ReplicaSet does not grow while a Pod of its own has, or runs, another image
//         than the Pods that would come, and no Pod is patched beside others of its image
//   I-51  while an available Pod is taken out, at least n − maxUnavailable others really serve;
//         4 replicas, maxUnavailable 1: 3 others
//   I-52  no Pod is deleted, neither directly nor by making ReplicaSets smaller; with Only, no
//         second ReplicaSet gets Pods that do not stand in for others: they would have to be
//         replaced
//   I-56  the highest revision has the owner's template, and undo brings back the one before. Not
//         while spec.abort is true: then no revision is made or numbered (RO-033)
//   I-60  at most maxSurge + maxUnavailable Pods are drained, but one is always allowed
//   I-68  a revision that was given up is tried again at most once for each time its user sets
//         in-place-unblock to it, after it was given up; meanwhile no Pod gets its images
// At every change:
//   I-53  no Pod moves to another node or IP address
//   I-54  a container is restarted for its image at most once per template, and once more for each
//         change of spec.abort: to true, back to the stable template; to false, on again. Example:
//         v1, v2, abort, no abort: v1 to v2, to v1, to v2, three restarts. Likewise for each time a
//         revision is given up, for each new try of it, and if a user deletes the note of that, or
//         deletes or relabels the ReplicaSet that has the note
// At rest:
//   I-55  every Pod runs the owner's template, with its CPU and memory
//   I-58  only one ReplicaSet has the highest revision
//   I-59  no exchange is open
//   I-60  no Pod is drained
//   I-61  the owner itself has none of the notes that its ReplicaSets may have
//
// As in Invariants, a write is judged against the most lenient truth of the last kBlindSpot.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
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

  // Call this when all Pods should be updated: the owner is neither paused nor aborted, and waits
  // for nothing.
  void JudgeAtRest(const std::string& owner, const ResourceId& kind = resources::kDeployments);

  const std::vector<Violation>& violations() const { return violations_; }
  // Returns the number of restarts for another image. A test checks that it is not 0.
  int restarts() const { return restarts_; }
  // Likewise, of new tries of revisions that were given up.
  int tries() const { return tries_; }
  std::string Complaints() const;

 private:
  struct PodRecord {
    std::string owner;                     // uid
    std::map<std::string, int> allowance;  // allowed restarts, by container
    std::map<std::string, int> changes;    // restarts for another image, by container
  };
  // What the setting in-place-unblock became, and when.
  struct Unblock {
    std::string value;      // empty: it was removed
    uint64_t revision = 0;  // of the store
    MonotonicTime at;
    bool used = false;  // it allows no further try
  };
  struct OwnerRecord {
    Recent min_available;
    Recent replicas;
    Json wanted;  // spec.template
    Json wanted_before;
    MonotonicTime wanted_since;
    uint64_t wanted_at = 0;  // the revision of the store since when it is wanted
    bool aborted = false;
    MonotonicTime aborted_since;  // when `aborted` changed last
    Json staged;                  // the last wanted template that had the highest revision
    Json previous;                // what undo must bring back; null: unknown
    std::vector<Unblock> unblocks;
  };

  void OnChange(const Change& change);
  void NoteOwner(const Change& change);
  void NoteAbort(const Json& owner);
  void NoteReplicaSet(const Change& change);
  void NotePod(const Change& change);
  void NoteTruth(const PodTruth& truth);
  void ExpectPod(const Change& change);
  void JudgePodWrite(const Change& change, const Json& owner);
  void JudgeBeside(const Change& change, const Json& owner);
  void JudgeTakenOut(const Change& change, const Json& owner);
  void JudgeReplicas(const Change& change, const Json& owner);
  void JudgeHost(const Change& change, const Json& owner);
  void JudgeRecreate(const Change& change, const Json& owner);
  bool IsAvailable(const Json& owner, const Json& pod, Duration for_at_least) const;
  int64_t AvailableBut(const Json& owner, const std::string& pod) const;

  // in_place_history.cc
  void NoteHistory(const Json& owner);
  bool IsAborted(const OwnerRecord& record) const;
  void NoteRemoval(const Change& change);
  void JudgeHistory(const Change& change, const Json& owner);
  void JudgeImagesAtRest(const Json& owner);
  void JudgeResourcesAtRest(const Json& owner);

  // in_place_given_up.cc
  void NoteUnblock(const Change& change);
  void NoteGivenUp(const Change& change, const Json& owner);
  void NoteGivenAway(const Change& change);
  void AllowRestart(const Json& owner);
  std::span<Unblock> SettingsSeen(const Change& change, const Json& owner);
  void JudgeTry(const Change& change, const Json& owner);
  void JudgeForgotten(const Change& change, const Json& owner);
  void JudgeGivenUpPatch(const Change& change, const Json& owner);

  // Returns null if the object belongs to no owner that asks for in-place updates.
  Object OwnerOfPod(const Json& pod) const;
  Object OwnerInPlace(const Json& replica_set) const;
  std::vector<Object> ReplicaSetsOf(const Json& owner) const;
  std::vector<Object> ActivePodsOf(const Json& owner) const;
  std::vector<Object> LivePodsOf(const Json& owner) const;  // terminating ones, too
  void Violate(const std::string& invariant, const std::string& request, std::string detail);
  MonotonicTime Now() const;

  World& world_;
  ApiServer& server_;
  std::set<std::string> controllers_;
  std::map<std::string, PodRecord> pods_;      // by uid
  std::map<std::string, OwnerRecord> owners_;  // by uid
  std::map<std::string, uint64_t> given_up_;   // since which revision of the store, by ReplicaSet
  // Pods that stopped serving, but not for a new image: their owner's uid, and when.
  std::map<std::string, std::pair<std::string, MonotonicTime>> failed_;
  std::vector<Violation> violations_;
  int restarts_ = 0;
  int tries_ = 0;
};

}  // namespace windlass::sim
