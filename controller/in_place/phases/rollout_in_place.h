// The state of a workload that is, or was, updated in place. Source: docs/design/009.
//
//   none ─▶ deciding ─▶ staged ─▶ committing ─▶ none
//                │         │ the template goes back to the host's
//                │         └─▶ returning ─▶ none
//                ├─▶ replace    an ordinary rollout
//                └─▶ refused    policy Only
//
// Not shown:
//   - staged may also become replace or refused
//   - none and replace become returning if patched Pods are left that must first go back to the
//     template of their ReplicaSet (FindLeftPatched in find_rollout.cc)
//   - if the workload no longer asks for updates in place: every phase but committing becomes none,
//     or returning as above
//   - while objects that decide the phase cannot be seen, the phase is unknown
//
// The planner derives the state anew for each step, from the stored objects, the time, and the
// replies of this sync. Between syncs nothing is remembered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/in_place/batch/next_pod.h"
#include "controller/in_place/batch/rollout_pods.h"
#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/refusal_count.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/template/options.h"
#include "controller/in_place/traffic/drain_steps.h"
#include "controller/workload/situation.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

// If a webhook or another client has removed what Windlass wrote, Windlass waits this long before
// it writes the same again.
inline constexpr seconds kNotKeptTryAgain{60};
// How soon the next sync begins if an update in place needs an annotation that this sync may not
// send any more (UnlessInVain). This is longer than kNextSyncAfter, because such syncs may follow
// each other without end if something keeps changing a ReplicaSet.
inline constexpr seconds kHeldBackTryAgain{1};

// A Pod that is still drained (out of traffic) although no in-place rollout is under way. Windlass
// returns the Pod to traffic, and does not patch it.
struct LeftDrained {
  const Pod* pod = nullptr;
  PodState state;
  bool kept_out = false;  // as PodVerdict::kept_out
};

// Pods that fail, or that must be patched but have too old a kubelet (LeaveOutOldKubelets).
struct FailingPods {
  // The cause of the first Pod, such as "container app of pod web-1 does not run (ErrImagePull)". A
  // Pod that has only used up its time (kPodTimeout) counts as first only if no other Pod fails for
  // another cause. A Pod with too old a kubelet counts as first only if no Pod fails.
  Cause first{};
  bool for_long = false;  // one of them has used up its time to recover (P-062)
  // True if one of them fails because of the new template. False if each of them is
  //   - a stand-in without a node: it lacks room
  //   - or a Pod with too old a kubelet: a new Pod would run the new sidecar at once
  // Such Pods show nothing about the new template. So they neither keep the rollout from resting at
  // its limit (PodsInPlace::at_rest), nor end that rest (AfterFailure), nor delay the fallback to
  // replacing Pods (FallBackIfRefused).
  bool of_template = false;
};

// Pods whose state annotation a webhook removes after each write, or whose drain another client
// ends each time.
struct StrippedPods {
  Cause first{};
  bool for_long = false;  // enough time has passed that they all count as restarted
  // True if the condition must be written again with the present time, even if its text is the
  // same.
  bool told_anew = false;
};

// The count of refused patches in a row, for the template that Pods are to get now
// (refusal_count.h).
struct RefusedInARow {
  Refusals noted{};
  std::optional<WallTime> next_try{};  // before this time no Pod is patched (P-036)
};

// The Pods of a rollout, and what follows from them. Not copyable, because `next` points to Pods in
// `all`.
struct PodsInPlace {
  PodsInPlace() = default;
  PodsInPlace(PodsInPlace&&) = default;
  PodsInPlace& operator=(PodsInPlace&&) = default;

