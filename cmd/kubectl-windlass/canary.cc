#include "cmd/kubectl-windlass/canary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rollout_roles.h"
#include "controller/workload/in_place_annotations.h"

namespace windlass::cli {
namespace {

// The message of condition ReplicaFailure is cut to this number of terminal cells. An admission
// webhook may have written the message, so it may be very long.
constexpr size_t kMessageCellsMax = 300;

bool HasOrHadRevision(const Json& replica_set, int64_t revision) {
  return RevisionOf(replica_set) == revision || HadRevision(replica_set, revision);
}

// Returns false for a Pod that is being deleted, and for a Pod whose phase is Failed or Succeeded.
// (An evicted Pod is Failed.) The controller does not count Failed and Succeeded Pods either
// (kLivePods).
bool IsLive(const Json& pod) {
  const std::string phase = TextOf(pod, "/status/phase");
  return !IsDeleting(pod) && phase != "Failed" && phase != "Succeeded";
}

// Returns the revision that the last update in place gave to the Pod, from annotation kPodState:
//   - nullopt if the Pod has no such annotation, or if the annotation was copied from another Pod
//   - 0 if the annotation cannot be read, or has no revision
std::optional<int64_t> PatchedRevision(const Json& pod) {
  const std::string text = AnnotationOf(pod, in_place::kPodState);
  if (text.empty()) return std::nullopt;
  const Json state = Json::parse(text, nullptr, false);
  if (!state.is_object()) return 0;
  const std::string uid = TextOf(pod, "/metadata/uid");
  if (TextOf(state, "/pod", uid) != uid) return std::nullopt;
  return std::max<int64_t>(NumberOf(state, "/rev"), 0);
}

// Call this for a Pod that the ReplicaSet `of_revision` owns. Returns true if the Pod was updated
// in place to the revision of another ReplicaSet. Example, with the result true:
//   - Pods of revision 8 are updated in place to revision 9
//   - a user goes back to revision 8, so its ReplicaSet, `of_revision`, becomes revision 10
//   - `pod` was already patched to revision 9
// Returns false if no ReplicaSet has or had the revision that the Pod's annotation kPodState names.
bool WasPatchedAway(const Json& pod, const std::vector<const Json*>& replica_sets,
                    const Json& of_revision) {
  const int64_t patched = PatchedRevision(pod).value_or(0);
  if (patched == 0 || HasOrHadRevision(of_revision, patched)) return false;
  return std::ranges::any_of(replica_sets,
                             [&](const Json* set) { return HasOrHadRevision(*set, patched); });
}

// Call this for a Pod that another ReplicaSet than `of_revision` owns. Returns true if the last
// update in place gave the Pod the revision of `of_revision`. The Pod's annotation kPodState shows
// this. Special cases:
//   - the Pod was not updated in place (PatchedRevision returns nullopt): false
//   - `of_revision` is null: true for every Pod that was updated in place
//   - the annotation cannot be read, or has no revision: true if `of_revision` has 0 replicas,
//     otherwise false. With 0 replicas, `of_revision` owns no Pods. All Pods of the new revision
//     were then updated in place
bool WasPatchedTo(const Json& pod, const Json* of_revision) {
  const std::optional<int64_t> patched = PatchedRevision(pod);
  if (!patched || of_revision == nullptr) return patched.has_value();
  if (*patched == 0) return NumberOf(*of_revision, "/spec/replicas") == 0;
  return HasOrHadRevision(*of_revision, *patched);
}

// Returns true if Windlass is about to update the Pods of `rollout` in place, is doing so, or has
// stopped midway.
bool IsPatching(const Json& rollout) {
  return TextOf(rollout, "/spec/strategy/type").starts_with("InPlace") &&
         TrueCondition(rollout, "windlass.dev/InPlace") != nullptr;
}

std::vector<const Json*> Pointers(const std::vector<Json>& objects) {
  std::vector<const Json*> pointers;
  for (const Json& object : objects) pointers.push_back(&object);
  return pointers;
}

}  // namespace

std::optional<Cause> CauseAmong(const Json* maker, const std::vector<const Json*>& pods,
                                int64_t min_ready_seconds, WallTime now, Mood least) {
  std::vector<PodState> states;
  for (const Json* pod : pods) {
    if (!IsLive(*pod)) continue;
    PodState state = StateOfPod(*pod, min_ready_seconds, now);
    if (state.mood >= least) states.push_back(std::move(state));
  }
  std::ranges::stable_sort(states, std::ranges::greater{}, &PodState::mood);
  if (!states.empty()) {
    const PodState& worst = states.front();
    const std::string more =
        states.size() == 1 ? "" : " (and " + std::to_string(states.size() - 1) + " more)";
    return Cause{worst.status, worst.name + ": " + worst.why + more};
  }
  const Json* failure = maker == nullptr ? nullptr : TrueCondition(*maker, "ReplicaFailure");
  if (failure == nullptr) return std::nullopt;
  const std::string reason = TextOf(*failure, "/reason");
  return Cause{reason, TextOf(*maker, "/metadata/name") + ": " + reason + ": " +
                           Cut(Printable(TextOf(*failure, "/message")), kMessageCellsMax)};
}

const Json* OfRevision(const std::vector<const Json*>& replica_sets, int64_t revision) {
  const auto found =
      std::ranges::find(replica_sets, revision, [](const Json* set) { return RevisionOf(*set); });
  return found == replica_sets.end() ? nullptr : *found;
}

std::vector<const Json*> CanariesAmong(const std::vector<const Json*>& pods,
                                       const std::vector<const Json*>& replica_sets,
                                       const Json* of_revision) {
  std::vector<const Json*> canaries;
  for (const Json* pod : pods) {
    const auto owner =
        std::ranges::find_if(replica_sets, [&](const Json* set) { return IsOwnedBy(*pod, *set); });
    if (owner == replica_sets.end()) continue;
    const bool ours = *owner == of_revision ? !WasPatchedAway(*pod, replica_sets, *of_revision)
                                            : WasPatchedTo(*pod, of_revision);
    if (ours) canaries.push_back(pod);
  }
  return canaries;
}

Result<CanaryState> ReadCanaries(Session& session, const Json& rollout,
                                 const std::string& namespace_, int64_t revision, Mood least) {
  WINDLASS_TRY(const std::vector<Json> owned, ReadReplicaSets(session, rollout, namespace_));
  const std::vector<const Json*> sets = Pointers(owned);
  const Json* of_revision = OfRevision(sets, revision);
  // Lists the Pods of all ReplicaSets, because another ReplicaSet may own a Pod that was updated in
  // place to `revision`.
  WINDLASS_TRY(const ObjectList list,
               ListObjects(session, {resources::kPods, namespace_, SelectorOfWorkload(rollout)}));
  std::vector<Json> pods;
  for (const std::string& item : list.items) {
    Json pod = Json::parse(item, nullptr, false);
    if (pod.is_object()) pods.push_back(std::move(pod));
  }
  const std::vector<const Json*> canaries = CanariesAmong(Pointers(pods), sets, of_revision);
  const std::optional<Cause> cause =
      CauseAmong(of_revision, canaries, NumberOf(rollout, "/spec/minReadySeconds"),
                 session.clock().Wall(), least);
  // During an update in place, a Pod that was not patched is a stand-in: an additional Pod, which
  // Windlass removes before the rollout ends. So it does not count here (as in
  // CountedPods::patched).
  const bool patches = IsPatching(rollout);
  const auto counts = [&](const Json* pod) {
    return IsLive(*pod) && (!patches || PatchedRevision(*pod));
  };
  return CanaryState{.why = cause ? cause->text : "",
                     .exist = std::ranges::any_of(canaries, counts)};
}

}  // namespace windlass::cli
