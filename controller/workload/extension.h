// What plugs into the planner: a feature of some kinds of workloads, such as updates in place.
//
// The rules of the planner call a feature only through Extension, and read only the plain values of
// Extended. So these rules know nothing of the feature. A kind without a feature has the defaults
// of both classes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"

namespace windlass {

namespace workload {
struct Situation;
}  // namespace workload

// Pods counted one by one, because the counters of the ReplicaSets say too little about these Pods.
struct CountedPods {
  int32_t pods = 0;
  int32_t updated = 0;
  int32_t ready = 0;
  int32_t available = 0;
  int64_t min_available = 0;  // the condition Available is False with fewer available Pods
  // The updated Pods without those that will be removed again (stand-ins). Example: two Pods are
  // updated, and a stand-in has the new template: updated 3, patched 2.
  int32_t patched = 0;
  // Those of `patched` that are available: they show that the wanted template works. Pods that
  // prove nothing, such as those of a lost node, do not count. 0 while the extension updates Pods
  // to another template than the wanted one.
  int32_t proven = 0;
  // True if as many Pods are updated as the limit of the rollout allows, all of these are proven,
  // and the extension has nothing left to do.
  bool rests_at_limit = false;
};

// A wait that a user asked for. Example: a Pod is drained from 10:00:00 to 10:00:30, before its
// patch. `until` may be in the future. A pause at a step is no Standstill (Extended::at_rest).
struct Standstill {
  WallTime since;
  WallTime until;
};

// Why nothing is rolled out, for the condition Progressing.
struct RolloutRefusal {
  std::string_view reason;  // "InPlaceNotPossible"
  std::string message;
};

// A ReplicaSet with a Pod whose spec or running containers may differ from the ReplicaSet's
// template.
struct MixedReplicaSet {
  const ReplicaSet* replica_set;
  std::string pod;                       // the first such Pod; empty while Pods cannot be seen
  std::optional<WallTime> look_again{};  // when to check the Pod again, even without an event
};

// What an extension is doing with the Pods of the workload.
enum class Activity : uint8_t {
  kNone,        // nothing that others have to know
  kUnseen,      // it does not see the Pods: how many are updated is not known
  kUpdating,    // it gives Pods the wanted template, or is about to
  kCommitting,  // it finishes an update by writes that belong together
};

struct Extended {
  Activity activity = Activity::kNone;
  // The counts that replace the counters of the ReplicaSets; nullopt if nothing replaces these.
  std::optional<CountedPods> counted{};
  // The type of the condition whose message counts Pods; empty if there is none. Windlass may put
  // off a change of this message, as it does with counters of the status.
  std::string_view counting_condition{};
  // True if the rollout is not complete but rests, for example at a step, so that no progress is
  // due.
  bool at_rest = false;
  // Why the rollout is refused; nullopt if it is not.
  std::optional<RolloutRefusal> refused{};
  // True if it is not known yet which ReplicaSet has the template. The condition Progressing then
  // names the workload instead of the ReplicaSet of an earlier rollout.
  bool new_one_unknown = false;
  // True if no ReplicaSet is known to have the template, although the template was rolled out to
  // all Pods. updatedReplicas then counts the Pods of the published revision.
  bool published_is_new = false;
  // True if a workload without Pods is to get Pods of an earlier revision: new_one_unknown has
  // lasted long, or the ReplicaSet of the template cannot be made (actions/create.h).
  bool new_one_overdue = false;
  // True if the API server forbids the ReplicaSet of the template, and a dry run has shown this. A
  // Recreate then keeps the Pods that it has.
  bool new_one_forbidden = false;
  // True if Pods are updated in place or not at all, and never replaced (policy Only). A keeper
  // (revisions/proven.h) without Pods then gets none while another ReplicaSet has Pods.
  bool of_one_replica_set = false;
  // True if a new ReplicaSet is made without Pods.
  bool new_one_is_empty = false;
  // ReplicaSets that must not grow under Recreate, because Recreate promises that two templates
  // never run at once (P-011).
  std::vector<MixedReplicaSet> mixed{};
  // ReplicaSets that history clean-up does not delete.
  std::vector<const ReplicaSet*> kept{};
  // The progress deadline counts anew from the end of the last standstill. A standstill that began
  // after the deadline does not count. Example: deadline 600 s, last progress at 10:00, standstill
  // from 10:05 to 10:25: the rollout times out after 10:35.
  std::vector<Standstill> standstills{};
  // True if Pods become ready and available only because Windlass undid a drain: the deadline must
  // not count that as progress.
  bool ready_is_no_progress = false;
};

// What an extension keeps in a Situation for its own use.
struct ExtensionState {
  ExtensionState() = default;
  virtual ~ExtensionState() = default;
  ExtensionState(const ExtensionState&) = delete;
  ExtensionState& operator=(const ExtensionState&) = delete;
};

// When the planner asks an extension for a step.
enum class Moment : uint8_t {
  kRecover,         // before all other rules, to finish interrupted work
  kWhilePaused,     // before the rules for a paused workload
  kWhileRunning,    // before the rules for scaling and for rollouts
  kBeforeCreation,  // before a new ReplicaSet is made, also for a rollback
  // While nothing may be rolled out. The step gives Pods their traffic back, or keeps the workload
  // at its size. Two callers ask:
  //   - the planner, if there is no ReplicaSet that Pods could follow
  //   - an extension that wraps another extension and holds the rollout back
  kWhileHeld,
};

// A write to a ReplicaSet that the planner prepares.
struct PlannedWrite {
  enum class What : uint8_t {
    kNewReplicaSet,  // makes the new ReplicaSet, or gives it what it lacks
    kResize,         // changes the size of a ReplicaSet
  };
  What what;
  const ReplicaSet* onto = nullptr;  // null if the write makes the ReplicaSet
  std::string_view revision{};       // kNewReplicaSet: the ReplicaSet's revision after the write
};

// By default each function does nothing, and the planner follows its own rules.
class Extension {
 public:
  Extension() = default;
  virtual ~Extension() = default;
  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

