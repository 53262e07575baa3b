// What a planner of in-place updates sees once a Deployment asks for them: whole Pods, their Nodes
// and the disruption budgets. Also tests what is folded of its own writes to Pods.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/core/own_names.h"
#include "controller/deployment/deployment_controller.h"
#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/watch/cache.h"
#include "controller/in_place/watch/wake_ups.h"
#include "controller/runtime/term.h"
#include "controller/workload/watch/wake_ups.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_host.h"

namespace windlass::sim::in_place_view_test {
namespace {

constexpr Duration kLimit = seconds(60);
constexpr const char* kInPlace = "windlass.dev/in-place";

Json Asking(const std::string& name, int replicas, const std::string& policy = "IfPossible") {
  Json deployment = SampleDeployment(name, replicas);
  deployment["metadata"]["annotations"][kInPlace] = policy;
  return deployment;
}

// Writes Node node-0, node-1 or node-2, with the names of the modelled kubelet's Nodes.
void SetNode(World& world, int number, bool ready, const std::string& version = "v1.34.1") {
  const std::string name = "node-" + std::to_string(number);
  Json node = {{"apiVersion", "v1"}, {"kind", "Node"}};
  node["metadata"]["name"] = name;
  const StoreKey key{resources::kNodes, "", name};
  if (world.api().Find(key) == nullptr) world.Apply(node);
  const ApiAnswer answer = world.api().Update("kubelet", key, "status", [&](Json& object) {
    object["status"]["conditions"] = Json::array();
    object["status"]["conditions"].push_back(
        {{"type", "Ready"}, {"status", ready ? "True" : "False"}});
    object["status"]["nodeInfo"]["kubeletVersion"] = version;
  });
  REQUIRE(answer.ok());
}
void SetBudget(World& world, const std::string& namespace_, int allowed) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"] = {{"name", "budget"}, {"namespace", namespace_}};
  budget["spec"] = {{"selector", Json::object()}, {"maxUnavailable", allowed}};
  world.Apply(budget);
}

// Answers 403 to requests for what the test forbids, and passes all others to the inner transport.
class Forbidding final : public Transport {
 public:
  Forbidding(const Clock& clock, TimerQueue& timers, Transport& inner)
      : clock_(clock), timers_(timers), inner_(inner) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    if (!IsForbidden(request)) return inner_.Call(std::move(request), std::move(reply));
    timers_.At(clock_.Now() + milliseconds(5),
               [reply = std::move(reply)] { reply(HttpResponse{403, "text/plain", "no", {}}); });
    return 0;
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    if (!IsForbidden(request)) return inner_.Stream(std::move(request), std::move(handler));
    timers_.At(clock_.Now() + milliseconds(5), [handler = std::move(handler)] {
      StreamEnd end;
      end.status = 403;
      handler.on_end(end);
    });
    return 0;
  }
  void Cancel(CallId id) override {
    if (id != 0) inner_.Cancel(id);
  }

  std::string forbidden;  // part of a path; "" forbids nothing

 private:
  bool IsForbidden(const HttpRequest& request) const {
    return !forbidden.empty() && request.target.find(forbidden) != std::string::npos;
  }

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& inner_;
};

// A process with the test's own planner, on a cluster of three Nodes.
struct Fixture {
  explicit Fixture(const std::string& namespace_ = "") : host(Environment(), namespace_) {
    cache.Extend(in_place);
    for (int i = 0; i < 3; ++i) SetNode(world, i, true);
    world.Apply(SampleNamespace("other"));
    SetBudget(world, "default", 1);
    SetBudget(world, "other", 2);
    write_deadline.AllowForGood();
    host.on_wake = [this](const ObjectKey& key, Wake) { ++wakes[key.name]; };
  }
  InformerEnvironment Environment() {
    const InformerEnvironment real = process->environment();
    return {real.clock, real.random, real.log, real.timers, forbidding, real.decoder};
  }
  // Rolls out with Windlass, so that there are Pods. Waits until they are at rest.
  void RollOut(const Json& deployment) {
    WindlassProcess windlass(world);
    world.Apply(deployment);
    REQUIRE(world.RunUntil([&] { return world.IsComplete(NameOf(deployment)); }, seconds(600)));
    REQUIRE(world.Quiesce());
  }
  void Start() {
    cache.Start();
    REQUIRE(world.RunUntil([&] { return cache.HasSynced(); }, kLimit));
  }
  View Look(const std::string& name = "web") const {
    return cache.ViewOf({"default", name}).value();
  }
  bool Known(const std::string& name = "web") const {
    const std::optional<View> view = cache.ViewOf({"default", name});
    return view && view->in_place_known;
  }
  int TakeWakes(const std::string& name = "web") {
    world.RunFor(seconds(1));
    return std::exchange(wakes[name], 0);
  }

