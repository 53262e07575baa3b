// A Rollout as a workload, and its kind.
#include "controller/rollout/rollout_workload.h"

#include <string>
#include <variant>
#include <vector>

#include "controller/rollout/rollout_extension.h"
#include "controller/workload/extension.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/watch/rollout_state.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::rollout_workload_test {
namespace {

using Json = nlohmann::json;

// An abort undoes damage, and a pause would keep it.
TEST_CASE("an abort acts while the Rollout is paused (RO-135)") {
  StoredRollout rollout;
  rollout.object["spec"]["paused"] = true;
  rollout.object["spec"]["abort"] = true;
  rollout.object["status"]["stableRevision"] = 7;
  CHECK_FALSE(rollout.Look().paused);
  CHECK(rollout.Look().follow_revision == 7);
  rollout.object["spec"]["abort"] = false;
  CHECK(rollout.Look().paused);
  Proves("RO-135");
}

TEST_CASE("a workload has what its Rollout says (RO-074)") {
  StoredRollout rollout;
  rollout.object["spec"]["paused"] = true;
  rollout.object["status"]["stableRevision"] = 7;
  rollout.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 8}, {"generation", 11}};
  rollout.object["status"]["collisionCount"] = 2;
  const Workload workload = rollout.Look();
  CHECK(&workload.kind == &rollout.kind);
  CHECK(workload.kind.traits().name() == "Rollout");
  CHECK(workload.kind.traits().noun == "rollout");
  CHECK(workload.meta.name == "web");
  CHECK(workload.replicas == 10);
  CHECK(workload.selector.match_labels.Find("app") == "web");
  REQUIRE(workload.template_json != nullptr);
  CHECK(workload.template_fingerprint == rollout.read.spec.template_fingerprint);
  CHECK(workload.template_text == rollout.read.spec.template_text);
  CHECK(workload.min_ready_seconds == 5);
  CHECK(workload.paused);
  CHECK(workload.progress_deadline_seconds == 600);
  CHECK(workload.revision_history_limit == 10);
  CHECK(workload.status.observed_generation == 12);
  CHECK(workload.status.available_replicas == 10);
  CHECK(workload.status.collision_count == 2);
  CHECK(workload.revision == "8");
  CHECK(workload.roll_back_to == std::nullopt);
  CHECK(workload.requested_template == TextOf(rollout.read.spec.template_fingerprint));
  CHECK(workload.defaulted == nullptr);
  CHECK(workload.kept_revision == 7);
  REQUIRE(workload.rolled_back);
  CHECK(workload.rolled_back->asked == 5);
  CHECK(workload.rolled_back->became == 8);
  Proves("RO-074");
}

TEST_CASE("the planner is given its own conditions, in their order (RO-074)") {
  StoredRollout rollout;
  rollout.WriteStatus();
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "False", "Complete", "done"));
  const Workload workload = rollout.Look();
  std::string types;
  for (const Condition& condition : workload.status.conditions) {
    types += std::string(condition.type.text()) + " ";
  }
  CHECK(types == "Available Progressing windlass.dev/InPlace ");
  Proves("RO-074");
}

TEST_CASE("an aborted Rollout follows the stable revision, or one that does not exist (RO-075)") {
  StoredRollout rollout;
  CHECK(rollout.Look().follow_revision == std::nullopt);
  rollout.object["spec"]["abort"] = true;
  CHECK(rollout.Look().follow_revision == 0);
  rollout.object["status"]["stableRevision"] = 7;
  CHECK(rollout.Look().follow_revision == 7);
  rollout.object["spec"]["abort"] = false;
  CHECK(rollout.Look().follow_revision == std::nullopt);
  Proves("RO-075");
}

TEST_CASE("metrics hear that there is nothing to abort to (RO-062)") {
  StoredRollout rollout;
  rollout.object["spec"]["abort"] = true;
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "NothingToAbortTo");
  rollout.object["status"]["stableRevision"] = 7;
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause.empty());
  CHECK_FALSE(workload::IsUnderWay(rollout.Look()));  // all Pods are back
  rollout.SetCondition(StoredCondition("Stalled", "True", "NothingToAbortTo", "7 is gone"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "NothingToAbortTo");
  CHECK(workload::IsUnderWay(rollout.Look()));  // although all Pods are of one revision
  rollout.object["status"]["replicas"] = 0;     // and none can be made
  CHECK(workload::IsUnderWay(rollout.Look()));
  rollout.object["spec"]["replicas"] = 0;
  CHECK_FALSE(workload::IsUnderWay(rollout.Look()));
  Proves("RO-062");
}

TEST_CASE("metrics hear that the template is refused, also if Progressing says so (RO-062)") {
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("Stalled", "True", "InvalidTemplate", "unknown field"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "InvalidTemplate");
  rollout.SetCondition(StoredCondition("Progressing", "False", "InvalidTemplate", "unknown field"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "InvalidTemplate");
  rollout.SetCondition(StoredCondition("Progressing", "True", "ReplicaSetUpdated", ""));
  rollout.RemoveCondition("Stalled");
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause.empty());
  Proves("RO-062");
}

