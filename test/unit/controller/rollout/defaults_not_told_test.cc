// What a Rollout does until the API server tells the defaults of its template.
#include <string>

#include "controller/rollout/rollout_extension.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/new_template.h"

namespace windlass::rollout::defaults_not_told_test {
namespace {

TEST_CASE("no ReplicaSet is made before the API server tells the defaults (RO-097)") {
  NotTold f;
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  SECTION("a rollout was complete") {
    f.status.observed_generation = 2;
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 10;
  }
  SECTION("none was, and the status says so") {}
  REQUIRE(std::holds_alternative<Write>(*f.Next(moment)));
  f.Publish();
  const Failed failed = f.NextAs<Failed>(moment);
  CHECK(failed.error.kind == ErrorKind::kServer);
  CHECK(failed.retry == Retry::kBackOff);
  REQUIRE(failed.events.size() == 1);
  CHECK(failed.events[0].type == Event::Type::kWarning);
  CHECK(failed.events[0].reason == "TemplateNotChecked");
  CHECK(failed.events[0].message ==
        "nothing is rolled out until the API server returns the defaults of spec.template: the "
        "server is restarting");
  Proves("RO-097");
}

// Whom this serves: who would look for a fault of the API server.
TEST_CASE("an answer that was not kept is no fault of the API server (RO-097)") {
  NewTemplate f;
  f.checks.replica_set = {};
  const Read read = f.NextAs<Read>();
  f.learned.push_back(
      OutcomeOf(read.request, Reply{R"({"kind":"ReplicaSet","spec":{"template":{"spec":{}}}})"}));
  f.NextAs<Write>();
  f.Publish();
  CHECK(ReadOwn(f.status.carried).not_told ==
        "nothing is rolled out until the API server returns the defaults of spec.template: "
        "Windlass cannot use the API server's answer, because the Rollout or the clock changed "
        "meanwhile. Windlass asks again by itself");
  const Failed failed = f.NextAs<Failed>();
  CHECK(failed.error.kind == ErrorKind::kConflict);  // tried again after a second at most
  CHECK(failed.events.empty());
  Proves("RO-097");
}

TEST_CASE("a dry run that is not completed in time hints at a webhook (RO-097)") {
  Error late{ErrorKind::kServer, "no answer within 10 s"};
  SECTION("the client gave up") { late.detail = ErrorDetail::kNoAnswer; }
  SECTION("the API server gave up") { late.http_status = 504; }
  NotTold f(10, late);
  f.NextAs<Write>();
  f.Publish();
  const std::string told =
      "nothing is rolled out until the API server returns the defaults of spec.template: the API "
      "server did not complete the dry run in time; the cause may be an admission webhook that "
      "does not answer";
  CHECK(ReadOwn(f.status.carried).not_told == told);
  const Failed failed = f.NextAs<Failed>();
  REQUIRE(failed.events.size() == 1);
  CHECK(failed.events[0].message == told + ": no answer within 10 s");
  Proves("RO-097");
}

TEST_CASE("a connection that fails is told in the same words each time (RO-097)") {
  NotTold f(10, Error{ErrorKind::kServer, "connection reset by 10.0.0.1:43210"});
  f.NextAs<Write>();
  f.Publish();
  CHECK(ReadOwn(f.status.carried).not_told.ends_with(": the API server does not answer"));
  Proves("RO-097");
}

// Users find both refusals in the same place.
TEST_CASE("a Recreate tells of a forbidden ReplicaSet as of a refused creation (RO-097)") {
  Error forbidden{ErrorKind::kForbidden, "denied by a policy"};
  forbidden.http_status = 403;
  NotTold f(10, forbidden);
  f.strategy = Strategy::kRecreate;
  f.checks.replica_set.verdict = DryRunVerdict::kForbidden;
  f.NextAs<Write>();
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "False ReplicaSetCreateError");
  Proves("RO-097");
}

TEST_CASE("Pods wait for the defaults until these are overdue (RO-122)") {
  NotTold f;
  CHECK(f.Sit().extended.new_one_unknown);
  CHECK_FALSE(f.Sit().extended.new_one_overdue);
  f.checks.defaults_overdue_from = f.now + seconds(20);
  CHECK_FALSE(f.Sit().extended.new_one_overdue);
  const Step end = f.extension.End(f.Sit(), Failed{});
  CHECK(std::get<Failed>(end).look_again_in == seconds(20));
  f.now = f.now + seconds(20);
  CHECK(f.Sit().extended.new_one_overdue);
  CHECK_FALSE(std::get<Failed>(f.extension.End(f.Sit(), Failed{})).look_again_in);
  Proves("RO-122");
}

// Its defaults are never asked for.
TEST_CASE("Pods do not wait for a template that no ReplicaSet can have (RO-122)") {
  Stepped f;
  f.AddOld(10);
  f.checks.replica_set = {};
  f.selector.match_labels.Set("pod-template-hash", "web-1");
  CHECK(f.Sit().extended.new_one_unknown);
  CHECK(f.Sit().extended.new_one_overdue);
  Proves("RO-122");
}

TEST_CASE("while the defaults are not told the status tells what there is (RO-097)") {
  NotTold f;
  f.SetProgressing("True", workload::kAvailableReason, "of the generation before");
  f.replica_sets[0].status.available_replicas = 7;
  f.NextAs<Write>();
  f.Publish();
  CHECK(f.status.observed_generation == 1);
  CHECK(ReadOwn(f.status.carried).not_told ==
        "nothing is rolled out until the API server returns the defaults of spec.template: the "
        "server is restarting");
  CHECK(f.status.replicas == 10);
  CHECK(f.status.updated_replicas == 0);
  CHECK(f.status.available_replicas == 7);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-097");
}

// As long as nothing else is known, these are of the generation before.
TEST_CASE("while the defaults are not told its step and condition in place stay (RO-097)") {
  NotTold f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause(), SetUpdated(IntOrPercent::Percent("50%")),
             Pause()};
  f.in_place_settings = {{"windlass.dev/in-place", "Only"}};
  f.Store(4);
  RolloutOwn own = f.Own();
  own.step->template_id = "t-the-same-in-another-form";
  f.status.carried = KindStatus(own);
  f.SetProgressing("Unknown", "RolloutPausedAtStep", "Step 4 of 4");
  f.status.conditions.push_back(
      workload::NewCondition("windlass.dev/InPlace", "False", "Complete", "of before", kStart));
  CHECK(f.NextAs<Write>().on_success.empty());
  f.Publish();
  CHECK(f.Own().step == own.step);
  CHECK_FALSE(f.Own().verdict);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK(ReasonIn(f.status.conditions, "windlass.dev/InPlace") == "False Complete");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-055 RO-097");
}

