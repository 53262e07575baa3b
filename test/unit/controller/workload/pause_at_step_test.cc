// The reason PausedAtStep of Progressing, which an extension writes and the planner takes back.
#include <string>

#include "controller/workload/conditions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::workload::pause_at_step_test {
namespace {

// An extension that stands still as a test says.
class Anchor : public Extension {
 public:
  void Look(Situation& situation) const override { situation.extended = stands; }
  Extended stands;
};

struct Anchored : Harbour {
  Anchored() { kind.Extend(anchor); }

  // Returns Progressing as it is drafted for a boat that is paused at a step by its stored status.
  // One of its two Pods is new, and no Pod has changed since.
  std::string Progressing(bool held_up) {
    world.AddOld("web-1", 1, 1);
    world.AddNew("web-2", 1, 1);
    View view = Look();
    view.workload.revision = "2";
    view.workload.status.replicas = 2;
    view.workload.status.updated_replicas = 1;
    view.workload.status.ready_replicas = 2;
    view.workload.status.available_replicas = 2;
    view.workload.status.conditions = {NewCondition("Progressing", "Unknown", "BoatPausedAtStep",
                                                    "step 1 of 2", kNow + seconds(-100))};
    const Learned nothing;
    const Situation situation = MakeSituation(view, ClaimReplicaSets(view), nothing, kNow);
    WorkloadStatus status = view.workload.status;
    if (held_up) {
      UpdateProgressingHeldUp(situation, status);
    } else {
      UpdateProgressing(situation, status);
    }
    return StatusAndReason(status.conditions, "Progressing");
  }

  Anchor anchor;
};

TEST_CASE("a pause at a step is told while it lasts (RO-036)") {
  const bool held_up = GENERATE(false, true);
  Anchored boat;
  SECTION("until somebody ends it") { boat.anchor.stands.at_rest = true; }
  SECTION("for a time") {
    boat.anchor.stands.standstills = {{.since = kNow + seconds(-100), .until = kNow + seconds(1)}};
  }
  CHECK(boat.Progressing(held_up) == "Unknown BoatPausedAtStep");
  Proves("RO-036");
}

TEST_CASE("a pause at a step that is over is not told any more (RO-036)") {
  const bool held_up = GENERATE(false, true);
  Anchored boat;
  SECTION("nothing stands still") {}
  SECTION("its time has passed") {
    boat.anchor.stands.standstills = {{.since = kNow + seconds(-100), .until = kNow}};
  }
  CHECK(boat.Progressing(held_up) == "True ReplicaSetUpdated");
  Proves("RO-036");
}

}  // namespace
}  // namespace windlass::workload::pause_at_step_test
