// I-44: no write gives a Rollout more Pods of the new revision than its partition and the step that
// was reached allow. Judged at the deciding write, by the Rollout as it is stored then.
//
//   write                                     what must hold afterwards
//   raises the ReplicaSet of the wanted       it has at most desired - min(old, kept) replicas; old
//   template                                  is what the other ReplicaSets have
//   gives a Pod the wanted images in place    at least `kept` Pods have other images, or are
//                                             missing: they come with other images (RO-047)
//
// `kept` is KeptOld of the Rollout (rollout_limits.h). Example: 10 desired, partition 3, so 7 may
// be new; the others have 8 replicas: 10 - min(8, 3) = 7. If the others have 1: 10 - 1 = 9, because
// Pods that are not there cannot be kept (RO-045).
//
// While nothing is held back (`kept` is 0) sizes are not judged: scaling in proportion may give the
// new ReplicaSet more than `desired`, as upstream does (D-357).
//
// Not judged either, because nothing is rolled out to new Pods:
//   - stand-ins of an update in place, which go again
//   - a Pod that gets the template of its own ReplicaSet back
//   - the ReplicaSet of the stable revision, which Pods go back to
//
// A controller acts on what it has seen. So `kept` is the least and `desired` the most of the last
// kBlindSpot. A Pod that others took away in that time counts as an old one. A ReplicaSet that had
// replicas when the template became the wanted one is not judged for as long.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/sim/api_server.h"
#include "test/sim/recent.h"

namespace windlass::sim {

class HeldBackInvariant {
 public:
  static constexpr Duration kBlindSpot = seconds(5);

  // `controllers`: the actors whose writes are judged.
  HeldBackInvariant(const ApiServer& server, std::set<std::string> controllers);

  // Takes every change of the store, in order. Returns what is wrong with this change, or nullopt.
  std::optional<std::string> See(const Change& change);

  uint64_t judged() const { return judged_; }  // writes judged while Pods were held back

 private:
  struct Record {  // of a Rollout
    Recent kept;
    Recent desired;
    Json pattern;  // spec.template
    Json wanted;   // the same, as a ReplicaSet has it
    MonotonicTime wanted_since;
    std::deque<MonotonicTime> lost;  // when others took away a Pod that had other images
  };

  std::optional<std::string> JudgeSize(const Change& change);
  std::optional<std::string> JudgePatch(const Change& change);
  void NoteRollout(const Change& change);
  void NotePod(const Change& change);
  int64_t CountOld(const Change& change, const std::vector<Object>& replica_sets,
                   Record& record) const;
  // Return null if there is none.
  Object HostOf(const Json& pod) const;
  Object RolloutOf(const Json& replica_set) const;
  std::vector<Object> ReplicaSetsOf(const Json& rollout) const;

  const ApiServer& server_;
  std::set<std::string> controllers_;
  std::map<std::string, Record> rollouts_;  // by uid
  uint64_t judged_ = 0;
};

}  // namespace windlass::sim
