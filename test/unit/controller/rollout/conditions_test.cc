// The table of conditions.h, row by row.
#include "controller/rollout/conditions.h"

#include <functional>
#include <string>

#include "controller/rollout/carried.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
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

// One Pod, of revision 8, and one is desired.
void HaveOnePod(StoredRollout& rollout) {
  rollout.object["spec"]["replicas"] = 1;
  for (const char* pods : {"replicas", "updatedReplicas"}) rollout.object["status"][pods] = 1;
}

// 3 of 10 Pods are updated, 9 available.
void BeMidway(StoredRollout& rollout) {
  rollout.object["status"]["updatedReplicas"] = 3;
  SetAvailable(rollout, 9, "True");
  Progress(rollout, "True", "ReplicaSetUpdated");
}

struct Row {
  std::string id;
  std::function<void(StoredRollout&)> change;  // of a Rollout that is complete
  std::string want;
  std::string message;  // a part of it
};

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
      {"RO-066 complete", [](StoredRollout&) {}, "Healthy: Ready True Healthy",
       "10 of 10 Pods are updated, 10 are available"},
      {"RO-066 paused when complete",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         Progress(r, "Unknown", "RolloutPaused");
       },
       "Healthy: Ready True Healthy", "10 of 10"},
      {"RO-066 complete without a deadline",
       [](StoredRollout& r) { r.RemoveCondition("Progressing"); }, "Healthy: Ready True Healthy",
       "10 of 10"},
      {"RO-065 rolled back",
       [](StoredRollout& r) {
         r.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 8}, {"generation", 12}};
       },
       "RolledBack: Ready True RolledBack",
       "from revision 7 to revision 5, which is revision 8 now"},
      {"RO-065 rolled back from a template that had no revision",
       [](StoredRollout& r) {
         r.object["status"]["rolledBack"] = {{"revision", 8}, {"became", 8}, {"generation", 12}};
       },
       "RolledBack: Ready True RolledBack", "rolled back to revision 8, which is revision 8 now"},
      {"RO-065 rolled back, and changed since",
       [](StoredRollout& r) {
         r.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 8}, {"generation", 11}};
       },
       "Healthy: Ready True Healthy", "10 of 10"},
      {"RO-065 a rollback that was recorded, but not performed",
       [](StoredRollout& r) {
         r.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 9}, {"generation", 12}};
       },
       "Healthy: Ready True Healthy", "10 of 10"},
      {"RO-064 midway", BeMidway,
       "Progressing: Ready False Progressing, Reconciling True Progressing",
       "3 of 10 Pods are updated, 9 are available"},
      {"RO-064 held back by a partition",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["strategy"]["partition"] = 7;
       },
       "Progressing: Ready False Progressing, Reconciling True Progressing",
       "spec.strategy.partition keeps the others"},
      {"RO-064 the generation is not observed",
       [](StoredRollout& r) { r.object["metadata"]["generation"] = 13; },
       "Progressing: Ready False Progressing, Reconciling True Progressing",
       "generation 13 is not carried out yet"},
      {"RO-064 nothing was ever written", [](StoredRollout& r) { r.object["status"] = {}; },
       "Progressing: Ready False Progressing, Reconciling True Progressing", "generation 12"},
      {"RO-060 nothing was ever written, as the API server shows it",
       [](StoredRollout& r) { r.object["status"] = {{"observedGeneration", -1}}; },
       "Progressing: Ready False Progressing, Reconciling True Progressing", "generation 12"},
      {"RO-067 a Pod was lost later", [](StoredRollout& r) { SetAvailable(r, 9, "True"); },
       "Healthy: Ready True Healthy", "9 are available"},
      {"RO-067 a Pod was lost while paused",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         r.object["status"]["stableRevision"] = 8;
         Progress(r, "Unknown", "RolloutPaused");
         SetAvailable(r, 9, "True");
       },
       "Healthy: Ready True Healthy", "9 are available"},
      {"RO-067 too many Pods were lost later",
       [](StoredRollout& r) { SetAvailable(r, 2, "False"); },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "only 2 of 10 Pods are available"},
      {"RO-150 the only Pod was lost later, and maxUnavailable allows that",
       [](StoredRollout& r) {
         HaveOnePod(r);
         SetAvailable(r, 0, "True");
       },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "the rollout is complete, but none of 1 Pods is available"},
      {"RO-150 all Pods were lost later, and maxUnavailable allows that",
       [](StoredRollout& r) { SetAvailable(r, 0, "True"); },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "none of 10 Pods is available"},
      {"RO-150 one Pod is left, and maxUnavailable allows that",
       [](StoredRollout& r) { SetAvailable(r, 1, "True"); }, "Healthy: Ready True Healthy",
       "10 of 10 Pods are updated, 1 is available"},
      {"RO-150 all Pods were lost without a deadline",
       [](StoredRollout& r) {
         r.RemoveCondition("Progressing");
         r.object["status"]["stableRevision"] = 8;
         SetAvailable(r, 0, "True");
       },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "none of 10 Pods is available"},
      {"RO-150 all Pods were lost while paused",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         r.object["status"]["stableRevision"] = 8;
         Progress(r, "Unknown", "RolloutPaused");
         SetAvailable(r, 0, "True");
       },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "none of 10 Pods is available"},
      {"RO-150 all Pods were lost after a rollback",
       [](StoredRollout& r) {
         r.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 8}, {"generation", 12}};
         SetAvailable(r, 0, "True");
       },
       "Progressing: Ready False PodsUnavailable, Reconciling True PodsUnavailable",
       "none of 10 Pods is available"},
      {"RO-150 there is to be no Pod",
       [](StoredRollout& r) {
         r.object["spec"]["replicas"] = 0;
         for (const char* pods : {"replicas", "updatedReplicas"}) r.object["status"][pods] = 0;
         SetAvailable(r, 0, "True");
       },
       "Healthy: Ready True Healthy", "0 of 0 Pods are updated"},
      {"RO-067 another revision was complete",
       [](StoredRollout& r) {
         r.RemoveCondition("Progressing");
         r.object["status"]["stableRevision"] = 7;
         SetAvailable(r, 9, "True");
       },
       "Progressing: Ready False Progressing, Reconciling True Progressing",
       "10 of 10 Pods are updated, 9 are available"},
      {"RO-063 paused midway",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["paused"] = true;
         Progress(r, "Unknown", "RolloutPaused");
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "spec.paused is true. 3 of 10 Pods are updated, 9 are available. Set spec.paused to false "
       "to go on"},
      {"RO-151 paused without Pods",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         for (const char* pods : {"replicas", "updatedReplicas"}) r.object["status"][pods] = 0;
         Progress(r, "Unknown", "RolloutPaused");
         SetAvailable(r, 0, "False");
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "spec.paused is true. 0 of 10 Pods are updated, none is available. Set spec.paused"},
      {"RO-151 at a pause among the steps, and no Pod is available",
       [](StoredRollout& r) {
         BeMidway(r);
         SetAvailable(r, 0, "False");
         Progress(r, "Unknown", "RolloutPausedAtStep", "step 2 of 4 waits");
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "step 2 of 4 waits; 3 of 10 Pods are updated, none is available"},
      {"RO-152 paused, and a rollback waits",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["paused"] = true;
         r.object["spec"]["rollbackTo"] = {{"revision", 7}};
         Progress(r, "Unknown", "RolloutPaused");
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "spec.paused is true, and spec.rollbackTo waits until spec.paused is false. 3 of 10 Pods "
       "are updated, 9 are available"},
      {"RO-152 paused when complete, and a rollback waits",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         r.object["spec"]["rollbackTo"] = Json::object();
         Progress(r, "Unknown", "RolloutPaused");
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "spec.paused is true, and spec.rollbackTo waits until spec.paused is false. 10 of 10 Pods"},
      {"RO-152 paused after a deadline, and a rollback waits",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["paused"] = true;
         r.object["spec"]["rollbackTo"] = Json::object();
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
       },
       "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded",
       "timed out; spec.rollbackTo waits until spec.paused is false"},
      {"RO-152 a rollback that does not wait",
       [](StoredRollout& r) { r.object["spec"]["rollbackTo"] = Json::object(); },
       "Healthy: Ready True Healthy", "10 of 10 Pods are updated, 10 are available"},
      {"RO-063 at a pause among the steps",
       [](StoredRollout& r) {
         BeMidway(r);
         Progress(r, "Unknown", "RolloutPausedAtStep", "step 2 of 4 waits");
       },
       "Paused: Ready False Paused, Reconciling True Paused", "step 2 of 4 waits"},
      {"RO-062 timed out",
       [](StoredRollout& r) {
         BeMidway(r);
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
       },
       "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded",
       "timed out"},
      {"RO-062 timed out, then paused",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["paused"] = true;
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
       },
       "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded",
       "timed out"},
      {"RO-066 timed out, paused, and complete then",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
       },
       "Healthy: Ready True Healthy", "10 of 10 Pods are updated"},
      {"RO-067 timed out, paused, complete, and a Pod was lost then",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         r.object["status"]["stableRevision"] = 8;
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
         SetAvailable(r, 9, "True");
       },
       "Healthy: Ready True Healthy", "9 are available"},
      {"RO-062 timed out with all Pods updated, then paused",
       [](StoredRollout& r) {
         r.object["spec"]["paused"] = true;
         Progress(r, "False", "ProgressDeadlineExceeded", "timed out");
         SetAvailable(r, 9, "True");
       },
       "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded",
       "timed out"},
      {"RO-062 a wrong template, without a deadline",
       [](StoredRollout& r) {
         BeMidway(r);
         r.RemoveCondition("Progressing");
         r.SetCondition(StoredCondition("Stalled", "True", "InvalidTemplate", "no such field"));
       },
       "Stalled: Ready False InvalidTemplate, Stalled True InvalidTemplate", "no such field"},
      {"RO-062 nothing was ever stable",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["abort"] = true;
       },
       "Stalled: Ready False NothingToAbortTo, Stalled True NothingToAbortTo",
       "no revision was ever rolled out completely"},
      {"RO-062 what was stable is gone",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["abort"] = true;
         r.object["status"]["stableRevision"] = 7;
         Progress(r, "False", "NothingToAbortTo", "revision 7 is gone");
       },
       "Stalled: Ready False NothingToAbortTo, Stalled True NothingToAbortTo",
       "revision 7 is gone"},
      {"RO-061 aborted",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["abort"] = true;
         r.object["status"]["stableRevision"] = 7;
         Progress(r, "False", "RolloutAborted");
       },
       "Aborted: Ready False Aborted, Stalled True Aborted", "Pods follow revision 7"},
      {"RO-153 aborted, and the images of the stable revision are known",
       [](StoredRollout& r) {
         r.object["spec"]["abort"] = true;
         r.object["status"]["stableRevision"] = 7;
         r.object["status"]["stableImages"] = "web:v7";
       },
       "Aborted: Ready False Aborted, Stalled True Aborted",
       "spec.abort is true: Pods follow revision 7 (web:v7), the last one that was rolled out "
       "completely. 10 of 10 Pods are updated to it, 10 are available. spec.template asks for "
       "web:v8. Set spec.abort to false to try again"},
      {"RO-153 aborted, and the template has the same images",
       [](StoredRollout& r) {
         r.object["spec"]["abort"] = true;
         r.object["status"]["stableRevision"] = 7;
         r.object["status"]["stableImages"] = "web:v8";
       },
       "Aborted: Ready False Aborted, Stalled True Aborted",
       "10 of 10 Pods are updated to it, 10 are available. Set spec.abort to false to try again"},
      {"RO-061 aborted and paused midway",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["abort"] = true;
         r.object["spec"]["paused"] = true;
         r.object["status"]["stableRevision"] = 7;
         Progress(r, "False", "RolloutAborted");
       },
       "Aborted: Ready False Aborted, Stalled True Aborted",
       "completely. 3 of 10 Pods are updated to it"},
      {"RO-061 aborted, paused, and complete on the stable revision",
       [](StoredRollout& r) {
         r.object["spec"]["abort"] = true;
         r.object["spec"]["paused"] = true;
         r.object["status"]["stableRevision"] = 7;
       },
       "Aborted: Ready False Aborted, Stalled True Aborted", "10 of 10 Pods are updated to it"},
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
      {"complete", [](StoredRollout&) {}, "Healthy: Ready True Healthy",
       "10 of 10 Pods are updated, 10 are available; who else"},
      {"midway", BeMidway, "Progressing: Ready False Progressing, Reconciling True Progressing",
       "9 are available; who else"},
      {"paused",
       [](StoredRollout& r) {
         BeMidway(r);
         r.object["spec"]["paused"] = true;
       },
       "Paused: Ready False Paused, Reconciling True Paused",
       "Set spec.paused to false to go on; who else"},
      {"stalled",
       [](StoredRollout& r) {
         BeMidway(r);
         Progress(r, "False", "ProgressDeadlineExceeded", "too long");
       },
       "Stalled: Ready False ProgressDeadlineExceeded, Stalled True ProgressDeadlineExceeded", ""},
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

