// When a list of Pods is asked for, and where its answer is told.
#include "controller/rollout/stuck_list.h"

#include <string>

#include "controller/rollout/conditions.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::stuck_list_test {
namespace {

constexpr const char* kCause =
    "Pod web-2-a: container app does not start: Back-off pulling image \"app:404\" "
    "(ImagePullBackOff)";

// 10 Pods of the revision before and 3 of revision 2, none of which is available. The status says
// so since kStart. No steps.
struct Fixture : Stepped {
  Fixture() {
    steps.clear();
    AddOld(8);
    AddNew(3, 0);
    revision = "2";
    Write();
    SetProgressing("True", "ReplicaSetUpdated", "ReplicaSet \"web-2\" is progressing.");
  }
  ReplicaSet& rs() { return replica_sets[1]; }

  // Returns what becomes of a sync that has nothing else to do.
  Step End(const Step& end = Wait{}) { return extension.End(Sit(), end); }
  // Performs the list that is due: the Pods of web-2 wait for their image.
  void List(Result<Reply> said = Reply{kPods}) {
    const Step step = End();
    REQUIRE(std::holds_alternative<Read>(step));
    const Read& read = std::get<Read>(step);
    const auto note = NoteStuckIn(answers, Sit(), steps, read.request);
    REQUIRE(note != nullptr);
    const Outcome outcome = OutcomeOf(read, std::move(said));
    note(outcome);
    learned.push_back(outcome);
  }
  // Writes the status and returns its Events.
  std::vector<Event> Write() {
    const auto step = workload::WriteStatus(Sit(), workload::Progress::kEvaluate);
    if (!step) return {};
    Publish();
    return std::get<windlass::Write>(*step).on_success;
  }
  std::string Stuck() const {
    const Condition* stuck = FindCondition(status.conditions, kPodsStuck);
    return stuck != nullptr ? stuck->message : "";
  }
  std::string Message() const {
    return StandingOf(AsWorkload(), {.status = status, .now = now}, Own()).message;
  }
  std::optional<Duration> LooksAgain() {
    const Step step = End();
    REQUIRE(std::holds_alternative<Wait>(step));
    return std::get<Wait>(step).look_again_in;
  }

  static inline const std::string kPods =
      R"({"metadata":{},"items":[{"metadata":{"name":"web-2-a","ownerReferences":[)"
      R"({"controller":true,"uid":")" +
      Uid{0xA0, 102}.ToString() +
      R"("}]},"status":{"containerStatuses":[{"name":"app","state":{"waiting":)"
      R"({"reason":"ImagePullBackOff","message":"Back-off pulling image \"app:404\""}}}]}}]})";
};

TEST_CASE("a list of the new Pods is asked for once nothing moved for 30 s (RO-140)") {
  Fixture f;
  f.now = kStart + seconds(29);
  CHECK(f.LooksAgain() == seconds(1));
  f.now = kStart + seconds(30);
  const Step step = f.End();
  REQUIRE(std::holds_alternative<Read>(step));
  const Read& read = std::get<Read>(step);
  CHECK(read.request.Describe() == "list pods shop (pod-template-hash=web-2) first 100");
  CHECK(read.go_on_if_refused);
  // Nothing else is held up.
  CHECK(std::holds_alternative<Failed>(f.End(Failed{})));
  Proves("RO-140 RO-143");
}

TEST_CASE("a rollout that lacks nothing asks for no list (RO-140)") {
  Fixture f;
  f.now = kStart + seconds(3000);
  SECTION("all its Pods are available") { f.rs().status.available_replicas = 3; }
  SECTION("there is no Pod to list") { f.rs().status.replicas = 0; }
  SECTION("it was complete, and lost Pods") {
    f.SetProgressing("True", "NewReplicaSetAvailable", "done");
  }
  SECTION("it was complete, and has no deadline") {
    f.progress_deadline_seconds = kUnlimited;
    workload::RemoveCondition(f.status.conditions, "Progressing");
    f.KeepStable(2);
  }
  SECTION("it is paused") { f.paused = true; }
  SECTION("Pods follow another revision") { f.follow_revision = 1; }
  SECTION("no status tells of it yet") { f.revision = "1"; }
  SECTION("its strategy is wrong") { f.strategy_error = "no"; }
  CHECK(std::holds_alternative<Wait>(f.End()));
  CHECK(f.LooksAgain().value_or(seconds(9999)) > seconds(0));
  CHECK(f.answers.size() == 0);
  Proves("RO-140");
}

