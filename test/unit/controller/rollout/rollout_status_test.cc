// What is written to a Rollout's status, and what is read back of it.
#include "controller/rollout/rollout_status.h"

#include <string>

#include "controller/kind/conditions.h"
#include "controller/rollout/carried.h"
#include "controller/workload/actions/pause.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::rollout_status_test {
namespace {

using Json = nlohmann::json;

constexpr WallTime kLater{1'800'000'030};

bool IsStoredAt(StoredRollout& rollout, WallTime now) {
  const Workload workload = rollout.Look();
  return rollout.kind.IsStored(workload, StoredRollout::DraftOf(workload, now));
}

TEST_CASE("a status is one merge patch of the status endpoint, without metadata (RO-069)") {
  StoredRollout rollout;
  const Workload workload = rollout.Look();
  const Request request = rollout.kind.WriteStatus(workload, StoredRollout::DraftOf(workload));
  CHECK(request.Describe() == "patch rollouts/status shop/web");
  CHECK(request.patch_type() == PatchType::kMerge);
  const Json body = Json::parse(request.body());
  CHECK(body["metadata"] ==
        Json{{"uid", "5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11"}, {"resourceVersion", "7012"}});
  const Json& status = body["status"];
  CHECK(status["observedGeneration"] == 12);
  CHECK(status["replicas"] == 10);
  CHECK(status["updatedReplicas"] == 10);
  CHECK(status["readyReplicas"] == 10);
  CHECK(status["availableReplicas"] == 10);
  CHECK(status["unavailableReplicas"] == 0);
  CHECK(status["selector"] == "app=web");
  CHECK(status["currentRevision"] == 8);
  CHECK(status["stableRevision"] == 8);
  CHECK(status["stableTemplate"] == workload.requested_template);
  CHECK(status["phase"] == "Healthy");
  CHECK(status["message"] == "10 of 10 Pods are updated, 10 are available");
  CHECK(status["images"] == "web:v8");
  CHECK(status["stableImages"] == "web:v8");
  for (const char* absent :
       {"terminatingReplicas", "collisionCount", "step", "stepText", "rolledBack",
        "currentReplicaSet", "currentTemplateHash", "stableReplicaSet", "stableTemplateHash"}) {
    CAPTURE(absent);
    CHECK(status.contains(absent));
    CHECK(status[absent].is_null());
  }
  Proves("RO-069");
}

TEST_CASE("no condition that is written has a member that is null (RO-069)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  REQUIRE(rollout.status()["conditions"].size() == 3);
  for (const Json& condition : rollout.status()["conditions"]) {
    CAPTURE(condition.dump());
    for (const auto& [name, value] : condition.items()) CHECK_FALSE(value.is_null());
    CHECK(condition.contains("observedGeneration") == (condition["type"] == "Ready"));
    CHECK(condition.contains("lastTransitionTime"));
  }
  Proves("RO-069");
}

TEST_CASE("the status that was written is stored, however much later it is looked at (RO-068)") {
  StoredRollout rollout;
  SECTION("complete") {}
  SECTION("midway, at a step, after a rollback") {
    rollout.object["status"]["updatedReplicas"] = 3;
    rollout.object["status"]["terminatingReplicas"] = 0;
    rollout.object["status"]["collisionCount"] = 1;
    rollout.object["status"]["stableRevision"] = 7;
    rollout.object["status"]["stepText"] = "2/4";
    rollout.object["status"]["images"] = "web:v8";
    rollout.object["status"]["stableImages"] = "web:v7";
    rollout.object["status"]["currentReplicaSet"] = "web-8";
    rollout.object["status"]["currentTemplateHash"] = "8";
    rollout.object["status"]["stableReplicaSet"] = "web-7";
    rollout.object["status"]["stableTemplateHash"] = "7";
    rollout.object["status"]["step"] = {{"index", 2},
                                        {"total", 4},
                                        {"startedAt", "2027-01-15T07:00:00Z"},
                                        {"revision", 8},
                                        {"template", "t-0123456789abcdef0123456789abcdef"}};
    rollout.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 7}, {"generation", 9}};
    rollout.SetCondition(StoredCondition("Progressing", "True", "ReplicaSetUpdated", "moves"));
  }
  SECTION("stalled") {
    rollout.SetCondition(StoredCondition("Progressing", "False", "Odd", "does not move"));
    rollout.SetCondition(StoredCondition("Foreign", "Maybe", "", ""));
  }
  SECTION("stalled by what Progressing does not tell") {
    rollout.RemoveCondition("Progressing");
    rollout.SetCondition(StoredCondition("Stalled", "True", "InvalidTemplate", "no such field"));
  }
  CHECK_FALSE(IsStoredAt(rollout, kNow));
  const Json before = rollout.status();
  rollout.WriteStatus();
  CHECK(IsStoredAt(rollout, kLater));
  for (const auto& [name, value] : before.items()) {
    if (name == "conditions" || name == "stableRevision") continue;
    CAPTURE(name);
    CHECK(rollout.status()[name] == value);
  }
  Proves("RO-068");
}