  World world{1};
  std::unique_ptr<SimProcess> process = world.Boot();
  Forbidding forbidding{process->clock(), process->timers(), process->transport()};
  WriteDeadline write_deadline{process->clock()};
  Client client{process->clock(),   process->timers(), process->transport(),
                process->decoder(), write_deadline,    std::string(kOwnFieldManager)};
  EventRecorder events{process->clock(), process->log(), client};
  ControllerCounters counters;
  std::map<std::string, int> wakes;
  RecordingHost host;
  DeploymentStore deployments{host.informers()};
  WorkloadCache cache{host.informers(), deployments};
  InPlaceCache in_place{host.informers()};
  FoldTable& folds = host.informers().folds();
  WakeUps wake_ups{cache, host};
  InPlaceWakeUps in_place_wake_ups{in_place, cache, host};
};

TEST_CASE("while nobody asks for in-place updates nothing is watched for them") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 3));
  world.Apply(Asking("off", 1, "Disabled"));
  world.Apply(Asking("misspelled", 1, "Onyl"));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, seconds(600)));
  const InPlaceCache& in_place = windlass.controller().in_place();
  CHECK_FALSE(in_place.running());
  for (const Reflector* reflector : {&in_place.pods().reflector(), &in_place.nodes().reflector(),
                                     &in_place.budgets().reflector()}) {
    CHECK(reflector->counters().lists + reflector->counters().watch_lists == 0);
  }
  CHECK(windlass.controller().cache().Troubles().empty());
}

TEST_CASE("a Deployment that asks sees its Pods, their Nodes and its namespace's budgets") {
  const std::string policy = GENERATE("IfPossible", "only", "RELEASE");
  const std::string namespace_ = GENERATE("", "default");
  CAPTURE(policy, namespace_);
  Fixture f(namespace_);
  f.RollOut(SampleDeployment("plain", 2));
  f.RollOut(Asking("web", 5, policy));
  f.Start();
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, kLimit));

  const View view = f.Look();
  CHECK(view.in_place_missing.empty());
  REQUIRE(view.whole_pods.size() == 5);
  const std::string owner = view.replica_sets.at(0)->meta.name;
  for (size_t i = 0; i < view.whole_pods.size(); ++i) {
    const Pod& pod = *view.whole_pods[i];
    CHECK(pod.meta.ControllerRef()->name == owner);
    REQUIRE(view.nodes.contains(pod.node_name));
    CHECK(view.nodes.at(pod.node_name)->ready);
    CHECK(view.nodes.at(pod.node_name)->kubelet_version == KubeletVersion{1, 34});
    if (i == 0) continue;
    const ObjectMeta& before = view.whole_pods[i - 1]->meta;
    CHECK(std::pair(before.creation_timestamp, before.name) <
          std::pair(pod.meta.creation_timestamp, pod.meta.name));
  }
  REQUIRE(view.budgets.size() == 1);
  CHECK(view.budgets[0]->meta.namespace_ == "default");
  CHECK(view.budgets[0]->disruptions_allowed == 1);
  CHECK(view.replica_sets[0]->template_json != nullptr);

  const View plain = f.Look("plain");
  CHECK(plain.whole_pods.empty());
  CHECK(plain.budgets.empty());
  CHECK_FALSE(plain.in_place_known);
}

