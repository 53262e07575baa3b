// Departures while things go wrong: the CustomResourceDefinition is old or away, Departures are
// deleted on the way, replies are lost, leaders change, processes crash.
#include <memory>
#include <optional>
#include <string>

#include "test/departure/departure_world.h"

namespace windlass::sim::departure_trouble_test {
namespace {

using Process = WindlassProcess;

const Json kTrip = {{"pod", "web-0"}, {"tower", "tower.example"}};

bool IsEviction(const HttpRequest& request) {
  return request.target.find("/eviction") != std::string::npos;
}

const WatchingController& ControllerIn(const Process& process) {
  const WatchingController* found = nullptr;
  process.runtime().ForEach([&](const WatchingController& controller) { found = &controller; });
  REQUIRE(found != nullptr);
  return *found;
}

// --- the CustomResourceDefinition ---

TEST_CASE_METHOD(DepartureWorld, "under an older CustomResourceDefinition nothing is done") {
  CreatePod("web-0");
  ShowCrd(departure::kCrd.revision - 1);
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  world.RunFor(seconds(300));
  CHECK(writes == 0);
  CHECK(evicted.empty());
  CHECK(tower.asked == 0);
  CHECK(ControllerIn(windlass).WaitsForApi());
  CHECK(ControllerIn(windlass).Troubles() ==
        Texts{"departures.toy.windlass.dev: the CustomResourceDefinition has revision 0, and this "
              "version of Windlass needs 1: kubectl apply --server-side -f "
              "test/departure/toy.windlass.dev_departures.yaml"});
  ShowCrd(departure::kCrd.revision);
  CHECK(Becomes("trip", "PodGone"));
  CHECK(ControllerIn(windlass).Troubles().empty());
}

TEST_CASE_METHOD(DepartureWorld, "a CustomResourceDefinition that is removed is waited for") {
  CreatePod("web-0");
  CreatePod("web-1");
  Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "PodGone"));
  const bool comes_back_older = GENERATE(false, true);
  CAPTURE(comes_back_older);

  // Also the path of the CustomResourceDefinition has this part.
  windlass.network().SetRefused("/departures", 404);
  REQUIRE(world.RunUntil([&] { return ControllerIn(windlass).WaitsForApi(); }, kDepartureLimit));
  CHECK(ControllerIn(windlass).Troubles().size() == 1);
  Depart("next", {{"pod", "web-1"}});
  world.RunFor(seconds(120));
  CHECK(evicted.size() == 1);

  if (comes_back_older) ShowCrd(0);
  windlass.network().SetRefused("");
  if (comes_back_older) {
    world.RunFor(seconds(300));
    CHECK(evicted.size() == 1);
    ShowCrd(departure::kCrd.revision);
  }
  CHECK(Becomes("next", "PodGone"));
  CHECK(ControllerIn(windlass).Troubles().empty());
}

// --- a Departure is deleted ---

TEST_CASE_METHOD(DepartureWorld, "a Departure that is deleted before the eviction keeps its Pod") {
  const std::string uid = CreatePod("web-0");
  CreatePod("web-1");
  SetBudget("web", 2);
  const Process windlass(world, {}, controllers);
  SECTION("while the tower is asked") {
    tower.silent = true;
    Depart("trip", kTrip);
    REQUIRE(world.RunUntil([&] { return tower.asked == 1; }, kDepartureLimit));
  }
  SECTION("while a budget refuses") {
    Depart("trip", {{"pod", "web-0"}});
    REQUIRE(Becomes("trip", "DisruptionBudget"));
  }
  Delete("trip");
  REQUIRE(Departure("trip") != nullptr);  // the finalizer keeps it
  REQUIRE(world.RunUntil([&] { return Departure("trip") == nullptr; }, kDepartureLimit));
  SetBudget("web", 1);
  REQUIRE(world.Quiesce());
  world.RunFor(seconds(300));
  CHECK(evicted.empty());
  CHECK(UidOf(*Pod("web-0")) == uid);
  const Texts events = EventsAbout("Departure", "trip");
  CHECK(std::ranges::count(events, "PodStays") == 1);
}

TEST_CASE_METHOD(DepartureWorld, "a Departure that is deleted after the eviction goes at once") {
  CreatePod("web-0");
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  const bool is_over = GENERATE(false, true);
  REQUIRE(Becomes("trip", is_over ? "PodGone" : "PodEnds"));
  Delete("trip");
  REQUIRE(world.RunUntil([&] { return Departure("trip") == nullptr; }, kDepartureLimit));
  REQUIRE(world.RunUntil([&] { return Pod("web-0") == nullptr; }, kDepartureLimit));
  REQUIRE(world.Quiesce());
  CHECK(std::ranges::count(EventsAbout("Departure", "trip"), "PodStays") == 0);
}

TEST_CASE_METHOD(DepartureWorld, "a Departure that is deleted while nobody leads is let go later") {
  CreatePod("web-0");
  tower.why_not = "fog";
  auto windlass = std::make_unique<Process>(world, ClientOptions{}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "NotCleared"));
  windlass.reset();
  Delete("trip");
  world.RunFor(seconds(60));
  REQUIRE(Departure("trip") != nullptr);
  tower.why_not.clear();
  const Process next(world, {}, controllers);
  REQUIRE(world.RunUntil([&] { return Departure("trip") == nullptr; }, kDepartureLimit));
  REQUIRE(world.Quiesce());
  CHECK(evicted.empty());
}

// --- writes that fail, and leaders that change ---

