#include "controller/replication_controller/goal.h"

#include <string>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {

GoalOrRefusal FindGoal(const Situation& situation, const ReplicationController& source,
                       const ReplicationController& target) {
  if (!HaveDifferentKey(source.selector, target.selector)) {
    return {.refusal = Fail(situation, kInvalidUpdate,
                            Fill(kNoDifferentKeyText, target.meta.name, source.meta.name))};
  }
  const std::string source_id = SourceIdOf(source);
  if (Annotation(target, kSourceId) != source_id ||
      !target.meta.annotations.Has(kDesiredReplicas)) {
    return {.refusal = Fail(
                situation, kUnexpectedAnnotations,
                UnexpectedAnnotationsText(target.meta.name, source_id, target.meta.annotations))};
  }
  const std::optional<int32_t> desired = NumberIn(target, kDesiredReplicas);
  if (!desired) {
    return {.refusal = Fail(situation, kUnexpectedAnnotations,
                            Fill(kUnparsableText, target.meta.name, kDesiredReplicas,
                                 Annotation(target, kDesiredReplicas)))};
  }
  const Result<ScaleLimits> limits =
      ResolveScaleLimits(*desired, situation.spec().max_surge, situation.spec().max_unavailable);
  if (!limits.ok()) {
    return {.refusal = Fail(situation, kInvalidUpdate, limits.error().message)};
  }
  return {.goal = {.desired = *desired, .limits = *limits}};
}

}  // namespace windlass::replication_controller
