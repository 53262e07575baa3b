#include "controller/rollout/rollout_status.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/kind/conditions.h"
#include "controller/rollout/carried.h"
#include "controller/rollout/conditions.h"
#include "controller/rollout/images_text.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"

namespace windlass::rollout {

using kind::NumberOrNull;
using kind::TextOrNull;
using kind::TimeOrNull;
using kind::ToJson;  // of conditions

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

// Adds the fields and conditions that the planner does not know.
void AddOwn(RolloutOwn own, RolloutStatus& status) {
  status.step = std::move(own.step);
  status.stable_revision = own.stable_revision;
  status.stable_template = std::move(own.stable_template);
  status.rolled_back = own.rolled_back;
  status.stable_images = std::move(own.stable_images);
  status.current_replica_set = std::move(own.current_replica_set);
  status.stable_replica_set = std::move(own.stable_replica_set);
  status.images = std::move(own.images);
  status.step_text = std::move(own.step_text);
  status.selector = std::move(own.selector);
  status.phase = std::move(own.phase);
  status.message = std::move(own.message);
  std::ranges::move(own.conditions, std::back_inserter(status.conditions));
}

// Returns the stored status, with the planner's conditions before those that only Rollouts have.
RolloutStatus StoredStatus(const Workload& workload) {
  RolloutStatus stored = PlannedPart(workload.status);
  stored.current_revision = workload.revision;
  AddOwn(ReadOwn(workload.status.carried), stored);
  return stored;
}

// If `draft` completes the current revision, makes it the stable revision in `own`. A rollout with
// 0 Pods completes no revision.
void Remember(const Workload& workload, const StatusDraft& draft, RolloutOwn& own) {
  const auto current = workload::ParseRevision(CurrentRevision(workload, draft));
  if (!current || !IsRolledOut(workload, draft)) return;
  own.stable_revision = current;
  own.stable_template = workload.requested_template;
  own.stable_images = ImagesOfTemplate(workload);
  own.stable_replica_set = own.current_replica_set;
}

// Removes PodsStuck from `conditions` if the ReplicaSet of the template could not be created:
// PodsStuck is then about Pods of an earlier template (RO-144). RolloutExtension cannot remove it,
// because WriteCreateError, which reports the failed creation, makes its draft without
// RolloutExtension.
void ForgetEarlierPods(std::vector<Condition>& conditions) {
  const Condition* progressing = FindCondition(conditions, workload::kProgressing);
  const bool failed = progressing != nullptr && progressing->reason == workload::kCreateErrorReason;
  if (failed) workload::RemoveCondition(conditions, kPodsStuck);
}

// Returns the images that Pods get now, the first of these that applies:
//   1. without an abort: the images of spec.template
//   2. the images that RolloutExtension found for the abort (RolloutOwn::images_of_abort). They are
//      missing if RolloutExtension did not fill in the draft, for example if NoteRollback made it
//   3. the stored images, if the abort may not be carried out: there is no revision to return to,
//      or the strategy has an error
//   4. the images of the stable revision
Symbol ImagesNow(const Workload& workload, const RolloutOwn& own) {
  if (!workload.follow_revision) return ImagesOfTemplate(workload);
  if (own.images_of_abort) return *own.images_of_abort;
  const bool stays = workload.follow_revision == 0 || TellsNothingToAbortTo(own) ||
                     !workload.strategy_error.empty();
  return stays ? own.images : own.stable_images;
}

// Returns "2/4" at step 2 of 4, and "done" after the last step.
std::string StepNumbers(const std::optional<RolloutStepStatus>& step) {
  if (!step) return "";
  if (step->index > step->total) return "done";
  return std::to_string(step->index) + "/" + std::to_string(step->total);
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
  // If the cache has cut down the Rollout to save memory, the Rollout lacks its images, and perhaps
  // its selector. So the status keeps the stored images, selector and stable revision.
  const bool whole = !workload.meta.cut();
  if (whole) Remember(workload, draft, own);
  Standing standing = StandingOf(workload, draft, own);
  if (whole) own.selector = ToQuery(workload.selector);
  if (whole) own.images = ImagesNow(workload, own);
  own.step_text = StepNumbers(own.step);
  own.phase = standing.phase;
  own.message = std::move(standing.message);
  own.conditions = std::move(standing.conditions);
  RolloutStatus next = PlannedPart(draft.status);
  ForgetEarlierPods(next.conditions);
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

Json ToJson(const std::optional<RolloutStepStatus>& step) {
  if (!step) return {};
  Json object = Json::object();
  object["index"] = step->index;
  object["total"] = step->total;
  object["startedAt"] = TimeOrNull(step->started_at);
  object["replicas"] = NumberOrNull(step->replicas);
  object["availableSince"] = TimeOrNull(step->available_since);
  object["available"] = step->available == 0 ? Json() : Json(step->available);
  object["availableOf"] = step->available_of == 0 ? Json() : Json(step->available_of);
  object["shortenedFrom"] = step->shortened_from == 0 ? Json() : Json(step->shortened_from);
  object["revision"] = step->revision;
  object["template"] = TextOrNull(step->template_id);
  return object;
}

Json ToJson(const std::optional<RolledBack>& rolled_back) {
  if (!rolled_back) return {};
  Json object = Json::object();
  object["revision"] = rolled_back->revision;
  object["became"] = rolled_back->became == 0 ? Json() : Json(rolled_back->became);
  object["generation"] = rolled_back->generation;
  object["toPrevious"] = rolled_back->to_previous ? Json(true) : Json();
  return object;
}

Request WriteStatus(const Workload& workload, const StatusDraft& draft) {
  const RolloutStatus status = NextStatus(workload, draft);
  Json fields = {
      {"observedGeneration", status.observed_generation},
      {"replicas", status.replicas},
      {"updatedReplicas", status.updated_replicas},
      {"readyReplicas", status.ready_replicas},
      {"availableReplicas", status.available_replicas},
      {"unavailableReplicas", status.unavailable_replicas},
      {"terminatingReplicas", NumberOrNull(status.terminating_replicas)},
      {"collisionCount", NumberOrNull(status.collision_count)},
      {"selector", status.selector},
      {"currentRevision", NumberOrNull(workload::ParseRevision(status.current_revision))},
      {"stableRevision", NumberOrNull(status.stable_revision)},
      {"stableTemplate", TextOrNull(status.stable_template)},
      {"currentReplicaSet", TextOrNull(status.current_replica_set.name)},
      {"currentTemplateHash", TextOrNull(status.current_replica_set.template_hash)},
      {"stableReplicaSet", TextOrNull(status.stable_replica_set.name)},
      {"stableTemplateHash", TextOrNull(status.stable_replica_set.template_hash)},
      {"images", TextOrNull(status.images)},
      {"stableImages", TextOrNull(status.stable_images)},
      {"step", ToJson(status.step)},
      {"stepText", TextOrNull(status.step_text)},
      {"rolledBack", ToJson(status.rolled_back)},
      {"phase", status.phase},
      {"message", status.message},
      {"conditions", ToJson(status.conditions)}};
  // If the cache has cut down the Rollout to save memory, `status` may lack the selector. A patch
  // that does not name the selector keeps the stored selector, which autoscalers need.
  if (workload.meta.cut() && status.selector.empty()) fields.erase("selector");
  return kind::WriteStatus(resources::kRollouts, workload.meta, fields);
}

}  // namespace windlass::rollout
