// What a write does, by name: the event of its log line, and the label `decision` of its metric.
// Code that counts writes compares enumerators. Users have dashboards and alerts on the names.
#pragma once

#include <cstdint>
#include <string_view>

namespace windlass {

// In alphabetical order of the names, which is also the order of the metric. test/unit/controller
// checks both.
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

// Returns "scale up new replicaset" for kScaleUpNewReplicaSet; the other names follow the same
// pattern.
std::string_view Name(Decision decision);

}  // namespace windlass
