// The interface through which some kinds of workloads add a feature to the planner, such as updates
// in place.
//
// The planner calls the feature only through Extension, and reads only the plain values of
// Extended. A kind without such a feature gets the defaults of both.
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

// Numbers of Pods, counted Pod by Pod. The status counters of ReplicaSets are not enough, because
// in the middle of an update in place one ReplicaSet has Pods of two templates.
struct CountedPods {
  int32_t pods = 0;
  int32_t updated = 0;  // without Pods whose update was undone by admission (Extended::put_back)
  int32_t ready = 0;
  int32_t available = 0;
  int64_t min_available = 0;  // with fewer available Pods, the condition Available is False
  // The updated Pods, without additional Pods that will be removed before the rollout ends
  // (stand-ins). Example: two Pods are patched, and one stand-in has the new template, too: updated
  // 3, patched 2.
  int32_t patched = 0;
  // How many of the `patched` Pods are available, and so show that the wanted template works. Pods
  // that show nothing, such as Pods on a lost node, are left out.
  //   - All Pods go back to another template than the wanted one: 0.
  //   - Only failed Pods of a given-up revision go back: the other Pods count.
  int32_t proven = 0;
  // True if the rollout has reached its limit, for example a step, and the extension has nothing
  // left to do. The limit then allows no further update, and `proven` counts all updated Pods.
  bool rests_at_limit = false;
};

// A wait that a user asked for. Example: before its patch, a Pod gets no traffic from 10:00:00 to
// 10:00:30. `until` may be in the future. A pause at a step is not a Standstill: it sets
// Extended::at_rest.
struct Standstill {
  WallTime since;
  WallTime until;
};

// The reason why nothing is rolled out, as the condition Progressing shows it.
struct RolloutRefusal {
  std::string_view reason;  // "InPlaceNotPossible"
  std::string message;
};

// A ReplicaSet with a Pod whose spec or running containers may differ from the ReplicaSet's
// template.
struct MixedReplicaSet {
  const ReplicaSet* replica_set;
  std::string pod;                       // name of the first such Pod; "" if the view has no Pods
  std::optional<WallTime> look_again{};  // when to check the Pod again, even without an event
};

// What an extension is doing with the Pods of the workload.
enum class Activity : uint8_t {
  kNone,        // none of the activities below
  kUnseen,      // it does not see the Pods, so the number of updated Pods is not known
  kUpdating,    // it gives Pods the wanted template, or will begin to
  kCommitting,  // it ends an update by several writes, which must all be made
};

struct Extended {
  Activity activity = Activity::kNone;
  // If set, these numbers replace those from the status counters of the ReplicaSets.
  std::optional<CountedPods> counted{};
  // The type of a condition whose message contains numbers of Pods; empty if there is no such
  // condition. Windlass may write a change of this message some seconds late, as it does with a
  // change of the status counters.
  std::string_view counting_condition{};
  // True if an incomplete rollout stands still as it should, for example at a step. The progress
  // deadline does not run then.
  bool at_rest = false;
  // Why the rollout is refused; nullopt if it is not refused.
  std::optional<RolloutRefusal> refused{};
  // True if Windlass does not know yet which ReplicaSet has the workload's template. The condition
  // Progressing then names the workload, not the ReplicaSet of an earlier rollout.
  bool new_one_unknown = false;
  // True if the workload's template was rolled out to all Pods, but Windlass does not know any more
  // which ReplicaSet has it. updatedReplicas then counts the Pods of the published revision.
  bool published_is_new = false;
  // True if new_one_unknown is true, and one of these holds:
  //   - It has been true for long.
  //   - The ReplicaSet for the template cannot be made (actions/create.h).
  // A workload that wants Pods and has none may then get Pods of an earlier revision (RO-122).
  bool new_one_overdue = false;
  // True if the API server has forbidden the ReplicaSet for the template in a dry run. Recreate
  // then does not remove the old Pods, because it could not make new ones.
  bool new_one_forbidden = false;
  // True with policy Only: Pods are never replaced, only updated in place, so all of them are to
  // stay in one ReplicaSet. A keeper (revisions/proven.h) of size 0 then does not grow while
  // another ReplicaSet has Pods.
  bool of_one_replica_set = false;
  // True if the new ReplicaSet is to be created with size 0.
  bool new_one_is_empty = false;
  // Under Recreate: ReplicaSets that must not grow yet, because one of their Pods may still run
  // another template. Recreate promises that Pods of two templates never run at once (P-011).
  std::vector<MixedReplicaSet> mixed{};
  // ReplicaSets that history clean-up does not delete.
  std::vector<const ReplicaSet*> kept{};
  // At the end of a standstill, the progress deadline begins anew. Example: deadline 600 s, last
  // progress at 10:00, standstill from 10:05 to 10:25: the rollout times out after 10:35.
  // Exception: a standstill that began after the deadline, here after 10:10, changes nothing.
  std::vector<Standstill> standstills{};
  // True if Pods become ready and available only because Windlass gives traffic back to drained
  // Pods. This is no progress of the rollout, so the deadline does not begin anew.
  bool ready_is_no_progress = false;
  // The error of a write of the extension that the API server has refused in this sync. RefusalText
  // has made its message, and the condition ReplicaFailure shows it. Example: a policy refuses to
  // open the readiness gate of a Pod. The rollout goes on, and the sync fails in the end, so that
  // the write is retried after back-off.
  std::optional<Error> refused_write{};
  // Which Pod has not got the wanted template although it was updated, and why; "" if there is no
  // such Pod. Example: "a webhook put back the old image of container app of pod web-1
  // (ImagePutBack)".
  std::string put_back{};
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
  kRecover,         // before kWhilePaused and kWhileRunning, to finish interrupted work
  kWhilePaused,     // before the rules for a paused workload
  kWhileRunning,    // before the rules for scaling and for rollouts
  kBeforeCreation,  // before a new ReplicaSet is made, also for a rollback
  // While nothing may be rolled out. The step gives Pods their traffic back, or keeps the workload
  // at its size. Two callers ask for it:
  //   - the planner, if a rollout was aborted, and Pods have no ReplicaSet to go back to
  //   - RolloutExtension, while it holds the rollout back
  kWhileHeld,
};

