// The invariants (family I) that can be judged from the cluster alone, checked at every change that
// a controller under test makes.
//
// A controller acts on what it has seen, not on the truth. So a write is judged against the most
// lenient truth of the last kBlindSpot. Example: 10 Pods are available, 8 must be. Two Pods vanish,
// and a millisecond later the controller scales the old ReplicaSet from 10 to 8: no violation. I-01
// and I-02 look further back if the controller's watches were further behind when it sent the
// write: as far as to the first change that it had not seen. What the status of a ReplicaSet says
// counts as the truth there, because nothing else tells a controller which Pods are available: I-01
// does not blame a write that takes away only Pods which were not available by that.
// Changes by users and by the modelled controllers are never violations. I-43 is different: it
// judges each new Pod instead of the write that asked for it, and has no blind spot.
//
//   I-01 availability not lowered below the minimum      I-11 revisions unique and rising
//   I-02 total not raised above the maximum              I-14 only empty ReplicaSets are deleted
//   I-09 Recreate: nothing new while old Pods exist      I-16 only owned objects are written
//   I-35 observedGeneration rises, up to generation    I-43 live Pods within maxSurge
//   I-44 Rollouts: no more new Pods than partition and steps allow
//   I-62…I-66 what Rollouts promise (promise_invariants.h); JudgeAtRest judges what holds at rest
//
// They hold for every owner of ReplicaSets: Deployments and Rollouts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "test/sim/api_server.h"
#include "test/sim/held_back_invariant.h"
#include "test/sim/promise_invariants.h"
#include "test/sim/recent.h"
#include "test/sim/surge_invariant.h"

namespace windlass::sim {

struct Violation {
  std::string invariant;  // "I-02"
  MonotonicTime at;
  std::string request;  // the write that broke it
  std::string detail;   // the numbers
  std::string owner{};  // the uid of the workload, if no write broke it
  std::string Text() const;
};

class Invariants {
 public:
  static constexpr Duration kBlindSpot = seconds(5);

  // `controllers`: the actors whose writes are judged.
  Invariants(ApiServer& server, std::set<std::string> controllers);
  Invariants(const Invariants&) = delete;
  Invariants& operator=(const Invariants&) = delete;

  // Judges what must hold at a moment at which nothing moves and a controller is running.
  void JudgeAtRest();

  const std::vector<Violation>& violations() const { return violations_; }
  // Call before the first change if the wall clocks of two leaders differ by this much.
  void ClocksApart(Duration apart) { promises_.ClocksApart(apart); }

  uint64_t judged() const { return judged_; }  // the number of writes judged
  uint64_t judged_pods() const { return surge_.judged(); }
  uint64_t judged_held_back() const { return held_back_.judged(); }
  uint64_t judged_promises() const { return promises_.judged(); }

 private:
  struct Resize {
    MonotonicTime at{};
    uint64_t revision = 0;  // of the store
    int64_t from = 0;       // the size before
  };
  // By a controller, until the status of that generation counts no more Pods than the new size.
  struct OwnResize {
    MonotonicTime at{};
    int64_t generation = 0;
    int64_t to = 0;
  };
  struct ReplicaSetRecord {
    Recent available;
    Recent told;  // what its status says is available
    Recent replicas;
    uint64_t first_noted = 0;  // at which revision of the store
    // By somebody else since a controller last wrote it: the last one up from 0, and all down.
    std::optional<Resize> raised_by_others{};
    std::vector<Resize> lowered_by_others{};
    std::vector<OwnResize> lowered_by_own{};
    bool observed = false;  // its controller has observed its last size
  };
  // The highest revision of an owner's ReplicaSets, except released ones.
  struct HighestRecord {
    uint64_t since = 0;  // a revision of the store
    int64_t revision = 0;
    bool own = false;  // a controller made it so
  };
  struct OwnerRecord {  // a Deployment or a Rollout
    Recent min_available;
    Recent max_total;
    std::vector<HighestRecord> highest;
    std::map<std::string, int64_t> revisions;  // of its present ReplicaSets, by uid
    std::map<int64_t, Json> templates;         // which one was the first to have a revision
  };

  // What was deleted, and by whom.
  struct Removal {
    MonotonicTime at{};
    uint64_t revision = 0;
    std::string owner{};  // uid of a ReplicaSet's controller
    bool own = false;     // by Windlass
    StoreKey key{};
    int64_t available = 0;  // Pods of a ReplicaSet, the most that it lately had
    bool told = false;      // a controller asked for it since, and was answered that it is gone
  };

  void OnChange(const Change& change);
  void Note(const Change& change);
  void NoteResize(const Change& change);
  int64_t SizeKnown(const Change& change, const Json& replica_set) const;
  bool IsRaisedUnseen(const Change& change, const Json& pod) const;
  void NoteReplicaSet(const Json& replica_set, const std::string& actor);
  void ForgetFormerOwners(const Json& replica_set, const std::string& actor);
  void NoteOwner(const Json& owner);
  bool IsHistoryOfPaused(const Change& change) const;
  void NoteHighest(OwnerRecord& owner, const std::string& actor);
  static int64_t HighestSince(const std::vector<HighestRecord>& highest, uint64_t revision);
  static int64_t HighestKnown(const std::vector<HighestRecord>& highest, const Change& change);
  void Judge(const Change& change);
  void JudgeReplicaSet(const Change& change);
  void JudgeSizes(const Change& change, const Json& owner);
  void JudgeRecreate(const Change& change, const Json& owner);
  void JudgeRevision(const Change& change, const std::string& owner_uid);
  void JudgeOwnership(const Change& change);
  void JudgeStatus(const Change& change);
  int64_t Available(const Json& replica_set) const;
  Duration BlindSpot(const Change& change) const;
  Removal RemovalOf(const Change& change) const;
  void NoteMissing(const StoreKey& key, const std::string& actor);
  int64_t AvailableUnseen(const Change& change, const std::string& owner) const;
  bool IsUnseen(const Change& change, MonotonicTime at, uint64_t revision,
                const ResourceId& resource) const;
  bool IsOwnedUnseen(const Change& change) const;
  std::vector<Object> ReplicaSetsOf(const std::string& namespace_, const std::string& uid) const;
  void Violate(const std::string& invariant, const Change& change, std::string detail);
  void Violate(const std::string& invariant, std::string request, std::string detail);
  MonotonicTime Now() const { return server_.loop().clock().Now(); }

  ApiServer& server_;
  std::set<std::string> controllers_;
  SurgeInvariant surge_;
  HeldBackInvariant held_back_;
  PromiseInvariants promises_;
  std::map<std::string, ReplicaSetRecord> replica_sets_;  // by uid
  std::map<std::string, OwnerRecord> owners_;             // by uid
  std::set<std::string> known_owners_;                    // the uids of all there ever were
  std::map<std::string, Removal> gone_replica_sets_;      // by uid
  std::map<std::string, Removal> gone_updates_;           // by namespace/name
  std::map<std::string, uint64_t> pods_from_;             // when each was created, by uid
  std::vector<Violation> violations_;
  uint64_t judged_ = 0;
};

}  // namespace windlass::sim
