// The writes of an update that change the cluster, with what each does by name. Each is made from
// one version of the object, and repeating it changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

namespace decisions {

inline constexpr Decision kUpdateStatus{"update status"};
inline constexpr Decision kLabelTemplate{"label template"};
inline constexpr Decision kLabelPod{"label pod"};
inline constexpr Decision kSelectByLabel{"select by label"};
inline constexpr Decision kNoteNextController{"note next controller"};
inline constexpr Decision kCreateController{"create replicationcontroller"};
inline constexpr Decision kClaimController{"claim new controller"};
inline constexpr Decision kNoteOriginalSize{"note original size"};
inline constexpr Decision kRestoreSize{"restore original size"};
inline constexpr Decision kSetRollbackSize{"set rollback size"};
inline constexpr Decision kScaleUp{"scale up replicationcontroller"};
inline constexpr Decision kScaleDown{"scale down replicationcontroller"};
inline constexpr Decision kDropScaling{"drop scaling"};
inline constexpr Decision kAdoptSize{"adopt external scaling"};
inline constexpr Decision kOverrideSize{"override external scaling"};
inline constexpr Decision kNoteRename{"note rename"};
inline constexpr Decision kRename{"rename replicationcontroller"};
inline constexpr Decision kDeleteController{"delete replicationcontroller"};
inline constexpr Decision kRemoveAnnotations{"remove update annotations"};

}  // namespace decisions

// Returns the write; Wait if this sync made it already, because then the API server dropped what
// was sent.
Step Effect(const Situation& situation, Request request, Because because);

// Merges `fields` into the controller.
Request Patch(const ReplicationController& controller, const Json& fields);

// Sets spec.replicas.
Request ScaleTo(const ReplicationController& controller, int32_t replicas);

// Sets annotations; nullopt removes one.
using Annotations = std::map<std::string_view, std::optional<std::string>>;
Request Annotate(const ReplicationController& controller, const Annotations& annotations);

// Deletes `controller`, and its Pods or not.
Step Delete(const Situation& situation, const ReplicationController& controller,
            DeletionPropagation propagation);

// Returns true if the annotation is the user's who asks for another update: that outlives this one.
bool IsOfOtherUpdate(const Situation& situation, const ReplicationController& controller,
                     std::string_view key);

// Removes those annotations of the update that the controller has; nullopt if it has none (RC-13).
// Of the new one that does not include what an update of the new one itself may have begun with.
std::optional<Step> RemoveAnnotations(const Situation& situation,
                                      const ReplicationController& controller);

}  // namespace windlass::replication_controller