// A write to a ReplicaSet that the planner prepares.
struct PlannedWrite {
  enum class What : uint8_t {
    kNewReplicaSet,  // makes the new ReplicaSet, or adds what the existing new one lacks
    kResize,         // changes the size of a ReplicaSet
  };
  What what;
  const ReplicaSet* onto = nullptr;  // null if the write makes the ReplicaSet
  std::string_view revision{};       // kNewReplicaSet: the ReplicaSet's revision after the write
};

// By default the functions change nothing, so the planner follows its own rules.
class Extension {
 public:
  Extension() = default;
  virtual ~Extension() = default;
  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

  // Sets `extended` and `extension_state` of the situation. All other members of the situation are
  // set already. Look may also change
  //   - limits.updated_max
  //   - new_replica_set and `old`, if another ReplicaSet has the wanted template, too
  //   - `wanted`, if there is no new ReplicaSet
  virtual void Look(workload::Situation& /*situation*/) const {}

  // Returns the extension's own next step; nullopt if the planner is to choose the next step.
  virtual std::optional<Step> Next(const workload::Situation& /*situation*/,
                                   Moment /*moment*/) const {
    return std::nullopt;
  }

  // Adds the extension's conditions to `status`, the draft of the next status. May change every
  // other member of `status`, too, such as updated_replicas and `carried`.
  virtual void UpdateStatus(const workload::Situation& /*situation*/,
                            WorkloadStatus& /*status*/) const {}

  // Returns the Events to send when `status` has been written.
  virtual std::vector<Event> Events(const workload::Situation& /*situation*/,
                                    const WorkloadStatus& /*status*/) const {
    return {};
  }

  // Adds the extension's annotations to `annotations`, which `write` sets on the ReplicaSet. Call
  // CopyAnnotations before Note: Note may remove copied entries, such as in-place settings.
  //
  // Returns Because::counted_reason for `write` (core/step.h): a word that the extension counts
  // when the write has succeeded; "" if there is none. Example: "FieldChanged", if an added
  // annotation records that Pods are replaced because a field has changed.
  virtual std::string Note(const workload::Situation& /*situation*/, const PlannedWrite& /*write*/,
                           std::map<std::string, std::string>& /*annotations*/) const {
    return {};
  }

  // `step` is the step that the planner has chosen. Returns the step to take instead; by default
  // `step` itself. An extension may
  //   - turn a step that ends the sync into a failure, so that Windlass tries again
  //   - let the next sync begin earlier
  //   - return a read, a write or a Wait that must come before `step`. Example: before a ReplicaSet
  //     loses its last Pods, a write moves a Service to other Pods (rollout/services.h)
  virtual Step End(const workload::Situation& /*situation*/, Step step) const { return step; }
};

}  // namespace windlass
