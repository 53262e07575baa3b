// The toy controller runs beside the Deployment controller, in one simulated process.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/windlass/controllers_flag.h"
#include "cmd/windlass/metrics_text.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/toy/copied_map.h"
#include "test/toy/toy_controller.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass::sim::toy_test {
namespace {

constexpr Duration kLimit = seconds(600);

bool Becomes(World& world, const std::string& name, const std::string& value) {
  return world.RunUntil([&] { return ValueOf(world, name) == value; }, kLimit);
}

// Returns the Events with this reason: their reporters and their objects.
std::vector<std::string> EventsWith(World& world, const std::string& reason) {
  std::vector<std::string> found;
  for (const Object& event : world.api().List(resources::kEvents, "default")) {
    if (TextAt(*event, {"reason"}) != reason) continue;
    found.push_back(
        TextAt(*event, {"source", "component"}) + " " + TextAt(*event, {"involvedObject", "kind"}) +
        "/" + TextAt(*event, {"involvedObject", "name"}) + ": " + TextAt(*event, {"message"}));
  }
  return found;
}

// A world with the ConfigMaps `from`, the source, and `to`, the target.
struct Fixture {
  Fixture() {
    world.api().store().OnChange([this](const Change& change) {
      if (change.actor == "windlass" && change.key.resource == resources::kConfigMaps) ++writes;
    });
    world.Apply(CopiedMap("from", "to", "blue"));
    world.Apply(CopiedMap("to", "", ""));
  }