TEST_CASE("whatever the kind shows is repaired if it is changed (RO-069)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  REQUIRE(IsStoredAt(rollout, kLater));
  SECTION("phase") { rollout.object["status"]["phase"] = "Paused"; }
  SECTION("message") { rollout.object["status"].erase("message"); }
  SECTION("selector") { rollout.object["status"]["selector"] = ""; }
  SECTION("images") { rollout.object["status"]["images"] = "web:v7"; }
  SECTION("step") { rollout.object["status"]["stepText"] = "1/2"; }
  SECTION("Ready") { rollout.RemoveCondition("Ready"); }
  SECTION("Stalled") {
    rollout.SetCondition(StoredCondition("Stalled", "True", "Aborted", "long ago"));
  }
  CHECK_FALSE(IsStoredAt(rollout, kLater));
  rollout.WriteStatus();
  CHECK(IsStoredAt(rollout, kLater));
  Proves("RO-069");
}

TEST_CASE("a revision is published as a number, and does not matter for what is stored (RO-069)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  const Workload workload = rollout.Look();
  StatusDraft draft = StoredRollout::DraftOf(workload);
  draft.status.updated_replicas = 3;
  draft.revision = "9";
  rollout.Apply(rollout.kind.WriteStatus(workload, draft));
  CHECK(rollout.status()["currentRevision"] == 9);
  CHECK(rollout.Look().revision == "9");
  CHECK(rollout.status()["stableRevision"] == 8);
  rollout.WriteStatus();
  CHECK(rollout.status()["currentRevision"] == 9);  // kept
  StatusDraft other = StoredRollout::DraftOf(rollout.Look());
  other.revision = "10";
  CHECK(rollout.kind.IsStored(rollout.Look(), other));
  Proves("RO-069");
}

struct StableRow {
  std::string id;
  int updated;
  std::string progressing;  // the reason; "": no condition
  Json spec;                // changes
  int64_t want = 0;
};

TEST_CASE("the stable revision is the last one that was complete (RO-069)") {
  const StableRow row = GENERATE(values<StableRow>({
      {"complete", 10, "NewReplicaSetAvailable", Json::object(), 8},
      {"midway", 3, "ReplicaSetUpdated", Json::object(), 5},
      {"complete on what an abort follows", 10, "RolloutAborted", {{"abort", true}}, 5},
      {"no Pods: nothing was proven", 0, "NewReplicaSetAvailable", {{"replicas", 0}}, 5},
      {"no Pods, and no deadline", 0, "", {{"replicas", 0}}, 5},
      {"no Pods, before there is a new ReplicaSet",
       0,
       "RolloutPaused",
       {{"replicas", 0}, {"paused", true}},
       5},
  }));
  CAPTURE(row.id);
  StoredRollout rollout;
  rollout.object["spec"].update(row.spec);
  rollout.object["status"]["stableRevision"] = 5;
  rollout.object["status"]["updatedReplicas"] = row.updated;
  const int pods = row.spec.value("replicas", 10);
  rollout.object["status"]["replicas"] = pods;
  rollout.object["status"]["availableReplicas"] = pods;
  rollout.RemoveCondition("Progressing");
  if (!row.progressing.empty()) {
    rollout.SetCondition(StoredCondition("Progressing", "Unknown", row.progressing, ""));
  }
  rollout.WriteStatus();
  CHECK(rollout.status()["stableRevision"] == row.want);
  Proves("RO-069");
}

