// What a Rollout does about a template that the API server refuses.
#include <string>
#include <vector>

#include "controller/rollout/reasons.h"
#include "controller/rollout/rollout_extension.h"
#include "controller/workload/decisions.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/new_template.h"

namespace windlass::rollout::template_refused_test {
namespace {

using Fixture = NewTemplate;

constexpr const char* kWords = "Pod \"web-dry-run\" is invalid: spec.containers[0].image: Required";

const std::string kMessage = std::string("the API server refuses spec.template: ") + kWords;

TEST_CASE("of a template that the API server refuses, nothing is rolled out (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  CHECK(f.Sit().extended.refused->reason == kInvalidTemplate);

  const Write write = f.NextAs<Write>(moment);
  CHECK(write.because.decision == workload::decisions::kUpdateStatus);
  CHECK(ReasonsOf(write.on_success) == std::vector<std::string>{"InvalidTemplate"});
  CHECK(write.on_success[0].message == kMessage);
  CHECK(write.on_success[0].type == Event::Type::kWarning);
  f.Publish();
  CHECK(f.status.observed_generation == 2);
  CHECK(ReasonIn(f.status.conditions) == "False InvalidTemplate");
  CHECK(FindCondition(f.status.conditions, "Progressing")->message == kMessage);
  CHECK(f.Own().verdict == RolloutVerdict{"InvalidTemplate", kMessage});

  // The next sync has nothing to do, and looks again when the server is to be asked again.
  f.now = kStart + seconds(60);
  const std::optional<Step> then = f.Next(moment);
  REQUIRE(then);
  REQUIRE(std::holds_alternative<Wait>(*then));
  const Step end = f.extension.End(f.Sit(), *then);
  CHECK(std::get<Wait>(end).look_again_in == seconds(240));
  Proves("RO-091 RO-093");
}

// Under Recreate the old Pods go before there is a new ReplicaSet.
TEST_CASE("a template that was corrected is not said to be refused (RO-093)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  REQUIRE(f.Next());
  f.Publish();
  REQUIRE(ReasonIn(f.status.conditions) == "False InvalidTemplate");
  f.Say(DryRunVerdict::kAccepted, "");
  f.meta.generation = 3;
  f.now = kStart + seconds(700);  // the deadline does not count from the refusal
  const bool held_up = GENERATE(false, true);
  const auto write = held_up ? workload::WriteHeldUp(f.Sit())
                             : workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate);
  REQUIRE(write);
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK_FALSE(f.Own().verdict);
  Proves("RO-093");
}

// Progressing is absent, so Events tell of the refused create, and of what the status says anew.
TEST_CASE("without a deadline a refused create takes back a refused template (RO-093)") {
  Fixture f;
  f.progress_deadline_seconds = kUnlimited;
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  f.status.carried = KindStatus(own);
  f.Say(DryRunVerdict::kNoVerdict, "exceeded quota: pods");
  const std::optional<Step> step = workload::WriteCreateError(f.Sit(), "exceeded quota");
  REQUIRE(step);
  CHECK(ReasonsOf(std::get<Write>(*step).on_success) ==
        std::vector<std::string>{"TemplateNotChecked"});
  f.Publish();
  CHECK_FALSE(f.Own().verdict);
  CHECK(ReasonIn(f.status.conditions).empty());
  Proves("RO-093");
}

TEST_CASE("a refused template does not keep a Rollout from being scaled (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  f.replicas = 4;
  const Request request = f.NextAs<Write>().request;
  CHECK(request.resource() == resources::kReplicaSets);
  CHECK(request.key().name == "web-1");
  CHECK(nlohmann::json::parse(request.body())["spec"]["replicas"] == 4);
  Proves("RO-091");
}

TEST_CASE("a size that is not kept is told while a template is refused (RO-091, D-434)") {
  Fixture f;
  f.KeepStable(1);
  f.Say(DryRunVerdict::kRefused, kWords);
  f.replicas = 12;
  Step step = Wait{};
  for (int steps = 0; steps < 5; ++steps) {
    f.Sit();
    step = workload::Next(*f.view, f.learned, f.now);
    const Write* write = std::get_if<Write>(&step);
    if (write == nullptr) break;
    // A policy keeps every ReplicaSet at 10 Pods.
    const bool sizes = write->request.resource() == resources::kReplicaSets;
    f.learned.push_back(OutcomeOf(*write, Reply{sizes ? R"({"spec":{"replicas":10}})" : "{}"}));
  }
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.kind == ErrorKind::kInvalid);
  REQUIRE(f.kind.written);
  CHECK(ReasonIn(f.kind.written->conditions, "ReplicaFailure") == "True ReplicaSetNotKept");
  Proves("D-434");
}

TEST_CASE("the refusal of a template begins no step (RO-091)") {
  Fixture f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause()};
  f.Say(DryRunVerdict::kRefused, kWords);
  REQUIRE(f.Next());
  CHECK_FALSE(f.WrittenStep());
  Proves("RO-091");
}

TEST_CASE("a refusal counts only for what is to be rolled out now (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  SECTION("not while the Rollout is paused") { f.paused = true; }
  SECTION("not while Pods follow another revision") { f.follow_revision = 1; }
  SECTION("not if a ReplicaSet has the template") { f.AddNew(0, 0); }
  CHECK_FALSE(f.Sit().extended.refused);
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  WorkloadStatus draft = f.status;
  draft.carried = KindStatus(own);
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK_FALSE(ReadOwn(draft.carried).verdict);
  Proves("RO-091 RO-096");
}

TEST_CASE("a shown refusal stays until the API server was asked again (RO-093)") {
  Fixture f;
  f.checks = {};  // as after a restart
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  f.status.carried = KindStatus(own);
  f.status.observed_generation = 2;
  WorkloadStatus draft = f.Updated();
  CHECK(ReadOwn(draft.carried).verdict == own.verdict);

  f.checks.replica_set.verdict = f.checks.pod.verdict = DryRunVerdict::kAccepted;
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK_FALSE(ReadOwn(draft.carried).verdict);
  Proves("RO-093");
}

TEST_CASE("a refusal stays while the API server does not answer anew (RO-093)") {
  NotTold f;
  const RolloutVerdict before{GENERATE("InvalidTemplate", "InPlaceNotPossible"), "of before"};
  RolloutOwn own;
  SECTION("with a deadline") { f.SetProgressing("False", before.reason, before.message); }
  SECTION("without one") {
    f.progress_deadline_seconds = kUnlimited;
    own.verdict = before;
  }
  f.status.carried = KindStatus(own);
  const bool is_new = GENERATE(false, true);
  if (!is_new) f.status.observed_generation = 2;
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(f.Own().verdict == (is_new ? std::nullopt : std::optional(before)));
  Proves("RO-093 RO-097");
}

}  // namespace
}  // namespace windlass::rollout::template_refused_test
