// The names of decisions, which logs and the metric windlass_decisions_total show. Users have
// dashboards and alerts on them, so a changed name must be announced to users.
#include "controller/core/decision.h"

#include <algorithm>

#include "test/catch.h"

namespace windlass {
namespace {

struct NamedDecision {
  Decision decision;
  const char* name;
};

constexpr NamedDecision kNames[] = {
    {Decision::kAdoptReplicaSet, "adopt replicaset"},
    {Decision::kAnnotateNewReplicaSet, "annotate new replicaset"},
    {Decision::kBlockRevision, "block revision"},
    {Decision::kClearRollback, "clear rollback"},
    {Decision::kCountNameCollision, "count name collision"},
    {Decision::kCreateNewReplicaSet, "create new replicaset"},
    {Decision::kDeleteOldReplicaSet, "delete old replicaset"},
    {Decision::kDrainPod, "drain pod"},
    {Decision::kExchangeForget, "exchange: forget"},
    {Decision::kExchangeGiveUp, "exchange: give up"},
    {Decision::kExchangeHost, "exchange: host"},
    {Decision::kExchangePending, "exchange: pending"},
    {Decision::kFallBackToRecreate, "fall back to recreate"},
    {Decision::kFenceOffFormerLeader, "fence off writes of the former leader"},
    {Decision::kForgetInPlaceRollout, "forget in-place rollout"},
    {Decision::kMirrorAnnotations, "mirror annotations"},
    {Decision::kNoteRefusedPodPatch, "note refused pod patch"},
    {Decision::kOpenGate, "open gate"},
    {Decision::kPatchPod, "patch pod"},
    {Decision::kRefreshSizeAnnotations, "refresh size annotations"},
    {Decision::kReleaseReplicaSet, "release replicaset"},
    {Decision::kRollBack, "roll back"},
    {Decision::kScaleDownNewReplicaSet, "scale down new replicaset"},
    {Decision::kScaleDownOldReplicaSet, "scale down old replicaset"},
    {Decision::kScaleInProportion, "scale in proportion"},
    {Decision::kScaleReplicaSet, "scale replicaset"},
    {Decision::kScaleStandIns, "scale stand-ins"},
    {Decision::kScaleUpNewReplicaSet, "scale up new replicaset"},
    {Decision::kUndrainPod, "undrain pod"},
    {Decision::kUpdateStatus, "update status"},
};

TEST_CASE("each decision has the name that users know") {
  for (const NamedDecision& row : kNames) CHECK(row.decision.name == row.name);
}

TEST_CASE("decisions are in the order of their names, in which the metric lists them") {
  CHECK(std::ranges::is_sorted(kNames, {}, &NamedDecision::decision));
  CHECK(std::ranges::is_sorted(kNames, {}, [](const auto& row) { return row.decision.name; }));
}

TEST_CASE("a decision of a controller's own is one more, told from others by its name") {
  constexpr Decision kOwn{"copy value"};
  CHECK(kOwn == Decision{"copy value"});
  CHECK_FALSE(kOwn == Decision::kUpdateStatus);
  CHECK(Decision::kClearRollback < kOwn);
  CHECK(kOwn < Decision::kCountNameCollision);
}

}  // namespace
}  // namespace windlass
