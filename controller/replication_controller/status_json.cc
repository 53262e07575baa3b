#include "controller/replication_controller/status_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "controller/kind/conditions.h"
#include "controller/kind/status.h"

namespace windlass::replication_controller {

using kind::NumberOrNull;
using kind::TextOrNull;
using kind::TimeOrNull;

OrderedJson ToJson(const ReplicationControllerUpdateStatus& status) {
  const int64_t earlier = status.earlier_rollouts;
  OrderedJson scaling;
  if (status.scaling) scaling = {{"name", status.scaling->name}, {"from", status.scaling->from}};
  return {{"observedGeneration", status.observed_generation},
          {"earlierRollouts", NumberOrNull(earlier > 0 ? std::optional(earlier) : std::nullopt)},
          {"phase", TextOrNull(status.phase)},
          {"message", TextOrNull(status.message)},
          {"step", TextOrNull(status.step)},
          {"rollback", status.rollback ? OrderedJson(true) : OrderedJson()},
          {"newName", TextOrNull(status.new_name)},
          {"target", TextOrNull(status.target)},
          {"desiredReplicas", NumberOrNull(status.desired_replicas)},
          {"oldReplicas", NumberOrNull(status.old_replicas)},
          {"newReplicas", NumberOrNull(status.new_replicas)},
          {"availableReplicas", NumberOrNull(status.available_replicas)},
          {"scaling", std::move(scaling)},
          {"lastScaleTime", TimeOrNull(status.last_scale_time)},
          {"deadline", TimeOrNull(status.deadline)},
          {"lines", status.lines},
          {"lineCount", status.line_count},
          {"journal", TextOrNull(status.journal)},
          {"conditions", kind::ToJson(status.conditions)}};
}

}  // namespace windlass::replication_controller