TEST_CASE_METHOD(DepartureWorld, "an eviction whose reply is lost is carried out once") {
  const std::string uid = CreatePod("web-0");
  Process windlass(world, {}, controllers);
  int sent = 0;
  windlass.transport().decide = [&](uint64_t, const HttpRequest& request) {
    return IsEviction(request) && ++sent == 1 ? Fate::kReplyLost : Fate::kDelivered;
  };
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "PodGone"));
  CreatePod("web-0");
  REQUIRE(world.Quiesce());
  CHECK(evicted == Texts{uid});
  CHECK(sent == 1);
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE_METHOD(DepartureWorld, "a refused write is tried again later, and not in the same sync") {
  const std::string part = GENERATE("/eviction", "/departures/trip/status", "/departures/trip?");
  CAPTURE(part);
  CreatePod("web-0");
  Process windlass(world, {}, controllers);
  int tried = 0;
  windlass.transport().decide = [&](uint64_t, const HttpRequest& request) {
    const bool is_meant =
        request.method != HttpMethod::kGet && request.target.find(part) != std::string::npos;
    return is_meant && ++tried <= 2 ? Fate::kForbidden : Fate::kDelivered;
  };
  Depart("trip", kTrip);
  if (part == "/eviction") REQUIRE(Becomes("trip", "EvictionRefused"));
  REQUIRE(Becomes("trip", "PodGone"));
  CHECK(tried >= 3);
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE_METHOD(DepartureWorld, "a process that takes over goes on, and a standby does nothing") {
  CreatePod("web-0");
  tower.why_not = "fog";
  auto leader = std::make_unique<Process>(world, ClientOptions{}, controllers);
  Process standby(world, Process::Standby{}, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "NotCleared"));
  leader.reset();
  tower.why_not.clear();
  world.RunFor(seconds(120));
  CHECK(evicted.empty());
  standby.Lead({.barrier = true, .taken_over_as = "2"});
  REQUIRE(Becomes("trip", "PodGone"));
  REQUIRE(world.Quiesce());
  CHECK(evicted.size() == 1);
}

TEST_CASE_METHOD(DepartureWorld, "the end of a term cancels the question (Q-020)") {
  CreatePod("web-0");
  tower.silent = true;
  Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(world.RunUntil([&] { return tower.asked == 1; }, kDepartureLimit));
  windlass.Lead({});
  CHECK(tower.cancelled == 1);
  tower.silent = false;
  CHECK(Becomes("trip", "PodGone"));
}

TEST_CASE_METHOD(DepartureWorld, "a Departure that cannot be read is left alone (R-031)") {
  CreatePod("web-0");
  tower.why_not = "fog";
  const Process windlass(world, {}, controllers);
  Depart("trip", kTrip);
  REQUIRE(Becomes("trip", "NotCleared"));
  const StoreKey key{departure::kDepartures, "default", "trip"};
  const auto set_uid = [&](const std::string& uid) {
    world.api().Update("user", key, "status",
                       [&](Json& object) { object["status"]["pod"]["uid"] = uid; });
  };
  set_uid("nobody");
  tower.why_not.clear();
  world.RunFor(seconds(300));
  CHECK(evicted.empty());
  set_uid(UidOf(*Pod("web-0")));
  CHECK(Becomes("trip", "PodGone"));
}

// --- crashes ---

// One run: web-0 leaves and is made again, web-1 leaves without a tower, and the Departure of web-2
// is deleted while its tower says no.
struct Run : DepartureWorld {
  Run(std::optional<Fault> fault, Successor successor) : DepartureWorld(11) {
    for (const std::string name : {"web-0", "web-1", "web-2"}) uids.push_back(CreatePod(name));
    SupervisedWindlass windlass(world, fault, successor, controllers);
    Depart("trip", kTrip);
    Depart("other", {{"pod", "web-1"}});
    Depart("late", {{"pod", "web-2"}, {"tower", "tower.example"}});
    tower.why_not = "fog";
    world.RunFor(seconds(90));
    Delete("late");
    world.RunFor(seconds(30));
    tower.why_not.clear();
    REQUIRE(world.RunUntil([&] { return Pod("web-0") == nullptr; }, kDepartureLimit));
    CreatePod("web-0");
    CHECK(world.Quiesce(seconds(120)));
    calls = windlass.calls();
    struck = windlass.struck();
  }

  Texts uids;
  uint64_t calls = 0;
  bool struck = false;
};

TEST_CASE("a crash before or after any call, and a lost reply, end in the same state") {
  const Successor successor = GENERATE(Successor::kRestarted, Successor::kStandby);
  const Run calm(std::nullopt, successor);
  REQUIRE(calm.calls > 10);
  for (uint64_t call = 0; call < calm.calls; ++call) {
    for (const FaultKind kind :
         {FaultKind::kCrashBefore, FaultKind::kCrashAfter, FaultKind::kReplyLost}) {
      CAPTURE(call, static_cast<int>(kind), static_cast<int>(successor));
      Run run(Fault{call, kind}, successor);
      CHECK(run.struck);
      CHECK(TextAt(run.Ready("trip"), {"reason"}) == "PodGone");
      CHECK(TextAt(run.Ready("other"), {"reason"}) == "PodGone");
      CHECK(run.Departure("late") == nullptr);
      CHECK(run.evicted == Texts{run.uids[1], run.uids[0]});
      CHECK(IsReadyPod(*run.Pod("web-0")));
      CHECK(UidOf(*run.Pod("web-2")) == run.uids[2]);
      CHECK(run.writes <= calm.writes + 1);
      CHECK(run.world.Complaints().empty());
    }
  }
}

}  // namespace
}  // namespace windlass::sim::departure_trouble_test
