// A leader ends its term while a write is in flight, on the simulated cluster: after SIGTERM, or
// because another cluster answers. Either the write ends before the leader gives up the Lease, or
// the Lease keeps its holder, and the next leader raises a fence.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/unit/daemon/daemon_process.h"

namespace windlass::shutdown_test {
namespace {

using sim::Object;

constexpr Duration kLimit = seconds(600);
constexpr const char* kTerm = "windlass.dev/term";

bool IsScaling(const HttpRequest& request) {
  return request.method == HttpMethod::kPatch &&
         request.target.find("/replicasets/") != std::string::npos &&
         request.body.find("\"replicas\"") != std::string::npos;
}

// A leader in the middle of a rollout. Both ReplicaSets have replicas, and the network holds the
// next request that scales one of them.
struct MidRollout {
  MidRollout() {
    leader = std::make_unique<DaemonProcess>(world);
    leader->daemon.Start();
    world.Apply(sim::SampleDeployment("web", 4, "app:v1"));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    standby = std::make_unique<DaemonProcess>(world);
    standby->daemon.Start();
    REQUIRE(world.Quiesce());
    name = Holder();
    REQUIRE_FALSE(name.empty());
    leader->network.HoldNext(
        [this](const HttpRequest& request) { return IsScaling(request) && BothHaveReplicas(); });
    world.SetImage("web", "app:v2");
    REQUIRE(world.RunUntil([&] { return leader->network.holds(); }, kLimit));
    world.api().store().OnChange([this](const sim::Change& change) {
      const bool controls = change.key.resource == resources::kDeployments ||
                            change.key.resource == resources::kReplicaSets;
      if (controls && change.actor == "windlass" && Holder() == name) ++writes;
    });
  }

  bool BothHaveReplicas() {
    int count = 0;
    for (const Object& rs : world.ReplicaSets("web")) {
      if (sim::IntAt(*rs, {"spec", "replicas"}) > 0) ++count;
    }
    return count == 2;
  }
  std::string Holder() {
    const Object lease = world.api().Find({resources::kLeases, "default", "windlass"});
    return lease == nullptr ? "" : sim::TextAt(*lease, {"spec", "holderIdentity"});
  }
  bool LeaderEnds(Duration limit) {
    return world.RunUntil([&] { return leader->daemon.finished(); }, limit);
  }
  // Returns true if both ReplicaSets of the rollout have the annotation of a fence.
  bool Fenced() const {
    int fenced = 0;
    for (const Object& rs : world.ReplicaSets("web")) {
      if (!sim::AnnotationOf(*rs, kTerm).empty()) ++fenced;
    }
    return fenced == 2;
  }
  // The Lease still has the leader's name, so the successor must raise a fence before `late`
  // arrives.
  void SuccessorFences(const HttpRequest& late) {
    CHECK(Holder() == name);
    CHECK(writes == 0);
    leader.reset();
    REQUIRE(world.RunUntil([&] { return Fenced(); }, seconds(60)));
    CHECK(Holder() != name);
    CHECK(world.api().Handle(late, "windlass").status == 409);
  }
  void Finish() {
    const bool complete = world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
    INFO(world.Complaints());
    CHECK(complete);
    CHECK(world.Complaints().empty());
  }

