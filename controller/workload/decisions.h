// The decisions of the planner, sorted by name.
#pragma once

#include "controller/core/decision.h"

namespace windlass::workload::decisions {

inline constexpr Decision kAdoptReplicaSet{"adopt replicaset"};
inline constexpr Decision kAnnotateNewReplicaSet{"annotate new replicaset"};
inline constexpr Decision kClearRollback{"clear rollback"};
inline constexpr Decision kCountNameCollision{"count name collision"};
inline constexpr Decision kCreateNewReplicaSet{"create new replicaset"};
inline constexpr Decision kDeleteOldReplicaSet{"delete old replicaset"};
inline constexpr Decision kNoteAborted{"note aborted"};
inline constexpr Decision kNoteComplete{"note complete"};
inline constexpr Decision kNoteRollback{"note rollback"};
inline constexpr Decision kRefreshSizeAnnotations{"refresh size annotations"};
inline constexpr Decision kReleaseReplicaSet{"release replicaset"};
inline constexpr Decision kRollBack{"roll back"};
inline constexpr Decision kScaleDownNewReplicaSet{"scale down new replicaset"};
inline constexpr Decision kScaleDownOldReplicaSet{"scale down old replicaset"};
inline constexpr Decision kScaleInProportion{"scale in proportion"};
inline constexpr Decision kScaleReplicaSet{"scale replicaset"};
inline constexpr Decision kScaleUpNewReplicaSet{"scale up new replicaset"};
inline constexpr Decision kScaleUpOldReplicaSet{"scale up old replicaset"};
inline constexpr Decision kUpdateStatus{"update status"};

}  // namespace windlass::workload::decisions