// The user sees MESSAGE first, and it said nothing of a right that Windlass lacks.
TEST_CASE("the message quotes a refused write in every phase, and no ReplicaSet (D-270)") {
  const Row row = GENERATE(values<Row>({
      {"complete", [](StoredRollout&) {}, "", "10 of 10 Pods are updated, 10 are available; "},
      {"midway", BeMidway, "", "9 are available; "},
      {"stalled",
       [](StoredRollout& r) {
         BeMidway(r);
         Progress(r, "False", "ProgressDeadlineExceeded", "too long");
       },
       "", "too long; "},
      {"aborted",
       [](StoredRollout& r) {
         r.object["spec"]["abort"] = true;
         r.object["status"]["stableRevision"] = 7;
       },
       "", "Set spec.abort to false to try again; "},
  }));
  CAPTURE(row.id);
  StoredRollout rollout;
  row.change(rollout);
  const std::string words = "patch replicasets shop/web-2: denied";
  rollout.SetCondition(StoredCondition("ReplicaFailure", "True", "ReplicaSetUpdateRefused", words));
  const std::string told = StandingOf(rollout).message;
  CHECK(told.ends_with(row.message + "ReplicaSetUpdateRefused: " + words));
  rollout.SetCondition(StoredCondition("ReplicaFailure", "True", "FailedCreate", words));
  CHECK(StandingOf(rollout).message.find(words) == std::string::npos);
  Proves("D-270");
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

// Serves who waits for a rollout whose Pods went back: only an Event said so.
TEST_CASE("a revision that was given up in place is told in the message (P-062)") {
  StoredRollout rollout;
  BeMidway(rollout);
  rollout.SetCondition(
      StoredCondition("windlass.dev/InPlace", "True", "GivenUp", "0/10: revision 8 is given up"));
  CHECK(StandingOf(rollout).message ==
        "3 of 10 Pods are updated, 9 are available; in place 0/10: revision 8 is given up");
  rollout.SetCondition(
      StoredCondition("Progressing", "False", "ProgressDeadlineExceeded", "it took too long"));
  CHECK(StandingOf(rollout).message == "it took too long; in place 0/10: revision 8 is given up");
  BeMidway(rollout);
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "True", "Patching", "3/10"));
  CHECK(StandingOf(rollout).message == "3 of 10 Pods are updated, 9 are available");
  Proves("P-062");
}

}  // namespace
}  // namespace windlass::rollout::conditions_test