// Whom this serves: who breaks spec.strategy at the last pause, and edits the template to and fro.
TEST_CASE("a revision is not stable while the strategy cannot be carried out (RO-069)") {
  StoredRollout rollout;
  rollout.object["status"]["stableRevision"] = 5;
  rollout.object["spec"]["strategy"] = {{"type", "Canary"}};
  rollout.WriteStatus();
  CHECK(rollout.status()["stableRevision"] == 5);
  Proves("RO-069");
}

TEST_CASE("a revision is not stable before all steps are over (RO-069, RO-134)") {
  StoredRollout rollout;
  rollout.object["status"]["stableRevision"] = 5;
  const int32_t index = GENERATE(2, 3);  // of 2: the second is the pause at 100 %
  const Workload workload = rollout.Look();
  StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.step.emplace();
  own.step->index = index;
  own.step->total = 2;
  draft.status.carried = KindStatus(own);
  rollout.Apply(rollout.kind.WriteStatus(workload, draft));
  CHECK(rollout.status()["stableRevision"] == (index == 2 ? 5 : 8));
  CHECK(rollout.status()["phase"] == (index == 2 ? "Progressing" : "Healthy"));
  Proves("RO-069 RO-134");
}

TEST_CASE("the images are those that Pods get, also during an abort (RO-153)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  CHECK(rollout.status()["images"] == "web:v8");
  CHECK(rollout.status()["stableImages"] == "web:v8");

  rollout.object["spec"]["template"]["spec"]["containers"][0]["image"] = "broken:404";
  rollout.object["status"]["updatedReplicas"] = 3;
  rollout.WriteStatus("9");
  CHECK(rollout.status()["images"] == "broken:404");
  CHECK(rollout.status()["stableImages"] == "web:v8");

  rollout.object["spec"]["abort"] = true;
  rollout.object["status"]["updatedReplicas"] = 10;  // of the stable revision
  rollout.WriteStatus("10");
  CHECK(rollout.status()["images"] == "web:v8");
  CHECK(rollout.status()["stableImages"] == "web:v8");
  const std::string message = rollout.status()["message"];
  CHECK(message.find("spec.template asks for broken:404") != std::string::npos);

  rollout.object["spec"]["abort"] = false;
  rollout.object["status"]["updatedReplicas"] = 0;
  rollout.WriteStatus("11");
  CHECK(rollout.status()["images"] == "broken:404");
  rollout.object["status"]["updatedReplicas"] = 10;
  rollout.WriteStatus("11");
  CHECK(rollout.status()["stableImages"] == "broken:404");
  Proves("RO-153");
}

// Whom this serves: an autoscaler, which reads status.selector.
TEST_CASE("the status of a Rollout that was cut down keeps what is known of it (R-065)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  const Json before = rollout.status();
  rollout.Look();
  Cut(rollout.read);
  rollout.read.spec.selector = {};
  rollout.read.meta.cut_bytes = 100000;
  const Workload workload = AsWorkload(rollout.kind, rollout.read);
  rollout.Apply(rollout.kind.WriteStatus(workload, StoredRollout::DraftOf(workload)));
  CHECK(rollout.status()["selector"] == before["selector"]);
  CHECK(rollout.status()["images"] == "web:v8");
  CHECK(rollout.status()["stableImages"] == "web:v8");

  // A large one is left out of what is held, and stays where it is stored.
  const std::string large = "app in (web," + std::string(9000, 'x') + ")";
  rollout.object["status"]["selector"] = large;
  rollout.Look();
  Cut(rollout.read);
  rollout.read.meta.cut_bytes = 100000;
  REQUIRE(rollout.read.status.selector.empty());
  rollout.read.spec.selector = {};
  const Workload left_out = AsWorkload(rollout.kind, rollout.read);
  CHECK(rollout.kind.IsStored(left_out, StoredRollout::DraftOf(left_out)));
  rollout.Apply(rollout.kind.WriteStatus(left_out, StoredRollout::DraftOf(left_out)));
  CHECK(rollout.status()["selector"] == large);
  Proves("R-065");
}

