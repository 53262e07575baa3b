#include "test/sim/disruption_controller.h"

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::disruption_controller_test {
namespace {

const StoreKey kBudget{resources::kPodDisruptionBudgets, "default", "web"};

struct Row {
  std::string spec;
  int64_t desired;
  int64_t allowed;
};

Json BudgetOf(const std::string& spec) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = "web";
  budget["spec"] = Json::parse(spec);
  budget["spec"]["selector"]["matchLabels"]["app"] = "web";
  return budget;
}

int64_t Field(World& world, const char* field) {
  return IntAt(*world.api().Find(kBudget), {"status", field});
}

TEST_CASE("A budget allows what its Pods and its numbers let it") {
  const Row row = GENERATE(values<Row>({{R"({"minAvailable": 3})", 3, 2},
                                        {R"({"minAvailable": 5})", 5, 0},
                                        {R"({"minAvailable": "50%"})", 3, 2},
                                        {R"({"maxUnavailable": 1})", 4, 1},
                                        {R"({"maxUnavailable": "30%"})", 3, 2},
                                        {R"({"maxUnavailable": 7})", 0, 5}}));
  CAPTURE(row.spec);
  World world(1);
  world.Apply(SampleReplicaSet("web", 5));
  world.Apply(BudgetOf(row.spec));
  REQUIRE(world.Quiesce());
  CHECK(Field(world, "observedGeneration") == 1);
  CHECK(Field(world, "currentHealthy") == 5);
  CHECK(Field(world, "desiredHealthy") == row.desired);
  CHECK(Field(world, "disruptionsAllowed") == row.allowed);
}

TEST_CASE("A budget counts Pods that are deleted, or promised to be, as gone") {
  World world(2);
  world.Apply(SampleReplicaSet("web", 5, "web:1-slow-stop-20s"));
  world.Apply(BudgetOf(R"({"maxUnavailable": 2})"));
  REQUIRE(world.Quiesce());
  const auto pods = world.api().List(resources::kPods, "default");
  const std::string now = TimeText(world.loop().clock().Wall());
  world.api().Update("eviction", kBudget, "status", [&](Json& budget) {
    budget["status"]["disruptedPods"][NameOf(*pods[0])] = now;
  });
  world.RunFor(seconds(1));
  CHECK(Field(world, "disruptionsAllowed") == 1);
  world.RunFor(DisruptionController::kDisruptedFor + seconds(1));
  CHECK(Field(world, "disruptionsAllowed") == 2);
  CHECK(world.disruption_controller().not_deleted() == 1);
  // The frozen kubelet keeps the Pod that replaces the deleted one from becoming Ready.
  world.kubelet().Freeze(true);
  world.api().Delete("user", {resources::kPods, "default", NameOf(*pods[1])});
  world.RunFor(seconds(1));
  CHECK(Field(world, "disruptionsAllowed") == 1);
}

TEST_CASE("A Pod that is restarted in place and stays Ready is healthy to its budget") {
  World world(3);
  world.Apply(SampleReplicaSet("web", 1, "web:1-slow-stop-5s"));
  world.Apply(BudgetOf(R"({"maxUnavailable": 1})"));
  REQUIRE(world.Quiesce());
  const Object pod = world.api().List(resources::kPods, "default").front();
  world.api().Update("user", {resources::kPods, "default", NameOf(*pod)}, "",
                     [](Json& object) { object["spec"]["containers"][0]["image"] = "web:2"; });
  const PodTruth& truth = *world.kubelet().Truth(UidOf(*pod));
  REQUIRE(world.RunUntil([&] { return !truth.containers[0].running; }, seconds(60)));
  CHECK(Field(world, "disruptionsAllowed") == 1);
}

}  // namespace
}  // namespace windlass::sim::disruption_controller_test
