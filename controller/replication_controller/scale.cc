#include "controller/replication_controller/scale.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/count/limits.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {

Result<Goal> ResolveGoal(int32_t desired, const std::optional<IntOrPercent>& max_surge,
                         const std::optional<IntOrPercent>& max_unavailable) {
  WINDLASS_TRY(
      const CountLimits limits,
      ResolveLimits(desired, max_surge.value_or(IntOrPercent::Int(1)), max_unavailable, "spec"));
  return Goal{.desired = desired,
              .min_available = std::max(0, desired - limits.unavailable),
              .max_total = int64_t{desired} + limits.surge};
}

std::optional<int32_t> ScaleUp(const TwoCounts& counts, const Goal& goal) {
  if (counts.new_spec == goal.desired) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  int64_t increment = goal.max_total - total;
  if (counts.old_spec == 0) increment = int64_t{goal.desired} - counts.new_spec;
  if (increment <= 0) return std::nullopt;
  const int64_t grown = counts.new_spec + increment;
  return static_cast<int32_t>(std::min(grown, int64_t{goal.desired}));
}

std::optional<int32_t> ScaleDown(const TwoCounts& counts, const Goal& goal) {
  if (counts.old_spec == 0) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  const int64_t new_unavailable = int64_t{counts.new_spec} - counts.new_available;
  const int64_t decrement = total - goal.min_available - new_unavailable;
  if (decrement <= 0) return std::nullopt;
  return static_cast<int32_t>(std::max<int64_t>(0, counts.old_spec - decrement));
}

OrStep<Goal> FindGoal(const Situation& situation, const ReplicationController& source,
                      const ReplicationController& target) {
  const std::string& name = target.meta.name;
  const auto refuse = [&](std::string_view reason, const std::string& message) {
    return OrStep<Goal>{.step = Fail(situation, reason, message)};
  };
  if (!HaveDifferentKey(source.selector, target.selector)) {
    return refuse(kInvalidUpdate, Fill(kNoDifferentKeyText, name, source.meta.name));
  }
  const std::string source_id = SourceIdOf(source);
  if (Annotation(target, kSourceId) != source_id ||
      !target.meta.annotations.Has(kDesiredReplicas)) {
    std::string present;
    for (const auto& [key, value] : target.meta.annotations) {
      present += Fill("{}{}:{}", present.empty() ? "" : " ", key.text(), value.text());
    }
    return refuse(kUnexpectedAnnotations,
                  Fill("Missing/unexpected annotations for controller {}, expected {} : map[{}]",
                       name, source_id, present));
  }
  const std::optional<int32_t> desired = NumberIn(target, kDesiredReplicas);
  if (!desired) {
    return refuse(kUnexpectedAnnotations, Fill(kUnparsableText, name, kDesiredReplicas,
                                               Annotation(target, kDesiredReplicas)));
  }
  const Result<Goal> goal =
      ResolveGoal(*desired, situation.spec().max_surge, situation.spec().max_unavailable);
  if (!goal.ok()) return refuse(kInvalidUpdate, goal.error().message);
  return {*goal};
}

bool HaveDifferentKey(const StringMap& old_selector, const StringMap& new_selector) {
  return std::ranges::any_of(old_selector, [&](const StringMap::Pair& pair) {
    const auto other = new_selector.Find(pair.first);
    return other && *other != pair.second.text();
  });
}

OrStep<std::optional<int32_t>> FindNotedSizeOfGone(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string_view of = Annotation(old, kOriginalReplicasOf);
  const std::optional<int32_t> noted = NumberIn(old, kOriginalReplicas);
  const ReplicationController* created = situation.new_controller();
  if (of.empty() || !noted) return {};
  if (created != nullptr && of == created->meta.uid.ToString()) return {};
  OrStep<Json> found = FindByUid(situation, of);
  if (found.step || !found.value.is_null()) return {.step = std::move(found.step)};
  return {noted};
}

OrStep<int32_t> SizeBefore(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  if (!HasGivenPods(old)) return {old.replicas};
  auto noted = FindNotedSizeOfGone(situation);
  return {noted.value.value_or(old.replicas), std::move(noted.step)};
}

bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target) {
  if (!NumberIn(source, kOriginalReplicas)) return false;
  const std::string_view of = Annotation(source, kOriginalReplicasOf);
  if (of.empty()) return !IsUnscaled(target);
  return of == target.meta.uid.ToString();
}

Step NoteSize(const Situation& situation, const ReplicationController& source,
              const ReplicationController& target, int32_t size, Annotations others) {
  others[kOriginalReplicas] = std::to_string(size);
  others[kOriginalReplicasOf] = target.meta.uid.ToString();
  return Effect(
      situation, Annotate(source, others),
      {Decision{"note original size"}, {{"controller", source.meta.name}, {"replicas", size}}});
}

Step NoteSizeForUpdate(const Situation& situation, int32_t size) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  Annotations cleared;
  if (SourceIdIn(old).name == created.meta.name) {
    cleared = {{kSourceId, std::nullopt}, {kDesiredReplicas, std::nullopt}};
  }
  return NoteSize(situation, old, created, size, std::move(cleared));
}

bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created) {
  return Annotation(old, kSourceId) == SourceIdOf(created) &&
         !old.meta.annotations.Has(kRenameJournal);
}

std::optional<int32_t> SizeBeforeOthers(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  const bool ours = Annotation(old, kOriginalReplicasOf) == created.meta.uid.ToString();
  if (!ours || IsRollbackTarget(old, created)) return std::nullopt;
  const auto noted = NumberIn(old, kOriginalReplicas);
  return noted && old.replicas > *noted ? noted : std::nullopt;
}