  // Called when all other members of the situation are set. Sets `extended` and `extension_state`.
  // May set limits.updated_max. May choose another ReplicaSet with the wanted template as
  // new_replica_set, and then sets `old` anew. May set `wanted` if there is no new ReplicaSet.
  virtual void Look(workload::Situation& /*situation*/) const {}

  // Returns the extension's own next step. Returns nullopt if the planner is to decide.
  virtual std::optional<Step> Next(const workload::Situation& /*situation*/,
                                   Moment /*moment*/) const {
    return std::nullopt;
  }

  // Adds the extension's conditions to `status`, the draft of the next status. May change any other
  // member of `status`, such as updated_replicas and `carried`.
  virtual void UpdateStatus(const workload::Situation& /*situation*/,
                            WorkloadStatus& /*status*/) const {}

  // Returns the Events to send when `status` has been written.
  virtual std::vector<Event> Events(const workload::Situation& /*situation*/,
                                    const WorkloadStatus& /*status*/) const {
    return {};
  }

  // Adds the extension's annotations to `annotations`, which `write` sets on the ReplicaSet. May
  // remove others, such as copies of in-place settings, so call this after CopyAnnotations.
  // Returns Because::fallback_reason of the write (core/step.h): why the rollout replaces Pods
  // instead of updating them in place. Empty if the write does not say so.
  virtual std::string Note(const workload::Situation& /*situation*/, const PlannedWrite& /*write*/,
                           std::map<std::string, std::string>& /*annotations*/) const {
    return {};
  }

  // `step` is the planner's decision. Returns the step to take instead; by default `step` itself.
  // An extension may
  //   - turn a step that ends the sync into a retry, or let the next sync begin earlier
  //   - return a read, a write or a Wait that must come before `step`. Example: before a ReplicaSet
  //     loses its last Pods, a write moves a Service to other Pods (rollout/services.h)
  virtual Step End(const workload::Situation& /*situation*/, Step step) const { return step; }
};

}  // namespace windlass
