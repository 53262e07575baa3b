#include "controller/workload/status/no_cache_room.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Every sync returns the Event, but Windlass sends it at most once in this time.
constexpr Duration kToldAgain = seconds(600);

// Returns the number of updated Pods; `pods` is the number of all Pods. A ReplicaSet that is cached
// without its large parts has no revision, so Windlass may not know which one has the template.
//   - If the rollout was over (WasRolledOut), and one ReplicaSet alone has a size above 0: the
//     number of its Pods.
//   - Otherwise: the number in the stored status, but less than `pods` (0 if `pods` is 0), so that
//     no rollout becomes complete. Example: the status says that 10 of 13 Pods are updated, and now
//     there are 10 Pods: 9, because some may be old.
int32_t CountUpdated(const Workload& workload, const std::vector<const ReplicaSet*>& owned,
                     int32_t pods) {
  const auto has_size = [](const ReplicaSet* rs) { return rs->replicas > 0; };
  if (WasRolledOut(workload) && std::ranges::count_if(owned, has_size) == 1) {
    return FitCount((*std::ranges::find_if(owned, has_size))->status.replicas);
  }
  const int32_t known = std::min(workload.status.updated_replicas, pods);
  return known == pods ? std::max(known - 1, 0) : known;
}

// Sets the counters of `draft` to the sums over the ReplicaSets that the workload owns: the cache
// keeps sizes and status even of a ReplicaSet for which it has no room otherwise. Leaves `draft`
// unchanged for a new workload without a ReplicaSet.
void CountOwned(const View& view, StatusDraft& draft) {
  const Workload& workload = view.workload;
  WorkloadStatus& status = draft.status;
  std::vector<const ReplicaSet*> owned;
  std::ranges::copy_if(view.replica_sets, std::back_inserter(owned), [&](const ReplicaSet* rs) {
    return rs->meta.IsControlledBy(workload.meta.uid);
  });
  if (owned.empty() && status.observed_generation == 0 && status.replicas == 0) return;
  SumUp(owned, status);
  status.updated_replicas = CountUpdated(workload, owned, status.replicas);
  const bool enough = CountAvailable(owned) >= workload.limits.min_available();
  TellAvailable(workload, enough, draft.now, status.conditions);
}

// Returns a text for users: why Windlass leaves the workload alone, whether a rollback waits
// because of this, and what to do.
std::string LeftOutText(const View& view) {
  const Workload& workload = view.workload;
  const KindTraits& traits = workload.kind.traits();
  std::string text = "Windlass has no room in memory for " + view.left_out +
                     ", so it leaves this " + std::string(traits.name()) + " alone";
  const bool asks = workload.roll_back_to && !IsAnswered(workload);
  if (asks && !traits.rollback_request.empty()) {
    text += " and does not perform the rollback that " + std::string(traits.rollback_request) +
            " asks for";
  }
  return text +
         ". Make the labels, the annotations or the pod template of that object smaller, or "
         "raise the memory limit of Windlass. You can also switch off updates in place for that "
         "object. For a ReplicaSet, remove its annotation windlass.dev/in-place.";
}

}  // namespace

Event LeftOutEvent(std::string message) {
  return {.type = Event::Type::kWarning,
          .reason = std::string(kLeftOutReason),
          .message = std::move(message),
          .at_most_every = kToldAgain};
}

std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now) {
  if (view.left_out.empty()) return std::nullopt;
  const Workload& workload = view.workload;
  std::string message = LeftOutText(view);
  StatusDraft draft{.status = workload.status, .now = now};
  CountOwned(view, draft);
  UpdateCondition(draft.status.conditions,
                  NewCondition(kReplicaFailure, "True", kLeftOutReason, message, now));
  // A refused status is not sent again in this sync: only the times in it would differ.
  if (!workload.kind.IsStored(workload, draft) && !WasStatusRefused(workload, learned)) {
    Write write{.request = workload.kind.WriteStatus(workload, draft),
                .because = {decisions::kUpdateStatus, {{"reason", std::string(kLeftOutReason)}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{.events = {LeftOutEvent(std::move(message))}};
}

}  // namespace windlass::workload