TEST_CASE("what the list shows is told in the status and in one Event (RO-142)") {
  Fixture f;
  f.now = kStart + seconds(30);
  f.List();
  const std::vector<Event> events = f.Write();
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kWarning);
  CHECK(events[0].reason == "PodsStuck");
  CHECK(events[0].message == kCause);
  CHECK(f.Stuck() == kCause);
  CHECK(FindCondition(f.status.conditions, kPodsStuck)->reason == "ImagePullBackOff");
  CHECK(f.Message().ends_with(std::string("; ") + kCause));
  // The next sync writes nothing, and asks in five minutes.
  f.learned.clear();
  f.now = kStart + seconds(40);
  CHECK(f.Write().empty());
  CHECK_FALSE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  CHECK(f.LooksAgain() == seconds(290));
  f.now = kStart + seconds(330);
  f.List();
  CHECK_FALSE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  Proves("RO-140 RO-142");
}

TEST_CASE("when the deadline passes a list is asked for at once, and Progressing tells (RO-142)") {
  Fixture f;
  const bool told_before = GENERATE(false, true);
  f.now = kStart + seconds(590);
  if (told_before) {
    f.List();
    CHECK(f.Write().size() == 1);
    f.learned.clear();
  }
  f.now = kStart + seconds(601);
  f.Write();
  REQUIRE(ReasonIn(f.status.conditions) == "False ProgressDeadlineExceeded");
  const WallTime since = FindCondition(f.status.conditions, "Progressing")->last_update_time;
  f.List();
  CHECK(f.Write().size() == (told_before ? 0 : 1));
  const std::string words = "ReplicaSet \"web-2\" has timed out progressing. ";
  const Condition* progressing = FindCondition(f.status.conditions, "Progressing");
  CHECK(progressing->message == words + kCause);
  CHECK(progressing->last_update_time == since);
  CHECK(f.Message() == words + kCause);  // and so of Stalled
  f.learned.clear();
  f.now = kStart + seconds(700);
  CHECK_FALSE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  Proves("RO-140 RO-142");
}

TEST_CASE("what was told is taken back (RO-144)") {
  Fixture f;
  f.now = kStart + seconds(602);
  f.Write();
  f.List();
  f.Write();
  f.learned.clear();
  REQUIRE(f.Stuck() == kCause);
  SECTION("when more Pods are available") { f.rs().status.available_replicas = 1; }
  SECTION("when all are") { f.rs().status.available_replicas = 3; }
  SECTION("when another template comes") {
    f.rs().template_fingerprint = {0, 7};
    f.meta.generation = 3;  // by which the planner takes its verdict back
    f.SetProgressing("True", "ReplicaSetUpdated", "Rollout \"web\" is progressing.");
  }
  SECTION("when it is paused") { f.paused = true; }
  SECTION("when a list shows nothing any more") {
    f.now = kStart + seconds(902);
    f.List(Reply{R"({"metadata":{},"items":[]})"});
  }
  f.status.ready_replicas = f.rs().status.available_replicas;
  const WorkloadStatus draft = f.Updated();
  CHECK(FindCondition(draft.conditions, kPodsStuck) == nullptr);
  const std::string message = FindCondition(draft.conditions, "Progressing")->message;
  CHECK(message.find("ImagePullBackOff") == std::string::npos);
  Proves("RO-144");
}