TEST_CASE("who does not ask any more sees its Pods for as long as a ReplicaSet remembers (P-076)") {
  Fixture f;
  f.RollOut(Asking("web", 2, "Only"));
  f.world.Annotate("web", "windlass.dev/in-place", "Disabled");
  const std::string name = NameOf(*f.world.ReplicaSets("web").at(0));
  const StoreKey key{resources::kReplicaSets, "default", name};
  const auto annotate = [&](const std::string& annotation, const Json& value) {
    REQUIRE(f.world.api()
                .Update("user", key, "",
                        [&](Json& rs) { rs["metadata"]["annotations"][annotation] = value; })
                .ok());
  };
  const bool noted = GENERATE(false, true);
  if (noted) {
    annotate("windlass.dev/in-place", "Disabled");
    annotate("internal.windlass.dev/mode", "{}");
  }
  f.Start();
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, kLimit));
  CHECK(f.Look().whole_pods.size() == 2);
  f.TakeWakes();
  int touched = 0;
  const auto touch = [&] {
    const std::string pod = NameOf(*f.world.Pods("web").at(0));
    const ApiAnswer answer = f.world.api().Update(
        "kubelet", {resources::kPods, "default", pod}, "status",
        [&](Json& object) { object["status"]["message"] = std::to_string(++touched); });
    REQUIRE(answer.ok());
  };
  touch();
  CHECK(f.TakeWakes() == 1);
  if (noted) {
    REQUIRE(f.world.api()
                .Update("user", key, "",
                        [](Json& rs) {
                          rs["metadata"]["annotations"].erase("internal.windlass.dev/mode");
                        })
                .ok());
  } else {
    annotate("windlass.dev/in-place", "Disabled");
  }
  f.TakeWakes();
  CHECK_FALSE(f.Known());
  touch();
  CHECK(f.TakeWakes() == 0);
}

TEST_CASE("changes of Pods, Nodes and budgets wake who asked for in-place updates, and no other") {
  Fixture f;
  f.RollOut(SampleDeployment("plain", 2));
  f.RollOut(Asking("web", 2));
  f.Start();
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, kLimit));
  CHECK(f.TakeWakes() > 0);  // the view now has Pods, Nodes and budgets
  f.TakeWakes("plain");
  const auto touch = [&](const std::string& deployment) {
    const Object pod = f.world.Pods(deployment).at(0);
    const ApiAnswer answer =
        f.world.api().Update("kubelet", {resources::kPods, "default", NameOf(*pod)}, "status",
                             [](Json& object) { object["status"]["message"] = "x"; });
    REQUIRE(answer.ok());
  };
  const auto number = [](std::string_view node) { return std::stoi(std::string(node.substr(5))); };

  SECTION("its own Pod") {
    touch("web");
    CHECK(f.TakeWakes() == 1);
  }
  SECTION("another one's Pod") {
    touch("plain");
    CHECK(f.TakeWakes() == 0);
  }
  SECTION("a Pod that goes") {
    const Object pod = f.world.Pods("web").at(0);
    f.world.api().Delete("user", {resources::kPods, "default", NameOf(*pod)});
    f.world.RunFor(seconds(1));
    CHECK(f.TakeWakes() > 0);
  }
  SECTION("a Node with a Pod of it") {
    const int node = number(f.Look().whole_pods[0]->node_name);
    SetNode(f.world, node, false);
    CHECK(f.TakeWakes() == 1);
    CHECK_FALSE(f.Look().nodes.at("node-" + std::to_string(node))->ready);
    SetNode(f.world, node, false, "v1.35.0");
    CHECK(f.TakeWakes() == 1);
    f.world.Annotate("web", "example.com/touched", "1");
    f.TakeWakes();
    f.world.api().Update("kubelet", {resources::kNodes, "", "node-" + std::to_string(node)},
                         "status", [](Json& object) { object["status"]["daemonEndpoints"] = 1; });
    CHECK(f.TakeWakes() == 0);
    f.world.api().Update("user", {resources::kNodes, "", "node-" + std::to_string(node)}, "",
                         [](Json& object) {
                           object["metadata"]["labels"]["topology.kubernetes.io/zone"] = "zone-a";
                         });
    CHECK(f.TakeWakes() == 0);  // the zone only decides which Pod is first (P-032)
    CHECK(f.Look().nodes.at("node-" + std::to_string(node))->zone == "zone-a");
  }
  SECTION("a Node without one") {
    SetNode(f.world, 7, true);
    CHECK(f.TakeWakes() == 0);
  }
  SECTION("a budget of its namespace") {
    SetBudget(f.world, "default", 0);
    CHECK(f.TakeWakes() > 0);  // changes of its spec, and then of its status
    CHECK(f.Look().budgets[0]->disruptions_allowed == 0);
  }
  SECTION("a budget of another namespace") {
    SetBudget(f.world, "other", 0);
    CHECK(f.TakeWakes() == 0);
  }
  CHECK(f.TakeWakes("plain") == 0);
}

