// The Pods of a workload, examined once for each decision: which template each Pod has, and its
// PodStanding. All that is known of one Pod is in one RolloutPod. Source: P-027, P-050, P-031.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/pod/drain_step.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

// What budget.h, candidates.h and disruption.h must know about one active Pod of the workload.
struct PodStanding {
  std::string_view node{};  // name; empty: not scheduled
  std::string_view zone{};  // of the node; empty: there is no zone
  // The Pod counts as having the target template. If admission undid the patch, this stays true
  // until the patch is to be sent again (TryAgainAt), although the Pod has the old images.
  bool updated = false;
  // Admission put back the old image of a container, so the Pod has not got the target template.
  bool put_back = false;
  bool of_host = true;  // the Pod counts as having the template of the host ReplicaSet
  // True if one of these holds:
  //   - the Pod is drained, that is, out of traffic for a patch
  //   - the Pod is not drained, but its label (drain mode Label) keeps it out of traffic
  //     (IsLeftOut)
  //   - its last patch, to whatever template, is not complete
  bool in_flight = false;
  bool available = false;
  // True if condition Ready is True, even if the Pod is in flight and does not serve. Exception:
  // false for a Pod that its label keeps out of traffic without a drain (PodVerdict::left_out), or
  // kept out before its drain (WasLeftOut).
  bool ready = false;
  bool stand_in = false;  // belongs to a ReplicaSet other than the host
  // True if the Pod's state has a drain, but another client puts the Pod back into traffic each
  // time (IsDrainInVain), and without the drain the Pod would count as available.
  bool serves = false;
  // Like `serves`, but the Pod need only be Ready. Example with drain mode Gate: the other client
  // has just set our readiness condition back to True, and minReadySeconds are not over.
  bool looks_ready = false;
  // The last patch asks for other CPU or memory, and the kubelet has not carried that out
  // (ResizeStepOf). Unless it restarts a container, the Pod may be available meanwhile.
  bool resizing = false;
  // The next patch of the Pod changes CPU or memory and restarts no container (OnlyResizes). It
  // takes nothing down.
  bool gentle = false;
  // The Pod is on a lost node. It costs no budget, and the rollout does not wait for it (P-039).
  bool exempt = false;
  // The Pod will get no node soon (UnschedulableFrom). The rollout does not wait for it (P-039).
  bool unschedulable = false;

  // Returns true if the rollout waits until this Pod is available. If false, a patch of this Pod
  // uses up none of the limits node, cap and canary (budget.h), and the rollout can end while the
  // Pod is unavailable.
  bool waited_for() const { return !exempt && !unschedulable; }
};

// What controller/in_place/phases finds out about one Pod, in addition to what ClassifyPods does.
struct PodVerdict {
  // True if the Pod has the target template, as a patched Pod or as a stand-in, and fails.
  bool failed = false;
  // True for a stand-in of any revision that is not available and will not become so soon: it
  // fails, has had no node for some time, or has been on a lost node for as long as a restart may
  // take. False for a stand-in that waits for a node and may still get the place of the Pod that it
  // replaces.
  bool will_not_come = false;
  // True for a Pod of the host that was patched back to the host's template, is not available yet,
  // and does not fail. Set while Pods go back or the revision is given up.
  bool starts_reverted = false;
  // True if a patch of the Pod, or the write that begins its drain, failed in this sync.
  bool refused = false;
  // Why its resize is not carried out, and new Pods are needed (RefuseResize).
  std::optional<NotEligible> resize_refused{};
  // True if the Pod must not be patched because its kubelet is too old (LeaveOutOldKubelets).
  bool old_kubelet = false;
  DrainStep drain{};  // what to do next with the Pod and its traffic
  // True if `drain` is still kEnd although the API server accepted EndDrain in this sync. This
  // shows that an admission policy undoes EndDrain.
  bool kept_out = false;
  // True if the Pod's last patch is complete, and its label keeps it out of traffic without a drain
  // (IsLeftOut). This shows that another client has put the label back.
  bool left_out = false;
};