// Whom this serves: who aborts, corrects what the Pods waited for, and tries again.
TEST_CASE("a new try names no Pod of the try before (RO-144)") {
  Fixture f;
  f.now = kStart + seconds(30);
  f.List();
  f.Write();
  f.learned.clear();
  REQUIRE(f.Stuck() == kCause);
  f.now = kStart + seconds(40);
  SECTION("with the same ReplicaSet, after an abort, which took the condition back") {
    workload::RemoveCondition(f.status.conditions, kPodsStuck);
    f.rs().meta.annotations.Set(workload::kRevision, "3");
    f.revision = "3";
  }
  SECTION("with another ReplicaSet of the same number") {
    f.rs().meta.uid = {0xA0, 7};
    f.rs().meta.creation_timestamp = kStart + seconds(35);
    const bool restarted = GENERATE(false, true);
    if (restarted) f.answers = {};
  }
  CHECK(FindCondition(f.Updated().conditions, kPodsStuck) == nullptr);
  Proves("RO-144");
}

TEST_CASE("the first step of another template names no Pod of the one before (RO-144)") {
  Stepped f;
  f.AddOld(10);
  f.status.conditions.push_back(
      workload::NewCondition(kPodsStuck, "True", "ImagePullBackOff", kCause, kStart));
  f.NextAs<Write>();
  f.Publish();
  REQUIRE(f.Own().step);
  CHECK(FindCondition(f.status.conditions, kPodsStuck) == nullptr);
  Proves("RO-144");
}

TEST_CASE("after a restart the stored words stay until a list was answered (RO-143)") {
  Fixture f;
  f.now = kStart + seconds(30);
  f.List();
  f.Write();
  f.learned.clear();
  f.answers = {};
  CHECK_FALSE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  SECTION("it shows the same") { f.List(); }
  SECTION("it is refused") { f.List(Error{ErrorKind::kForbidden, "no"}); }
  CHECK_FALSE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  f.learned.clear();
  f.now = kStart + seconds(60);
  CHECK(f.LooksAgain() == seconds(270));
  Proves("RO-143");
}

TEST_CASE("a list that this sync has asked for is not asked for again (RO-143)") {
  Fixture f;
  f.now = kStart + seconds(30);
  f.List();
  f.answers = {};
  CHECK(f.LooksAgain() == kAskAboutPodsEvery);
  Proves("RO-143");
}

TEST_CASE("a ReplicaSet that cannot make Pods tells why itself (RO-145)") {
  Fixture f;
  f.rs().status.conditions.push_back(workload::NewCondition(
      "ReplicaFailure", "True", "FailedCreate", "exceeded quota: pods", kStart));
  f.now = kStart + seconds(20);
  f.Write();
  CHECK(f.Stuck().empty());
  CHECK(f.LooksAgain() == seconds(10));
  f.now = kStart + seconds(30);
  CHECK(f.Write().size() == 1);
  CHECK(f.Stuck() == "ReplicaSet web-2 cannot create Pods: exceeded quota: pods");
  CHECK(std::holds_alternative<Wait>(f.End()));
  f.rs().status.conditions.clear();
  f.Write();
  CHECK(f.Stuck().empty());
  CHECK(f.answers.size() == 0);
  Proves("RO-145");
}

TEST_CASE("at a pause the message names the canary that is not available (RO-142)") {
  Fixture f;
  f.replica_sets.clear();
  f.AddBoth(9, 1, 0);
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause("10m")};
  f.Store(2);
  f.SetProgressing("True", "ReplicaSetUpdated", "ReplicaSet \"web-2\" is progressing.");
  f.now = kStart + seconds(30);
  f.List();
  CHECK(f.Write().size() == 1);
  CHECK(f.Message().ends_with(std::string("0 of 1 updated Pods are available: canary not "
                                          "available: ") +
                              kCause));
  Proves("RO-142");
}

}  // namespace
}  // namespace windlass::rollout::stuck_list_test