TEST_CASE("a right to watch that is missing is named, and holds up nobody else") {
  Fixture f;
  f.RollOut(Asking("web", 2));
  const auto [path, missing] = GENERATE(table<std::string, std::string>(
      {{"/api/v1/pods?", "pods (no right to watch them)"},
       {"/nodes", "nodes (no right to watch them)"},
       {"/poddisruptionbudgets", "poddisruptionbudgets (no right to watch them)"}}));
  CAPTURE(path);
  f.forbidding.forbidden = path;
  f.Start();
  CHECK(f.cache.HasSynced());
  f.TakeWakes();
  CHECK_FALSE(f.Known());
  CHECK(f.Look().in_place_missing.empty());  // the API server may not know the rights yet
  f.world.RunFor(seconds(30));
  CHECK_FALSE(f.Known());
  CHECK(f.Look().in_place_missing == missing);
  CHECK(f.Look().whole_pods.empty());
  CHECK(f.in_place.Troubles().size() == 1);
  CHECK(f.cache.Troubles().empty());  // the missing right leaves Windlass ready

  f.forbidding.forbidden = "";
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, seconds(600)));
  CHECK(f.TakeWakes() > 0);
  CHECK(f.in_place.Troubles().empty());

  // If the right is taken away again, the next watch shows it.
  f.forbidding.forbidden = path;
  f.world.api().EndWatches();
  CHECK(f.world.RunUntil([&] { return f.Look().in_place_missing == missing; }, kLimit));
  CHECK(f.TakeWakes() > 0);
}

// Labels one Pod that does not have the label yet. `planned` counts how often the planner wanted
// to.
struct Labeller {
  Step operator()(const View& view, const Learned&, WallTime) {
    if (!view.in_place_known || view.whole_pods.empty()) return Wait{};
    const Pod& pod = *view.whole_pods[0];
    if (pod.meta.labels.Has("patched")) return Wait{};
    ++planned;
    const std::string operations = R"([{"op":"test","path":"/metadata/labels/app","value":"web"},)"
                                   R"({"op":"add","path":"/metadata/labels/patched","value":"1"}])";
    return Write{
        Request::GuardedJsonPatch(resources::kPods, KeyOf(pod.meta), pod.meta.uid, operations),
        {in_place::decisions::kPatchPod, {}}};
  }
  int planned = 0;
};

