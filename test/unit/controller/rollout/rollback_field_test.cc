// spec.rollbackTo: its requests, applied to a stored Rollout.
#include "controller/rollout/rollback_field.h"

#include <optional>
#include <string>

#include "controller/rollout/carried.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::rollback_field_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kCause = "kubernetes.io/change-cause";
constexpr const char* kOldTemplate = R"({"metadata":{"labels":{"app":"web",
"pod-template-hash":"5c9"}},"spec":{"containers":[{"name":"web","image":"web:v5"}]}})";

ReplicaSet Target(const std::string& revision = "5") {
  ReplicaSet rs;
  rs.meta.name = "web-5c9";
  rs.meta.annotations.Set(workload::kRevision, revision);
  rs.meta.annotations.Set(kCause, "image v5");
  rs.meta.annotations.Set("team", "another");
  return rs;
}

// Asks for a rollback to a revision.
struct Asking : StoredRollout {
  explicit Asking(int64_t revision) {
    object["spec"]["rollbackTo"] = {{"revision", revision}};
    WriteStatus();
  }
};

Result<Request> RollBackTo(StoredRollout& rollout, const ReplicaSet& target,
                           const std::string& template_json = kOldTemplate) {
  const Workload workload = rollout.Look();
  return rollout.kind.RollBack(workload, rollout.object.dump(), target, template_json);
}

std::optional<Request> Note(StoredRollout& rollout, const RollbackOutcome& outcome) {
  return rollout.kind.NoteRollback(rollout.Look(), outcome);
}

TEST_CASE("a rollback replaces the template and removes the field in one write (RO-081)") {
  Asking rollout(5);
  REQUIRE(rollout.Look().roll_back_to == 5);
  const Result<Request> request = RollBackTo(rollout, Target());
  REQUIRE(request.ok());
  CHECK(request->Describe() == "patch rollouts shop/web");
  CHECK(request->patch_type() == PatchType::kJson);
  rollout.Apply(*request);
  CHECK(rollout.object["spec"]["template"] == Json::parse(R"({"metadata":{"labels":{"app":"web"}},
                        "spec":{"containers":[{"name":"web","image":"web:v5"}]}})"));
  CHECK_FALSE(rollout.object["spec"].contains("rollbackTo"));
  CHECK(rollout.object["metadata"]["generation"] == 13);
  CHECK(rollout.Look().roll_back_to == std::nullopt);
  Proves("RO-081");
}

struct CauseRow {
  std::string id;
  Json annotations;   // of the Rollout
  std::string cause;  // of the ReplicaSet; "": none
  Json want;          // annotations of the Rollout
};

TEST_CASE("of the annotations a rollback takes along the change-cause alone (RO-081)") {
  const CauseRow row = GENERATE(values<CauseRow>({
      {"changed", Json::parse(R"({"kubernetes.io/change-cause":"v8","team":"shop"})"), "v5",
       Json::parse(R"({"kubernetes.io/change-cause":"v5","team":"shop"})")},
      {"added", Json::parse(R"({"team":"shop"})"), "v5",
       Json::parse(R"({"kubernetes.io/change-cause":"v5","team":"shop"})")},
      {"the only one", Json(), "v5", Json::parse(R"({"kubernetes.io/change-cause":"v5"})")},
      {"removed", Json::parse(R"({"kubernetes.io/change-cause":"v8","team":"shop"})"), "",
       Json::parse(R"({"team":"shop"})")},
      {"nowhere", Json::parse(R"({"team":"shop"})"), "", Json::parse(R"({"team":"shop"})")},
      {"no annotations at all", Json(), "", Json()},
  }));
  CAPTURE(row.id);
  Asking rollout(5);
  if (row.annotations.is_null()) {
    rollout.object["metadata"].erase("annotations");
  } else {
    rollout.object["metadata"]["annotations"] = row.annotations;
  }
  ReplicaSet target = Target();
  if (row.cause.empty()) {
    target.meta.annotations.Erase(kCause);
  } else {
    target.meta.annotations.Set(kCause, row.cause);
  }
  const Result<Request> request = RollBackTo(rollout, target);
  REQUIRE(request.ok());
  rollout.Apply(*request);
  CHECK(rollout.object["metadata"].value("annotations", Json()) == row.want);
  Proves("RO-081");
}

