#include "controller/replication_controller/clean_up.h"

#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/decisions.h"
#include "controller/replication_controller/effect.h"
#include "controller/replication_controller/external_scale.h"
#include "controller/replication_controller/finish.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/rename.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

// The source has no replicas and no Pods. Background propagation, because the API server's default
// for a ReplicationController is to leave its Pods (RC-13).
Step DeleteSource(const Situation& situation, const ReplicationController& source) {
  return Effect(situation,
                Request::Delete(resources::kReplicationControllers, VersionOf(source.meta),
                                DeletionPropagation::kBackground),
                {decisions::kDeleteController,
                 {{"controller", source.meta.name}, {"propagation", "Background"}}});
}

// `kept` may be null.
std::optional<Step> RemoveAnnotations(const Situation& situation,
                                      const ReplicationController* kept) {
  if (kept == nullptr || kept->meta.deleting()) return std::nullopt;
  const bool is_old = kept == situation.old_controller();
  auto request = is_old ? RemoveAnnotationsOfOld(*kept) : RemoveAnnotationsOfNew(*kept);
  if (!request) return std::nullopt;
  return Effect(situation, *std::move(request),
                {decisions::kRemoveAnnotations, {{"controller", kept->meta.name}}});
}

Step FinishAs(const Situation& situation, const ReplicationController& target) {
  if (auto step = RemoveAnnotations(situation, &target)) return *std::move(step);
  const std::string& name = target.meta.name;
  if (situation.spec().rollback)
    return Finish(situation, kRolledBack, Fill(kRollingUpdatedText, name));
  return Finish(situation, kSucceeded, Fill(kRollingUpdatedToText, name, name));
}

// Returns true if `target` is what an update, or a rollback, of the controller `source_name` leads
// to, and has its size. The colon keeps "foo" and "foobar" apart.
bool IsCompleteTargetOf(const ReplicationController& target, const std::string& source_name) {
  return Annotation(target, kSourceId).starts_with(source_name + ":") &&
         NumberIn(target, kDesiredReplicas) == target.replicas;
}

}  // namespace

Step CleanUp(const Situation& situation) {
  const ReplicationController* source = situation.source();
  const ReplicationController* target = situation.target();
  if (target == nullptr) return Fail(situation, kNotFound, Fill(kNotFoundText, situation.new_name));
  if (source != nullptr && !source->meta.deleting()) {
    if (auto answer = AnswerExternalScale(situation)) return *std::move(answer);
    if (situation.cleanup() == kRename) return BeginRename(situation);
    if (situation.cleanup() != kPreserve) return DeleteSource(situation, *source);
    if (auto step = RemoveAnnotations(situation, source)) return *std::move(step);
  }
  return FinishAs(situation, *target);
}

std::optional<Step> FinishRollback(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  if (!situation.spec().rollback || situation.new_controller() != nullptr) return std::nullopt;
  if (situation.new_name.empty()) return std::nullopt;
  if (!IsCompleteTargetOf(old, situation.new_name)) return std::nullopt;
  return FinishAs(situation, old);
}

Step WithoutOldController(const Situation& situation) {
  const ReplicationController* created = situation.new_controller();
  const bool deletes = situation.cleanup() == kDelete && !situation.spec().rollback;
  if (created != nullptr && deletes) {
    const bool deleted = situation.run.step == kStepCleanUp;
    if (deleted || IsCompleteTargetOf(*created, situation.old_name())) {
      return FinishAs(situation, *created);
    }
  }
  if (!situation.run.step.empty() && created != nullptr) {
    const int32_t desired = situation.run.desired_replicas.value_or(created->replicas);
    return Fail(situation, kNotFound,
                Fill("ReplicationController {} was deleted on the way, so its update cannot end. "
                     "{} has {} of {} replicas: scale it with kubectl scale rc {} --replicas={}, "
                     "and delete the update",
                     situation.old_name(), created->meta.name, created->replicas, desired,
                     created->meta.name, desired));
  }
  // kubectl's text for a rename that was cut off.
  if (situation.cleanup() == kRename) {
    return Fail(
        situation, kNotFound,
        Fill(kNoSourceText, situation.update().meta.namespace_.text(), situation.old_name()));
  }
  return Fail(situation, kNotFound, Fill(kNotFoundText, situation.old_name()));
}

}  // namespace windlass::replication_controller
