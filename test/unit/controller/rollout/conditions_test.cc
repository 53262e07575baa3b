// The table of conditions.h, row by row.
#include "controller/rollout/conditions.h"

#include <functional>
#include <string>

#include "controller/rollout/carried.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/changes.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::conditions_test {
namespace {

using Json = nlohmann::json;

Standing StandingOf(StoredRollout& rollout, WallTime now = kNow) {
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload, now);
  return StandingOf(workload, draft, ReadOwn(draft.status.carried));
}

// "Paused: Ready False Paused, Reconciling True Paused"
std::string TextOf(const Standing& standing) {
  std::string text(standing.phase);
  for (const Condition& condition : standing.conditions) {
    text += text == standing.phase ? ": " : ", ";
    for (const Symbol& word : {condition.type, condition.status, condition.reason}) {
      text += std::string(word.text()) + " ";
    }
    text.pop_back();
  }
  return text;
}

void Progress(StoredRollout& rollout, const std::string& status, const std::string& reason,
              const std::string& message = "how it goes") {
  rollout.SetCondition(StoredCondition("Progressing", status, reason, message));
}

void SetAvailable(StoredRollout& rollout, int pods, const std::string& status) {
  rollout.object["status"]["availableReplicas"] = pods;
  rollout.SetCondition(StoredCondition("Available", status, "Because", "of them"));
}

// 3 of 10 Pods are updated, 9 available.
void BeMidway(StoredRollout& rollout) {
  rollout.object["status"]["updatedReplicas"] = 3;
  SetAvailable(rollout, 9, "True");
  Progress(rollout, "True", "ReplicaSetUpdated");
}

// --- what happened to a Rollout that was complete ---

using Change = std::function<void(StoredRollout&)>;

Change Spec(const Json& patch) {
  return [=](StoredRollout& r) { r.object["spec"].merge_patch(patch); };
}
Change Status(const Json& patch) {
  return [=](StoredRollout& r) { r.object["status"].merge_patch(patch); };
}
Change Pause() { return Spec({{"paused", true}}); }
Change Abort() { return Spec({{"abort", true}}); }
Change Stable(int revision) { return Status({{"stableRevision", revision}}); }
Change Updated(int pods) { return Status({{"replicas", pods}, {"updatedReplicas", pods}}); }
Change RolledBack(int revision, int became, int generation) {
  return Status(
      {{"rolledBack", {{"revision", revision}, {"became", became}, {"generation", generation}}}});
}
Change With(const std::string& type, const std::string& status, const std::string& reason,
            const std::string& message) {
  return [=](StoredRollout& r) { r.SetCondition(StoredCondition(type, status, reason, message)); };
}
Change Without(const std::string& type) {
  return [=](StoredRollout& r) { r.RemoveCondition(type); };
}
Change Progressing(const std::string& status, const std::string& reason,
                   const std::string& message = "how it goes") {
  return With("Progressing", status, reason, message);
}
Change TimedOut(const std::string& message = "timed out") {
  return Progressing("False", "ProgressDeadlineExceeded", message);
}
Change Available(int pods, const std::string& status) {
  return [=](StoredRollout& r) { SetAvailable(r, pods, status); };
}

// --- what users see ---

constexpr const char* kHealthy = "Healthy: Ready True Healthy";
constexpr const char* kRolledBack = "RolledBack: Ready True RolledBack";
constexpr const char* kMoving =
    "Progressing: Ready False Progressing, Reconciling True Progressing";
constexpr const char* kUnavailable =
    "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable";
constexpr const char* kPaused = "Paused: Ready False Paused, Reconciling True Paused";
constexpr const char* kLate =
    "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded";
constexpr const char* kNoWayBack =
    "Stalled: Ready False NothingToAbortTo, Stalled True NothingToAbortTo";
constexpr const char* kAborted = "Aborted: Ready False Aborted, Stalled True Aborted";

struct Row {
  std::string id;
  Change change;
  std::string want;
  std::string message;  // a part of it
};

