#include "controller/workload/status/no_cache_room.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/status/counters.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Every sync returns the Event, but Windlass sends it at most once in this time.
constexpr Duration kToldAgain = seconds(600);

// Counts the Pods of the ReplicaSets that the workload owns: a ReplicaSet that is cut keeps its
// sizes and its status. Which of them has the latest template may not be known, so updatedReplicas
// can only fall, to the number of all Pods. Changes nothing if there is no ReplicaSet.
void CountOwned(const View& view, StatusDraft& draft) {
  const Workload& workload = view.workload;
  WorkloadStatus& status = draft.status;
  int64_t wanted = 0;
  int64_t replicas = 0;
  int64_t ready = 0;
  int64_t available = 0;
  int owned = 0;
  for (const ReplicaSet* rs : view.replica_sets) {
    if (!rs->meta.IsControlledBy(workload.meta.uid)) continue;
    ++owned;
    wanted += rs->replicas;
    replicas += rs->status.replicas;
    ready += rs->status.ready_replicas;
    available += rs->status.available_replicas;
  }
  if (owned == 0) return;
  status.replicas = FitCount(replicas);
  status.updated_replicas = std::min(status.updated_replicas, status.replicas);
  status.ready_replicas = FitCount(ready);
  status.available_replicas = FitCount(available);
  status.unavailable_replicas = FitCount(wanted - available);
  const bool enough = available >= workload.limits.min_available();
  TellAvailable(workload, enough, draft.now, status.conditions);
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
  const std::string kind(workload.kind.traits().name());
  std::string message = "Windlass leaves this " + kind +
                        " alone, because it has no room in memory for " + view.left_out +
                        ". Make the labels, the annotations or the pod template of that object "
                        "smaller, switch off its updates in place (of a ReplicaSet: remove its "
                        "annotation windlass.dev/in-place), or raise the memory limit of Windlass.";
  StatusDraft draft{.status = workload.status, .now = now};
  CountOwned(view, draft);
  UpdateCondition(draft.status.conditions,
                  NewCondition(kReplicaFailure, "True", kLeftOutReason, message, now));
  if (!workload.kind.IsStored(workload, draft)) {
    Write write{.request = workload.kind.WriteStatus(workload, draft),
                .because = {decisions::kUpdateStatus, {{"reason", std::string(kLeftOutReason)}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{.events = {LeftOutEvent(std::move(message))}};
}

}  // namespace windlass::workload
