#include "controller/core/decision.h"

namespace windlass {

std::string_view Name(Decision decision) {
  switch (decision) {
    case Decision::kAdoptReplicaSet: return "adopt replicaset";
    case Decision::kAnnotateNewReplicaSet: return "annotate new replicaset";
    case Decision::kBlockRevision: return "block revision";
    case Decision::kClearRollback: return "clear rollback";
    case Decision::kCountNameCollision: return "count name collision";
    case Decision::kCreateNewReplicaSet: return "create new replicaset";
    case Decision::kDeleteOldReplicaSet: return "delete old replicaset";
    case Decision::kDrainPod: return "drain pod";
    case Decision::kExchangeForget: return "exchange: forget";
    case Decision::kExchangeGiveUp: return "exchange: give up";
    case Decision::kExchangeHost: return "exchange: host";
    case Decision::kExchangePending: return "exchange: pending";
    case Decision::kFallBackToRecreate: return "fall back to recreate";
    case Decision::kFenceOffFormerLeader: return "fence off writes of the former leader";
    case Decision::kForgetInPlaceRollout: return "forget in-place rollout";
    case Decision::kMirrorAnnotations: return "mirror annotations";
    case Decision::kNoteRefusedPodPatch: return "note refused pod patch";
    case Decision::kOpenGate: return "open gate";
    case Decision::kPatchPod: return "patch pod";
    case Decision::kRefreshSizeAnnotations: return "refresh size annotations";
    case Decision::kReleaseReplicaSet: return "release replicaset";
    case Decision::kRollBack: return "roll back";
    case Decision::kScaleDownNewReplicaSet: return "scale down new replicaset";
    case Decision::kScaleDownOldReplicaSet: return "scale down old replicaset";
    case Decision::kScaleInProportion: return "scale in proportion";
    case Decision::kScaleReplicaSet: return "scale replicaset";
    case Decision::kScaleStandIns: return "scale stand-ins";
    case Decision::kScaleUpNewReplicaSet: return "scale up new replicaset";
    case Decision::kUndrainPod: return "undrain pod";
    case Decision::kUpdateStatus: return "update status";
  }
  return "unknown";
}

}  // namespace windlass
