#include "controller/replication_controller/watch/requested_update.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/replication_controller/annotations.h"
#include "kubeclient/api/resource_id.h"

namespace windlass {
namespace {

constexpr Decision kRequestUpdate{"create replicationcontrollerupdate"};

}  // namespace

Step CreateRequestedUpdate(const ReplicationController& controller, const Learned& learned) {
  const auto& resource = resources::kReplicationControllerUpdates;
  const std::string to(
      replication_controller::Annotation(controller, replication_controller::kRollingUpdateTo));
  const nlohmann::json body = {
      {"apiVersion", resource.GroupVersion()},
      {"kind", resource.kind},
      {"metadata",
       {{"name", controller.meta.name}, {"namespace", controller.meta.namespace_.text()}}},
      {"spec", {{"newName", to}}}};
  Step step = Write{Request::Create(resource, KeyOf(controller.meta), body.dump()),
                    {kRequestUpdate, {{"from", controller.meta.name}, {"to", to}}}};
  if (learned.empty()) return step;
  const Result<Reply>& said = learned.back().said;
  return said.ok() ? Step(Wait{}) : Step(Failed{said.error()});
}

}  // namespace windlass
