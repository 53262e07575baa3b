#include "controller/replication_controller/patches.h"

#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "controller/replication_controller/annotations.h"

namespace windlass::replication_controller {
namespace {

using nlohmann::json;

Request Patch(const ReplicationController& controller, const json& fields) {
  return Request::MergePatch(resources::kReplicationControllers, VersionOf(controller.meta), "",
                             fields.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Returns nullopt if there is none of `keys`.
std::optional<Request> Remove(const ReplicationController& controller,
                              std::span<const std::string_view> keys) {
  Annotations ended;
  for (const std::string_view key : keys) {
    if (controller.meta.annotations.Has(key)) ended.emplace(key, std::nullopt);
  }
  if (ended.empty()) return std::nullopt;
  return Annotate(controller, ended);
}

}  // namespace

Request ScaleTo(const ReplicationController& controller, int32_t replicas) {
  return Patch(controller, {{"spec", {{"replicas", replicas}}}});
}

Request Annotate(const ReplicationController& controller, const Annotations& annotations) {
  json fields = json::object();
  for (const auto& [key, value] : annotations) {
    fields[std::string(key)] = value ? json(*value) : json();
  }
  return Patch(controller, {{"metadata", {{"annotations", fields}}}});
}

Request RestoreSize(const ReplicationController& old, int32_t replicas) {
  json annotations = json::object();
  for (const std::string_view key : kEndWithUpdate) annotations[std::string(key)] = nullptr;
  return Patch(old, {{"metadata", {{"annotations", std::move(annotations)}}},
                     {"spec", {{"replicas", replicas}}}});
}

Request LabelTemplate(const ReplicationController& controller, std::string_view key,
                      std::string_view value, std::string_view next_name) {
  const json labels = {{std::string(key), value}};
  return Patch(controller, {{"metadata", {{"annotations", {{kNextControllerId, next_name}}}}},
                            {"spec", {{"template", {{"metadata", {{"labels", labels}}}}}}}});
}

Request LabelPod(const Pod& pod, std::string_view key, std::string_view value) {
  const json fields = {{"metadata", {{"labels", {{std::string(key), value}}}}}};
  return Request::MergePatch(resources::kPods, VersionOf(pod.meta), "", fields.dump());
}

Request SelectBy(const ReplicationController& controller, std::string_view key,
                 std::string_view value) {
  return Patch(controller, {{"spec", {{"selector", {{std::string(key), value}}}}}});
}

std::optional<Request> RemoveAnnotationsOfOld(const ReplicationController& old) {
  return Remove(old, kEndWithUpdate);
}

std::optional<Request> RemoveAnnotationsOfNew(const ReplicationController& created) {
  const std::string_view source_id = Annotation(created, kSourceId);
  const std::string_view of = Annotation(created, kOriginalReplicasOf);
  // A size that was noted when this update was rolled back, which is off again.
  const bool of_this = !of.empty() && source_id.ends_with(of);
  if (of_this) {
    return Remove(created, std::array{kSourceId, kDesiredReplicas, kOriginalReplicas,
                                      kOriginalReplicasOf, kTermAnnotation});
  }
  return Remove(created, std::array{kSourceId, kDesiredReplicas, kTermAnnotation});
}

}  // namespace windlass::replication_controller