TEST_CASE("what was complete is so again once its template is known to be no new one (RO-067)") {
  NotTold f;
  f.replica_sets[0].status.ready_replicas = f.replica_sets[0].status.available_replicas = 9;
  f.KeepStable(1);
  f.SetProgressing("True", workload::kAvailableReason, "of the generation before");
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  REQUIRE(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");

  f.replica_sets[0].template_fingerprint = {0, 100};  // it is the same with all defaults
  std::string want = "True NewReplicaSetAvailable";
  f.replicas = GENERATE(10, 20);  // it may be scaled meanwhile
  SECTION("all its Pods are there") {}
  SECTION("some of them are not") { f.replica_sets[0].status.replicas = 9; }
  SECTION("under Recreate they may have been removed") {
    f.strategy = Strategy::kRecreate;
    f.replica_sets[0].status.replicas = 0;
    want = "True ReplicaSetUpdated";
  }
  REQUIRE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == want);
  Proves("RO-067");
}

TEST_CASE("nothing is judged of a template before its strategy can be read (RO-097)") {
  NotTold f;
  f.in_place_settings = {{"windlass.dev/in-place", "Only"}};
  f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  CHECK_FALSE(f.Sit().extended.refused);
  CHECK_FALSE(f.Next());  // the planner refuses the strategy
  Proves("RO-097");
}

TEST_CASE("a rollout whose defaults are not told times out like any other (RO-097)") {
  NotTold f;
  SECTION("it is the first one") { f.status.observed_generation = 0; }
  SECTION("the one before was not over") {
    f.SetProgressing("True", "ReplicaSetUpdated", "ReplicaSet \"web-1\" is progressing.",
                     kStart + seconds(-599));
  }
  SECTION("the one before had timed out") {
    f.SetProgressing("False", "ProgressDeadlineExceeded",
                     "ReplicaSet \"web-1\" has timed out progressing.", kStart + seconds(-9));
  }
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  f.now = kStart + seconds(590);
  const Failed step = f.NextAs<Failed>();
  CHECK(step.look_again_in == seconds(11));
  f.now = kStart + seconds(601);
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "False ProgressDeadlineExceeded");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-097");
}

TEST_CASE("defaults that are not told do not keep a Rollout from being scaled (RO-097)") {
  NotTold f(4);
  CHECK(f.NextAs<Write>().request.key().name == "web-1");
  Proves("RO-097");
}

}  // namespace
}  // namespace windlass::rollout::defaults_not_told_test
