#include "controller/replication_controller/external_scale.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

// How soon a size is asked for again that the cache does not show yet.
constexpr Duration kAskAgain = seconds(1);

bool IsAsExpected(const Situation& situation, const ReplicationController& controller) {
  return controller.replicas == ExpectedSize(situation, controller);
}

// Returns a controller that somebody else scaled; null if there is none.
const ReplicationController* FindScaledByOther(const Situation& situation) {
  const ReplicationController* const pending = PendingScale(situation);
  for (const ReplicationController* controller :
       {situation.old_controller(), situation.new_controller()}) {
    if (controller != pending && !IsAsExpected(situation, *controller)) return controller;
  }
  return nullptr;
}

// The cache of ReplicationControllers may be behind the update's status: then our own scaling looks
// like one of somebody else. Returns the step that asks the API server, or that waits for the
// cache; nullopt if it has the size that the cache shows.
std::optional<Step> AskForSize(const Situation& situation,
                               const ReplicationController& controller) {
  Answer answer =
      Ask(situation, {Request::Get(resources::kReplicationControllers, KeyOf(controller.meta)),
                      "a size that only a late cache shows was set by nobody else"});
  if (answer.step) return std::move(answer.step);
  if (CountAt(ObjectIn(answer), "/spec/replicas") == controller.replicas) return std::nullopt;
  return Wait{kAskAgain};
}

Step Pause(const Situation& situation, std::string message) {
  StatusDraft draft = BeginDraft(situation);
  SetPhase(situation, draft, kPaused, kExternalScale, std::move(message));
  return StoreWithWarning(situation, draft, kExternalScale);
}

Step ScaleBack(const Situation& situation, const ReplicationController& scaled, int32_t expected) {
  return Effect(situation, ScaleTo(scaled, expected),
                {decisions::kOverrideSize,
                 {{"controller", scaled.meta.name}, {"from", scaled.replicas}, {"to", expected}}});
}

Step AdoptScale(const Situation& situation, const ReplicationController& scaled) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  const int64_t sum = int64_t{old.replicas} + created.replicas;
  const auto desired =
      static_cast<int32_t>(std::min(sum, int64_t{std::numeric_limits<int32_t>::max()}));
  const ReplicationController& target = *situation.target();
  // A rename that had begun is off: the old controller has Pods.
  if (old.meta.annotations.Has(kRenameJournal)) {
    return Effect(situation, Annotate(old, {{kRenameJournal, std::nullopt}}),
                  {decisions::kAdoptSize, {{"controller", old.meta.name}}});
  }
  // What is desired from now on is also what a rollback goes back to.
  const bool noted = NumberIn(old, kOriginalReplicas) == desired && !IsRollbackTarget(old, created);
  if (&target != &old && !noted) return NoteSizeForUpdate(situation, desired);
  if (NumberIn(target, kDesiredReplicas) != desired) {
    return Effect(situation, Annotate(target, {{kDesiredReplicas, std::to_string(desired)}}),
                  {decisions::kAdoptSize,
                   {{"controller", scaled.meta.name},
                    {"from", ExpectedSize(situation, scaled)},
                    {"to", scaled.replicas},
                    {"desired", desired}}});
  }
  StatusDraft draft = BeginDraftOfSizes(situation, desired);
  draft.step = kStepScale;
  draft.deadline = situation.deadline_from_now();
  std::string line =
      Fill("Adopting the scaling of {} to {} by somebody else: {} replicas are desired now",
           scaled.meta.name, scaled.replicas, desired);
  Say(draft, line);
  SetPhase(situation, draft, kProgressing, kProgressing, line);
  return StoreOrWait(situation, draft, Wait{},
                     {{.reason = std::string(kExternalScale), .message = std::move(line)}});
}

}  // namespace

int32_t ExpectedSize(const Situation& situation, const ReplicationController& controller) {
  const bool is_old = &controller == situation.old_controller();
  const auto& stored = is_old ? situation.run.old_replicas : situation.run.new_replicas;
  return stored.value_or(controller.replicas);
}

const ReplicationController* PendingScale(const Situation& situation) {
  const std::optional<PendingScaling>& scaling = situation.run.scaling;
  if (!scaling) return nullptr;
  for (const ReplicationController* controller :
       {situation.old_controller(), situation.new_controller()}) {
    if (controller == nullptr || controller->meta.name != scaling->name) continue;
    const bool is_due = controller->replicas == scaling->from;
    return is_due && !IsAsExpected(situation, *controller) ? controller : nullptr;
  }
  return nullptr;
}

std::optional<Step> AnswerExternalScale(const Situation& situation) {
  const ReplicationController* scaled = FindScaledByOther(situation);
  if (scaled == nullptr) return std::nullopt;
  // Adopt adds both up.
  for (const auto* controller : {situation.old_controller(), situation.new_controller()}) {
    if (auto ask = AskForSize(situation, *controller)) return ask;
  }
  const std::string& policy = situation.spec().on_external_scale;
  if (policy == kAdopt) return AdoptScale(situation, *scaled);
  const int32_t expected = ExpectedSize(situation, *scaled);
  if (policy == kOverride) return ScaleBack(situation, *scaled, expected);
  return PauseForScale(situation, *scaled, expected);
}

Step PauseForScale(const Situation& situation, const ReplicationController& scaled,
                   int32_t expected) {
  return Pause(situation,
               Fill(kScaledByOtherText, scaled.meta.name, expected, scaled.replicas) +
                   Fill(". Scale it back to {}, or set spec.onExternalScale to Adopt (all replicas "
                        "are wanted) or Override (it is scaled back)",
                        expected));
}

std::optional<Step> AnswerScaleBeforeRename(const Situation& situation,
                                            const std::string& new_name) {
  const ReplicationController& old = *situation.old_controller();
  if (old.replicas == 0) return std::nullopt;
  if (auto ask = AskForSize(situation, old)) return ask;
  if (situation.spec().on_external_scale == kOverride) return ScaleBack(situation, old, 0);
  return Pause(situation, Fill(kScaledByOtherText, old.meta.name, 0, old.replicas) +
                              Fill(", and {} is deleted already. Scale it back to 0, or set "
                                   "spec.onExternalScale to Override (it is scaled back): then it "
                                   "takes over the Pods of {}",
                                   new_name, new_name));
}

}  // namespace windlass::replication_controller
