#include "cmd/kubectl-windlass/canary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/pod_state.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "controller/in_place/template/annotation_names.h"

namespace windlass::cli {
namespace {

// Returns the Pods of the step. While Pods are updated in place, the ReplicaSet of the new revision
// has none: a Pod's annotation says that the Pod was updated, and its owner is an older ReplicaSet.
Result<std::vector<Json>> ReadCanaries(Session& session, const Json& rollout,
                                       const std::string& namespace_, const std::vector<Json>& sets,
                                       const Json* of_revision) {
  const bool in_place = of_revision == nullptr || NumberOf(*of_revision, "/spec/replicas") == 0;
  const Json* selector = FieldOf(in_place ? rollout : *of_revision, "/spec/selector");
  const std::string labels = selector == nullptr ? "" : SelectorText(*selector);
  WINDLASS_TRY(const ObjectList list, ListObjects(session, {resources::kPods, namespace_, labels}));
  std::vector<Json> pods;
  for (const std::string& item : list.items) {
    Json pod = Json::parse(item, nullptr, false);
    if (!pod.is_object()) continue;
    const bool ours =
        in_place ? !AnnotationOf(pod, in_place::kPodState).empty() &&
                       std::ranges::any_of(sets, [&](const Json& rs) { return IsOwnedBy(pod, rs); })
                 : IsOwnedBy(pod, *of_revision);
    if (ours) pods.push_back(std::move(pod));
  }
  return pods;
}

// Returns the states of those Pods that are not available, the worst one first. A Pod that is being
// deleted is none: the step waits for the one that takes its place.
std::vector<PodState> NotAvailable(const std::vector<Json>& pods, int64_t min_ready_seconds,
                                   WallTime now) {
  std::vector<PodState> states;
  for (const Json& pod : pods) {
    if (FieldOf(pod, "/metadata/deletionTimestamp") != nullptr) continue;
    PodState state = StateOfPod(pod, min_ready_seconds, now);
    if (state.mood != Mood::kGood) states.push_back(std::move(state));
  }
  std::ranges::stable_sort(states, std::ranges::greater{}, &PodState::mood);
  return states;
}

}  // namespace

Result<std::string> WhyNotAvailable(Session& session, const Json& rollout,
                                    const std::string& namespace_, int64_t revision) {
  WINDLASS_TRY(const std::vector<Json> sets, ReadReplicaSets(session, rollout, namespace_));
  const auto found = std::ranges::find(sets, revision, &RevisionOf);
  const Json* of_revision = found == sets.end() ? nullptr : &*found;
  WINDLASS_TRY(const std::vector<Json> pods,
               ReadCanaries(session, rollout, namespace_, sets, of_revision));
  const std::vector<PodState> states =
      NotAvailable(pods, NumberOf(rollout, "/spec/minReadySeconds"), session.clock().Wall());
  if (!states.empty()) {
    const std::string more =
        states.size() == 1 ? "" : " (and " + std::to_string(states.size() - 1) + " more)";
    return states.front().name + ": " + states.front().why + more;
  }
  const Json* failure =
      of_revision == nullptr ? nullptr : ConditionOf(*of_revision, "ReplicaFailure");
  if (failure == nullptr || TextOf(*failure, "/status") != "True") return std::string();
  return TextOf(*of_revision, "/metadata/name") + ": " + TextOf(*failure, "/reason") + ": " +
         TextOf(*failure, "/message");
}

}  // namespace windlass::cli