  World world{1};
  int writes = 0;  // writes of ConfigMaps by Windlass
};

using Process = WindlassProcess;
const ControllerList kToy = {ToyControllerEntry()};

TEST_CASE_METHOD(Fixture, "a value is copied, and copied again when it changes") {
  const Process windlass(world, {}, kToy);
  REQUIRE(Becomes(world, "to", "blue"));
  world.Apply(CopiedMap("from", "to", "green"));
  REQUIRE(Becomes(world, "to", "green"));
  REQUIRE(world.Quiesce());
  CHECK(writes == 2);
  CHECK(EventsWith(world, "ValueCopied") ==
        std::vector<std::string>{"toy-controller ConfigMap/to: Copied the value of from."});
}

TEST_CASE_METHOD(Fixture, "of two that are to be copied to one the first by name counts") {
  world.Apply(CopiedMap("a", "to", "red"));
  const Process windlass(world, {}, kToy);
  REQUIRE(Becomes(world, "to", "red"));
  world.api().Delete("user", {resources::kConfigMaps, "default", "a"});
  REQUIRE(Becomes(world, "to", "blue"));
  REQUIRE(world.Quiesce());
  CHECK(writes == 2);
}

TEST_CASE_METHOD(Fixture, "a ConfigMap that is made later gets its value then") {
  const Process windlass(world, {}, kToy);
  world.Apply(CopiedMap("early", "late", "1"));
  REQUIRE(world.Quiesce());
  world.Apply(CopiedMap("late", "", ""));
  CHECK(Becomes(world, "late", "1"));
}

TEST_CASE_METHOD(Fixture, "who does not lead copies nothing, and who takes over goes on") {
  auto leader = std::make_unique<Process>(world, ClientOptions{}, kToy);
  Process standby(world, Process::Standby{}, {}, kToy);
  REQUIRE(Becomes(world, "to", "blue"));
  leader.reset();
  world.Apply(CopiedMap("from", "to", "green"));
  world.RunFor(seconds(60));
  CHECK(ValueOf(world, "to") == "blue");
  standby.Lead({.barrier = true, .taken_over_as = "2"});
  CHECK(Becomes(world, "to", "green"));
  REQUIRE(world.Quiesce());
  CHECK(writes == 2);
}

TEST_CASE_METHOD(Fixture, "the next look sees a write although the watch has not shown it") {
  Process windlass(world, Process::Standby{}, {}, kToy);
  world.RunFor(seconds(5));  // its caches are complete
  windlass.transport().LagStreams(seconds(3600));
  windlass.Lead({});
  REQUIRE(Becomes(world, "to", "blue"));
  world.RunFor(seconds(5));
  windlass.Lead({});  // every key is looked at again
  world.RunFor(seconds(60));
  CHECK(windlass.runtime().idle());
  CHECK(writes == 1);
  CHECK(windlass.runtime().counters().conflicts == 0);
}

TEST_CASE_METHOD(Fixture, "a refused write is tried again later, and not in the same sync") {
  Process windlass(world, {}, kToy);
  int tried = 0;
  windlass.transport().decide = [&](uint64_t, const HttpRequest& request) {
    const bool write = request.target.find("/configmaps/to") != std::string::npos;
    return write && ++tried <= 2 ? Fate::kForbidden : Fate::kDelivered;
  };
  REQUIRE(Becomes(world, "to", "blue"));
  CHECK(tried == 3);
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE_METHOD(Fixture, "the metrics page has its figure beside those of Deployments") {
  const Process windlass(world, {}, kToy);
  world.Apply(SampleDeployment("web", 2));
  REQUIRE(Becomes(world, "to", "blue"));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  Snapshot snapshot;
  snapshot.controllers = windlass.runtime().names();
  snapshot.controller = windlass.runtime().counters();
  snapshot.informers = windlass.runtime().informers().Snapshots();
  windlass.runtime().ForEach(
      [&](const WatchingController& controller) { controller.AddFigures(snapshot.figures); });
  const std::string page = MetricsText(snapshot);
  CAPTURE(page);
  for (const std::string line :
       {"windlass_toy_copies_total 1\n", "windlass_stepped_back_total 0\n",
        "name=\"deployment-controller\"", "name=\"toy-controller\"",
        "windlass_decisions_total{kind=\"ConfigMap\",decision=\"copy value\"} 1\n",
        "windlass_decisions_total{kind=\"Deployment\",decision=\"create new "
        "replicaset\"} 1\n",
        "windlass_informer_synced{resource=\"configmaps\"} 1\n",
        "windlass_informer_synced{resource=\"deployments\"} 1\n"}) {
    CAPTURE(line);
    CHECK(page.find(line) != std::string::npos);
  }
}

// Watching ConfigMaps fails: the resource does not exist (404), or this process has no right to it
// (403).
TEST_CASE_METHOD(Fixture, "a controller whose caches never complete does not hold up the other") {
  const auto [code, barrier] =
      GENERATE(table<int, bool>({{403, false}, {403, true}, {404, false}}));
  CAPTURE(code, barrier);
  Process windlass(world, Process::Standby{}, {}, kToy);
  const TermOptions term{.barrier = barrier};
  world.Apply(SampleDeployment("web", 2));
  SECTION("the toy's, and Deployments go on") {
    windlass.network().SetRefused("/configmaps", code);
    windlass.Lead(term);
    CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    CHECK(ValueOf(world, "to").empty());
    windlass.network().SetRefused("");
    CHECK(Becomes(world, "to", "blue"));
  }
  SECTION("Deployments', and the toy goes on") {
    windlass.network().SetRefused("/deployments", code);
    windlass.Lead(term);
    CHECK(Becomes(world, "to", "blue"));
    CHECK(world.ReplicaSets("web").empty());
    windlass.network().SetRefused("");
    CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  }
  CHECK(world.Complaints().empty());
}

TEST_CASE_METHOD(Fixture, "what the toy reads is served no more: it waits, and Deployments go on") {
  Process windlass(world, {}, kToy);
  REQUIRE(Becomes(world, "to", "blue"));
  REQUIRE(world.Quiesce());
  const WatchingController* toy = nullptr;
  windlass.runtime().ForEach([&](const WatchingController& controller) {
    if (controller.component() == "toy-controller") toy = &controller;
  });
  REQUIRE(toy != nullptr);
  REQUIRE(toy->HasSynced());
  REQUIRE_FALSE(toy->WaitsForApi());

  windlass.network().SetRefused("/configmaps?", 404);
  REQUIRE(world.RunUntil([&] { return toy->WaitsForApi(); }, kLimit));
  CHECK_FALSE(toy->HasSynced());
  CHECK(toy->Troubles().size() == 1);
  world.Apply(CopiedMap("from", "to", "green"));
  world.Apply(SampleDeployment("web", 2));
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(ValueOf(world, "to") == "blue");

  windlass.network().SetRefused("");
  CHECK(Becomes(world, "to", "green"));
  CHECK(toy->HasSynced());
  CHECK(toy->Troubles().empty());
  CHECK(writes == 2);
  CHECK(world.Complaints().empty());
}

// The API server goes back to a backup. Windlass notices, and resets its caches. The cache of
// ConfigMaps still holds objects from before, such as `lost`, and cannot list the new ones, so it
// is not complete.
TEST_CASE_METHOD(Fixture, "a term that begins before the toy's cache is complete looks at no key") {
  const ObjectStore::Backup backup = world.api().store().Save();
  world.Apply(CopiedMap("lost", "", ""));
  Process windlass(world, Process::Standby{}, {}, kToy);
  const auto informer = [&](const std::string& resource) {
    const std::vector<InformerSnapshot> all = windlass.runtime().informers().Snapshots();
    const auto found = std::ranges::find(all, resource, &InformerSnapshot::resource);
    REQUIRE(found != all.end());
    return *found;
  };
  world.RunFor(seconds(5));
  REQUIRE(informer("configmaps").synced);
  windlass.network().SetDown(true);
  world.RunFor(seconds(2));  // its connections are refused
  world.api().store().PutBack(backup);
  windlass.network().SetRefused("/configmaps?");  // refuses lists and watches, not writes
  windlass.network().SetDown(false);
  const auto reset = [&] {
    const InformerSnapshot deployments = informer("deployments");
    return deployments.reflector.resets == 1 && deployments.synced;
  };
  REQUIRE(world.RunUntil(reset, kLimit));
  REQUIRE(!informer("configmaps").synced);
  REQUIRE(informer("configmaps").objects == 3);

  windlass.Lead({});
  world.RunFor(seconds(60));
  CHECK(windlass.runtime().counters().syncs == 0);
  CHECK(writes == 0);
  windlass.network().SetRefused("");
  CHECK(Becomes(world, "to", "blue"));
}

// Messages call the controller by its name in --controllers, "toy" or "copy", and not by the name
// that its Events have.
TEST_CASE_METHOD(Fixture, "a right of the toy that is missing is named, with where to get it") {
  const std::string name = GENERATE("toy", "copy");
  const ControllerEntry toy{name, kToy[0].make};
  DaemonProcess windlass(world, FlagsInWorld(), {DeploymentControllerEntry(), toy});
  windlass.network.review = [](const std::string& body) {
    const bool denied = body.find(R"("resource":"configmaps")") != std::string::npos &&
                        body.find(R"("verb":"patch")") != std::string::npos;
    return HttpResponse{
        201,
        "application/json",
        denied ? R"({"status":{"allowed":false}})" : R"({"status":{"allowed":true}})",
        {}};
  };
  windlass.daemon.Start();
  REQUIRE(Becomes(world, "to", "blue"));  // the model grants every right
  CHECK(windlass.Logged(
      "missing right: patch configmaps in all namespaces; apply again the manifests that installed "
      "Windlass, or give this user the rules of test/toy/rbac.yaml"));
  CHECK(windlass.Logged("leading: deployments, " + name + "s are being controlled"));
  // Deployments go on, so the process is ready, and says what the toy lacks.
  REQUIRE(world.RunUntil([&] { return windlass.daemon.HowReady().reasons.empty(); }, kLimit));
  CHECK(windlass.daemon.HowReady().notes ==
        std::vector<std::string>{name + "-controller: missing right: patch configmaps in all " +
                                 "namespaces; apply again the manifests that installed Windlass, "
                                 "or give this user the rules of test/toy/rbac.yaml"});
}

// A process that lacks a right to roll out Deployments is not ready, even if the toy works.
// Windlass may roll out its own Deployment: a version that cannot do that must not replace one that
// can.
TEST_CASE_METHOD(Fixture, "the toy does not make up for a right of Deployments that is missing") {
  DaemonProcess windlass(world, FlagsInWorld(), {DeploymentControllerEntry(), kToy[0]});
  windlass.network.review = [](const std::string& body) {
    const bool denied = body.find(R"("resource":"replicasets")") != std::string::npos &&
                        body.find(R"("verb":"create")") != std::string::npos;
    return HttpResponse{
        201,
        "application/json",
        denied ? R"({"status":{"allowed":false}})" : R"({"status":{"allowed":true}})",
        {}};
  };
  windlass.daemon.Start();
  REQUIRE(Becomes(world, "to", "blue"));
  world.RunFor(seconds(60));
  CHECK(windlass.daemon.HowReady().reasons ==
        std::vector<std::string>{
            "missing right: create replicasets.apps in all namespaces; apply again the manifests "
            "that installed Windlass, or give this user the rules of deploy/base/rbac.yaml"});
}

// --controllers as in test/toy/main.cc. Rights, the log and what is read follow the choice.
TEST_CASE_METHOD(Fixture, "a controller that is left out reads, asks for and does nothing") {
  const ControllerList all = {DeploymentControllerEntry(), kToy[0]};
  const bool toy = GENERATE(true, false);
  const Result<ControllerList> chosen =
      ChooseControllers(toy ? "toy-controller" : "*,-toy-controller", all);
  REQUIRE(chosen.ok());
  REQUIRE(chosen->size() == 1);
  DaemonProcess windlass(world, FlagsInWorld(), *chosen);
  int asked_maps = 0;
  int asked_deployments = 0;
  windlass.network.review = [&](const std::string& body) {
    if (body.find(R"("resource":"configmaps")") != std::string::npos) ++asked_maps;
    if (body.find(R"("resource":"deployments")") != std::string::npos) ++asked_deployments;
    return HttpResponse{201, "application/json", R"({"status":{"allowed":true}})", {}};
  };
  int read_maps = 0;
  int read_deployments = 0;
  windlass.network.on_request = [&](const HttpRequest& request) {
    if (request.target.find("/configmaps") != std::string::npos) ++read_maps;
    if (request.target.find("/deployments") != std::string::npos) ++read_deployments;
  };
  world.Apply(SampleDeployment("web", 2));
  windlass.daemon.Start();
  if (toy) {
    REQUIRE(Becomes(world, "to", "blue"));
  } else {
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  }
  world.RunFor(seconds(60));
  CHECK(ValueOf(world, "to") == (toy ? "blue" : ""));
  CHECK(world.ReplicaSets("web").empty() == toy);
  CHECK((asked_maps > 0) == toy);
  CHECK((asked_deployments > 0) == !toy);
  CHECK((read_maps > 0) == toy);
  CHECK((read_deployments > 0) == !toy);
  CHECK(windlass.Logged(toy ? "leading: toys are being controlled"
                            : "leading: deployments are being controlled"));
}

// One run: the toy controller copies to two ConfigMaps, to one of them twice.
struct Run {
  explicit Run(std::optional<Fault> fault, Successor successor) {
    world.api().store().OnChange([this](const Change& change) {
      if (change.actor == "windlass" && change.key.resource == resources::kConfigMaps) ++writes;
    });
    SupervisedWindlass windlass(world, fault, successor, kToy);
    world.Apply(CopiedMap("from", "to", "blue"));
    world.Apply(CopiedMap("to", "", ""));
    world.Apply(CopiedMap("other", "next", "1"));
    world.Apply(CopiedMap("next", "", ""));
    world.RunFor(seconds(30));
    world.Apply(CopiedMap("from", "to", "green"));
    CHECK(world.Quiesce(seconds(120)));
    calls = windlass.calls();
    struck = windlass.struck();
  }

  World world{11};
  int writes = 0;
  uint64_t calls = 0;
  bool struck = false;
};

TEST_CASE("a crash before or after any call, and a lost reply, change nothing in the end") {
  const Successor successor = GENERATE(Successor::kRestarted, Successor::kStandby);
  const Run calm(std::nullopt, successor);
  REQUIRE(calm.writes == 3);
  REQUIRE(calm.calls > 3);
  for (uint64_t call = 0; call < calm.calls; ++call) {
    for (const FaultKind kind :
         {FaultKind::kCrashBefore, FaultKind::kCrashAfter, FaultKind::kReplyLost}) {
      CAPTURE(call, static_cast<int>(kind), static_cast<int>(successor));
      Run run(Fault{call, kind}, successor);
      CHECK(run.struck);
      CHECK(ValueOf(run.world, "to") == "green");
      CHECK(ValueOf(run.world, "next") == "1");
      // A crash may come before the value changes to green. Then blue need not be written.
      CHECK(run.writes >= 2);
      CHECK(run.writes <= calm.writes);
      CHECK(run.world.Complaints().empty());
    }
  }
}

}  // namespace
}  // namespace windlass::sim::toy_test