// Whom this serves: who aborts or pauses a Rollout whose strategy is broken.
TEST_CASE("neither an abort nor a pause hides that the strategy cannot be carried out (RO-062)") {
  StoredRollout rollout;
  rollout.object["spec"]["strategy"] = {{"type", "Canary"}};
  rollout.object["status"]["stableRevision"] = 8;
  const bool paused = GENERATE(false, true);
  rollout.object["spec"][paused ? "paused" : "abort"] = true;
  const Workload workload = rollout.Look();
  REQUIRE_FALSE(workload.strategy_error.empty());
  const StatusDraft draft = StoredRollout::DraftOf(workload, kNow);
  RolloutOwn own = ReadOwn(draft.status.carried);
  if (!paused) own.verdict = RolloutVerdict{"InvalidStrategy", workload.strategy_error};
  const Standing standing = StandingOf(workload, draft, own);
  CHECK((standing.phase == "Stalled") == !paused);
  CHECK(standing.message.find(workload.strategy_error) != std::string::npos);
  Proves("RO-062");
}

// Whom this serves: who looks at a Rollout whose dry run a webhook denies.
TEST_CASE("why the defaults of a template are not told is said before and after the deadline") {
  StoredRollout rollout;
  rollout.object["metadata"]["generation"] = 13;
  const bool timed_out = GENERATE(false, true);
  if (timed_out) Progress(rollout, "False", "ProgressDeadlineExceeded", "it has timed out");
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload, kNow);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.not_told = "nothing is rolled out until it is told: denied";
  const Standing standing = StandingOf(workload, draft, own);
  CHECK(standing.phase == (timed_out ? "Stalled" : "Progressing"));
  CHECK(standing.message ==
        (timed_out
             ? "it has timed out; nothing is rolled out until it is told: denied"
             : "generation 13 is not carried out yet: nothing is rolled out until it is told: "
               "denied"));
  const Condition& ready = standing.conditions.front();
  const Condition& why = standing.conditions.back();
  CHECK(ready.reason == (timed_out ? "ProgressDeadlineExceeded" : "TemplateNotChecked"));
  CHECK(ready.observed_generation == 13);  // so kubectl windlass knows that it is of this one
  CHECK(why.type == (timed_out ? "Stalled" : "Reconciling"));
  CHECK(why.observed_generation == (timed_out ? 12 : 13));
  Proves("RO-097");
}