TEST_CASE("nothing is rolled back if an object cannot be read or was changed (RO-081)") {
  Asking rollout(5);
  CHECK(RollBackTo(rollout, Target(), "[]").error().kind == ErrorKind::kMalformed);
  const Workload workload = rollout.Look();
  Json newer = rollout.object;
  newer["metadata"]["resourceVersion"] = "9999";
  const ReplicaSet target = Target();
  const Result<Request> conflict =
      rollout.kind.RollBack(workload, newer.dump(), target, kOldTemplate);
  CHECK(conflict.error().kind == ErrorKind::kConflict);
  const Result<Request> broken = rollout.kind.RollBack(workload, "{", target, kOldTemplate);
  CHECK(broken.error().kind == ErrorKind::kMalformed);
  Proves("RO-081");
}

TEST_CASE("a rollback that is not performed removes the field alone (RO-082)") {
  Asking rollout(99);
  const Json before = rollout.object;
  const Request request = rollout.kind.ClearRollback(rollout.Look());
  CHECK(request.Describe() == "patch rollouts shop/web");
  CHECK(request.patch_type() == PatchType::kMerge);
  rollout.Apply(request);
  CHECK_FALSE(rollout.object["spec"].contains("rollbackTo"));
  CHECK(rollout.object["spec"]["template"] == before["spec"]["template"]);
  CHECK(rollout.object["metadata"]["annotations"] == before["metadata"]["annotations"]);
  CHECK(rollout.object["metadata"]["generation"] == 13);
  Proves("RO-082");
}

struct RecordRow {
  int64_t asked;
  std::string target;  // its revision
  int64_t want;
};

TEST_CASE("a rollback is recorded before it is performed, and only once (RO-080 RO-083)") {
  const RecordRow row = GENERATE(values<RecordRow>({
      {5, "5", 5},
      {0, "7", 7},  // the one before: its number is recorded
      {3, "7", 3},  // revision 3 has become 7 since
  }));
  CAPTURE(row.asked, row.target);
  Asking rollout(row.asked);
  const ReplicaSet target = Target(row.target);
  const RollbackOutcome outcome{.asked = row.asked, .target = &target, .becomes = 9, .now = kNow};
  const auto note = Note(rollout, outcome);
  REQUIRE(note);
  CHECK(note->Describe() == "patch rollouts/status shop/web");
  rollout.Apply(*note);
  Json want = {{"revision", row.want}, {"became", 9}, {"generation", 13}};
  if (row.asked == 0) want["toPrevious"] = true;
  CHECK(rollout.status()["rolledBack"] == want);
  CHECK(rollout.status()["phase"] == "Healthy");         // not performed yet
  CHECK(rollout.object["spec"].contains("rollbackTo"));  // a crash here: performed by the next sync
  const auto performed = rollout.Look().rolled_back;
  REQUIRE(performed);
  CHECK(performed->asked == row.want);
  CHECK(performed->became == 9);
  CHECK(performed->generation == 13);
  CHECK(performed->to_previous == (row.asked == 0));
  CHECK_FALSE(Note(rollout, outcome));
  Proves("RO-080 RO-083");
}

TEST_CASE("the phase tells of the rollback until the next change (RO-065 RO-083)") {
  Asking rollout(5);
  const ReplicaSet target = Target();
  rollout.Apply(*Note(rollout, {.asked = 5, .target = &target, .becomes = 9, .now = kNow}));
  rollout.Apply(*RollBackTo(rollout, target));
  rollout.object["status"]["observedGeneration"] = 13;
  rollout.WriteStatus();  // the new number is not published yet
  CHECK(rollout.status()["phase"] == "Healthy");
  rollout.WriteStatus("9");
  CHECK(rollout.status()["phase"] == "RolledBack");

  rollout.object["metadata"]["generation"] = 14;
  rollout.object["status"]["observedGeneration"] = 14;
  rollout.WriteStatus();
  CHECK(rollout.status()["rolledBack"] == Json{{"revision", 5}, {"became", 9}, {"generation", 13}});
  CHECK(rollout.status()["phase"] == "Healthy");
  Proves("RO-065 RO-083");
}

TEST_CASE("a value that is set again is recorded with the number that its revision has (RO-083)") {
  StoredRollout rollout;
  rollout.object["status"]["rolledBack"] = {{"revision", 5}, {"became", 8}, {"generation", 12}};
  const ReplicaSet target = Target("8");
  rollout.Apply(*Note(rollout, {.asked = 5, .target = &target, .becomes = 8, .now = kNow}));
  CHECK(rollout.status()["rolledBack"] == Json{{"revision", 5}, {"became", 8}, {"generation", 13}});
  Proves("RO-083");
}