  std::vector<RolloutPod> all{};  // as ClassifyPods returns them, with their verdicts
  PodCounts counts{};
  BatchLimits limits{};  // the limits within which `next` was chosen
  NextPods next{};       // empty in phases deciding and refused
  std::optional<FailingPods> failing{};
  // Returns true if a Pod fails because of the new template (FailingPods::of_template).
  bool template_fails() const { return failing && failing->of_template; }
  // Returns true if the host has Pods. The others are stand-ins.
  bool any_of_host() const { return counts.pods > counts.stand_ins; }
  std::optional<StrippedPods> not_kept{};
  std::optional<RefusedInARow> refused{};
  // Why the resize of a Pod is not carried out, so that new Pods are needed (RefuseResize). Of the
  // first such Pod, in phase staged.
  std::optional<Cause> resize_refused{};
  // With strategy Recreate: the Pod that must be gone before the next Pod is patched, in the words
  // of a message: "pod web-1", "a Pod of replica set web-2".
  std::optional<std::string> beside{};
  // Phase committing: true if an uncached list of this sync shows a Pod of the host that the cache
  // does not have yet.
  bool unseen_births = false;
  // Phase staged: true if the rollout has reached its limit, no Pod fails because of the new
  // template (template_fails), and `not_kept` is not set. One of these then holds:
  //   - Some Pods lack the target template, but not more than limits.partition. Example: 3 of 10
  //     Pods lack the template, and the partition is 3.
  //   - No Pod lacks the template, and holds_back is true.
  bool at_rest = false;
  // True if steps of a Rollout (pauses included) or a partition are in force, even if all present
  // Pods are updated already. Examples: setUpdated: 100% allows all Pods; or a scale-down has
  // removed the old Pods.
  bool holds_back = false;

  // Returns true if the next try after a refused patch is in the future.
  bool waits_for_next_try() const { return refused && refused->next_try; }
};

// What is left of an update in place once no rollout in place is under way any more.
struct LeftPods {
  // A Pod is being restarted by its patch although the API server shows it as Ready.
  bool restarts = false;
  std::vector<LeftDrained> drained{};  // they return to traffic now
};

// The pending ReplicaSet, whose template the Pods get.
struct Pending {
  const ReplicaSet* replica_set = nullptr;
  std::optional<Block> block{};       // if the revision is or was given up (P-062)
  std::optional<std::string> held{};  // why no Pod is patched or reverted
};

// One struct for each phase, with the values of that phase. `host` is the ReplicaSet that owns the
// Pods.
namespace phases {

// No in-place rollout is under way.
struct None {
  LeftPods left{};
};
// No further Pod is drained or patched in this phase. One of these holds:
//   - a rollout that can be carried out in place is to get its pending ReplicaSet
//   - the workload is paused, and its template is not known yet
//   - the rollout will replace Pods: `replace_soon` is set
//   - the workload is aborted and has no revision to go back to (HasNothingToFollow)
struct Deciding {
  const ReplicaSet* host = nullptr;
  std::optional<Pending> pending{};  // if the rollout was staged before
  // Why the rollout will replace Pods, as a sentence for users. The rollout does not replace Pods
  // yet, because the API server still shows a Pod as Ready while its patch restarts it
  // (LooksReadyInFlight in find_pods.h).
  std::optional<std::string> replace_soon{};
};
// The pending ReplicaSet exists, and Pods of the host are patched to its template. If the revision
// is given up (InPlace::blocked), its failed Pods are patched back to the host's template instead.
struct Staged {
  const ReplicaSet* host = nullptr;
  Pending pending{};
  // Set while an update in place is not possible any more, because the replicas, the strategy or
  // the settings have changed (P-011, P-012). Example: maxUnavailable and the surge are now both 0.
  std::optional<NotEligible> against{};
};
// Pods are patched back to the template of the host. Usually that is also the wanted template: the
// template of the workload or, after an abort, of the revision to go back to.
// While steps or a partition of a Rollout are in force, another template may be wanted. The Pods
// then first go back to the template of the host, and new Pods replace them afterwards
// (GoesBackFirst).
struct Returning {
  const ReplicaSet* host = nullptr;
};
// The host and the pending ReplicaSet have begun to exchange their templates (P-052).
struct Committing {
  const ReplicaSet* host = nullptr;
  Pending pending{};
  Stash stash{};
};
// This rollout replaces Pods.
struct Replacing {
  Cause why{};
  LeftPods left{};
};
// Policy Only forbids the rollout, because it would replace Pods (P-014), or because a setting of
// updates in place is wrong (P-083).
struct Refused {
  const ReplicaSet* host = nullptr;
  std::optional<Pending> pending{};  // if the rollout was staged before
  Cause why{};
};
// Objects on which the phase depends cannot be seen. The members hold what was found without these
// objects.
struct Unknown {
  const ReplicaSet* host = nullptr;
  std::optional<Pending> pending{};
  std::optional<Stash> stash{};
  Cause why{};
};

using Any =
    std::variant<None, Deciding, Staged, Returning, Committing, Replacing, Refused, Unknown>;

}  // namespace phases

