// The names of decisions, which logs and the metric windlass_decisions_total show. Users have
// dashboards and alerts on them, so a changed name must be announced to users.
#include "controller/core/decision.h"

#include <algorithm>
#include <iterator>

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
  for (const NamedDecision& row : kNames) CHECK(Name(row.decision) == row.name);
}

TEST_CASE("no decision is missing above") {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    CHECK(static_cast<size_t>(kNames[i].decision) == i);
  }
  CHECK(Name(static_cast<Decision>(std::size(kNames))) == "unknown");
}

TEST_CASE("decisions are in the order of their names, in which the metric lists them") {
  CHECK(std::ranges::is_sorted(kNames, {}, [](const auto& row) { return Name(row.decision); }));
}

}  // namespace
}  // namespace windlass