TEST_CASE("a patch of a Pod is folded: the next step sees it, whatever became of its reply") {
  Fixture f;
  f.RollOut(Asking("web", 3));
  f.Start();
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, kLimit));
  const bool lost = GENERATE(false, true);
  CAPTURE(lost);
  bool dropped = false;
  f.process->transport().LagStreams(seconds(30));  // the events come too late to show the label
  f.process->transport().decide = [&](uint64_t, const HttpRequest& request) {
    if (!lost || request.method != HttpMethod::kPatch || std::exchange(dropped, true)) {
      return Fate::kDelivered;
    }
    return Fate::kReplyLost;
  };
  Labeller labeller;
  PlannedController controller;
  controller.objects[ObjectKey{"default", "web"}] = {1, 1};
  controller.plan = [&](const ObjectKey& key, const Learned& learned) {
    return labeller(f.cache.ViewOf(key).value(), learned, f.process->clock().Wall());
  };
  const std::vector<Controller*> controllers = {&controller};
  Term term(SyncEnvironment{f.process->clock(), f.process->log(), f.client, f.events, f.folds,
                            controllers, f.process->timers()},
            f.process->random(), f.process->timers(), 4, f.counters, std::nullopt);
  const std::string name = f.Look().whole_pods[0]->meta.name;
  const auto patched = [&] { return f.Look().whole_pods[0]->meta.labels.Has("patched"); };
  term.Add({"default", "web"}, Wake::kObjectChange);
  REQUIRE(f.world.RunUntil([&] { return patched() && term.idle(); }, seconds(25)));
  CHECK(dropped == lost);
  CHECK(f.counters.uncertain == (lost ? 1 : 0));
  CHECK(labeller.planned == 1);
  CHECK(TextAt(*f.world.api().Find({resources::kPods, "default", name}),
               {"metadata", "labels", "patched"}) == "1");
  f.process->transport().decide = nullptr;
}

TEST_CASE("a Pod that ended or is gone when it is read again is gone from the view") {
  Fixture f;
  f.RollOut(Asking("web", 2));
  f.Start();
  REQUIRE(f.world.RunUntil([&] { return f.Known(); }, kLimit));
  const Pod pod = *f.Look().whole_pods[0];
  const Request read = Request::Get(resources::kPods, KeyOf(pod.meta));
  SECTION("ended") {
    const Object object = f.world.api().Find({resources::kPods, "default", pod.meta.name});
    Json ended = *object;
    ended["status"]["phase"] = "Failed";
    ended["metadata"]["resourceVersion"] = "999999999";
    REQUIRE(f.folds.Read({"default", "web"}, read, Reply{ended.dump()}).ok());
  }
  SECTION("gone") {
    const Request patch =
        Request::GuardedJsonPatch(resources::kPods, KeyOf(pod.meta), pod.meta.uid,
                                  R"([{"op":"test","path":"/spec/x","value":1}])");
    f.folds.Vanished({"default", "web"}, patch);
  }
  REQUIRE(f.Look().whole_pods.size() == 1);
  CHECK_FALSE(f.Look().whole_pods[0]->meta.name == pod.meta.name);
  CHECK(f.Known());
}

TEST_CASE(
    "a new leader writes nothing before it sees the Pods that the former one patched (L-011)") {
  World world(1);
  for (int i = 0; i < 3; ++i) SetNode(world, i, true);
  auto leader = std::make_unique<WindlassProcess>(world);
  WindlassProcess standby(world, WindlassProcess::Standby{});
  world.Apply(Asking("web", 2));
  world.Apply(SampleDeployment("plain", 1, "app:v1"));
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, seconds(600)));
  REQUIRE(world.Quiesce());
  const InPlaceCache& in_place = standby.controller().in_place();
  REQUIRE(in_place.HasSynced());
  leader.reset();

  standby.transport().LagStreams(seconds(40));
  world.SetImage("plain", "app:v2");
  world.RunFor(seconds(1));  // so without the barrier, that change is seen before the Pod's
  const std::string name = NameOf(*world.Pods("web").at(0));
  const ApiAnswer patched =
      world.api().Update("windlass", {resources::kPods, "default", name}, "",
                         [](Json& pod) { pod["metadata"]["labels"]["patched"] = "1"; });
  REQUIRE(patched.ok());
  std::optional<bool> knew;
  const bool barrier = GENERATE(true, false);
  standby.transport().decide = [&](uint64_t, const HttpRequest& request) {
    const bool write = request.method != HttpMethod::kGet;
    if (write && !knew) {
      knew = in_place.pods().store().Find({"default", name})->meta.labels.Has("patched");
    }
    return Fate::kDelivered;
  };
  standby.Lead({.barrier = barrier});
  REQUIRE(world.RunUntil([&] { return knew.has_value(); }, seconds(600)));
  CHECK(knew == barrier);
  standby.transport().decide = nullptr;
}

}  // namespace
}  // namespace windlass::sim::in_place_view_test
