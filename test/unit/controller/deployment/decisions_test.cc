// The names of decisions, which logs and the metric windlass_decisions_total show. Users have
// dashboards and alerts on them, so a changed name must be announced to users.
#include "controller/in_place/phases/decisions.h"

#include <algorithm>

#include "controller/runtime/term_fence.h"
#include "controller/workload/decisions.h"
#include "test/catch.h"

namespace windlass::decisions_test {
namespace {

struct NamedDecision {
  Decision decision;
  const char* name;
};

constexpr NamedDecision kNames[] = {
    {workload::decisions::kAdoptReplicaSet, "adopt replicaset"},
    {workload::decisions::kAnnotateNewReplicaSet, "annotate new replicaset"},
    {in_place::decisions::kBlockRevision, "block revision"},
    {workload::decisions::kClearRollback, "clear rollback"},
    {workload::decisions::kCountNameCollision, "count name collision"},
    {workload::decisions::kCreateNewReplicaSet, "create new replicaset"},
    {workload::decisions::kDeleteOldReplicaSet, "delete old replicaset"},
    {in_place::decisions::kDrainPod, "drain pod"},
    {in_place::decisions::kExchangeForget, "exchange: forget"},
    {in_place::decisions::kExchangeGiveUp, "exchange: give up"},
    {in_place::decisions::kExchangeHost, "exchange: host"},
    {in_place::decisions::kExchangePending, "exchange: pending"},
    {in_place::decisions::kFallBackToReplace, "fall back to recreate"},
    {kFenceOffFormerLeader, "fence off writes of the former leader"},
    {in_place::decisions::kForgetInPlaceRollout, "forget in-place rollout"},
    {in_place::decisions::kMirrorAnnotations, "mirror annotations"},
    {in_place::decisions::kNoteRefusedPodPatch, "note refused pod patch"},
    {workload::decisions::kNoteRollback, "note rollback"},
    {in_place::decisions::kNoteStandIns, "note stand-ins"},
    {in_place::decisions::kNoteUnblock, "note unblock"},
    {in_place::decisions::kOpenGate, "open gate"},
    {in_place::decisions::kPatchPod, "patch pod"},
    {workload::decisions::kRefreshSizeAnnotations, "refresh size annotations"},
    {workload::decisions::kReleaseReplicaSet, "release replicaset"},
    {workload::decisions::kRollBack, "roll back"},
    {workload::decisions::kScaleDownNewReplicaSet, "scale down new replicaset"},
    {workload::decisions::kScaleDownOldReplicaSet, "scale down old replicaset"},
    {workload::decisions::kScaleInProportion, "scale in proportion"},
    {workload::decisions::kScaleReplicaSet, "scale replicaset"},
    {in_place::decisions::kScaleStandIns, "scale stand-ins"},
    {workload::decisions::kScaleUpNewReplicaSet, "scale up new replicaset"},
    {in_place::decisions::kUndrainPod, "undrain pod"},
    {workload::decisions::kUpdateStatus, "update status"},
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
  CHECK_FALSE(kOwn == workload::decisions::kUpdateStatus);
  CHECK(workload::decisions::kClearRollback < kOwn);
  CHECK(kOwn < workload::decisions::kCountNameCollision);
}

}  // namespace
}  // namespace windlass::decisions_test