std::optional<Step> NoteSizeOfOld(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  const bool turned = IsRollbackTarget(old, created);
  const auto noted = NumberIn(old, turned ? kDesiredReplicas : kOriginalReplicas);
  const bool outgrown =
      situation.spec().on_external_scale != kOverride && old.replicas > noted.value_or(0);
  if (SizeBeforeOthers(situation)) return std::nullopt;
  if (HasOriginalSize(old, created) && !turned && !outgrown) return std::nullopt;
  OrStep<int32_t> size{noted.value_or(0)};
  if (!turned || !noted || outgrown) size = SizeBefore(situation);
  if (size.step) return std::move(size.step);
  return NoteSizeForUpdate(situation, size.value);
}

bool PausesForOthers(const Situation& situation) {
  const std::string& policy = situation.spec().on_external_scale;
  return policy != kOverride && policy != kAdopt;
}

// --- another client scales ---

namespace {

// How soon Windlass asks again for a size that the cache does not show yet.
constexpr Duration kAskAgain = seconds(1);

// Returns the step that asks the API server for the size, or waits for the cache; nullopt if the
// API server reports the size that the cache shows. Needed because the update's own scaling looks
// like that of another client while the cache is behind the update's status.
std::optional<Step> AskForSize(const Situation& situation,
                               const ReplicationController& controller) {
  Answer answer =
      Ask(situation, {Request::Get(resources::kReplicationControllers, KeyOf(controller.meta)),
                      "the cache may lag behind a size that this update has set"});
  if (answer.step) return std::move(answer.step);
  if (CountAt(ObjectIn(answer), "/spec/replicas") == controller.replicas) return std::nullopt;
  return Wait{kAskAgain};
}

Step Pause(const Situation& situation, std::string message) {
  StatusDraft draft = BeginDraft(situation);
  Wait wait = CountInPause(situation, draft);
  SetPhase(situation, draft, kPaused, kExternalScale, std::move(message));
  return StoreWithWarning(situation, draft, kExternalScale, std::move(wait));
}

Step ScaleBack(const Situation& situation, const ReplicationController& scaled, int32_t expected) {
  return Resize(situation, scaled, expected,
                {Decision{"override external scaling"},
                 {{"controller", scaled.meta.name}, {"from", scaled.replicas}, {"to", expected}}});
}

Step AdoptScale(const Situation& situation, const ReplicationController& scaled) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  const int64_t sum = int64_t{old.replicas} + created.replicas;
  const auto desired = static_cast<int32_t>(std::min<int64_t>(sum, INT32_MAX));
  const ReplicationController& target = *situation.target();
  // With Adopt, the controllers are scaled again before any rename. So a rename that had begun is
  // called off.
  if (old.meta.annotations.Has(kRenameJournal)) {
    return Effect(situation, Annotate(old, {{kRenameJournal, std::nullopt}}),
                  {Decision{"adopt external scaling"}, {{"controller", old.meta.name}}});
  }
  // A later rollback, too, is to return to the size that is desired from now on. So this size is
  // noted.
  const bool noted = NumberIn(old, kOriginalReplicas) == desired && !IsRollbackTarget(old, created);
  if (&target != &old && !noted) return NoteSizeForUpdate(situation, desired);
  if (NumberIn(target, kDesiredReplicas) != desired) {
    return Effect(situation, Annotate(target, {{kDesiredReplicas, std::to_string(desired)}}),
                  {Decision{"adopt external scaling"},
                   {{"controller", scaled.meta.name},
                    {"from", ExpectedSize(situation, scaled)},
                    {"to", scaled.replicas},
                    {"desired", desired}}});
  }
  StatusDraft draft = BeginDraftOfSizes(situation, desired);
  draft.step = kStepScale;
  draft.deadline = situation.deadline_from_now();
  std::string line =
      Fill("Adopting the scaling of {} to {} by another client: {} replicas are desired now",
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
  for (const auto* controller : {situation.old_controller(), situation.new_controller()}) {
    if (controller == nullptr || controller->meta.name != scaling->name) continue;
    const bool is_due = controller->replicas == scaling->from;
    return is_due && ExpectedSize(situation, *controller) != scaling->from ? controller : nullptr;
  }
  return nullptr;
}

std::optional<Step> AnswerExternalScale(const Situation& situation) {
  const ReplicationController* const pending = PendingScale(situation);
  const ReplicationController* scaled = nullptr;
  for (const auto* one : {situation.new_controller(), situation.old_controller()}) {
    if (one != pending && one->replicas != ExpectedSize(situation, *one)) scaled = one;
  }
  if (scaled == nullptr) return std::nullopt;
  // Both sizes are asked for, because Adopt adds them up.
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
  return Pause(situation, Fill(kScaledByOtherText, scaled.meta.name, expected, scaled.replicas) +
                              Fill(". Scale {} back to {}, or set spec.onExternalScale to Override "
                                   "or Adopt. With Override, Windlass scales it back. With Adopt, "
                                   "the desired number becomes the sum of the replicas of both "
                                   "controllers",
                                   scaled.meta.name, expected));
}

std::optional<Step> AnswerScaleBeforeRename(const Situation& situation,
                                            const std::string& new_name) {
  const ReplicationController& old = *situation.old_controller();
  if (old.replicas == 0) return std::nullopt;
  if (auto ask = AskForSize(situation, old)) return ask;
  if (situation.spec().on_external_scale == kOverride) return ScaleBack(situation, old, 0);
  return Pause(
      situation,
      Fill(kScaledByOtherText, old.meta.name, 0, old.replicas) +
          Fill(", and {} is deleted already. Scale {} back to 0: the update then gives the Pods of "
               "{} to {}. Or set spec.onExternalScale to Override: Windlass then scales {} back",
               new_name, old.meta.name, new_name, old.meta.name, old.meta.name));
}

}  // namespace windlass::replication_controller
