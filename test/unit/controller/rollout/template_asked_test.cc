// When a Rollout asks the API server about its template, and what follows if the answer says
// nothing.
#include <vector>

#include "controller/rollout/rollout_extension.h"
#include "controller/workload/decisions.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/new_template.h"

namespace windlass::rollout::template_asked_test {
namespace {

using Fixture = NewTemplate;

TEST_CASE("a Rollout asks before it makes a ReplicaSet, for whatever reason (RO-090)") {
  Fixture f;
  f.checks.pod = {};
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  const Read read = f.NextAs<Read>(moment);
  CHECK(read.request.verb() == Verb::kDryRunCreate);
  CHECK(read.request.resource() == resources::kPods);
  CHECK(read.go_on_if_refused);
  CHECK_FALSE(f.Next(Moment::kRecover));
  CHECK_FALSE(f.Next(Moment::kWhilePaused));
  Proves("RO-090");
}

TEST_CASE("a dry run comes before the first step (RO-090)") {
  Fixture f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause()};
  f.checks.pod = {};
  const std::optional<Step> step = f.Next();
  REQUIRE(step);
  CHECK(std::holds_alternative<Read>(*step));
  Proves("RO-090");
}

TEST_CASE("without a verdict the rollout goes on, with a Warning (RO-094)") {
  Fixture f;
  f.Say(DryRunVerdict::kNoVerdict, "exceeded quota: pods");
  CHECK_FALSE(f.Sit().extended.refused);
  CHECK_FALSE(f.Next());
  CHECK_FALSE(f.Next(Moment::kBeforeCreation));

  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kWarning);
  CHECK(events[0].reason == "TemplateNotChecked");
  CHECK(events[0].message ==
        "the rollout goes on although the API server did not check spec.template: exceeded quota: "
        "pods");
  CHECK(events[0].at_most_every == seconds(600));
  CHECK_FALSE(std::get<Wait>(f.extension.End(f.Sit(), Wait{})).look_again_in);

  WorkloadStatus complete = f.status;
  complete.observed_generation = 2;
  complete.replicas = complete.updated_replicas = complete.available_replicas = 10;
  CHECK(f.extension.Events(f.Sit(), complete).empty());
  Proves("RO-094");
}

TEST_CASE("defaults that the API server does not tell hold up no rollout (RO-094)") {
  Fixture f;
  f.checks.replica_set = {
      .verdict = DryRunVerdict::kNoVerdict, .message = "no dry run", .until = {}};
  CHECK_FALSE(f.Next());
  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == "TemplateNotChecked");
  CHECK(events[0].message ==
        "the rollout goes on although the API server did not return the defaults of spec.template: "
        "no dry run");
  Proves("RO-094");
}

TEST_CASE("at rest no ReplicaSet is made without the defaults (RO-098)") {
  Fixture f;
  f.checks.replica_set = {
      .verdict = DryRunVerdict::kNoVerdict, .message = "forbidden", .until = kStart + seconds(600)};
  f.status.observed_generation = 2;
  f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 10;
  SECTION("the ReplicaSet that was complete is there, however many Pods it has just now") {
    // Whom this serves: who waits for Available, or for the end of the rollout.
    const int32_t pods = GENERATE(10, 9, 0);
    const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
    f.SetProgressing("True", "NewReplicaSetAvailable",
                     "ReplicaSet \"web-1\" has successfully progressed.");
    f.status.conditions.push_back(workload::NewCondition(
        "ReplicaFailure", "True", workload::kLeftOutReason, "no room", kStart));
    f.replica_sets[0].status.replicas = f.replica_sets[0].status.ready_replicas =
        f.replica_sets[0].status.available_replicas = pods;
    CHECK(f.NextAs<Write>(moment).because.decision == workload::decisions::kUpdateStatus);
    f.Publish();
    CHECK(f.status.replicas == pods);
    CHECK(f.status.updated_replicas == pods);
    CHECK(ReasonIn(f.status.conditions) == "True NewReplicaSetAvailable");
    CHECK(ReasonIn(f.status.conditions, "Available") ==
          (pods < 8 ? "False MinimumReplicasUnavailable" : "True MinimumReplicasAvailable"));
    CHECK(ReasonIn(f.status.conditions, "ReplicaFailure").empty());  // there is room again
    // Neither a refused adoption nor the status that was just written ends the rest.
    WorkloadStatus held_up = f.status;
    workload::UpdateProgressingHeldUp(f.Sit(), held_up);
    CHECK(ReasonIn(held_up.conditions) == "True NewReplicaSetAvailable");
    const Wait wait = f.NextAs<Wait>(moment);
    CHECK(wait.look_again_in == seconds(600));
    REQUIRE(wait.events.size() == 1);
    CHECK(wait.events[0].reason == "TemplateNotChecked");
  }
  SECTION("without a deadline the counters show it") {
    f.progress_deadline_seconds = kUnlimited;
    f.NextAs<Write>();
    f.Publish();
    f.NextAs<Wait>();
  }
  SECTION("the stable template shows it while all Pods are lost and Progressing says nothing") {
    const std::string progressing = GENERATE("no deadline", "RolloutPaused", "RolloutResumed", "");
    CAPTURE(progressing);
    if (progressing == "no deadline") {
      f.progress_deadline_seconds = kUnlimited;
    } else if (!progressing.empty()) {
      f.SetProgressing("Unknown", progressing, "Rollout is paused or resumed");
    }
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 0;
    RolloutOwn own = f.Own();
    own.stable_revision = 1;
    const bool is_stable = GENERATE(true, false);
    own.stable_template = is_stable ? kRequested : "t-ffffffffffffffffffffffffffffffff";
    f.status.carried = KindStatus(own);
    ReplicaSetStatus& pods = f.replica_sets[0].status;
    pods.replicas = pods.ready_replicas = pods.available_replicas = 7;  // they come back
    if (!is_stable) {  // not at rest: only the stable ReplicaSet gets its note, and no Wait follows
      CHECK(f.NextAs<Write>().because.decision == workload::decisions::kNoteComplete);
    } else {
      f.NextAs<Write>();
      f.Publish();
      CHECK(f.status.updated_replicas == 7);
      f.NextAs<Wait>();
    }
  }
  SECTION("the generation is new") {
    f.status.observed_generation = 1;
    CHECK_FALSE(f.Next());
  }
  SECTION("all old Pods were lost before the template got a ReplicaSet") {
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 0;
    CHECK_FALSE(f.Next());
  }
  SECTION("the rollout of this generation was not complete") {
    f.status.updated_replicas = 0;
    CHECK_FALSE(f.Next());
  }
  SECTION("the ReplicaSet that was complete was deleted") {
    f.replica_sets.clear();
    CHECK_FALSE(f.Next());
  }
  Proves("RO-098");
}

TEST_CASE("an accepted template is rolled out without an Event (RO-094)") {
  Fixture f;
  CHECK_FALSE(f.Next());
  CHECK_FALSE(f.Next(Moment::kBeforeCreation));
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  Proves("RO-094");
}

}  // namespace
}  // namespace windlass::rollout::template_asked_test