TEST_CASE("if an abort is not carried out, the images are those that Pods stay at (RO-153)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  rollout.object["spec"]["abort"] = true;
  rollout.object["spec"]["template"]["spec"]["containers"][0]["image"] = "web:v9";
  SECTION("no revision was ever complete") { rollout.object["status"]["stableRevision"] = nullptr; }
  SECTION("its ReplicaSet is gone") {
    rollout.object["status"]["stableImages"] = "web:v1";
    rollout.SetCondition(StoredCondition("Stalled", "True", "NothingToAbortTo", "gone"));
  }
  SECTION("the strategy cannot be carried out") {
    rollout.object["status"]["stableImages"] = "web:v1";
    rollout.object["spec"]["strategy"] = {{"type", "Canary"}};
  }
  rollout.WriteStatus();  // a status that the extension has not seen keeps the stored ones
  CHECK(rollout.status()["images"] == "web:v8");

  const Workload workload = rollout.Look();
  StatusDraft draft = StoredRollout::DraftOf(workload);
  RolloutOwn own = ReadOwn(draft.status.carried);
  own.images_of_abort = "web:v7";
  draft.status.carried = KindStatus(own);
  rollout.Apply(rollout.kind.WriteStatus(workload, draft));
  CHECK(rollout.status()["images"] == "web:v7");
  Proves("RO-153");
}

TEST_CASE("the text of the step never names a step above the last one (RO-154)") {
  const auto [index, text] =
      GENERATE(table<int, std::string>({{1, "1/4"}, {4, "4/4"}, {5, "done"}, {9, "done"}}));
  StoredRollout rollout;
  rollout.object["status"]["step"] = {{"index", index}, {"total", 4}, {"revision", 8}};
  rollout.WriteStatus();
  CHECK(rollout.status()["stepText"] == text);
  rollout.object["status"].erase("step");
  rollout.WriteStatus();
  CHECK_FALSE(rollout.status().contains("stepText"));
  Proves("RO-154");
}

TEST_CASE("when a rollout completes, its ReplicaSet is the stable one (RO-155)") {
  StoredRollout rollout;
  rollout.object["status"]["currentReplicaSet"] = "web-8";
  rollout.object["status"]["currentTemplateHash"] = "8";
  rollout.object["status"]["stableReplicaSet"] = "web-7";
  rollout.object["status"]["stableTemplateHash"] = "7";
  const bool complete = GENERATE(true, false);
  rollout.object["status"]["updatedReplicas"] = complete ? 10 : 3;
  rollout.WriteStatus();
  CHECK(rollout.status()["currentReplicaSet"] == "web-8");
  CHECK(rollout.status()["stableReplicaSet"] == (complete ? "web-8" : "web-7"));
  CHECK(rollout.status()["stableTemplateHash"] == (complete ? "8" : "7"));
  Proves("RO-155");
}

TEST_CASE("a revision that is no canonical number is published once (RO-085)") {
  const auto [annotated, published] = GENERATE(table<std::string, std::string>(
      {{"007", "7"}, {"7", "7"}, {"00000000000000000000009", "9"}, {"seven", ""}}));
  CAPTURE(annotated);
  StoredRollout rollout;
  ReplicaSet rs;
  rs.meta.name = "web-1";
  rs.meta.namespace_ = "shop";
  rs.meta.annotations.Set(workload::kRevision, annotated);
  rs.meta.labels = {{"app", "web"}};
  rs.replicas = 10;
  rs.status.observed_generation = 1;
  rs.status.replicas = rs.status.ready_replicas = rs.status.available_replicas = 10;
  const auto sync = [&] {
    View view{.workload = rollout.Look()};
    rs.meta.owner_references = {
        {"windlass.dev/v1alpha1", "Rollout", "web", view.workload.meta.uid, true, true}};
    rs.template_fingerprint = view.workload.template_fingerprint;
    view.replica_sets = {&rs};
    const Learned nothing;
    const auto step = workload::WriteStatus(
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), nothing, kNow),
        workload::Progress::kEvaluate);
    if (step) rollout.Apply(std::get<Write>(*step).request);
    return step.has_value();
  };
  CHECK(sync());
  CHECK(rollout.Look().revision == published);
  CHECK_FALSE(sync());
  Proves("RO-085");
}

