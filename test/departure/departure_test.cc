// Departures in one simulated process: Pods are evicted once they are cleared.
#include <string>
#include <variant>

#include "test/departure/departure_world.h"
#include "test/sim/crd_schema.h"

namespace windlass::sim::departure_test {
namespace {

using Process = WindlassProcess;

const Json kTrip = {{"pod", "web-0"}, {"tower", "tower.example"}};

TEST_CASE_METHOD(DepartureWorld, "a Pod that is cleared is evicted, and every deed has an Event") {
  const std::string uid = CreatePod("web-0");
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "PodEnds"));
  CHECK(TextAt(*Departure("trip"), {"status", "phase"}) == "Departing");
  CHECK(TextAt(ConditionOf(*Departure("trip"), "Reconciling"), {"status"}) == "True");
  REQUIRE(Becomes("trip", "PodGone"));
  REQUIRE(world.Quiesce());
  CHECK(Pod("web-0") == nullptr);
  CHECK(evicted == Texts{uid});
  CHECK(tower.asked == 1);
  CHECK(writes == 4);  // the finalizer, and a status for each Event below
  CHECK(TextAt(Ready("trip"), {"status"}) == "True");
  CHECK(EventsAbout("Departure", "trip") == Texts{"PodChosen", "PodEnds", "PodGone"});
  CHECK(EventsAbout("Pod", "web-0") == Texts{"Evicted"});
  CHECK(windlass.runtime().counters().internal_errors == 0);
  Figures figures;
  windlass.runtime().ForEach(
      [&](const WatchingController& controller) { controller.AddFigures(figures); });
  REQUIRE(figures.size() == 1);
  CHECK(std::get<uint64_t>(figures.families().front().series.begin()->second) == 1);
}

TEST_CASE_METHOD(DepartureWorld, "a budget that allows no eviction is waited for, and named") {
  CreatePod("web-0");
  CreatePod("web-1");
  SetBudget("web", 2);
  const Process windlass(world, {}, controllers);
  Depart("trip", {{"pod", "web-0"}});
  REQUIRE(Becomes("trip", "DisruptionBudget"));
  CHECK(TextAt(Ready("trip"), {"message"}) ==
        "Pod web-0 is not evicted yet: The disruption budget web needs 2 healthy pods and has 2 "
        "currently");
  world.RunFor(seconds(300));
  CHECK(evicted.empty());
  SetBudget("web", 1);
  CHECK(Becomes("trip", "PodGone"));
  CHECK(evicted.size() == 1);
}

