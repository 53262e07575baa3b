#include "controller/replication_controller/planner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/api/custom_resources.h"
#include "controller/core/own_names.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/validate.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"

namespace windlass::replication_controller {
namespace {

// If the API server accepted a size in this sync and did not keep it, returns the step that reports
// this (TellNotKept); otherwise nullopt.
std::optional<Step> AfterNotKept(const Situation& situation) {
  for (const auto* controller : {situation.old_controller(), situation.new_controller()}) {
    if (controller == nullptr) continue;
    const Outcome* outcome =
        FindNotKept(situation.learned, resources::kReplicationControllers, KeyOf(controller->meta));
    if (outcome != nullptr) return TellNotKept(situation, *controller, *outcome);
  }
  return std::nullopt;
}

// If the API server refused a write in this sync, returns the failure. The write is tried again
// later, unless the refusal ended the run. If no write was refused, returns the result of
// AfterNotKept.
std::optional<Step> AfterRefusal(const Situation& situation) {
  const auto refused = std::ranges::find_if(situation.learned, &Outcome::ends_walk);
  if (refused == situation.learned.end()) return AfterNotKept(situation);
  const Error& error = refused->said.error();
  if (refused->asked.resource == resources::kReplicationControllerUpdates) return Failed{error};
  return FailRefused(situation, refused->asked, error);
}

// Returns the step that waits while a controller of the update is being deleted; nullopt if none
// is. During clean-up, the update does not wait for the source, which it deletes itself.
std::optional<Step> WaitForDeletion(const Situation& situation) {
  const std::string& step = situation.run.step;
  for (const auto* controller : {situation.source(), situation.target()}) {
    if (controller == nullptr || !controller->meta.deleting()) continue;
    if (step == kStepCleanUp && controller == situation.source()) continue;
    return WaitFor(situation, PhaseAt(step),
                   "ReplicationController " + controller->meta.name + " to be deleted");
  }
  return std::nullopt;
}

}  // namespace

Step Next(const View& view, const Learned& learned, WallTime now) {
  if (view.update.meta.deleting() || HasEnded(view.update)) return Wait{};
  const Situation situation = MakeSituation(view, learned, now);
  if (auto refused = AfterRefusal(situation)) return *std::move(refused);
  if (auto rename = FinishRename(situation)) return *std::move(rename);
  const bool scales = situation.run.step == kStepScale;
  const bool began = scales || situation.run.step == kStepCleanUp;
  const auto* old = situation.old_controller();
  const auto* created = situation.new_controller();
  // IsMadeAnew is not called while the new controller is being deleted: in a rollback, the
  // annotations of the old controller may be gone already, and without them IsMadeAnew may wrongly
  // return true.
  const bool asks = began && created != nullptr && !created->meta.deleting();
  if (old == nullptr || (asks && IsMadeAnew(*old, *created))) {
    return WithoutOldController(situation);
  }
  if (auto invalid = Validate(situation)) return *std::move(invalid);
  if (situation.spec().paused) {
    StatusDraft draft = BeginDraft(situation);
    Wait wait = CountInPause(situation, draft);
    SetPhase(situation, draft, kPaused, kPaused,
             "spec.paused is true: nothing is scaled. Set spec.paused to false to go on");
    return StoreOrWait(situation, draft, std::move(wait));
  }
  if (auto wait = WaitForDeletion(situation)) return *std::move(wait);
  if (auto step = began ? RefuseOtherContent(situation) : std::nullopt) return *std::move(step);
  // Without a new controller, a rollback gives the old controller its size in one write
  // (RestoreOld).
  if (scales && (created != nullptr || !situation.spec().rollback)) return Roll(situation);
  if (situation.run.step == kStepCleanUp) return CleanUp(situation);
  if (auto end = FinishRollback(situation)) return *std::move(end);
  return Prepare(situation);
}

std::vector<Request> FenceScaling(const View& view, std::string_view term) {
  std::vector<Request> patches;
  const ReplicationControllerUpdateStatus& stored = view.update.status;
  if (HasEnded(view.update)) return patches;
  if (!stored.scaling && stored.step != kStepCleanUp) return patches;
  for (const ReplicationController* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    patches.push_back(Annotate(*controller, {{kTermAnnotation, std::string(term)}}));
  }
  return patches;
}

}  // namespace windlass::replication_controller
