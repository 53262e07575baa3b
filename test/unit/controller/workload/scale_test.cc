#include "controller/workload/actions/scale.h"

#include <nlohmann/json.hpp>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::scale_test {
namespace {

// One ReplicaSet of a row. `desired` is the value of both its size annotations (there is no surge);
// "-" means none.
struct Given {
  std::string name;
  bool is_new;
  int32_t replicas;
  int32_t available;
  std::string desired;
};
using Sets = std::vector<Given>;
Sets Old(const std::string& name, int32_t pods, const std::string& desired) {
  return {{name, false, pods, pods, desired}};
}
Sets New(const std::string& name, int32_t pods, const std::string& desired) {
  return {{name, true, pods, pods, desired}};
}
Sets Starting(Sets sets) {  // no Pod is available yet
  for (Given& given : sets) given.available = 0;
  return sets;
}
Sets Both(Sets first, const Sets& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct Row {
  std::string id;
  std::string strategy;
  int32_t replicas;  // the Deployment's, now
  Sets replica_sets;
  Scaling want;
  std::string want_write;  // "" = none
};

World WorldOf(const Row& row) {
  World world(row.replicas);
  world.deployment.spec.strategy_type = row.strategy;
  world.deployment.spec.max_surge = IntOrPercent::Int(0);
  for (const Given& given : row.replica_sets) {
    ReplicaSet& rs = given.is_new ? world.AddNew(given.name, given.replicas, given.available)
                                  : world.AddOld(given.name, given.replicas, given.available);
    world.SetAnnotation(rs, kDesiredReplicas, given.desired);
    world.SetAnnotation(rs, kMaxReplicas, given.desired);
    if (given.desired == "-") rs.meta.annotations.Erase(kDesiredReplicas);
  }
  return world;
}

// Returns "web-1 -> 12", or "web-1 annotations" if the size does not change.
std::string Describe(const std::optional<Step>& step) {
  if (!step) return "";
  const Write& write = std::get<Write>(*step);
  const auto body = nlohmann::json::parse(write.request.body());
  std::string text = write.request.key().name;
  if (!body.contains("spec")) return text + " annotations";
  return text + " -> " + body["spec"]["replicas"].dump();
}

constexpr auto kRolling = "RollingUpdate";

TEST_CASE("a scaling event is told from the annotations and handled before the rollout") {
  const Row row = GENERATE(values<Row>({
      {"D-352 no event", kRolling, 10, New("v1", 10, "10"), Scaling::kNone, ""},
      {"D-352 annotation that says nothing", kRolling, 10, New("v1", 5, "abc"), Scaling::kNone, ""},
      {"D-109 adopted", kRolling, 10, Old("v1", 5, "-"), Scaling::kNone, ""},
      {"D-353 0 to N", kRolling, 10, New("v1", 0, "0"), Scaling::kNone, ""},
      {"X-70", kRolling, 12, New("v1", 10, "10"), Scaling::kOneActive, "v1 -> 12"},
      {"X-71", kRolling, 5, New("v1", 10, "10"), Scaling::kOneActive, "v1 -> 5"},
      {"D-353 N to 0", kRolling, 0, New("v1", 10, "10"), Scaling::kOneActive, "v1 -> 0"},
      {"D-354 only an old one is active", kRolling, 12,
       Both(Old("v1", 10, "10"), New("v2", 0, "10")), Scaling::kOneActive, "v1 -> 12"},
      {"D-067 template changed as well", kRolling, 12, Old("v1", 10, "10"), Scaling::kOneActive,
       "v1 -> 12"},
      {"X-97 B-01 right size, stale annotation", kRolling, 5, New("v1", 5, "3"),
       Scaling::kOneActive, "v1 annotations"},
      {"X-80", kRolling, 0, Both(Old("v1", 1, "6"), New("v2", 3, "6")), Scaling::kProportional,
       "v1 -> 0"},
      {"X-99 saturated", kRolling, 2, Both(Old("v1", 1, "1"), New("v2", 2, "2")),
       Scaling::kSaturated, "v1 -> 0"},
      {"X-86 full, but not available", kRolling, 2,
       Both(Old("v1", 1, "2"), Starting(New("v2", 2, "2"))), Scaling::kNone, ""},
      {"X-72 in proportion", kRolling, 10, Both(Old("v1", 3, "5"), New("v2", 2, "5")),
       Scaling::kProportional, "v1 -> 6"},
      {"B-11 begun by an earlier controller", kRolling, 10,
       Both(Old("v1", 6, "10"), New("v2", 2, "5")), Scaling::kProportional, "v2 -> 4"},
      {"scaled back before it was handled", kRolling, 5, Both(Old("v1", 3, "5"), New("v2", 2, "5")),
       Scaling::kNone, ""},
      {"X-98 B-02", "Recreate", 12, Both(Old("v1", 8, "10"), New("v2", 5, "10")), Scaling::kRefresh,
       "v1 annotations"},
  }));
  CAPTURE(row.id);
  const World world = WorldOf(row);
  const Situation situation = world.Look();
  CHECK(ScalingOf(situation) == row.want);
  CHECK(Describe(HandleScaling(situation)) == row.want_write);
  Proves(row.id);
}

// It would wait for its own Pods, which Recreate removes next.
TEST_CASE("with Recreate, what is about to be removed does not grow before (P-011)") {
  const bool paused = GENERATE(false, true);
  World world = WorldOf({.id = "",
                         .strategy = "Recreate",
                         .replicas = 3,
                         .replica_sets = Old("v1", 1, "1"),
                         .want = Scaling::kOneActive,
                         .want_write = ""});
  world.deployment.spec.paused = paused;
  Situation situation = world.Look();
  CHECK(Describe(HandleScaling(situation)) == "v1 -> 3");
  situation.extended.mixed.push_back({situation.all[0], "web-1"});
  const auto step = HandleScaling(situation);
  REQUIRE(step);
  const Write& write = std::get<Write>(*step);
  CHECK(write.request.subresource() == (paused ? "status" : ""));  // while paused it is held
  if (!paused) CHECK(Describe(step) == "v1 annotations");
  Proves("P-011");
}

// The API server refuses the ReplicaSet of v2, and the workload was scaled to 0 before. Under
// Recreate Pods come back only if a dry run was refused, too.
void CheckWakesUnderRecreate(bool forbidden) {
  World world(3);
  world.deployment.spec.strategy_type = "Recreate";
  ReplicaSet& first = world.AddOld("web-1", 0, 0);
  world.SetAnnotation(first, kScaledToZero,
                      world.deployment.meta.uid.ToString() + "/" +
                          std::to_string(world.deployment.meta.generation) + "/3");
  world.SetAnnotation(first, kDesiredReplicas, "0");
  const Request create =
      Request::Create(resources::kReplicaSets, {world.deployment.meta.namespace_, "web-2"}, "{}");
  world.learned.push_back({create.Identity(), Error{ErrorKind::kForbidden, "refused"}});
  View view = world.view();
  view.workload.kept_revision = RevisionOf(first.meta);
  const Claims claims = ClaimReplicaSets(view);
  Situation situation = MakeSituation(view, claims, world.learned, kNow);
  situation.extended.new_one_forbidden = forbidden;
  const auto step = HandleScaling(situation);
  CHECK((step && std::holds_alternative<Read>(*step)) == forbidden);  // asks whether Pods are left
}

struct UntoldRow {
  const char* name;
  bool overdue;
  bool refused;
  bool recreate;
  bool slept;  // its user had scaled the workload to 0; otherwise Recreate or somebody removed Pods
  const char* want;
};

// The ReplicaSet of v2 does not exist, and it is not known what its template is with defaults.
TEST_CASE("Pods come back in an earlier revision if the defaults do not come for long (RO-122)") {
  const UntoldRow row = GENERATE(values<UntoldRow>({
      {"one answer was lost", false, false, false, true, ""},
      {"an API server that never tells", true, false, false, true, "web-1 -> 3"},
      {"v2 was deleted", true, false, false, false, "web-1 -> 3"},
      {"Recreate, after a sleep", true, false, true, true, "asks whether Pods are left"},
      {"Recreate removed v1 itself", true, false, true, false, ""},
      {"Recreate, and v2 never comes", false, true, true, false, "asks whether Pods are left"},
  }));
  CAPTURE(row.name);
  World world(3);
  ReplicaSet& first = world.AddOld("web-1", 0, 0);
  if (row.slept) {
    const std::string of = world.deployment.meta.uid.ToString() + "/" +
                           std::to_string(world.deployment.meta.generation) + "/3";
    world.SetAnnotation(first, kScaledToZero, of);
    world.SetAnnotation(first, kDesiredReplicas, "0");
  }
  if (row.recreate) world.deployment.spec.strategy_type = "Recreate";
  View view = world.view();
  view.workload.kept_revision = RevisionOf(first.meta);
  const Claims claims = ClaimReplicaSets(view);
  Situation situation = MakeSituation(view, claims, world.learned, kNow);
  situation.extended.new_one_unknown = true;
  situation.extended.new_one_overdue = row.overdue;
  if (row.refused) situation.extended.refused = {.reason = "InvalidTemplate", .message = ""};
  const auto step = HandleScaling(situation);
  const bool asks = step && std::holds_alternative<Read>(*step);
  CHECK((asks ? "asks whether Pods are left" : Describe(step)) == row.want);
  CheckWakesUnderRecreate(/*forbidden=*/true);
  CheckWakesUnderRecreate(/*forbidden=*/false);
  Proves("RO-122");
}

TEST_CASE("a change of size carries both annotations and tells users (D-271)") {
  World world(10);
  const ReplicaSet& rs = world.AddOld("web-1", 8, 8);
  const Write write = Resize(world.Look(), rs, 3, decisions::kScaleDownOldReplicaSet);
  const auto body = nlohmann::json::parse(write.request.body());
  CHECK(body["spec"] == nlohmann::json({{"replicas", 3}}));
  CHECK(body["metadata"]["annotations"] ==
        nlohmann::json({{kDesiredReplicas, "10"}, {kMaxReplicas, "13"}}));
  CHECK(body["metadata"]["uid"] == rs.meta.uid.ToString());
  CHECK(body["metadata"]["resourceVersion"] == "101");
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0] == Event{Event::Type::kNormal, "ScalingReplicaSet",
                                     "Scaled down replica set web-1 from 8 to 3"});
  CHECK(write.because.decision == decisions::kScaleDownOldReplicaSet);
  CHECK(Resize(world.Look(), rs, 9, decisions::kScaleReplicaSet).on_success[0].message ==
        "Scaled up replica set web-1 from 8 to 9");
  // Annotations only.
  CHECK(Resize(world.Look(), rs, 8, decisions::kScaleReplicaSet).on_success.empty());
}

TEST_CASE("whatever the new ReplicaSet lacks goes in one patch with its size (D-165)") {
  World world(10);
  world.AddOld("web-old", 0, 0);
  ReplicaSet& rs = world.AddNew("web-new", 4, 4);
  world.SetAnnotation(rs, kRevision, "1");
  world.deployment.meta.annotations = {{"team", "a"}};
  world.deployment.spec.min_ready_seconds = 7;
  world.SetAnnotation(world.replica_sets[0], kRevision, "2");

  const auto step = UpdateNewReplicaSet(world.Look(), 10);
  REQUIRE(step);
  const auto body = nlohmann::json::parse(std::get<Write>(*step).request.body());
  CHECK(body["spec"] == nlohmann::json({{"replicas", 10}, {"minReadySeconds", 7}}));
  CHECK(body["metadata"]["annotations"] == nlohmann::json({{"team", "a"},
                                                           {kRevision, "3"},
                                                           {kRevisionHistory, "1"},
                                                           {kDesiredReplicas, "10"},
                                                           {kMaxReplicas, "13"}}));
}

}  // namespace
}  // namespace windlass::workload::scale_test
