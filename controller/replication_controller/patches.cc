#include "controller/replication_controller/patches.h"

#include <nlohmann/json.hpp>

#include "controller/replication_controller/annotations.h"

namespace windlass::replication_controller {
namespace {

using nlohmann::json;

Request Patch(const ReplicationController& controller, const json& fields) {
  return Request::MergePatch(resources::kReplicationControllers, VersionOf(controller.meta), "",
                             fields.dump(-1, ' ', false, json::error_handler_t::replace));
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

std::optional<Request> RemoveUpdateAnnotations(const ReplicationController& controller) {
  Annotations ended;
  for (const std::string_view key : kEndWithUpdate) {
    if (controller.meta.annotations.Has(key)) ended.emplace(key, std::nullopt);
  }
  if (ended.empty()) return std::nullopt;
  return Annotate(controller, ended);
}

}  // namespace windlass::replication_controller
