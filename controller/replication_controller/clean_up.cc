#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

// Returns true if `target` has its desired size and replaces the controller `source_name`, in an
// update or a rollback, as the annotations of `target` show.
bool IsCompleteTargetOf(const ReplicationController& target, const std::string& source_name) {
  return !source_name.empty() && SourceIdIn(target).name == source_name &&
         NumberIn(target, kDesiredReplicas) == target.replicas;
}

// Returns the failure of an update whose two controllers do not exist. Called from kStepScale on,
// and in a rollback. If the new controller's name is not known (for example in a rollback before
// the first step), the text names only the old one.
Step WithoutControllers(const Situation& situation) {
  const std::string& old_name = situation.old_name();
  const std::string missing =
      situation.new_name.empty()
          ? Fill("ReplicationController {} does not exist", old_name)
          : Fill("ReplicationControllers {} and {} do not exist", old_name, situation.new_name);
  return Fail(situation, kNotFound,
              missing +
                  ", so the update can neither go on nor be rolled back. Delete the update, and "
                  "create the ReplicationController that is to run");
}

}  // namespace

Step CleanUp(const Situation& situation) {
  const ReplicationController* source = situation.source();
  const ReplicationController* target = situation.target();
  if (target == nullptr) return Fail(situation, kNotFound, Fill(kNotFoundText, situation.new_name));
  // `ends` is true if the target has lost its annotations, which the update removes last. So
  // nothing is left to do with the source: it was preserved, or a user created another controller
  // of its name. `ends` is false for
  //   - a rename
  //   - a source whose kOriginalReplicasOf still has the uid of the target
  const bool ends = situation.cleanup() != kRename && !target->meta.annotations.Has(kSourceId) &&
                    source != nullptr &&
                    Annotation(*source, kOriginalReplicasOf) != target->meta.uid.ToString();
  if (source != nullptr && !source->meta.deleting() && !ends) {
    // A source that was restored from a backup with its annotations is not the controller that was
    // scaled down: its uid differs. FindGoal refuses such a source.
    auto found = FindGoal(situation, *source, *target);
    if (found.step) return *std::move(found.step);
    if (auto answer = AnswerExternalScale(situation)) return *std::move(answer);
    if (situation.cleanup() == kRename) return BeginRename(situation);
    // The source should have no replicas and no Pods any more. If it still has a Pod, Background
    // propagation makes Kubernetes delete that Pod, too. By default, the Pods of a deleted
    // ReplicationController stay, without an owner (RC-13).
    if (situation.cleanup() != kPreserve) {
      return Delete(situation, *source, DeletionPropagation::kBackground);
    }
    if (auto step = RemoveAnnotations(situation, *source)) return *std::move(step);
  }
  return FinishAs(situation, *target, situation.spec().rollback ? kRolledBack : kSucceeded);
}

std::optional<Step> FinishRollback(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const bool goes_back = situation.spec().rollback && situation.new_controller() == nullptr;
  if (!goes_back || !IsCompleteTargetOf(old, situation.new_name)) return std::nullopt;
  StatusDraft draft = BeginDraft(situation);
  draft.step = kStepCleanUp;
  SetPhase(situation, draft, kCleaningUp, kCleaningUp,
           "ReplicationController " + old.meta.name + " has its replicas again");
  return StoreOrWait(situation, draft, Wait{});
}

Step WithoutOldController(const Situation& situation) {
  const ReplicationController* created = situation.new_controller();
  // If the old controller was deleted when it was no longer needed, the update has succeeded. If
  // spec.rollback is set after the deletion, it is too late for a rollback (IsPastReturn of the
  // kubectl plugin).
  if (created != nullptr && situation.cleanup_forward() == kDelete) {
    const ReplicationControllerUpdateStatus& stored = situation.update().status;
    const bool deleted =
        stored.step == kStepCleanUp && !stored.rollback && stored.new_name == created->meta.name;
    if (deleted) return FinishAs(situation, *created, kSucceeded);
    // FinishAs removes the annotations that IsCompleteTargetOf reads. So the status stores
    // kStepCleanUp first: after a crash, it shows that the update has succeeded.
    if (IsCompleteTargetOf(*created, situation.old_name())) {
      StatusDraft draft = BeginDraft(situation);
      draft.step = kStepCleanUp;
      draft.rollback = false;
      SetPhase(situation, draft, kCleaningUp, kCleaningUp,
               "ReplicationController " + created->meta.name +
                   " has all its Pods. Windlass deletes " + situation.old_name());
      return StoreOrWait(situation, draft, Wait{});
    }
  }
  const bool begun = !situation.run.step.empty() || !situation.run.target.empty();
  const std::string delete_it = situation.view.is_stored ? ". Then delete the update" : "";
  const auto renamed = ParseJournal(situation.run.journal);
  if (renamed && (created == nullptr || created->meta.deleting())) {
    const std::string pods = ToQuery(SelectorOf(renamed->selector));
    return Fail(
        situation, kOldDeleted,
        Fill("ReplicationController {} was deleted while {} was being renamed to it, so the "
             "Pods of {} have no owner. To keep these Pods, create a ReplicationController that "
             "selects {}. To delete them: kubectl delete pods -n {} -l {}",
             situation.old_name(), renamed->meta.name, renamed->meta.name, pods,
             situation.update().meta.namespace_.text(), pods) +
            delete_it);
  }
  if (begun && created != nullptr) {
    const int32_t desired = situation.run.desired_replicas.value_or(
        NumberIn(*created, kDesiredReplicas).value_or(created->replicas));
    std::string text = Fill(
        "ReplicationController {} was deleted during its update, and the update cannot end without "
        "it. {} has {} of {} replicas",
        situation.old_name(), created->meta.name, created->replicas, desired);
    if (created->replicas != desired) {
      text += Fill(": scale it with kubectl scale rc {} -n {} --replicas={}", created->meta.name,
                   created->meta.namespace_.text(), desired);
    }
    return Fail(situation, kOldDeleted, text + delete_it);
  }
  // Before kStepScale, Fail clears the step and the target. So the update begins anew when the old
  // controller is created, as the text below says.
  const bool scales = situation.run.step == kStepScale || situation.run.step == kStepCleanUp;
  if (created == nullptr && situation.view.is_stored && (scales || situation.spec().rollback)) {
    return WithoutControllers(situation);
  }
  // kubectl's texts. In a rename, kubectl looked for a controller whose source is the old
  // controller; kNoSourceText says that no such controller exists.
  std::string text =
      situation.cleanup() == kRename
          ? Fill(kNoSourceText, situation.update().meta.namespace_.text(), situation.old_name())
          : Fill(kNotFoundText, situation.old_name());
  if (situation.view.is_stored) {
    text +=
        Fill(". The update begins when ReplicationController {} is created", situation.old_name());
  }
  return Fail(situation, kNotFound, text);
}

}  // namespace windlass::replication_controller
