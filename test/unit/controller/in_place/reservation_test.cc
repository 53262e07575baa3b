// Room reserved in PodDisruptionBudgets: P-038, policy Reserve.
#include "controller/in_place/reservation.h"

#include <nlohmann/json.hpp>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place {
namespace {

using namespace test;
using Json = nlohmann::json;

constexpr WallTime kNow{1'800'000'000};  // 2027-01-15T08:00:00Z

struct World {
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", kAt)});
  PodStanding standing{.node = "node-1", .available = true, .ready = true};
  PodDisruptionBudget first = Budget("first");
  PodDisruptionBudget second = Budget("second");
  std::vector<const PodDisruptionBudget*> budgets{&first, &second};

  World() {
    pod.meta.labels = {{"app", "web"}};
    pod.meta.namespace_ = "ns";
  }

  static PodDisruptionBudget Budget(const std::string& name) {
    PodDisruptionBudget budget;
    budget.meta.namespace_ = "ns";
    budget.meta.name = name;
    budget.meta.uid = kDeployment;
    budget.meta.resource_version = {"77"};
    budget.has_selector = budget.selector.present = true;
    budget.selector.match_labels = {{"app", "web"}};
    budget.disruptions_allowed = 2;
    return budget;
  }
  std::string ToReserve() const {
    const PodDisruptionBudget* budget = BudgetToReserve(pod, standing, budgets);
    return budget == nullptr ? "none" : budget->meta.name;
  }
};

TEST_CASE("P-038 room is reserved in each budget that counts the Pod as healthy, once") {
  World w;
  CHECK(w.ToReserve() == "first");
  w.first.disrupted_pods = {{"web-1", kNow}};
  CHECK(w.ToReserve() == "second");
  w.second.disrupted_pods = {{"web-0", kNow}};
  CHECK(w.ToReserve() == "second");
  w.second.selector.match_labels = {{"app", "other"}};
  CHECK(w.ToReserve() == "none");
}

TEST_CASE("P-038 a Pod that has a node may become Ready any moment: an entry, and no room") {
  World w;
  w.standing = {};
  w.pod.ready = {ConditionStatus::kFalse, {500}};
  w.first.disruptions_allowed = GENERATE(0, 1);
  CHECK(w.ToReserve() == "first");
  const Request request = Reserve(w.first, w.pod, w.budgets, kNow);
  const Json status = Json::parse(request.body())["status"];
  CHECK(status["disruptedPods"].contains("web-1"));
  CHECK(status["disruptionsAllowed"] == w.first.disruptions_allowed);
  w.standing.in_flight = true;
  CHECK(w.ToReserve() == "first");
  w.pod.node_name = "";
  CHECK(w.ToReserve() == "none");
}

TEST_CASE("P-038 a Pod in flight has its place: where there is no room, it goes on all the same") {
  World w;
  w.standing = {.in_flight = true, .ready = true};
  CHECK(w.ToReserve() == "first");
  w.first.disruptions_allowed = 0;
  CHECK(w.ToReserve() == "second");
  w.second.disruptions_allowed = 0;
  CHECK(w.ToReserve() == "none");
}

TEST_CASE("P-038 what is written is what an eviction writes, tied to the version that was seen") {
  World w;
  const Request request = Reserve(w.first, w.pod, w.budgets, kNow);
  CHECK(request.Describe() == "patch poddisruptionbudgets/status ns/first");
  CHECK(request.patch_type() == PatchType::kMerge);
  CHECK(Json::parse(request.body()) == Json::parse(R"({
    "metadata":{"uid":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","resourceVersion":"77"},
    "status":{"disruptedPods":{"web-1":"2027-01-15T07:59:59Z"},"disruptionsAllowed":1}})"));
}

TEST_CASE("P-038 the entries for one Pod have one time, unless one of them is old") {
  World w;
  const auto time = [&] {
    const Request request = Reserve(w.second, w.pod, w.budgets, kNow);
    return Json::parse(request.body())["status"]["disruptedPods"]["web-1"].get<std::string>();
  };
  w.first.disrupted_pods = {{"web-1", kNow + seconds(-30)}};
  CHECK(time() == "2027-01-15T07:59:30Z");
  w.first.disrupted_pods = {{"web-1", kNow + seconds(-31)}};
  CHECK(time() == "2027-01-15T07:59:59Z");
  // That of an eviction now: it must not pass for ours.
  w.first.disrupted_pods = {{"web-1", kNow}};
  CHECK(time() == "2027-01-15T07:59:59Z");
}

TEST_CASE("P-038 an entry is taken away alone, and nothing is said of how much is allowed") {
  World w;
  const Request request = Release(w.first, w.pod);
  CHECK(request.Describe() == "patch poddisruptionbudgets/status ns/first");
  CHECK(Json::parse(request.body()) == Json::parse(R"({
    "metadata":{"uid":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","resourceVersion":"77"},
    "status":{"disruptedPods":{"web-1":null}}})"));
}

TEST_CASE("P-038 an entry is over when it is ours and the Pod has been restarted") {
  World w;
  PodState state = StateWith({});
  const auto over = [&] { return IsOver(w.pod, &state, kNow, kNow + seconds(60)); };
  CHECK_FALSE(IsOver(w.pod, nullptr, kNow, kNow + seconds(60)));
  CHECK_FALSE(over());  // somebody else's
  state.reserved = kNow;
  CHECK(over());
  state.reserved = kNow + seconds(1);  // or written anew by an eviction
  CHECK_FALSE(over());
  state.reserved = kNow;
  state.drain = Drained{kNow, *ParseDrain("Gate")};
  CHECK_FALSE(over());
  state.drain.reset();
  w.pod.ready = {ConditionStatus::kFalse, {500}};
  CHECK(over());  // no budget counts it
  state.containers = {AppPatch()};
  w.pod.containers[0].image = "r/app:2";
  CHECK_FALSE(over());
  state.containers.clear();
  w.pod.meta.deletion_timestamp = kNow;
  CHECK_FALSE(over());
}

}  // namespace
}  // namespace windlass::in_place