TEST_CASE("each row of the table of phases holds, the first one first") {
  const Row row = GENERATE(values<Row>({
      {"RO-066 complete", kNothing, kHealthy, "10 of 10 Pods are updated, 10 are available"},
      {"RO-066 paused when complete", All(Pause(), Progressing("Unknown", "RolloutPaused")),
       kHealthy, "10 of 10"},
      {"RO-066 complete without a deadline", Without("Progressing"), kHealthy, "10 of 10"},
      {"RO-065 rolled back", RolledBack(5, 8, 12), kRolledBack,
       "from revision 7 to revision 5, which is revision 8 now"},
      {"RO-065 rolled back from a template that had no revision", RolledBack(8, 8, 12), kRolledBack,
       "rolled back to revision 8; 10 of 10 Pods are updated"},
      {"RO-065 rolled back, and changed since", RolledBack(5, 8, 11), kHealthy, "10 of 10"},
      {"RO-065 a rollback that was recorded, but not performed", RolledBack(5, 9, 12), kHealthy,
       "10 of 10"},
      {"RO-064 midway", BeMidway, kMoving, "3 of 10 Pods are updated, 9 are available"},
      {"RO-064 held back by a partition", All(BeMidway, Spec({{"strategy", {{"partition", 7}}}})),
       kMoving,
       "3 of 10 Pods are updated, 9 are available; 7 Pods keep the old revision because of "
       "spec.strategy.partition"},
      {"RO-064 a partition is told before its Pods are reached",
       All(BeMidway, Spec({{"strategy", {{"partition", 2}}}})), kMoving,
       "9 are available; 2 Pods keep the old revision"},
      {"RO-064 a partition keeps one Pod", All(BeMidway, Spec({{"strategy", {{"partition", 1}}}})),
       kMoving, "9 are available; 1 Pod keeps the old revision"},
      {"RO-064 the generation is not observed",
       [](StoredRollout& r) { r.object["metadata"]["generation"] = 13; }, kMoving,
       "generation 13 is not carried out yet"},
      {"RO-064 nothing was ever written", [](StoredRollout& r) { r.object["status"] = {}; },
       kMoving, "generation 12"},
      {"RO-060 nothing was ever written, as the API server shows it",
       [](StoredRollout& r) { r.object["status"] = {{"observedGeneration", -1}}; }, kMoving,
       "generation 12"},
      {"RO-067 a Pod was lost later", Available(9, "True"), kHealthy, "9 are available"},
      {"RO-067 a Pod was lost while paused",
       All(Pause(), Stable(8), Progressing("Unknown", "RolloutPaused"), Available(9, "True")),
       kHealthy, "9 are available"},
      {"RO-067 too many Pods were lost later", Available(2, "False"), kUnavailable,
       "only 2 of 10 Pods are available"},
      {"RO-150 the only Pod was lost later, and maxUnavailable allows that",
       All(Spec({{"replicas", 1}}), Updated(1), Available(0, "True")), kUnavailable,
       "the rollout is complete, but none of 1 Pods is available"},
      {"RO-150 all Pods were lost later, and maxUnavailable allows that", Available(0, "True"),
       kUnavailable, "none of 10 Pods is available"},
      {"RO-150 one Pod is left, and maxUnavailable allows that", Available(1, "True"), kHealthy,
       "10 of 10 Pods are updated, 1 is available"},
      {"RO-150 all Pods were lost without a deadline",
       All(Without("Progressing"), Stable(8), Available(0, "True")), kUnavailable,
       "none of 10 Pods is available"},
      {"RO-150 all Pods were lost while paused",
       All(Pause(), Stable(8), Progressing("Unknown", "RolloutPaused"), Available(0, "True")),
       kUnavailable, "none of 10 Pods is available"},
      {"RO-150 all Pods were lost after a rollback",
       All(RolledBack(5, 8, 12), Available(0, "True")), kUnavailable,
       "none of 10 Pods is available"},
      {"RO-150 there is to be no Pod",
       All(Spec({{"replicas", 0}}), Updated(0), Available(0, "True")), kHealthy,
       "0 of 0 Pods are updated"},
      {"RO-067 another revision was complete",
       All(Without("Progressing"), Stable(7), Available(9, "True")), kMoving,
       "10 of 10 Pods are updated, 9 are available"},
      {"RO-063 paused midway", All(BeMidway, Pause(), Progressing("Unknown", "RolloutPaused")),
       kPaused,
       "spec.paused is true. 3 of 10 Pods are updated, 9 are available. Set spec.paused to false "
       "to go on"},
      {"RO-151 paused without Pods",
       All(Pause(), Updated(0), Progressing("Unknown", "RolloutPaused"), Available(0, "False")),
       kPaused,
       "spec.paused is true. 0 of 10 Pods are updated, none is available. Set spec.paused"},
      {"RO-151 at a pause among the steps, and no Pod is available",
       All(BeMidway, Available(0, "False"),
           Progressing("Unknown", "RolloutPausedAtStep", "step 2 of 4 waits")),
       kPaused, "step 2 of 4 waits; 3 of 10 Pods are updated, none is available"},
      {"RO-152 paused, and a rollback waits",
       All(BeMidway, Pause(), Spec({{"rollbackTo", {{"revision", 7}}}}),
           Progressing("Unknown", "RolloutPaused")),
       kPaused,
       "spec.paused is true, and spec.rollbackTo waits until spec.paused is false. 3 of 10 Pods "
       "are updated, 9 are available"},
      {"RO-152 paused when complete, and a rollback waits",
       All(Pause(), Spec({{"rollbackTo", Json::object()}}),
           Progressing("Unknown", "RolloutPaused")),
       kPaused,
       "spec.paused is true, and spec.rollbackTo waits until spec.paused is false. 10 of 10 Pods"},
      {"RO-152 paused after a deadline, and a rollback waits",
       All(BeMidway, Pause(), Spec({{"rollbackTo", Json::object()}}), TimedOut()), kPaused,
       "spec.paused is true, and spec.rollbackTo waits until spec.paused is false. 3 of 10 Pods"},
      {"RO-152 stalled for another reason, and a rollback waits",
       All(BeMidway, Pause(), Spec({{"rollbackTo", Json::object()}}),
           Progressing("False", "Odd", "it does not move")),
       "Stalled: Ready False Odd, Stalled True Odd",
       "it does not move; spec.rollbackTo waits until spec.paused is false"},
      {"RO-152 a rollback that does not wait", Spec({{"rollbackTo", Json::object()}}), kHealthy,
       "10 of 10 Pods are updated, 10 are available"},
      {"RO-063 at a pause among the steps",
       All(BeMidway, Progressing("Unknown", "RolloutPausedAtStep", "step 2 of 4 waits")), kPaused,
       "step 2 of 4 waits"},
      {"RO-062 timed out", All(BeMidway, TimedOut()), kLate, "timed out"},
      {"RO-063 timed out, then paused", All(BeMidway, Pause(), TimedOut()), kPaused,
       "spec.paused is true. 3 of 10 Pods are updated, 9 are available"},
      {"RO-066 timed out, paused, and complete then", All(Pause(), TimedOut()), kHealthy,
       "10 of 10 Pods are updated"},
      {"RO-067 timed out, paused, complete, and a Pod was lost then",
       All(Pause(), Stable(8), TimedOut(), Available(9, "True")), kHealthy, "9 are available"},
      {"RO-063 timed out with all Pods updated, then paused",
       All(Pause(), TimedOut(), Available(9, "True")), kPaused, "10 of 10 Pods are updated"},
      {"RO-062 a retry after an abort",
       All(BeMidway, Stable(7), Progressing("False", "RolloutAborted", "it is aborted")), kMoving,
       "3 of 10 Pods are updated"},
      {"RO-062 a wrong template, without a deadline",
       All(BeMidway, Without("Progressing"),
           With("Stalled", "True", "InvalidTemplate", "no such field")),
       "Stalled: Ready False InvalidTemplate, Stalled True InvalidTemplate", "no such field"},
      {"RO-062 nothing was ever stable", All(BeMidway, Abort()), kNoWayBack,
       "no revision was ever rolled out completely"},
      {"RO-062 what was stable is gone",
       All(BeMidway, Abort(), Stable(7),
           Progressing("False", "NothingToAbortTo", "revision 7 is gone")),
       kNoWayBack, "revision 7 is gone"},
      {"RO-061 aborted", All(BeMidway, Abort(), Stable(7), Progressing("False", "RolloutAborted")),
       kAborted, "Pods follow revision 7"},
      {"RO-153 aborted, and the images of the stable revision are known",
       All(Abort(), Stable(7), Status({{"stableImages", "web:v7"}})), kAborted,
       "spec.abort is true: Pods follow revision 7 (web:v7), the last one that was rolled out "
       "completely. 10 of 10 Pods are updated to it, 10 are available. spec.template asks for "
       "web:v8. Set spec.abort to false to try again"},
      {"RO-153 aborted, and the template has the same images",
       All(Abort(), Stable(7), Status({{"stableImages", "web:v8"}})), kAborted,
       "10 of 10 Pods are updated to it, 10 are available. Set spec.abort to false to try again"},
      {"RO-061 aborted and paused midway",
       All(BeMidway, Abort(), Pause(), Stable(7), Progressing("False", "RolloutAborted")), kAborted,
       "completely. 3 of 10 Pods are updated to it"},
      {"RO-061 aborted, paused, and complete on the stable revision",
       All(Abort(), Pause(), Stable(7)), kAborted, "10 of 10 Pods are updated to it"},
  }));
  CAPTURE(row.id);
  StoredRollout rollout;
  row.change(rollout);
  const Standing standing = StandingOf(rollout);
  CHECK(TextOf(standing) == row.want);
  CAPTURE(standing.message);
  CHECK(standing.message.find(row.message) != std::string::npos);
  CHECK(standing.conditions.front().message == standing.message);
  Proves(row.id);
}

