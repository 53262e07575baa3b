// What a write does, by name: the event of its log line, and the label `decision` of its metric.
// Whoever counts writes compares enumerators; the names are for users alone, who have dashboards
// and alerts on them.
#pragma once

#include <cstdint>
#include <string_view>

namespace windlass {

// In the order of the names, in which the metric lists them. test/unit/controller holds both.
enum class Decision : uint8_t {
  kAdoptReplicaSet,
  kAnnotateNewReplicaSet,
  kBlockRevision,
  kClearRollback,
  kCountNameCollision,
  kCreateNewReplicaSet,
  kDeleteOldReplicaSet,
  kDrainPod,
  kExchangeForget,
  kExchangeGiveUp,
  kExchangeHost,
  kExchangePending,
  kFallBackToRecreate,
  kFenceOffFormerLeader,
  kForgetInPlaceRollout,
  kMirrorAnnotations,
  kNoteRefusedPodPatch,
  kOpenGate,
  kPatchPod,
  kRefreshSizeAnnotations,
  kReleaseReplicaSet,
  kRollBack,
  kScaleDownNewReplicaSet,
  kScaleDownOldReplicaSet,
  kScaleInProportion,
  kScaleReplicaSet,
  kScaleStandIns,
  kScaleUpNewReplicaSet,
  kUndrainPod,
  kUpdateStatus,
};

// Returns "scale up new replicaset" for kScaleUpNewReplicaSet; the other names are made alike.
std::string_view Name(Decision decision);

}  // namespace windlass
