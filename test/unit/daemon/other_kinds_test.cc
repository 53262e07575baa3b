// What a process says of Rollouts that it was not asked to carry out, on the simulated cluster.
#include "cmd/windlass/other_kinds.h"

#include <optional>
#include <string>
#include <vector>

#include "controller/rollout/rollout_controller.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass::other_kinds_test {
namespace {

using Lines = std::vector<std::string>;

const ControllerList kAll = {DeploymentControllerEntry(), RolloutControllerEntry()};
const ControllerList kDeployments = {DeploymentControllerEntry()};
const Lines kWaits = {
    "rollouts.windlass.dev: 1 object waits, default/web, because no process handles this kind; run "
    "a Windlass with --controllers=rollout"};
constexpr char kThereAreObjects[] = "objects of a kind that --controllers leaves out";

// A process for Deployments alone.
struct Fixture {
  Fixture() {
    windlass.network.on_request = [this](const HttpRequest& request) {
      if (request.target.find("/rollouts") == std::string::npos) return;
      CHECK(request.method == HttpMethod::kGet);
      CHECK(request.target == "/apis/windlass.dev/v1alpha1/rollouts?limit=100");
      looks.push_back(windlass.process->clock().Now());
    };
  }

  // Runs until the process has looked once more.
  void RunToLook() {
    const size_t before = looks.size();
    REQUIRE(world.RunUntil([&] { return looks.size() > before; }, seconds(301)));
    world.RunFor(seconds(1));  // for the answer
  }
  Lines Notes() { return windlass.daemon.HowReady().notes; }
  // Returns how often the log has `text`.
  size_t Logged(const std::string& text) {
    return static_cast<size_t>(std::ranges::count_if(windlass.log.lines, [&](const auto& line) {
      return line.find(text) != std::string::npos;
    }));
  }

