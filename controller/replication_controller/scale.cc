#include "controller/replication_controller/scale.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/count/limits.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

bool Overrides(const Situation& situation) {
  return situation.spec().on_external_scale == kOverride;
}

}  // namespace

Result<ScaleLimits> ResolveScaleLimits(int32_t desired,
                                       const std::optional<IntOrPercent>& max_surge,
                                       const std::optional<IntOrPercent>& max_unavailable) {
  WINDLASS_TRY(
      const CountLimits limits,
      ResolveLimits(desired, max_surge.value_or(IntOrPercent::Int(1)), max_unavailable, "spec"));
  return ScaleLimits{.surge = limits.surge,
                     .min_available = std::max(0, desired - limits.unavailable),
                     .max_total = int64_t{desired} + limits.surge};
}

std::optional<int32_t> ScaleUp(const TwoCounts& counts, const ScaleLimits& limits) {
  if (counts.new_spec == counts.desired) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  int64_t increment = limits.max_total - total;
  if (counts.old_spec == 0) increment = int64_t{counts.desired} - counts.new_spec;
  if (increment <= 0) return std::nullopt;
  const int64_t grown = counts.new_spec + increment;
  return static_cast<int32_t>(std::min(grown, int64_t{counts.desired}));
}

std::optional<int32_t> ScaleDown(const TwoCounts& counts, const ScaleLimits& limits) {
  if (counts.old_spec == 0) return std::nullopt;
  const int64_t total = int64_t{counts.old_spec} + counts.new_spec;
  const int64_t new_unavailable = int64_t{counts.new_spec} - counts.new_available;
  const int64_t decrement = total - limits.min_available - new_unavailable;
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
                  Fill(kUnexpectedAnnotationsText, name, source_id, present));
  }
  const std::optional<int32_t> desired = NumberIn(target, kDesiredReplicas);
  if (!desired) {
    return refuse(kUnexpectedAnnotations, Fill(kUnparsableText, name, kDesiredReplicas,
                                               Annotation(target, kDesiredReplicas)));
  }
  const Result<ScaleLimits> limits =
      ResolveScaleLimits(*desired, situation.spec().max_surge, situation.spec().max_unavailable);
  if (!limits.ok()) return refuse(kInvalidUpdate, limits.error().message);
  return {{.desired = *desired, .limits = *limits}};
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
  if (of.empty() || !noted) return {};
  Answer answer =
      AskForAll(situation, resources::kReplicationControllers,
                "the controller that a size was noted for may be gone", IfRefused::kFail);
  if (answer.step) return {.step = std::move(answer.step)};
  const Json items = ItemsIn(answer);
  const bool gone = items.is_array() && std::ranges::none_of(items, [&](const Json& item) {
                      return At(item, "/metadata/uid") == of;
                    });
  return {gone ? noted : std::nullopt};
}

OrStep<int32_t> SizeBefore(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  if (NumberIn(old, kOriginalReplicas).value_or(0) <= old.replicas) return {old.replicas};
  auto noted = FindNotedSizeOfGone(situation);
  return {noted.value.value_or(old.replicas), std::move(noted.step)};
}

bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target) {
  if (!NumberIn(source, kOriginalReplicas)) return false;
  const std::string_view of = Annotation(source, kOriginalReplicasOf);
  if (of.empty()) return target.replicas > 0;
  return of == target.meta.uid.ToString();
}

Step NoteSize(const Situation& situation, const ReplicationController& source,
              const ReplicationController& target, int32_t size, Annotations others) {
  others[kOriginalReplicas] = std::to_string(size);
  others[kOriginalReplicasOf] = target.meta.uid.ToString();
  return Effect(
      situation, Annotate(source, others),
      {decisions::kNoteOriginalSize, {{"controller", source.meta.name}, {"replicas", size}}});
}

Step NoteSizeForUpdate(const Situation& situation, int32_t size) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  Annotations cleared;
  if (IsRollbackTarget(old, created)) {
    cleared = {{kSourceId, std::nullopt}, {kDesiredReplicas, std::nullopt}};
  }
  return NoteSize(situation, old, created, size, std::move(cleared));
}

bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created) {
  return Annotation(old, kSourceId) == SourceIdOf(created) &&
         !old.meta.annotations.Has(kRenameJournal);
}

std::optional<int32_t> SizeToRestore(const ReplicationController& old,
                                     const ReplicationController& target) {
  if (HasOriginalSize(old, target)) return NumberIn(old, kOriginalReplicas);
  if (target.replicas == 0) return old.replicas;
  return std::nullopt;
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
  const bool outgrown = !Overrides(situation) && old.replicas > noted.value_or(0);
  if (SizeBeforeOthers(situation)) return std::nullopt;
  if (HasOriginalSize(old, created) && !turned && !outgrown) return std::nullopt;
  OrStep<int32_t> size{noted.value_or(0)};
  if (!turned || !noted || outgrown) size = SizeBefore(situation);
  if (size.step) return std::move(size.step);
  return NoteSizeForUpdate(situation, size.value);
}

int32_t SizeAfterRollback(const Situation& situation, int32_t before) {
  if (Overrides(situation) || situation.spec().on_external_scale == kAdopt) return before;
  return std::max(before, situation.old_controller()->replicas);
}

}  // namespace windlass::replication_controller