// Whom this serves: who looks the cause up in the runbooks. NotPossible advises to allow new Pods,
// and with a setting that stays invalid, Windlass would then replace every Pod.
TEST_CASE("metrics tell a wrong setting from a change that needs new Pods (RO-062, P-083)") {
  StoredRollout rollout;
  rollout.SetCondition(StoredCondition("Stalled", "True", "InPlaceNotPossible", "wrong drain"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "NotPossible");
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "False", "InvalidConfig", "drain"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "InvalidConfig");
  rollout.SetCondition(StoredCondition("windlass.dev/InPlace", "False", "NotPossible", "os"));
  CHECK(rollout.kind.HoldOf(rollout.Look()).cause == "NotPossible");
  Proves("RO-062 P-083");
}

TEST_CASE("the API server merges no list of a Rollout: no request needs it to (RO-076)") {
  StoredRollout rollout;
  rollout.object["spec"]["rollbackTo"] = {{"revision", 5}};
  const Workload workload = rollout.Look();
  ReplicaSet target;
  target.meta.name = "web-5";
  const std::vector<Request> requests = {
      rollout.kind.WriteStatus(workload, StoredRollout::DraftOf(workload)),
      rollout.kind.ClearRollback(workload),
      *rollout.kind.RollBack(workload, rollout.object.dump(), target, "{}"),
      *rollout.kind.NoteRollback(workload, {.asked = 5, .target = &target}),
      *rollout.kind.NoteRollback(workload, {.asked = 5, .reason = "Odd", .message = "m"})};
  for (const Request& request : requests) {
    CAPTURE(request.Describe());
    CHECK(request.resource() == resources::kRollouts);
    CHECK(request.patch_type() != PatchType::kStrategicMerge);
  }
  CHECK_FALSE(rollout.kind.HasStrayNotes(workload));
  CHECK(rollout.kind.traits().mirrors_settings);
  CHECK(rollout.kind.traits().records_rollbacks);
  Proves("RO-076");
}

TEST_CASE("messages say how a Rollout goes back: by its field (RO-073)") {
  StoredRollout rollout;
  CHECK(rollout.kind.WayBackTo(rollout.Look(), "3") == "spec.rollbackTo: {revision: 3}");
  Proves("RO-073");
}

TEST_CASE("a ReplicaSet that is made for a Rollout belongs to it (RO-074)") {
  StoredRollout rollout;
  rollout.object["status"] = Json::object();
  const View view{.workload = rollout.Look()};
  const Step step = workload::Next(view, {}, kNow);
  const Write* write = std::get_if<Write>(&step);
  REQUIRE(write != nullptr);
  CHECK(write->request.verb() == Verb::kCreate);
  const Json body = Json::parse(write->request.body());
  const Json& owner = body["metadata"]["ownerReferences"][0];
  CHECK(owner["apiVersion"] == "windlass.dev/v1alpha1");
  CHECK(owner["kind"] == "Rollout");
  CHECK(owner["name"] == "web");
  CHECK(owner["controller"] == true);
  Proves("RO-074");
}

TEST_CASE("without a deadline, an abort to what was deleted is Stalled, not Aborted (RO-062)") {
  const RolloutExtension extension(
      in_place::InPlaceExtension(),
      [](const Workload& /*workload*/, WallTime /*now*/) { return RolloutFacts{}; });
  StoredRollout rollout;
  rollout.kind.Extend(extension);
  rollout.object["metadata"]["generation"] = 13;
  rollout.object["spec"]["abort"] = true;
  rollout.object["spec"]["paused"] = GENERATE(false, true);
  rollout.object["spec"]["progressDeadlineSeconds"] = kUnlimited;
  rollout.object["status"]["stableRevision"] = 7;
  rollout.RemoveCondition("Progressing");

  const View view{.workload = rollout.Look()};  // no ReplicaSet is left
  const Step step = workload::Next(view, {}, kNow);
  const Write* write = std::get_if<Write>(&step);
  REQUIRE(write != nullptr);
  rollout.Apply(write->request);
  CHECK(rollout.status()["phase"] == "Stalled");
  CHECK(rollout.status()["observedGeneration"] == 13);
  CHECK(rollout.ConditionText("Stalled") == "True NothingToAbortTo");
  CHECK(rollout.ConditionText("Ready") == "False NothingToAbortTo");
  CHECK(rollout.ConditionText("Progressing").empty());

  const View after{.workload = rollout.Look()};
  const Step then = workload::Next(after, {}, kNow + seconds(60));
  CHECK(std::holds_alternative<Wait>(then));  // the status is up to date
  Proves("RO-062");
}

TEST_CASE("a kind plans with the extension that it is given (RO-077)") {
  class Odd : public Extension {};
  const Odd odd;
  StoredRollout rollout;
  const Extension* in_place = rollout.Look().kind.extension();
  REQUIRE(in_place != nullptr);
  rollout.kind.Extend(odd);
  CHECK(rollout.Look().kind.extension() == &odd);
  Proves("RO-077");
}

}  // namespace
}  // namespace windlass::rollout::rollout_workload_test