// Whom this serves: who corrects a template whose Pods do not work while a quota is full.
TEST_CASE("a template whose ReplicaSet cannot be created names no Pod of the one before (RO-144)") {
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("PodsStuck", "True", "ImagePullBackOff", "Pod web-8-a"));
  const auto is_told = [&] {
    rollout.WriteStatus();
    const Workload stored = rollout.Look();
    return FindCondition(stored.status.conditions, "PodsStuck") != nullptr;
  };
  CHECK(is_told());
  rollout.SetCondition(StoredCondition("Progressing", "False", "ReplicaSetCreateError", "no room"));
  CHECK_FALSE(is_told());
  Proves("RO-144");
}

// Whom this serves: who pauses a rollout whose Pods do not work, and lets it go on later.
TEST_CASE("a pause ends that a Rollout is stalled, and then its deadline begins anew (RO-063)") {
  StoredRollout rollout;
  rollout.object["status"]["updatedReplicas"] = 3;
  rollout.SetCondition(StoredCondition("Progressing", "False", "ProgressDeadlineExceeded", "late"));
  rollout.WriteStatus();
  REQUIRE(rollout.status()["phase"] == "Stalled");
  const auto sync = [&](bool paused) {
    rollout.object["spec"]["paused"] = paused;
    const View view{.workload = rollout.Look()};
    const Learned nothing;
    const workload::Situation situation =
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), nothing, kNow);
    const auto step = paused ? workload::WriteStatus(situation, workload::Progress::kPaused)
                             : workload::AcknowledgeResume(situation);
    REQUIRE(step);
    rollout.Apply(std::get<Write>(*step).request);
    const Workload stored = rollout.Look();
    return *FindCondition(stored.status.conditions, "Progressing");
  };
  CHECK(sync(true).reason == "RolloutPaused");
  CHECK(rollout.status()["phase"] == "Paused");
  const Condition resumed = sync(false);
  CHECK(resumed.reason == "RolloutResumed");
  CHECK(resumed.last_update_time == kNow);  // the deadline counts from here
  CHECK(rollout.status()["phase"] == "Progressing");
  Proves("RO-063");
}

TEST_CASE("no stable revision is noted before a revision was published (RO-069)") {
  StoredRollout rollout;
  rollout.object["status"].erase("currentRevision");
  rollout.WriteStatus();
  CHECK_FALSE(rollout.status().contains("stableRevision"));
  rollout.WriteStatus("1");
  CHECK(rollout.status()["stableRevision"] == 1);
  Proves("RO-069");
}

TEST_CASE("what the planner carries is read as it was written (RO-069)") {
  const RolloutOwn own{
      .step =
          RolloutStepStatus{
              .index = 2, .total = 4, .started_at = kEarlier, .revision = 8, .template_id = "t-1"},
      .stable_revision = 9'223'372'036'854'775'807,
      .stable_template = "t-2",
      .rolled_back = RolledBack{.revision = 5, .became = 7, .generation = 9},
      .stable_images = "web:v7",
      .current_replica_set = {"web-8", "8"},
      .stable_replica_set = {"web-7", "7"},
      .verdict = RolloutVerdict{"InvalidTemplate", "\"quoted\"\nand broken"},
      .selector = "app=web",
      .images = "web:v8",
      .step_text = "2/4",
      .phase = "Stalled",
      .message = "why",
      .conditions = {workload::NewCondition(kind::kReadyCondition, "False", "Odd", "m", kNow)}};
  CHECK(ReadOwn(KindStatus(own)) == own);
  CHECK(KindStatus(own) == KindStatus(own));
  CHECK_FALSE(KindStatus(own) == KindStatus(RolloutOwn{}));
  Proves("RO-069");
}

TEST_CASE("what no Rollout carries counts as empty (RO-069)") {
  CHECK(ReadOwn(KindStatus()) == RolloutOwn{});
  CHECK(ReadOwn(KindStatus(3)) == RolloutOwn{});
  Proves("RO-069");
}

}  // namespace
}  // namespace windlass::rollout::rollout_status_test