TEST_CASE_METHOD(DepartureWorld, "several budgets stall a Departure, in the API server's words") {
  CreatePod("web-0");
  CreatePod("web-1");
  SetBudget("one", 1);
  SetBudget("two", 1);
  const Process windlass(world, {}, controllers);
  Depart("trip", {{"pod", "web-0"}});
  REQUIRE(Becomes("trip", "ManyBudgets"));
  CHECK(TextAt(ConditionOf(*Departure("trip"), "Stalled"), {"message"}) ==
        "the API server refused to evict Pod web-0: This pod has more than one "
        "PodDisruptionBudget, which the eviction subresource does not support. Delete all but one "
        "PodDisruptionBudget that selects the Pod.");
  CHECK(evicted.empty());
  world.api().Delete("user", {resources::kPodDisruptionBudgets, "default", "two"});
  CHECK(Becomes("trip", "PodGone"));
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE_METHOD(DepartureWorld, "a tower that says no, or nothing, is asked again (Q-020)") {
  const std::string reason = GENERATE("NotCleared", "NoAnswer");
  CreatePod("web-0");
  if (reason == "NotCleared") tower.why_not = "fog";
  if (reason == "NoAnswer") tower.fails = 3;
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", reason));
  CHECK(evicted.empty());
  CHECK(TextAt(Ready("trip"), {"message"}) ==
        (reason == "NotCleared" ? "tower.example does not let Pod web-0 go: fog; it is asked again "
                                  "every minute"
                                : "tower.example did not answer whether Pod web-0 may go: no such "
                                  "tower; it is asked again every minute"));
  const int before = writes;
  REQUIRE(world.RunUntil([&] { return tower.asked == 3; }, kDepartureLimit));
  CHECK(writes == before);
  tower.why_not.clear();
  CHECK(Becomes("trip", "PodGone"));
  CHECK(evicted.size() == 1);
  CHECK_FALSE(windlass.away());
}

TEST_CASE_METHOD(DepartureWorld, "a tower that never answers holds up no other Departure (Q-020)") {
  CreatePod("web-0");
  CreatePod("web-1");
  tower.silent = true;
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  Depart("other", {{"pod", "web-1"}});
  REQUIRE(Becomes("other", "PodEnds", seconds(5)));
  REQUIRE(Becomes("trip", "NoAnswer", kAskDeadline + seconds(5)));
  CHECK(tower.cancelled == 1);
  tower.silent = false;
  CHECK(Becomes("trip", "PodGone"));
}

TEST_CASE_METHOD(DepartureWorld, "a wrong spec stalls one Departure, with field and remedy") {
  CreatePod("web-0");
  CreatePod("web-1");
  const Process windlass(world, {}, controllers);
  Depart("wrong", Json::object());
  Depart("trip", kTrip);
  REQUIRE(Becomes("wrong", "InvalidSpec"));
  CHECK(TextAt(ConditionOf(*Departure("wrong"), "Stalled"), {"message"}) ==
        "spec.pod is empty; set spec.pod to the name of the Pod that is to go");
  REQUIRE(Becomes("trip", "PodGone"));
  Depart("wrong", {{"pod", "web-1"}});
  CHECK(Becomes("wrong", "PodGone"));
  CHECK(evicted.size() == 2);
}

TEST_CASE_METHOD(DepartureWorld, "a process without towers stalls a Departure that names one") {
  CreatePod("web-0");
  const Process windlass(world, {}, ProcessControllers::Only({DepartureControllerEntry()}));
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "NoTower"));
  world.Edit("trip", {{"spec", {{"tower", nullptr}}}}, departure::kDepartures);
  CHECK(Becomes("trip", "PodGone"));
}

TEST_CASE_METHOD(DepartureWorld, "a Pod that is created later is evicted then") {
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "NoSuchPod"));
  CreatePod("web-0");
  CHECK(Becomes("trip", "PodGone"));
}

TEST_CASE_METHOD(DepartureWorld, "a Pod that is made again with the same name stays") {
  const std::string first = CreatePod("web-0");
  const Process windlass(world, {}, controllers);
  const auto replace = [&] {
    REQUIRE(world.RunUntil([&] { return Pod("web-0") == nullptr; }, kDepartureLimit));
    CreatePod("web-0");
  };
  SECTION("after its eviction") {
    Depart("trip", kTrip);
    replace();
    CHECK(evicted == Texts{first});
  }
  SECTION("while the tower is asked") {
    tower.latency = seconds(9);
    tower.why_not = "fog";
    Depart("trip", kTrip);
    REQUIRE(world.RunUntil([&] { return tower.asked == 1; }, kDepartureLimit));
    world.api().Delete("user", {resources::kPods, "default", "web-0"});
    replace();
    tower.why_not.clear();
    CHECK(evicted.empty());
  }
  REQUIRE(Becomes("trip", "PodGone"));
  REQUIRE(world.Quiesce());
  world.RunFor(seconds(300));
  CHECK(IsReadyPod(*Pod("web-0")));
  CHECK(UidOf(*Pod("web-0")) != first);
}

TEST_CASE_METHOD(DepartureWorld, "two Departures of one Pod end well, and take one disruption") {
  CreatePod("web-0");
  CreatePod("web-1");
  CreatePod("web-2");
  SetBudget("web", 2);
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  Depart("also", kTrip);
  REQUIRE(Becomes("trip", "PodGone"));
  REQUIRE(Becomes("also", "PodGone"));
  CHECK(evicted.size() == 1);
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE("the manifest of Departures has the revision that this program needs") {
  const Json crd = ReadManifest(departure::kDepartures);
  CHECK(TextAt(crd, {"metadata", "name"}) == NameOf(departure::kCrd));
  CHECK(AnnotationOf(crd, kind::kCrdRevisionKey) == std::to_string(departure::kCrd.revision));
}

}  // namespace
}  // namespace windlass::sim::departure_test