// RO-164: an overlap is no reason to wait, and it is no cause of what Stalled or Aborted says.
TEST_CASE("the message names an overlap unless the Rollout is stalled or aborted") {
  const Row row = GENERATE(values<Row>({
      {"complete", kNothing, kHealthy, "10 of 10 Pods are updated, 10 are available; who else"},
      {"midway", BeMidway, kMoving, "9 are available; who else"},
      {"paused", All(BeMidway, Pause()), kPaused, "Set spec.paused to false to go on; who else"},
      {"stalled", All(BeMidway, TimedOut("too long")), kLate, ""},
  }));
  CAPTURE(row.id);
  StoredRollout rollout;
  row.change(rollout);
  rollout.SetCondition(
      StoredCondition("SelectorOverlap", "True", "SelectsPodsOfAnother", "who else"));
  const Standing standing = StandingOf(rollout);
  CHECK(TextOf(standing) == row.want);
  CHECK(standing.message.find(row.message) != std::string::npos);
  CHECK((standing.message.find("who else") == std::string::npos) == row.message.empty());
  Proves("RO-164");
}

// The user sees that the request does not go away, and no advice to resume the Rollout for it.
TEST_CASE("the message names an answered rollbackTo, which waits for no resume (RO-152)") {
  StoredRollout rollout;
  rollout.object["spec"]["rollbackTo"] = {{"revision", 5}};
  rollout.object["spec"]["paused"] = true;
  REQUIRE(StandingOf(rollout).message.find("spec.rollbackTo waits") != std::string::npos);
  rollout.SetCondition(StoredCondition("RollbackToNotRemoved", "True", "Revision5", "it is kept"));
  const std::string told = StandingOf(rollout).message;
  CHECK(told.find("spec.rollbackTo waits") == std::string::npos);
  CHECK(told.ends_with("; it is kept"));
  rollout.object["spec"]["rollbackTo"] = {{"revision", 4}};
  CHECK(StandingOf(rollout).message.find("spec.rollbackTo waits") != std::string::npos);
  Proves("RO-152");
}

