// What plugs into the planner: a feature of some kinds of workloads, such as updates in place.
//
// The rules of the planner call a feature only through Extension, and read only the plain values of
// Extended. So they know nothing of the feature. A kind without one has the defaults of both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/workload.h"
#include "kubeclient/base/clock.h"

namespace windlass {

namespace workload {
struct Situation;
}  // namespace workload

// Annotations of an extension about the object that has them have this prefix. They are never
// copied between objects (P-074).
inline constexpr std::string_view kInternalPrefix = "internal.windlass.dev/";

// Pods counted one by one, because the counters of their ReplicaSets say too little about them.
struct CountedPods {
  int32_t pods = 0;
  int32_t updated = 0;
  int32_t ready = 0;
  int32_t available = 0;
  int64_t min_available = 0;  // with fewer available Pods, Available is False
};

// A time in which a rollout stands still because its user asked for it.
struct Standstill {
  WallTime since;
  WallTime until;
};

// Why nothing is rolled out, for the condition Progressing.
struct RolloutRefusal {
  std::string_view reason;  // "InPlaceNotPossible"
  std::string message;
};

// A ReplicaSet with a Pod that has, or runs, another template.
struct MixedReplicaSet {
  const ReplicaSet* replica_set;
  std::string pod;                       // the first one; empty while Pods cannot be seen
  std::optional<WallTime> look_again{};  // when time alone may change it
};

struct Extended {
  // nullopt if the counters of ReplicaSets are used.
  std::optional<CountedPods> counted{};
  // The condition whose message counts Pods; empty if there is none. A change of this message may
  // be published later, like a change of a counter.
  std::string_view counting_condition{};
  // True if no more progress is due although the rollout is not complete.
  bool at_rest = false;
  // nullopt if something may be rolled out.
  std::optional<RolloutRefusal> refused{};
  // True if it is not known yet which ReplicaSet has the template. Progressing then names the
  // workload instead of the ReplicaSet of an earlier rollout.
  bool new_one_unknown = false;
  // True if Pods are never replaced: no second ReplicaSet gets Pods beside the one that has them
  // all.
  bool of_one_replica_set = false;
  // True if a new ReplicaSet is made without Pods.
  bool new_one_is_empty = false;
  // ReplicaSets that do not grow under Recreate, which promises that two templates never run at
  // once (P-011).
  std::vector<MixedReplicaSet> mixed{};
  // ReplicaSets that history clean-up does not delete.
  std::vector<const ReplicaSet*> kept{};
  // The progress deadline does not run during a standstill that began before the deadline passed.
  std::vector<Standstill> standstills{};
  // True if Pods become ready and available only because a drain was undone: the deadline must not
  // count that as progress.
  bool ready_is_no_progress = false;
};

// What an extension keeps in a situation for itself.
struct ExtensionState {
  ExtensionState() = default;
  virtual ~ExtensionState() = default;
  ExtensionState(const ExtensionState&) = delete;
  ExtensionState& operator=(const ExtensionState&) = delete;
};

// When the planner asks an extension for a step.
enum class Moment : uint8_t {
  kRecover,         // first of all, to finish what was half done
  kWhilePaused,     // before the rules for a paused workload
  kWhileRunning,    // before the rules for scaling and for rollouts
  kBeforeCreation,  // before a new ReplicaSet is made, also for a rollback
};

// A write to a ReplicaSet that the planner prepares.
struct PlannedWrite {
  enum class What : uint8_t {
    kNewReplicaSet,  // makes the new ReplicaSet, or gives it what it lacks
    kResize,         // changes the size of a ReplicaSet
  };
  What what;
  const ReplicaSet* onto = nullptr;  // null if the write makes the ReplicaSet
  std::string_view revision{};       // kNewReplicaSet: the revision it has after the write
};

// The default of each function does nothing: the planner then goes by its own rules.
class Extension {
 public:
  Extension() = default;
  virtual ~Extension() = default;
  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

  // Looks at a situation whose other members are set. Sets `extended` and `extension_state`. May
  // also choose another ReplicaSet with the wanted template as the new one; then sets `old` anew.
  // May set `wanted` if the planner does not know it.
  virtual void Look(workload::Situation& /*situation*/) const {}

  // Returns the extension's own next step. Returns nullopt if the planner is to go on.
  virtual std::optional<Step> Next(const workload::Situation& /*situation*/,
                                   Moment /*moment*/) const {
    return std::nullopt;
  }

  // Adds the extension's conditions to `status`, the draft of the next status.
  virtual void UpdateStatus(const workload::Situation& /*situation*/,
                            WorkloadStatus& /*status*/) const {}

  // Returns the Events that go with `status` once it is written.
  virtual std::vector<Event> Events(const workload::Situation& /*situation*/,
                                    const WorkloadStatus& /*status*/) const {
    return {};
  }

  // Adds the extension's annotations to those that `write` sets. Returns the write's
  // fallback_reason (Because); empty if it has none.
  virtual std::string Note(const workload::Situation& /*situation*/, const PlannedWrite& /*write*/,
                           std::map<std::string, std::string>& /*annotations*/) const {
    return {};
  }

  // Returns `step`, the planner's answer. May change a step that ends the sync: into a retry, or so
  // that the next sync begins in time.
  virtual Step End(const workload::Situation& /*situation*/, Step step) const { return step; }
};

}  // namespace windlass
