// What the writes of a rolling update of ReplicationControllers do, by name.
#pragma once

#include "controller/core/decision.h"

namespace windlass::replication_controller::decisions {

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

}  // namespace windlass::replication_controller::decisions