// The user sees MESSAGE first, and it said nothing of a right that Windlass lacks.
TEST_CASE("the message quotes a refused write in every phase, and no ReplicaSet (D-270)") {
  const Row row = GENERATE(values<Row>({
      {"complete", kNothing, "", "10 of 10 Pods are updated, 10 are available; "},
      {"midway", BeMidway, "", "9 are available; "},
      {"stalled", All(BeMidway, TimedOut("too long")), "", "too long; "},
      {"aborted", All(Abort(), Stable(7)), "", "Set spec.abort to false to try again; "},
  }));
  CAPTURE(row.id);
  StoredRollout rollout;
  row.change(rollout);
  const std::string words = "the API server refused to patch replicasets shop/web-2: denied";
  const std::string reason =
      GENERATE("ReplicaSetUpdateRefused", "ReplicaSetNotKept", "WindlassOutOfMemory");
  rollout.SetCondition(StoredCondition("ReplicaFailure", "True", reason, words));
  const std::string told = StandingOf(rollout).message;
  CHECK(told.ends_with(row.message + reason + ": " + words));
  rollout.SetCondition(StoredCondition("ReplicaFailure", "True", "FailedCreate", words));
  CHECK(StandingOf(rollout).message.find(words) == std::string::npos);
  Proves("D-270");
}