// One examined Pod.
struct RolloutPod {
  const Pod* pod = nullptr;
  // The state of our last patch, as the Pod's state annotation has it. nullopt if this annotation
  // is missing, unreadable or of another workload. Exceptions, of which the first that applies
  // counts:
  //   - `lost` is true: the new state to write to the Pod
  //   - a patch of another workload, such as a deleted one of this name, is under way: the state of
  //     that patch
  //   - another client has given the Pod other images since the patch: a state with nothing but the
  //     `drain`; nullopt if the Pod is not drained (OfForeign in rollout_pods.cc)
  //   - the Pod is updated, and its label keeps it out of traffic without a drain (IsLeftOut): the
  //     Pod's state, with a `drain` added
  std::optional<PodState> our_state{};
  Fingerprint of{};  // the template that the Pod counts as having
  // True for a patched Pod whose state annotation is missing, unreadable or of an earlier patch.
  // `our_state` is the new state to write to this Pod (LostState).
  bool lost = false;
  PodStanding standing{};
  PodVerdict verdict{};

  // Returns `our_state`; null if there is none.
  const PodState* state() const { return our_state ? &*our_state : nullptr; }
};

// What ClassifyPods must know of the workload, besides its Pods. The objects referred to must
// outlive this value.
struct RolloutTemplates {
  Uid deployment;
  const ReplicaSet& host;                  // owns the Pods that are updated in place
  std::span<const ReplicaSet* const> all;  // of the workload, the host among them
  Fingerprint target;                      // of the template that the Pods are to have
  const std::string& target_json;
  int32_t min_ready_seconds = 0;
  // Whether the images of a Pod without a readable state annotation decide which template it has:
  //   - true while a rollout is under way: the Pod may have lost the annotation after a patch
  //     (P-027)
  //   - false without a rollout: another client gave the Pod images that differ from its template,
  //     and Windlass leaves the Pod alone
  bool by_image = false;
  // The revisions to which this rollout patches Pods. A Pod that was patched to one of these counts
  // as in flight while its state annotation is missing, unreadable (LostState) or of an earlier
  // patch (IsOutdated).
  std::vector<int64_t> revisions{};
  // True during the exchange of templates. For a moment after the host has got the target template,
  // the ReplicaSet controller may still create Pods of the old one (P-057). Windlass recognises
  // such Pods by their images. If admission rewrote a Pod's images, Windlass compares them with the
  // images that other Pods had before their patch.
  bool late_births = false;
};

// Returns the ReplicaSet among `all` that owns the Pod; null if none of them does.
const ReplicaSet* OwnerOf(const Pod& pod, std::span<const ReplicaSet* const> all);

// Examines the Pods that are not being deleted and belong to a ReplicaSet in `templates.all`, and
// returns them in the order given. A Pod of a ReplicaSet other than the host counts as a stand-in.
// Returns kMalformed if a template cannot be read.
Result<std::vector<RolloutPod>> ClassifyPods(std::span<const Pod* const> pods,
                                             const RolloutTemplates& templates, const Nodes& nodes,
                                             WallTime now);

// Sums over the Pods for a workload's status (P-084). Stand-ins are included, except where a
// comment says "of the host".
struct PodCounts {
  int32_t pods = 0;
  int32_t updated = 0;    // as PodStanding::updated
  int32_t in_flight = 0;  // Pods in flight or being resized that the rollout waits for
  int32_t ready = 0;      // Ready and not in flight
  int32_t available = 0;
  int32_t serving = 0;      // as PodStanding::serves; not in `available`
  int32_t looks_ready = 0;  // as PodStanding::looks_ready; not in `ready`
  int32_t stand_ins = 0;
  int32_t patched = 0;    // updated Pods of the host
  int32_t to_update = 0;  // Pods of the host that are not updated
  int32_t settled = 0;    // updated Pods of the host that are proven or not waited for
  int32_t proven = 0;     // updated Pods of the host that are available and not being resized
  int32_t put_back = 0;   // updated Pods whose old image admission put back
  bool operator==(const PodCounts&) const = default;
};
PodCounts CountPods(std::span<const RolloutPod> pods);

}  // namespace windlass::in_place
