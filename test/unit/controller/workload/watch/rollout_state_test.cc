// Where a rollout stands, as metrics say it.
#include "controller/workload/watch/rollout_state.h"

#include <string>

#include "controller/in_place/watch/rollouts.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/unit/controller/workload/as_workload.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rollout_state_test {
namespace {

// The words of Deployments.
const RolloutWords kWords = InPlaceWords("Deployment");

// A Deployment of 10 with maxSurge 3, in the middle of a rollout.
struct Rolling {
  Rolling() {
    deployment.meta.generation = 2;
    deployment.spec.replicas = 10;
    deployment.spec.strategy_type = "RollingUpdate";
    deployment.spec.max_surge = IntOrPercent::Int(3);
    deployment.spec.max_unavailable = IntOrPercent::Int(2);
    deployment.status.observed_generation = 2;
    deployment.status.replicas = 13;
    deployment.status.updated_replicas = 5;
    Say("Progressing", "True", "ReplicaSetUpdated");
  }
  void Say(const std::string& type, const std::string& status, const std::string& reason,
           const std::string& message = "") {
    std::erase_if(deployment.status.conditions,
                  [&](const Condition& condition) { return condition.type == type; });
    deployment.status.conditions.push_back({type, status, reason, message, {}, {}});
  }
  Workload AsWorkload() const { return workload::AsWorkload(deployment); }
  // Returns the state with the kind's word for the cause, as metrics show it.
  RolloutState State(const RolloutHold& hold = {}) const {
    const Workload workload = AsWorkload();
    RolloutState state = StateOf(workload, hold);
    if (!state.cause.empty()) state.cause = kWords.CauseOf(state.cause);
    return state;
  }

  Deployment deployment;
};

RolloutState Stuck(std::string_view cause) { return {kStuckPhase, cause}; }

TEST_CASE("a rollout is progressing, until something keeps it") {
  Rolling web;
  CHECK(web.State() == RolloutState{kProgressingPhase, ""});
  web.Say("Progressing", "False", "ProgressDeadlineExceeded");
  CHECK(web.State() == Stuck("ProgressDeadlineExceeded"));
  web.Say("ReplicaFailure", "True", "FailedCreate", "admission webhook denied the request");
  CHECK(web.State() == Stuck("FailedCreate"));  // says why the deadline passed
  web.Say("ReplicaFailure", "True", "FailedCreate",
          R"(pods "web-1" is forbidden: exceeded quota: small, requested: pods=1)");
  CHECK(web.State() == Stuck("QuotaExceeded"));
  web.Say("ReplicaFailure", "True", "FailedDelete", "a finalizer");
  CHECK(web.State() == Stuck("FailedDelete"));
  web.Say("ReplicaFailure", "True", "AnnotationsNotCopied", "no room");  // holds up nothing
  CHECK(web.State() == Stuck("ProgressDeadlineExceeded"));
  for (const char* reason : {"NewWord", "TimedOut", ""}) {  // TimedOut is no word of Deployments
    web.Say("ReplicaFailure", "True", reason);
    CHECK(web.State() == Stuck("Other"));
  }
  web.Say("Progressing", "False", "ReplicaSetCreateError");
  CHECK(web.State() == Stuck("ReplicaSetCreateError"));
}

TEST_CASE("what only a kind or an extension knows comes first; a pause before everything") {
  Rolling web;
  web.Say("Progressing", "False", "ProgressDeadlineExceeded");
  CHECK(web.State({.cause = "WaitingForPDB"}) == Stuck("WaitingForPDB"));
  CHECK(web.State({.cause = "InPlaceFoo"}) == Stuck("Other"));
  CHECK(web.State({.by_user = true}) == Stuck("ProgressDeadlineExceeded"));
  web.Say("Progressing", "True", "ReplicaSetUpdated");
  CHECK(web.State({.by_user = true}) == RolloutState{kWaitingPhase, ""});
  web.deployment.spec.paused = true;
  CHECK(web.State({.cause = "WaitingForPDB"}) == RolloutState{kPausedPhase, ""});
}

TEST_CASE("a strategy that cannot be carried out keeps the rollout, too") {
  Rolling web;
  web.deployment.spec.strategy_type = "Sideways";
  CHECK(web.State() == Stuck("InvalidStrategy"));
}

TEST_CASE("with as many new Pods as a partition allows, all available, a rollout waits") {
  const Rolling web;
  Workload workload = web.AsWorkload();
  workload.limits.updated_max = 5;
  workload.status.available_replicas = 9;
  CHECK(StateOf(workload, {}).phase == kProgressingPhase);
  workload.status.available_replicas = 10;
  CHECK(StateOf(workload, {}).phase == kWaitingPhase);
  workload.limits.updated_max = 6;
  CHECK(StateOf(workload, {}).phase == kProgressingPhase);
}

TEST_CASE("Pods that go back after an abort are aborting, unless that is stuck") {
  const Rolling web;
  Workload workload = web.AsWorkload();
  workload.follow_revision = 3;
  CHECK(StateOf(workload, {}).phase == kAbortingPhase);
  CHECK(StateOf(workload, {.cause = "NothingToAbortTo"}) == Stuck("NothingToAbortTo"));
}

TEST_CASE("whether the stored status is about the middle of a rollout") {
  Rolling web;
  CHECK(IsUnderWay(web.AsWorkload()));
  web.Say("Progressing", "True", "NewReplicaSetAvailable");
  CHECK_FALSE(IsUnderWay(web.AsWorkload()));  // complete once; Pods may be missing since
  web.deployment.status.observed_generation = 1;
  CHECK_FALSE(IsUnderWay(web.AsWorkload()));  // edited, which the status knows nothing of
  web.deployment.status.observed_generation = 2;
  SECTION("a pause does not tell, old Pods do") {
    web.Say("Progressing", "Unknown", "DeploymentPaused");
    CHECK(IsUnderWay(web.AsWorkload()));
    web.deployment.status.updated_replicas = 13;
    CHECK_FALSE(IsUnderWay(web.AsWorkload()));
  }
  SECTION("nor does an object without a deadline") {
    web.deployment.status.conditions.clear();
    CHECK(IsUnderWay(web.AsWorkload()));
  }
  SECTION("all Pods are new and available") {
    web.Say("Progressing", "True", "ReplicaSetUpdated");
    web.deployment.status.replicas = web.deployment.status.updated_replicas = 10;
    web.deployment.status.available_replicas = 10;
    CHECK_FALSE(IsUnderWay(web.AsWorkload()));
  }
}

TEST_CASE("live Pods above replicas and maxSurge") {
  Rolling web;
  CHECK(PodsAboveSurge(web.AsWorkload()) == 0);  // 10 + 3 = 13
  web.deployment.status.replicas = 15;
  CHECK(PodsAboveSurge(web.AsWorkload()) == 2);
  web.deployment.spec.strategy_type = "Sideways";  // no limits are known
  CHECK(PodsAboveSurge(web.AsWorkload()) == 0);
}

}  // namespace
}  // namespace windlass::workload::rollout_state_test