// The names of the phases, in the order of phases::Any.
enum class InPlacePhase : uint8_t {
  kNone,
  kDeciding,
  kStaged,
  kReturning,
  kCommitting,
  kReplace,
  kRefused,
  kUnknown,
};

struct InPlace {
  Configuration configuration{};
  phases::Any now{};
  // The Pods, if they can be seen. Always set in phases staged and returning, never in phases none,
  // replace and unknown.
  std::optional<PodsInPlace> pods{};
  std::optional<WallTime> look_again{};  // when time alone may change any of this

  InPlacePhase phase() const { return static_cast<InPlacePhase>(now.index()); }
  const Options& options() const { return configuration.options; }

  // Each returns its value of the present phase; null if the phase has no such value.
  const ReplicaSet* host() const;
  const ReplicaSet* pending() const;
  const Pending* pending_notes() const;
  const Block* block() const;
  const std::string* blocked() const;  // why the revision is given up; null while it is tried again
  const std::string* held() const;
  const Stash* stash() const;
  const LeftPods* left() const;
  const std::string* replace_soon() const;
  const NotEligible* against() const;
  // Returns the cause of phase replace, refused or unknown; an empty Cause in the other phases.
  Cause why() const;

  // Returns true if the status counts the Pods one by one, and not by the counters of the
  // ReplicaSets. These counters rely on the condition Ready, which may stay True during a restart
  // (P-086).
  bool counts_pods() const { return pods.has_value(); }
  // Returns the sums over the Pods; zeros if `pods` is not set.
  PodCounts counts() const { return pods ? pods->counts : PodCounts{}; }
};

// Returns the decision that belongs on the rollout's new ReplicaSet (P-013), where Extension::Note
// writes it. Only the phases deciding and replace have one. Returns nullopt in all other phases,
// and in phase deciding while `replace_soon` is set.
std::optional<RolloutMode> DecisionOf(const InPlace& in_place);

// Holds the InPlace that a Situation keeps for this extension.
struct InPlaceState final : ExtensionState {
  explicit InPlaceState(InPlace found)
      : in_place(std::make_shared<const InPlace>(std::move(found))) {}
  // A copy of `found` that says why the next step cannot be done.
  InPlaceState(const InPlaceState& found, std::string why_stuck)
      : in_place(found.in_place), stuck(std::move(why_stuck)) {}

  std::shared_ptr<const InPlace> in_place;
  std::optional<std::string> stuck{};  // why the next step cannot be done
};

// Returns the InPlaceState in `situation`. Usually Extension::Look has set it. In TellFailure,
// which writes the failure of a step into the status, it is a copy with `stuck`.
const InPlaceState& InPlaceStateOf(const workload::Situation& situation);

// Returns the result of FindInPlace (find_rollout.h) in InPlaceStateOf.
const InPlace& InPlaceOf(const workload::Situation& situation);

// Returns a text such as "Windlass cannot see pods (no right to watch them)". Returns "" if nothing
// is missing, or while the informers are still loading.
std::string WhatIsNotSeen(const workload::Situation& situation);

// Returns true if Pods go back to the template of their ReplicaSet before Pods of another
// ReplicaSet replace them (P-068). This happens only while steps or a partition of a Rollout are in
// force (Fenceposts::holds_back).
bool GoesBackFirst(const workload::Situation& situation, const InPlace& in_place);

// Returns true if `rs` has Pods, and all of them are stand-ins: Pods that exist only while other
// Pods restart (P-024). Windlass creates the pending ReplicaSet with size 0. If a mutating
// admission policy sets another size at creation, the ReplicaSet gets Pods at once. These count as
// stand-ins, too, so Windlass removes them.
bool HasStandIns(const ReplicaSet& rs);
// Returns true if `rs` has Pods that are not stand-ins.
bool HasOwnPods(const ReplicaSet& rs);

// Returns true if the Pod's state asks for CPU or memory, and the request for it is still to be
// sent (ResizeStep::kDue).
bool IsResizeDue(const RolloutPod& pod);

// Returns true if a Pod is in flight (being restarted by its patch), has not failed, and the
// rollout waits for it (PodStanding::waited_for). A Pod that another client keeps out of traffic
// (PodVerdict::left_out) does not count, because it may stay in flight for ever. Requires `pods`.
// The callers wait while this is true, because an ordinary rollout would count a Ready Pod in
// flight as available.
bool OthersAreInFlight(const InPlace& in_place);

}  // namespace windlass::in_place