  sim::World world{1};
  DaemonProcess windlass{world, FlagsInWorld(), kDeployments, OtherKindsOf(kAll, kDeployments)};
  std::vector<MonotonicTime> looks;
};

TEST_CASE("a process looks at the kinds with a CustomResourceDefinition that it leaves out") {
  const std::vector<OtherKind> kinds = OtherKindsOf(kAll, kDeployments);
  REQUIRE(kinds.size() == 1);
  CHECK(kinds[0].controller == "rollout");
  CHECK(kinds[0].resource == resources::kRollouts);
  CHECK(OtherKindsOf(kAll, kAll).empty());
  CHECK(OtherKindsOf(kAll, {kAll[1]}).empty());  // the API server always has Deployments
}

TEST_CASE_METHOD(Fixture, "a Rollout that no process carries out is named, until one does") {
  world.Apply(sim::SampleRollout("web"));
  windlass.daemon.Start();
  RunToLook();
  CHECK(Notes().empty());
  CHECK(Logged(kThereAreObjects) == 1);

  RunToLook();
  CHECK(looks[1] - looks[0] >= seconds(59));
  CHECK(looks[1] - looks[0] <= seconds(62));
  CHECK(Notes() == kWaits);
  CHECK(windlass.daemon.HowReady().reasons.empty());
  CHECK(Logged(kWaits[0]) == 1);
  RunToLook();
  CHECK(Logged(kWaits[0]) == 1);
  CHECK(Logged(kThereAreObjects) == 1);

  {
    sim::WindlassProcess other(world, {},
                               sim::ProcessControllers::Only({RolloutControllerEntry()}));
    const auto done = [&] { return world.IsComplete("web", resources::kRollouts); };
    REQUIRE(world.RunUntil(done, seconds(600)));
    RunToLook();
    CHECK(Notes().empty());
  }

  // A Rollout at rest needs no process. One that is changed does.
  RunToLook();
  RunToLook();
  CHECK(Notes().empty());
  world.SetImage("web", "app:v2", resources::kRollouts);
  RunToLook();
  RunToLook();
  CHECK(Notes() == kWaits);
  CHECK(Logged(kWaits[0]) == 2);
  Proves("RO-172");
}

TEST_CASE_METHOD(Fixture, "a kind that another process carries out is no news") {
  const sim::WindlassProcess other(world, {},
                                   sim::ProcessControllers::Only({RolloutControllerEntry()}));
  windlass.daemon.Start();
  for (int i = 0; i < 20; ++i) {
    if (i == 0) world.Apply(sim::SampleRollout("web"));
    world.SetImage("web", "app:v" + std::to_string(i + 2), resources::kRollouts);
    world.RunFor(seconds(61));
    CHECK(Notes().empty());
  }
  CHECK(looks.size() >= 4);
  CHECK(Logged("no process handles this kind") == 0);
  Proves("RO-172");
}

// Each change is a reason to wait anew: a process may be about to carry it out.
TEST_CASE_METHOD(Fixture, "a Rollout that is changed between two looks is not said to wait") {
  world.Apply(sim::SampleRollout("web"));
  windlass.daemon.Start();
  for (int i = 0; i < 5; ++i) {
    RunToLook();
    CHECK(Notes().empty());
    world.SetImage("web", "app:v" + std::to_string(i + 2), resources::kRollouts);
  }
  RunToLook();
  RunToLook();
  CHECK(Notes() == kWaits);
  Proves("RO-172");
}

TEST_CASE_METHOD(Fixture, "what cannot be found out is no news") {
  const HttpResponse answer = GENERATE(values<HttpResponse>({
      {403, "application/json", R"({"kind":"Status","code":403})", {}},
      {404, "application/json", R"({"kind":"Status","code":404})", {}},
      {500, "text/plain", "trouble", {}},
      {200, "application/json", "", {}},
      {200, "application/json", "[]", {}},
      {200, "application/json", R"({"items":{}})", {}},
      {200, "application/json", R"({"items":[1,null,{"metadata":[]},{"metadata":{"uid":7}}]})", {}},
  }));
  CAPTURE(answer.status, answer.body);
  bool usable = true;
  windlass.network.refusal = [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (usable || request.target.find("/rollouts") == std::string::npos) return std::nullopt;
    return answer;
  };
  world.Apply(sim::SampleRollout("web"));
  windlass.daemon.Start();
  RunToLook();
  RunToLook();
  REQUIRE(Notes() == kWaits);

  usable = false;
  const size_t lines = windlass.log.lines.size();
  RunToLook();
  CHECK(Notes().empty());
  RunToLook();
  CHECK(looks.back() - looks[looks.size() - 2] >= seconds(299));
  CHECK(windlass.log.lines.size() == lines);
  CHECK(windlass.daemon.HowReady().reasons.empty());
  world.Apply(sim::SampleDeployment("shop", 2, "app:v1"));
  CHECK(world.RunUntil([&] { return world.IsComplete("shop"); }, seconds(600)));

  usable = true;  // known anew after two looks
  RunToLook();
  CHECK(Notes().empty());
  RunToLook();
  CHECK(Notes() == kWaits);
  Proves("RO-173");
}

TEST_CASE_METHOD(Fixture, "a process that stops looks no more") {
  windlass.daemon.Start();
  RunToLook();
  windlass.daemon.Stop();
  const size_t before = looks.size();
  world.RunFor(seconds(900));
  CHECK(looks.size() == before);
}

TEST_CASE("the objects of all namespaces are looked at, or those of --namespace") {
  sim::World world(1);
  Flags flags = FlagsInWorld();
  flags.namespace_ = "default";
  DaemonProcess windlass(world, flags, kDeployments, OtherKindsOf(kAll, kDeployments));
  std::string asked;
  windlass.network.on_request = [&](const HttpRequest& request) {
    if (request.target.find("/rollouts") != std::string::npos) asked = request.target;
  };
  windlass.daemon.Start();
  REQUIRE(world.RunUntil([&] { return !asked.empty(); }, seconds(10)));
  CHECK(asked == "/apis/windlass.dev/v1alpha1/namespaces/default/rollouts?limit=100");
}

}  // namespace
}  // namespace windlass::other_kinds_test
