// What Rollouts promise, judged by the cluster alone (rollout_facts.h):
//
//   I-62  a template with a pause ahead that was never left never has all Pods, whatever the size
//         was in between. At rest the share that steps or a partition hold back is Pods of a proven
//         revision, or the Rollout has fewer Pods than desired.
//   I-63  status.stableRevision names only a revision that was proven
//   I-64  condition Ready is True only while a Pod is available, if any is desired
//   I-65  at rest there are at most revisionHistoryLimit ReplicaSets, and those with Pods, and one
//         more, and that of the stable revision
//   I-66  at rest, while spec.abort is true, all Pods have the template of status.stableRevision
//
// I-62 does not judge
//   - a template for which there is nothing to hold back: no other revision was proven, and none
//     had Pods when the template was requested
//   - a template that was proven itself: going back to it skips steps and partition
//   - what the steps before the pause ask for: 100%, or a number that is at least the present size
//     and the size when the step began
// I-63 does not judge a template whose ReplicaSet was there before it belonged to the Rollout.
// In place, I-62 judges each patch: no more Pods get the images than the steps or the partition
// allow.
//
// A write is judged by the most lenient truth of PauseRecord::kBlindSpot.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "test/sim/rollout_facts.h"

namespace windlass::sim {

struct Breach {
  std::string invariant;  // "I-62"
  std::string detail;
  std::string rollout;  // its uid
};

class PromiseInvariants {
 public:
  // `controllers`: the actors whose writes are judged.
  PromiseInvariants(ApiServer& server, std::set<std::string> controllers);

  // Takes every change of the store, in order. Returns what is wrong with this change.
  std::vector<Breach> See(const Change& change);
  // Judges all Rollouts at a moment at which nothing moves.
  std::vector<Breach> JudgeAtRest();

  // Call before the first change if the wall clocks of two leaders differ by this much.
  void ClocksApart(Duration apart) { observer_.clocks_apart = apart; }

  uint64_t judged() const { return judged_; }  // times that I-62 found a pause or a share to hold

 private:
  void JudgeSizes(RolloutFacts& facts, const Change& change);
  void JudgePatch(RolloutFacts& facts, const Change& change);
  void JudgeStatus(RolloutFacts& facts, const Change& change);
  void JudgeStable(const RolloutFacts& facts);
  // `taken`: the template whose last Pods the write takes; empty if it takes none.
  void JudgePause(RolloutFacts& facts, const std::string& key, int64_t pods, MonotonicTime now,
                  const std::string& taken = {});
  void JudgePausesAtRest(RolloutFacts& facts, MonotonicTime now);
  void JudgeShare(RolloutFacts& facts);
  void JudgeShareInPlace(RolloutFacts& facts, MonotonicTime now);
  void JudgeAbort(const RolloutFacts& facts);
  void JudgeHistory(const RolloutFacts& facts);
  void Break(const RolloutFacts& facts, const char* invariant, const std::string& detail);

  ApiServer& server_;
  std::set<std::string> controllers_;
  RolloutObserver observer_;
  std::vector<Breach> broken_;
  uint64_t judged_ = 0;
};

}  // namespace windlass::sim
