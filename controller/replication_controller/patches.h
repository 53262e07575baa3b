// The patches of ReplicationControllers and Pods that an update makes. Each is made from one
// version of the object, and repeating it changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/pod.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/request.h"

namespace windlass::replication_controller {

// Sets spec.replicas.
Request ScaleTo(const ReplicationController& controller, int32_t replicas);

// Sets annotations; nullopt removes one.
using Annotations = std::map<std::string_view, std::optional<std::string>>;
Request Annotate(const ReplicationController& controller, const Annotations& annotations);

// Sets spec.replicas of the old controller, and takes off it what an update has noted (RC-22).
Request RestoreSize(const ReplicationController& old, int32_t replicas);

// Gives new Pods of `controller` a label, and notes the name of the next controller, in one write
// (RC-6).
Request LabelTemplate(const ReplicationController& controller, std::string_view key,
                      std::string_view value, std::string_view next_name);
Request LabelPod(const Pod& pod, std::string_view key, std::string_view value);
// Adds a label to the selector.
Request SelectBy(const ReplicationController& controller, std::string_view key,
                 std::string_view value);

// Remove those annotations of an update that the controller has; nullopt if it has none (RC-13). Of
// the new one that does not include what an update of the new one itself may have begun with.
std::optional<Request> RemoveAnnotationsOfOld(const ReplicationController& old);
std::optional<Request> RemoveAnnotationsOfNew(const ReplicationController& created);

}  // namespace windlass::replication_controller
