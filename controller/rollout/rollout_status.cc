#include "controller/rollout/rollout_status.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/rollout/carried.h"
#include "controller/rollout/conditions.h"
#include "controller/rollout/status_json.h"
#include "controller/workload/annotations.h"

namespace windlass::rollout {
namespace {

// Returns a status with the planner's counters and conditions.
RolloutStatus PlannedPart(const WorkloadStatus& status) {
  RolloutStatus part;
  part.observed_generation = status.observed_generation;
  part.replicas = status.replicas;
  part.updated_replicas = status.updated_replicas;
  part.ready_replicas = status.ready_replicas;
  part.available_replicas = status.available_replicas;
  part.unavailable_replicas = status.unavailable_replicas;
  part.terminating_replicas = status.terminating_replicas;
  part.collision_count = status.collision_count;
  part.conditions = status.conditions;
  return part;
}

// Adds what the planner does not know.
void AddOwn(RolloutOwn own, RolloutStatus& status) {
  status.step = std::move(own.step);
  status.stable_revision = own.stable_revision;
  status.stable_template = std::move(own.stable_template);
  status.rolled_back = own.rolled_back;
  status.selector = std::move(own.selector);
  status.phase = std::move(own.phase);
  status.message = std::move(own.message);
  std::ranges::move(own.conditions, std::back_inserter(status.conditions));
}

// Returns the status that is stored, with the planner's conditions before the kind's own.
RolloutStatus StoredStatus(const Workload& workload) {
  RolloutStatus stored = PlannedPart(workload.status);
  stored.current_revision = workload.revision;
  AddOwn(ReadOwn(workload.status.carried), stored);
  return stored;
}

// Notes what `draft` completes. Zero of zero Pods complete nothing.
void Remember(const Workload& workload, const StatusDraft& draft, RolloutOwn& own) {
  const auto current = workload::ParseRevision(CurrentRevision(workload, draft));
  if (!current || !IsRolledOut(workload, draft)) return;
  own.stable_revision = current;
  own.stable_template = workload.requested_template;
}

}  // namespace

WorkloadStatus WorkloadStatusOf(const RolloutStatus& stored) {
  WorkloadStatus status{.observed_generation = stored.observed_generation,
                        .replicas = stored.replicas,
                        .updated_replicas = stored.updated_replicas,
                        .ready_replicas = stored.ready_replicas,
                        .available_replicas = stored.available_replicas,
                        .unavailable_replicas = stored.unavailable_replicas,
                        .terminating_replicas = stored.terminating_replicas,
                        .collision_count = stored.collision_count,
                        .conditions = {},
                        .carried = KindStatus(OwnOf(stored))};
  std::ranges::copy_if(stored.conditions, std::back_inserter(status.conditions),
                       [](const Condition& condition) { return !IsOwnCondition(condition.type); });
  return status;
}

RolloutStatus NextStatus(const Workload& workload, const StatusDraft& draft) {
  RolloutOwn own = ReadOwn(draft.status.carried);
  Remember(workload, draft, own);
  Standing standing = StandingOf(workload, draft, own);
  own.selector = ToQuery(workload.selector);
  own.phase = standing.phase;
  own.message = std::move(standing.message);
  own.conditions = std::move(standing.conditions);
  RolloutStatus next = PlannedPart(draft.status);
  next.current_revision = CurrentRevision(workload, draft);
  AddOwn(std::move(own), next);
  return next;
}

bool IsStored(const Workload& workload, const StatusDraft& draft) {
  const RolloutStatus stored = StoredStatus(workload);
  RolloutStatus next = NextStatus(workload, draft);
  next.current_revision = stored.current_revision;
  return next == stored;
}

Request WriteStatus(const Workload& workload, const StatusDraft& draft) {
  const RolloutStatus status = NextStatus(workload, draft);
  Json fields = Json::object();
  fields["status"] = {{"observedGeneration", status.observed_generation},
                      {"replicas", status.replicas},
                      {"updatedReplicas", status.updated_replicas},
                      {"readyReplicas", status.ready_replicas},
                      {"availableReplicas", status.available_replicas},
                      {"unavailableReplicas", status.unavailable_replicas},
                      {"terminatingReplicas", ToJson(status.terminating_replicas)},
                      {"collisionCount", ToJson(status.collision_count)},
                      {"selector", status.selector},
                      {"currentRevision", ToJson(workload::ParseRevision(status.current_revision))},
                      {"stableRevision", ToJson(status.stable_revision)},
                      {"stableTemplate", TextOrNull(status.stable_template)},
                      {"step", ToJson(status.step)},
                      {"rolledBack", ToJson(status.rolled_back)},
                      {"phase", status.phase},
                      {"message", status.message},
                      {"conditions", ToJson(status.conditions)}};
  return Request::MergePatch(resources::kRollouts, VersionOf(workload.meta), "status",
                             workload::Dump(fields));
}

}  // namespace windlass::rollout
