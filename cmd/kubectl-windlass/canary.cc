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

// The message of the condition ReplicaFailure, which may come from an admission webhook, is cut to
// this number of cells.
constexpr size_t kMessageCellsMax = 300;

bool HasNoPods(const Json* of_revision) {
  return of_revision == nullptr || NumberOf(*of_revision, "/spec/replicas") == 0;
}

// Returns true if the Pod's last update in place was to the revision of `of_revision`, or to an
// unknown one: the annotation cannot be read, or `of_revision` is null.
bool IsPatchedTo(const Json& pod, const Json* of_revision) {
  const std::string text = AnnotationOf(pod, in_place::kPodState);
  if (text.empty()) return false;
  const Json state = Json::parse(text, nullptr, false);
  const int64_t revision = state.is_object() ? NumberOf(state, "/rev") : 0;
  return of_revision == nullptr || revision <= 0 || revision == RevisionOf(*of_revision) ||
         HadRevision(*of_revision, revision);
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
    if (IsDeleting(*pod)) continue;
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
  const bool in_place = HasNoPods(of_revision);
  std::vector<const Json*> canaries;
  for (const Json* pod : pods) {
    const bool ours =
        in_place ? IsPatchedTo(*pod, of_revision) &&
                       std::ranges::any_of(replica_sets,
                                           [&](const Json* set) { return IsOwnedBy(*pod, *set); })
                 : IsOwnedBy(*pod, *of_revision);
    if (ours) canaries.push_back(pod);
  }
  return canaries;
}

Result<std::string> WhyNotAvailable(Session& session, const Json& rollout,
                                    const std::string& namespace_, int64_t revision, Mood least) {
  WINDLASS_TRY(const std::vector<Json> owned, ReadReplicaSets(session, rollout, namespace_));
  const std::vector<const Json*> sets = Pointers(owned);
  const Json* of_revision = OfRevision(sets, revision);
  const Json& selecting = HasNoPods(of_revision) ? rollout : *of_revision;
  WINDLASS_TRY(const ObjectList list,
               ListObjects(session, {resources::kPods, namespace_, SelectorOfWorkload(selecting)}));
  std::vector<Json> pods;
  for (const std::string& item : list.items) {
    Json pod = Json::parse(item, nullptr, false);
    if (pod.is_object()) pods.push_back(std::move(pod));
  }
  const std::optional<Cause> cause =
      CauseAmong(of_revision, CanariesAmong(Pointers(pods), sets, of_revision),
                 NumberOf(rollout, "/spec/minReadySeconds"), session.clock().Wall(), least);
  return cause ? cause->text : std::string();
}

}  // namespace windlass::cli