// Otherwise a request for 0 that the user makes later could count as performed (RO-024).
TEST_CASE("a rollback to a number removes what the record says of a rollback to 0 (RO-083)") {
  Asking rollout(5);
  rollout.object["status"]["rolledBack"] = {
      {"revision", 7}, {"became", 9}, {"generation", 12}, {"toPrevious", true}};
  const ReplicaSet target = Target();
  rollout.Apply(*Note(rollout, {.asked = 5, .target = &target, .becomes = 10, .now = kNow}));
  CHECK(rollout.status()["rolledBack"] ==
        Json{{"revision", 5}, {"became", 10}, {"generation", 13}});
  Proves("RO-083");
}

TEST_CASE("a refused rollback is told until the generation changes once more (RO-084)") {
  Asking rollout(99);
  const RollbackOutcome outcome{
      .asked = 99, .reason = "RevisionNotFound", .message = "there are 7 and 8", .now = kNow};
  const auto note = Note(rollout, outcome);
  REQUIRE(note);
  rollout.Apply(*note);
  CHECK(rollout.ConditionText("RollbackRefused") == "True RevisionNotFound");
  CHECK(rollout.ConditionText("Ready") == "True Healthy");
  CHECK_FALSE(Note(rollout, outcome));
  CHECK(Note(rollout, {.asked = 99, .reason = "RevisionNotFound", .message = "there is 8"}));

  rollout.Apply(rollout.kind.ClearRollback(rollout.Look()));
  rollout.WriteStatus("", WallTime{1'800'000'030});
  CHECK(rollout.ConditionText("RollbackRefused") == "True RevisionNotFound");
  const auto& told = rollout.status()["conditions"].back();
  CHECK(told["type"] == "RollbackRefused");
  CHECK(told["message"] == "there are 7 and 8");
  CHECK(told["observedGeneration"] == 13);
  CHECK(told["lastTransitionTime"] == "2027-01-15T08:00:00Z");

  rollout.object["metadata"]["generation"] = 14;
  rollout.WriteStatus();
  CHECK(rollout.ConditionText("RollbackRefused") == "");
  CHECK_FALSE(rollout.status().contains("rolledBack"));
  Proves("RO-084");
}

TEST_CASE("a rollback whose template was put back is recorded as refused (RO-083 RO-084)") {
  Asking rollout(5);
  const Json before = rollout.object["spec"]["template"];
  const ReplicaSet target = Target();
  rollout.Apply(*Note(rollout, {.asked = 5, .target = &target, .becomes = 9, .now = kNow}));
  rollout.Apply(*RollBackTo(rollout, target));
  rollout.object["spec"]["template"] = before;
  REQUIRE(rollout.object["metadata"]["generation"] == 13);
  const RollbackOutcome outcome{
      .reason = "RollbackNotKept", .message = "put back", .now = kNow, .put_back = true};
  const auto note = Note(rollout, outcome);
  REQUIRE(note);
  rollout.Apply(*note);
  CHECK_FALSE(rollout.status().contains("rolledBack"));
  CHECK(rollout.ConditionText("RollbackRefused") == "True RollbackNotKept");
  CHECK_FALSE(Note(rollout, outcome));

  rollout.object["metadata"]["generation"] = 14;
  rollout.WriteStatus();
  CHECK(rollout.ConditionText("RollbackRefused") == "");
  Proves("RO-083 RO-084");
}

// For the user whose webhook keeps the field: the next template is not shown as refused.
TEST_CASE("a kept field makes no generation, so the record names the present one (RO-084)") {
  Asking rollout(99);
  rollout.Apply(
      *Note(rollout, {.asked = 99, .reason = "RevisionNotFound", .message = "no", .now = kNow}));
  const RollbackOutcome kept{.asked = 99, .now = kNow, .not_removed = true};
  const auto note = Note(rollout, kept);
  REQUIRE(note);
  rollout.Apply(*note);
  CHECK(rollout.ConditionText("RollbackRefused") == "True RevisionNotFound");
  CHECK_FALSE(Note(rollout, kept));

  rollout.object["metadata"]["generation"] = 13;
  rollout.WriteStatus();
  CHECK(rollout.ConditionText("RollbackRefused") == "");
  Proves("RO-084");
}

TEST_CASE("a kept field that asked again for the last rollback leads to no phase (RO-083)") {
  Asking rollout(5);
  const ReplicaSet target = Target();
  rollout.Apply(*Note(rollout, {.asked = 5, .target = &target, .becomes = 9, .now = kNow}));
  const RollbackOutcome kept{.asked = 5, .now = kNow, .not_removed = true};
  rollout.Apply(*Note(rollout, kept));
  CHECK(rollout.status()["rolledBack"] == Json{{"revision", 5}, {"became", 9}, {"generation", 12}});
  CHECK_FALSE(Note(rollout, kept));
  Proves("RO-083");
}

}  // namespace
}  // namespace windlass::rollout::rollback_field_test
