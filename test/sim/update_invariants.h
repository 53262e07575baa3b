// What must hold at every change while ReplicationControllers are updated (I-71…I-77).
//
// An update has two ReplicationControllers: `up` gets the Pods and `down` gives them. Up is the new
// one, or the old one in a rollback. Example: 3 desired, maxSurge 1, maxUnavailable 0; down has 2
// replicas and up has 1. Up may go to 2, because 2 + 2 is at most 3 + 1. Down may go to 2 only once
// a Pod of up is available, because 2 + 1 is at least 3.
//
//   - I-71: no write raises the sum of both sizes above desired + maxSurge
//   - I-72: no Pod is created that makes the live Pods of both more than that
//   - I-73: no write lowers down so far that its size and the available Pods of up are below the
//     minimum
//   - I-74: no write raises down or lowers up
//   - I-75: only the two of an update are written, and Pods of the old one; none is deleted with
//     Pods
//   - I-76: a rename creates no Pod and deletes none, and at rest no Pod has lost its owner
//   - I-77: available Pods of both never fall below the minimum, once they were as many; those that
//     a rename passes on count, and a change of the minimum begins anew
//
// A controller acts on what it has seen: a write is judged by the most lenient truth of the last
// kBlindSpot. Pods that users delete are nobody's fault; Calm() says that there are none, and only
// then I-77 is judged. A size that somebody else has written may be set back (RC-16).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/sim/recent.h"
#include "test/sim/world.h"

namespace windlass::sim {

inline constexpr ResourceId kControllers = resources::kReplicationControllers;
inline constexpr ResourceId kUpdates = resources::kReplicationControllerUpdates;

class UpdateInvariants {
 public:
  static constexpr Duration kBlindSpot = seconds(5);

  // `controllers`: the actors whose writes are judged.
  UpdateInvariants(World& world, std::set<std::string> controllers);
  UpdateInvariants(const UpdateInvariants&) = delete;
  UpdateInvariants& operator=(const UpdateInvariants&) = delete;

  // From now on nobody deletes or breaks Pods, and nobody else scales: I-77 holds, too.
  void Calm(bool calm) { calm_ = calm; }
  // The replication controller's views lag. It creates Pods by what it has seen long ago, and Pods
  // that it cannot adopt yet a second time. So I-72 and I-76 are not judged.
  void Lagging(bool lagging) { lagging_ = lagging; }
  // Judges what must hold when nothing moves any more.
  void JudgeAtRest();

  // Returns "" or each violation, the seed and the end of the trace.
  std::string Complaints() const;
  const std::vector<std::string>& violations() const { return violations_; }
  uint64_t judged_sizes() const { return judged_sizes_; }  // writes of spec.replicas
  uint64_t judged_pods() const { return judged_pods_; }    // Pods created during an update

 private:
  struct Pair {
    Object update;
    Object up;    // null: does not exist
    Object down;  // null: does not exist
    bool Has(const std::string& uid) const;
  };
  struct Limits {          // of one update
    Recent most;           // of both together
    Recent least;          // available
    int64_t wanted = 0;    // available, now
    bool reached = false;  // as many were
  };

  void OnChange(const Change& change);
  void Note(const Change& change);
  void NoteSizes(const Change& change);
  void NoteRename(const Change& change);
  void NoteEndOfRename(const Change& change);
  void ForgetRename(std::string update_uid);  // a copy: its owner may go
  void JudgeController(const Change& change);
  void JudgeSize(const Change& change, const Pair& pair);
  void JudgeDeletion(const Change& change, const Pair& pair);
  void JudgePodWrite(const Change& change);
  void JudgePod(const Change& change);
  void JudgeAvailable(const Change& change);
  // Returns the update that the ReplicationController of this name takes part in.
  std::optional<Pair> PairOf(const std::string& namespace_, const std::string& name) const;
  std::vector<Object> Updates(const std::string& namespace_) const;
  Pair PairOf(const Object& update) const;
  int64_t CountActive(const Object& controller) const;
  int64_t CountAvailable(const Pair& pair, const Object& controller) const;
  // Returns how many available Pods have no owner, because a rename passes them on.
  int64_t CountRenamed(const Pair& pair) const;
  void Violate(const std::string& invariant, const Change& change, const std::string& detail);
  MonotonicTime Now() const { return world_.loop().clock().Now(); }

  World& world_;
  std::set<std::string> controllers_;
  std::map<std::string, Limits> limits_;     // by uid of the update
  std::map<std::string, Recent> available_;  // of up, by uid of the ReplicationController
  std::map<std::string, Recent> sizes_;      // by uid of the ReplicationController
  std::map<std::string, Recent> sums_;       // of both sizes, by uid of the update
  // By uid of the ReplicationController: its size before.
  std::map<std::string, int64_t> sized_by_others_;
  std::map<std::string, std::string> renamed_;  // uid of a Pod → uid of the update that renames
  std::set<std::string> owned_;                 // uids of Pods that a ReplicationController had
  std::vector<std::string> violations_;
  uint64_t judged_sizes_ = 0;
  uint64_t judged_pods_ = 0;
  bool calm_ = false;
  bool lagging_ = false;
};

}  // namespace windlass::sim