// Whom this serves: who aborts, retries or pauses a Rollout for which Windlass has no room.
TEST_CASE("a Rollout that is left alone says nothing of what is not carried out (R-065)") {
  const auto change = GENERATE(values<Change>({
      All(Abort(), Stable(7)),
      Progressing("False", "RolloutAborted", "it is aborted"),
      Progressing("Unknown", "RolloutPausedAtStep", "step 2 of 4 waits"),
      All(Pause(), Spec({{"rollbackTo", {{"revision", 7}}}})),
      TimedOut("too long"),
  }));
  StoredRollout rollout;
  change(rollout);
  rollout.object["metadata"]["generation"] = 13;
  rollout.SetCondition(StoredCondition("ReplicaFailure", "True", "WindlassOutOfMemory", "no room"));
  const Standing standing = StandingOf(rollout);
  CHECK(TextOf(standing) == kMoving);
  CHECK(standing.message == "generation 13 is not carried out yet; WindlassOutOfMemory: no room");
  // So kubectl windlass knows that the cause is of this one.
  for (const Condition& condition : standing.conditions) {
    CHECK(condition.observed_generation == 13);
  }
  Proves("R-065");
}

TEST_CASE("a partition is not said to keep Pods on the way to the stable revision (RO-086)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.object["spec"]["strategy"]["partition"] = 7;
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.is_of_proven = true;
  CHECK(StandingOf(workload, draft, own).message == "3 of 10 Pods are updated, 9 are available");
  Proves("RO-086");
}

TEST_CASE("a partition is not said to keep Pods that are not there (RO-064)") {
  StoredRollout rollout;  // the first rollout holds nothing back
  rollout.object["spec"]["strategy"]["partition"] = 7;
  SetAvailable(rollout, 4, "False");
  Progress(rollout, "True", "ReplicaSetUpdated");
  CHECK(StandingOf(rollout).message == "10 of 10 Pods are updated, 4 are available");
  Proves("RO-064");
}

TEST_CASE("a refusal that Stalled alone tells ends when the extension clears it (RO-062)") {
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("Stalled", "True", "InvalidTemplate", "no such field"));
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  REQUIRE(own.verdict == RolloutVerdict{"InvalidTemplate", "no such field"});
  own.verdict.reset();
  CHECK(TextOf(StandingOf(workload, draft, own)) == "Healthy: Ready True Healthy");
  Proves("RO-062");
}

// A tool that waits for Ready must not take a night without Pods for the end of the rollout.
TEST_CASE("paused in the middle of its steps and scaled to 0, a Rollout is Paused (RO-063)") {
  StoredRollout rollout;
  rollout.object["spec"]["paused"] = true;
  rollout.object["spec"]["replicas"] = 0;
  for (const char* pods : {"replicas", "updatedReplicas", "availableReplicas"}) {
    rollout.object["status"][pods] = 0;
  }
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.holds_at_step = GENERATE(true, false);
  const Standing standing = StandingOf(workload, draft, own);
  CHECK(standing.phase == (own.holds_at_step ? "Paused" : "Healthy"));
  Proves("RO-063");
}

TEST_CASE("without a deadline the verdict alone makes a Rollout Stalled (RO-062)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.RemoveCondition("Progressing");
  std::string reason = "InPlaceNotPossible";
  SECTION("an update in place that is not possible") {}
  SECTION("the stable revision is gone") {
    rollout.object["spec"]["abort"] = true;
    rollout.object["status"]["stableRevision"] = 7;
    reason = "NothingToAbortTo";
  }
  CAPTURE(reason);
  const Workload workload = rollout.Look();
  StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.verdict = RolloutVerdict{reason, "why"};
  draft.status.carried = KindStatus(own);
  const Standing standing = StandingOf(workload, draft, own);
  CHECK(TextOf(standing) == "Stalled: Ready False " + reason + ", Stalled True " + reason);
  CHECK(standing.message == "why");

  rollout.Apply(rollout.kind.WriteStatus(workload, draft));
  CHECK(rollout.status()["phase"] == "Stalled");
  CHECK(rollout.ConditionText("Stalled") == "True " + reason);
  Proves("RO-062");
}