  sim::World world{1};
  std::unique_ptr<DaemonProcess> leader;
  std::unique_ptr<DaemonProcess> standby;
  std::string name;  // the leader's, in the Lease
  int writes = 0;    // by the leader, since its request was held
};

// Q-015.
TEST_CASE("SIGTERM: a write that is out ends, and then the Lease is given up (D-538)") {
  MidRollout rollout;
  rollout.leader->daemon.Stop();
  rollout.world.RunFor(seconds(2));
  CHECK_FALSE(rollout.leader->daemon.finished());
  CHECK(rollout.Holder() == rollout.name);
  CHECK(rollout.writes == 0);
  rollout.leader->network.Deliver();
  REQUIRE(rollout.LeaderEnds(seconds(1)));
  CHECK(rollout.leader->daemon.exit_code() == kExitOk);
  CHECK(rollout.Holder().empty());
  CHECK(rollout.writes == 1);  // the held write; the sync takes no further step
  rollout.leader.reset();
  rollout.Finish();
  CHECK_FALSE(rollout.Fenced());
  Proves("D-538");
}

TEST_CASE("SIGTERM: a write without an answer leaves the Lease its holder (D-538, L-012)") {
  MidRollout rollout;
  rollout.leader->daemon.Stop();
  REQUIRE(rollout.LeaderEnds(seconds(5)));
  CHECK(rollout.leader->daemon.exit_code() == kExitOk);
  CHECK(rollout.leader->Logged("the Lease is not released"));
  rollout.SuccessorFences(rollout.leader->network.TakeHeld());
  rollout.Finish();
  Proves("D-538");
}

TEST_CASE("SIGTERM: so does a write that broke off and was not looked for yet (D-538, L-012)") {
  MidRollout rollout;
  const HttpRequest late = rollout.leader->network.Break();
  rollout.leader->daemon.Stop();
  REQUIRE(rollout.LeaderEnds(seconds(1)));
  rollout.SuccessorFences(late);
  rollout.Finish();
  Proves("D-538");
}

// Answers requests for namespace kube-system as a cluster other than the simulated one.
std::optional<HttpResponse> OtherCluster(const HttpRequest& request) {
  if (!request.target.ends_with("/kube-system")) return std::nullopt;
  return HttpResponse{200,
                      "application/json",
                      R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"kube-system",)"
                      R"("uid":"22222222-2222-4222-8222-222222222222"}})",
                      {}};
}

// The watch of Deployments fails once. An informer that recovers asks which cluster answers.
TEST_CASE("Another cluster: a write without an answer leaves the Lease its holder (L-012, R-061)") {
  MidRollout rollout;
  DaemonProcess& leader = *rollout.leader;
  bool refused = false;
  leader.process->transport().fate_of_stream = [&](const HttpRequest& request) {
    sim::StreamFate fate;
    if (refused || request.target.find("/deployments") == std::string::npos) return fate;
    refused = true;
    fate.refused = StreamEnd{500, "", std::nullopt, std::nullopt};
    return fate;
  };
  leader.network.refusal = OtherCluster;
  rollout.world.api().EndWatches(resources::kDeployments);
  REQUIRE(rollout.world.RunUntil([&] { return refused; }, seconds(10)));
  rollout.world.Annotate("web", "example.com/note", "x");  // the first line of the next watch
  REQUIRE(rollout.world.RunUntil([&] { return leader.Logged("another cluster answers"); },
                                 seconds(10)));
  rollout.world.RunFor(seconds(5));
  CHECK(rollout.Holder() == rollout.name);
  CHECK_FALSE(rollout.Fenced());

  // The next term of the same process, 10 s after the last one, must not take the write for gone.
  REQUIRE(rollout.world.RunUntil([&] { return rollout.Fenced(); }, seconds(30)));
  CHECK(rollout.Holder() == rollout.name);
  CHECK(rollout.world.api().Handle(leader.network.TakeHeld(), "windlass").status == 409);
  rollout.Finish();
}

TEST_CASE("SIGTERM: a leader with nothing to write gives the Lease up at once") {
  sim::World world(1);
  DaemonProcess windlass(world);
  windlass.daemon.Start();
  const auto holder = [&] {
    const Object lease = world.api().Find({resources::kLeases, "default", "windlass"});
    return lease == nullptr ? "" : sim::TextAt(*lease, {"spec", "holderIdentity"});
  };
  REQUIRE(world.RunUntil([&] { return !holder().empty(); }, seconds(10)));
  world.RunFor(seconds(10));
  windlass.daemon.Stop();
  REQUIRE(world.RunUntil([&] { return windlass.daemon.finished(); }, milliseconds(100)));
  CHECK(holder().empty());
}

}  // namespace
}  // namespace windlass::shutdown_test
