#include "controller/replication_controller/patches.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replication_controller/annotations.h"

namespace windlass::replication_controller {
namespace {

// Returns the annotations of the update that end with it.
std::vector<std::string_view> EndingAnnotations(const Situation& situation,
                                                const ReplicationController& controller) {
  if (&controller == situation.old_controller()) {
    return {std::begin(kEndWithUpdate), std::end(kEndWithUpdate)};
  }
  // A size that was noted when this update was rolled back, which is off again.
  const std::string_view of = Annotation(controller, kOriginalReplicasOf);
  if (!of.empty() && of == SourceIdIn(controller).uid) {
    return {kSourceId, kDesiredReplicas, kOriginalReplicas, kOriginalReplicasOf, kTermAnnotation};
  }
  return {kSourceId, kDesiredReplicas, kTermAnnotation};
}

}  // namespace

bool IsOfOtherUpdate(const Situation& situation, const ReplicationController& controller,
                     std::string_view key) {
  return key == kRollingUpdateTo && Annotation(controller, key) != situation.new_name;
}

Step Effect(const Situation& situation, Request request, Because because) {
  Step step = Write{std::move(request), std::move(because)};
  if (WasSent(step, situation.learned)) return Wait{};
  return step;
}

Request Patch(const ReplicationController& controller, const Json& fields) {
  return Request::MergePatch(resources::kReplicationControllers, VersionOf(controller.meta), "",
                             Dump(fields));
}

Request ScaleTo(const ReplicationController& controller, int32_t replicas) {
  return Patch(controller, {{"spec", {{"replicas", replicas}}}});
}

Request Annotate(const ReplicationController& controller, const Annotations& annotations) {
  Json fields = Json::object();
  for (const auto& [key, value] : annotations) {
    fields[std::string(key)] = value ? Json(*value) : Json();
  }
  return Patch(controller, {{"metadata", {{"annotations", fields}}}});
}

Step Delete(const Situation& situation, const ReplicationController& controller,
            DeletionPropagation propagation) {
  const bool orphans = propagation == DeletionPropagation::kOrphan;
  return Effect(
      situation,
      Request::Delete(resources::kReplicationControllers, VersionOf(controller.meta), propagation),
      {decisions::kDeleteController,
       {{"controller", controller.meta.name}, {"propagation", orphans ? "Orphan" : "Background"}}});
}

std::optional<Step> RemoveAnnotations(const Situation& situation,
                                      const ReplicationController& controller) {
  if (controller.meta.deleting()) return std::nullopt;
  Annotations ended;
  for (const std::string_view key : EndingAnnotations(situation, controller)) {
    if (controller.meta.annotations.Has(key) && !IsOfOtherUpdate(situation, controller, key)) {
      ended.emplace(key, std::nullopt);
    }
  }
  if (ended.empty()) return std::nullopt;
  return Effect(situation, Annotate(controller, ended),
                {decisions::kRemoveAnnotations, {{"controller", controller.meta.name}}});
}

}  // namespace windlass::replication_controller