TEST_CASE("what Progressing or an abort told is not remembered as a refusal (RO-062)") {
  const std::string reason =
      GENERATE(values<std::string>({"ProgressDeadlineExceeded", "Aborted", "NothingToAbortTo"}));
  CAPTURE(reason);
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("Stalled", "True", reason, "before"));
  if (reason == "ProgressDeadlineExceeded") Progress(rollout, "False", reason, "before");
  CHECK(ReadOwn(rollout.Look().status.carried).verdict == std::nullopt);
  Proves("RO-062");
}

TEST_CASE("a condition keeps its transition time while its status is the same (RO-068)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.SetCondition(StoredCondition("Ready", "False", "Paused", "before"));
  const Standing standing = StandingOf(rollout);
  REQUIRE(standing.conditions.size() == 2);
  CHECK(standing.conditions[0].last_transition_time == kEarlier);  // Ready: another reason only
  CHECK(standing.conditions[0].last_update_time.IsZero());
  CHECK(standing.conditions[0].observed_generation == 12);
  CHECK(standing.conditions[1].last_transition_time == kNow);  // Reconciling is new
  Proves("RO-068");
}

TEST_CASE("Ready that becomes true gets the time of the change (RO-068)") {
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("Ready", "False", "Progressing", "before"));
  const Standing standing = StandingOf(rollout);
  REQUIRE(standing.conditions.size() == 1);
  CHECK(standing.conditions[0].last_transition_time == kNow);
  Proves("RO-068");
}

// Serves who waits for a rollout in place behind a webhook: only the condition of updates in place
// said why.
TEST_CASE("an image that a webhook put back is told in the message (P-081)") {
  StoredRollout rollout;
  BeMidway(rollout);
  const Workload workload = rollout.Look();
  const StatusDraft draft = StoredRollout::DraftOf(workload, kNow);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.put_back = "a webhook put back the old image of container app of pod web-1 (ImagePutBack)";
  CHECK(StandingOf(workload, draft, own).message ==
        "3 of 10 Pods are updated, 9 are available; " + own.put_back);
  Proves("P-081");
}

// Serves who waits for a rollout whose Pods went back: only an Event said so.
TEST_CASE("a revision that was given up in place is told in the message (P-062)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "True", "GivenUp",
                                       "0 of 10: revision 8 is given up"));
  CHECK(StandingOf(rollout).message ==
        "3 of 10 Pods are updated, 9 are available; the update in place: 0 of 10: revision 8 is "
        "given up");
  rollout.SetCondition(
      StoredCondition("Progressing", "False", "ProgressDeadlineExceeded", "it took too long"));
  CHECK(StandingOf(rollout).message ==
        "it took too long; the update in place: 0 of 10: revision 8 is given up");
  BeMidway(rollout);
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "True", "Patching", "3/10"));
  CHECK(StandingOf(rollout).message == "3 of 10 Pods are updated, 9 are available");
  Proves("P-062");
}

// Serves who is told that a rollout in place has timed out, and not why: the API server had refused
// the patch of a Pod, and only another condition said so.
TEST_CASE("a rollout in place that has timed out says what it waited for (RO-142)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.SetCondition(StoredCondition("Progressing", "False", "ProgressDeadlineExceeded",
                                       "ReplicaSet \"web-2\" has timed out progressing."));
  const std::string timed_out = "ReplicaSet \"web-2\" has timed out progressing";
  for (const char* reason :
       {"AnnotationNotKept", "Failing", "GivenUp", "MissingRights", "Partitioned", "Reverting",
        "Staged", "WaitingForBudget", "WaitingForPDB"}) {
    CAPTURE(reason);
    rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "True", reason, "no patch"));
    CHECK(StandingOf(rollout).message == timed_out + "; the update in place: no patch");
  }
  for (const char* reason : {"Committing", "Draining", "Patching"}) {
    rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "True", reason, "3/10"));
    CHECK(StandingOf(rollout).message == timed_out + ".");
  }
  Proves("RO-142");
}

}  // namespace
}  // namespace windlass::rollout::conditions_test
