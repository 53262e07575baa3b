// What a write does, by name: the event of its log line, and the label `decision` of its metric.
//
// Whoever counts writes compares these constants; the names are for users alone, who have
// dashboards and alerts on them. A controller may define further ones in its own folder:
//
//   inline constexpr Decision kCopyValue{"copy value"};
#pragma once

#include <compare>
#include <string_view>

namespace windlass {

struct Decision {
  // Must outlive every copy: a string literal.
  std::string_view name;

  bool operator==(const Decision&) const = default;
  auto operator<=>(const Decision&) const = default;

  static const Decision kAdoptReplicaSet;
  static const Decision kAnnotateNewReplicaSet;
  static const Decision kBlockRevision;
  static const Decision kClearRollback;
  static const Decision kCountNameCollision;
  static const Decision kCreateNewReplicaSet;
  static const Decision kDeleteOldReplicaSet;
  static const Decision kDrainPod;
  static const Decision kExchangeForget;
  static const Decision kExchangeGiveUp;
  static const Decision kExchangeHost;
  static const Decision kExchangePending;
  static const Decision kFallBackToRecreate;
  static const Decision kFenceOffFormerLeader;
  static const Decision kForgetInPlaceRollout;
  static const Decision kMirrorAnnotations;
  static const Decision kNoteRefusedPodPatch;
  static const Decision kOpenGate;
  static const Decision kPatchPod;
  static const Decision kRefreshSizeAnnotations;
  static const Decision kReleaseReplicaSet;
  static const Decision kRollBack;
  static const Decision kScaleDownNewReplicaSet;
  static const Decision kScaleDownOldReplicaSet;
  static const Decision kScaleInProportion;
  static const Decision kScaleReplicaSet;
  static const Decision kScaleStandIns;
  static const Decision kScaleUpNewReplicaSet;
  static const Decision kUndrainPod;
  static const Decision kUpdateStatus;
};

// In the order of the names. test/unit/controller holds them.
inline constexpr Decision Decision::kAdoptReplicaSet{"adopt replicaset"};
inline constexpr Decision Decision::kAnnotateNewReplicaSet{"annotate new replicaset"};
inline constexpr Decision Decision::kBlockRevision{"block revision"};
inline constexpr Decision Decision::kClearRollback{"clear rollback"};
inline constexpr Decision Decision::kCountNameCollision{"count name collision"};
inline constexpr Decision Decision::kCreateNewReplicaSet{"create new replicaset"};
inline constexpr Decision Decision::kDeleteOldReplicaSet{"delete old replicaset"};
inline constexpr Decision Decision::kDrainPod{"drain pod"};
inline constexpr Decision Decision::kExchangeForget{"exchange: forget"};
inline constexpr Decision Decision::kExchangeGiveUp{"exchange: give up"};
inline constexpr Decision Decision::kExchangeHost{"exchange: host"};
inline constexpr Decision Decision::kExchangePending{"exchange: pending"};
inline constexpr Decision Decision::kFallBackToRecreate{"fall back to recreate"};
inline constexpr Decision Decision::kFenceOffFormerLeader{"fence off writes of the former leader"};
inline constexpr Decision Decision::kForgetInPlaceRollout{"forget in-place rollout"};
inline constexpr Decision Decision::kMirrorAnnotations{"mirror annotations"};
inline constexpr Decision Decision::kNoteRefusedPodPatch{"note refused pod patch"};
inline constexpr Decision Decision::kOpenGate{"open gate"};
inline constexpr Decision Decision::kPatchPod{"patch pod"};
inline constexpr Decision Decision::kRefreshSizeAnnotations{"refresh size annotations"};
inline constexpr Decision Decision::kReleaseReplicaSet{"release replicaset"};
inline constexpr Decision Decision::kRollBack{"roll back"};
inline constexpr Decision Decision::kScaleDownNewReplicaSet{"scale down new replicaset"};
inline constexpr Decision Decision::kScaleDownOldReplicaSet{"scale down old replicaset"};
inline constexpr Decision Decision::kScaleInProportion{"scale in proportion"};
inline constexpr Decision Decision::kScaleReplicaSet{"scale replicaset"};
inline constexpr Decision Decision::kScaleStandIns{"scale stand-ins"};
inline constexpr Decision Decision::kScaleUpNewReplicaSet{"scale up new replicaset"};
inline constexpr Decision Decision::kUndrainPod{"undrain pod"};
inline constexpr Decision Decision::kUpdateStatus{"update status"};

}  // namespace windlass
