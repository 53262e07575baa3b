// Rollouts on the simulated cluster by the production controller, from create to delete. The
// invariants judge every write.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/workload/decisions.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::rollout_test {
namespace {

constexpr Duration kLimit = seconds(1800);  // virtual
constexpr const char* kRevisionKey = "deployment.kubernetes.io/revision";

Json Recreate(const std::string& name, int replicas, const std::string& image) {
  Json deployment = SampleDeployment(name, replicas, image);
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  return deployment;
}

void ExpectComplete(World& world, const std::string& name) {
  const bool complete = world.RunUntil([&] { return world.IsComplete(name); }, kLimit);
  INFO(world.Complaints());
  REQUIRE(complete);
  CHECK(world.Complaints().empty());
}

std::string Revision(World& world, const std::string& name) {
  return AnnotationOf(*world.Deployment(name), kRevisionKey);
}

// Returns "1:0 2:5": revision and size of each ReplicaSet, oldest revision first.
std::string Sizes(World& world, const std::string& name) {
  std::string text;
  for (const Object& rs : world.ReplicaSets(name)) {
    if (!text.empty()) text += " ";
    text +=
        AnnotationOf(*rs, kRevisionKey) + ":" + std::to_string(IntAt(*rs, {"spec", "replicas"}));
  }
  return text;
}

int CountEvents(World& world, const std::string& reason) {
  int count = 0;
  for (const Object& event : world.api().List(windlass::resources::kEvents, "default")) {
    if (TextAt(*event, {"reason"}) == reason) ++count;
  }
  return count;
}

TEST_CASE("create, roll, undo, roll: revisions and sizes are upstream's (D-160…D-164, D-633)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 10, "app:v1"));
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "1:10");

  world.SetImage("web", "app:v2");
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "1:0 2:10");

  REQUIRE(world.RolloutUndo("web"));
  ExpectComplete(world, "web");
  CHECK(Revision(world, "web") == "3");
  CHECK(Sizes(world, "web") == "2:0 3:10");

  world.SetImage("web", "app:v3");
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "2:0 3:0 4:10");
  CHECK(CountEvents(world, "ScalingReplicaSet") > 0);
  Proves("D-160 D-161 D-162 D-164 D-633");
}

TEST_CASE("a Recreate rollout with Pods slow to stop never has old and new ones (I-09)") {
  World world(GENERATE(1U, 2U, 3U, 4U, 5U));
  const WindlassProcess windlass(world);
  world.Apply(Recreate("web", 6, "app:v1-slow-stop-20s"));
  ExpectComplete(world, "web");
  world.SetImage("web", "app:v2-slow-stop-20s");
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "1:0 2:6");
  REQUIRE(world.RolloutUndo("web"));
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "2:0 3:6");
  Proves("D-300 D-306 D-308");
}

TEST_CASE("scaling goes up, down, to nothing and back (D-352, D-353)") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4, "app:v1"));
  ExpectComplete(world, "web");
  for (const int size : {9, 2, 0, 5}) {
    world.Scale("web", size);
    ExpectComplete(world, "web");
    CHECK(Sizes(world, "web") == "1:" + std::to_string(size));
    REQUIRE(world.Quiesce());
    CHECK(world.Pods("web").size() == static_cast<size_t>(size));
  }
  Proves("D-352 D-353");
}

TEST_CASE("new Pods that never start cost no old ones beyond the limit (D-265)") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 10, "app:v1"));
  ExpectComplete(world, "web");
  world.SetImage("web", "app:missing");
  world.RunFor(seconds(600));
  CHECK(Sizes(world, "web") == "1:8 2:5");
  CHECK(IntAt(*world.Deployment("web"), {"status", "availableReplicas"}) == 8);
  CHECK(world.Complaints().empty());

  REQUIRE(world.RolloutUndo("web"));
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "2:0 3:10");
  Proves("D-265");
}

TEST_CASE("history beyond its limit is deleted, oldest first (D-482, D-483)") {
  World world(1);
  const WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 2, "app:v1");
  deployment["spec"]["revisionHistoryLimit"] = 1;
  world.Apply(deployment);
  ExpectComplete(world, "web");
  for (const char* image : {"app:v2", "app:v3", "app:v4"}) {
    world.SetImage("web", image);
    ExpectComplete(world, "web");
  }
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world, "web") == "3:0 4:2");
  CHECK(world.Complaints().empty());
  Proves("D-482 D-483");
}

TEST_CASE("what is converged costs nothing: no call in an hour but watches (I-31)") {
  World world(1);
  WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 5, "app:v1"));
  world.Apply(Recreate("batch", 3, "app:v1"));
  ExpectComplete(world, "web");
  ExpectComplete(world, "batch");
  REQUIRE(world.Quiesce());
  const uint64_t calls = windlass.calls();
  world.RunFor(seconds(3600));
  CHECK(windlass.calls() == calls);
  Proves("D-611");
}

TEST_CASE("a deleted Deployment is not brought back, whatever way it is deleted (D-055)") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 5, "app:v1"));
  ExpectComplete(world, "web");
  world.SetImage("web", "app:v2");
  world.RunFor(milliseconds(300));  // in the middle of the rollout
  world.Delete("web", GENERATE(Propagation::kBackground, Propagation::kForeground));
  REQUIRE(world.Quiesce());
  CHECK(world.api().List(windlass::resources::kReplicaSets, "default").empty());
  CHECK(world.api().List(windlass::resources::kPods, "default").empty());
  CHECK(world.Complaints().empty());
  Proves("D-055");
}

TEST_CASE("a paused Deployment keeps its template until it is resumed (IT-04)") {
  World world(1);
  WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 5, "app:v1"));
  ExpectComplete(world, "web");
  world.Pause("web", true);
  world.SetImage("web", "app:v2");
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world, "web") == "1:5");
  world.Pause("web", false);
  ExpectComplete(world, "web");
  CHECK(Sizes(world, "web") == "1:0 2:5");
  Proves("D-057 IT-04");
}

TEST_CASE("many Deployments change at once and all complete") {
  World world(1);
  const WindlassProcess windlass(world);
  constexpr int kCount = 50;
  const auto name = [](int i) { return "web-" + std::to_string(i); };
  const auto all_complete = [&] {
    for (int i = 0; i < kCount; ++i) {
      if (!world.IsComplete(name(i))) return false;
    }
    return true;
  };
  for (int i = 0; i < kCount; ++i) world.Apply(SampleDeployment(name(i), 5, "app:v1"));
  world.RunFor(seconds(120));
  REQUIRE(all_complete());
  for (int i = 0; i < kCount; ++i) world.SetImage(name(i), "app:v2");
  world.RunFor(seconds(300));
  REQUIRE(all_complete());
  CHECK(world.Complaints().empty());
}

TEST_CASE("a decision is made when it can be sent, not minutes before") {
  World world(1);
  ClientOptions slow;
  slow.qps = 5;
  slow.burst = 5;
  const WindlassProcess windlass(world, slow);
  constexpr int kCount = 20;
  const auto name = [](int i) { return "web-" + std::to_string(i); };
  for (int i = 0; i < kCount; ++i) world.Apply(SampleDeployment(name(i), 3, "app:v1"));
  world.RunFor(seconds(120));
  for (int i = 0; i < kCount; ++i) CHECK(world.IsComplete(name(i)));
  // No call waits longer than a few turns of 200 ms.
  CHECK(windlass.longest_wait() < seconds(2));
}

// Writes a value that validation would refuse, as a newer or broken server might send it.
void SetMinReadySeconds(World& world, const StoreKey& key, const Json& value) {
  Json object = *world.api().Find(key);
  object["spec"]["minReadySeconds"] = value;
  world.api().store().Commit(key, object, world.loop().clock().Now(), "etcd", "edit");
}

TEST_CASE("an object that cannot be read stops its own rollout, and nobody else's (R-031)") {
  World world(1);
  auto windlass = std::make_unique<WindlassProcess>(world);
  world.Apply(SampleDeployment("web", 5, "app:v1"));
  world.Apply(SampleDeployment("shop", 5, "app:v1"));
  ExpectComplete(world, "web");
  ExpectComplete(world, "shop");
  const StoreKey poisoned = {resources::kReplicaSets, "default",
                             TextAt(*world.ReplicaSets("web").front(), {"metadata", "name"})};
  // Windlass knew the ReplicaSet before it became unreadable. After a restart Windlass has never
  // read it.
  const bool restart = GENERATE(false, true);
  SetMinReadySeconds(world, poisoned, "soon");
  if (restart) {
    windlass = std::make_unique<WindlassProcess>(world);
  } else {
    REQUIRE(world.Quiesce());  // the next write must not overtake this one on the way
  }
  world.SetImage("web", "app:v2");
  world.SetImage("shop", "app:v2");
  ExpectComplete(world, "shop");
  REQUIRE(world.Quiesce());
  CHECK(Sizes(world, "web") == "1:5");
  CHECK(CountEvents(world, "WindlassUnreadable") == 1);

  SECTION("until it can be read") { SetMinReadySeconds(world, poisoned, 0); }
  SECTION("or is gone") { REQUIRE(world.api().Delete("somebody", poisoned).ok()); }
  // ExpectComplete() is no use here: it checks the invariants, and the one that wants revisions to
  // rise knows nothing of a deleted history.
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(world.Pods("web").size() == 5);
}

// Whom this serves: who wrote it, and waits for Pods that do not come.
TEST_CASE("an object of which no version could ever be read is told of, and rolls out later") {
  World world(1);
  auto windlass = std::make_unique<WindlassProcess>(world);
  const StoreKey web = {resources::kDeployments, "default", "web"};
  Json unreadable = SampleDeployment("web", 3, "app:v1");
  world.Apply(SampleDeployment("shop", 3, "app:v1"));
  ExpectComplete(world, "shop");
  const bool restart = GENERATE(false, true);
  if (restart) windlass = nullptr;
  world.Apply(unreadable);
  SetMinReadySeconds(world, web, "soon");
  if (restart) windlass = std::make_unique<WindlassProcess>(world);
  REQUIRE(world.Quiesce());
  CHECK(CountEvents(world, "WindlassUnreadable") == 1);
  CHECK(world.ReplicaSets("web").empty());
  SetMinReadySeconds(world, web, 0);
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(CountEvents(world, "WindlassUnreadable") == 1);
}

// Returns the parts of a Deployment's status other than counters, and whether a rollout of
// `replicas` is complete.
std::string SaysBeyondCounters(const Json& deployment, int64_t replicas) {
  Json said = At(deployment, {"status", "conditions"});
  for (Json& condition : said) condition.erase("lastUpdateTime");
  const bool complete = IntAt(deployment, {"status", "availableReplicas"}) == replicas &&
                        IntAt(deployment, {"status", "updatedReplicas"}) == replicas &&
                        IntAt(deployment, {"status", "replicas"}) == replicas;
  return said.dump() + std::to_string(IntAt(deployment, {"status", "observedGeneration"})) +
         (complete ? " complete" : "");
}

TEST_CASE("between two writes of nothing but counters lies a second (C-006)") {
  WorldOptions far;  // with a slow network, counters change while a write is on its way
  far.network.latency_min = milliseconds(100);
  far.network.latency_max = milliseconds(200);
  World world(GENERATE(1U, 2U, 3U), far);
  const WindlassProcess windlass(world);
  constexpr int kReplicas = 40;
  Duration shortest = seconds(3600);
  int writes = 0;
  std::optional<MonotonicTime> last;
  world.api().store().OnChange([&](const Change& change) {
    if (change.key.resource != resources::kDeployments || !change.before || !change.after) return;
    if (At(*change.before, {"status"}) == At(*change.after, {"status"})) return;
    const MonotonicTime now = world.loop().clock().Now();
    if (SaysBeyondCounters(*change.before, kReplicas) ==
        SaysBeyondCounters(*change.after, kReplicas)) {
      if (last) shortest = std::min(shortest, now - *last);
      ++writes;
    }
    last = now;
  });
  world.Apply(SampleDeployment("web", kReplicas, "app:v1"));
  ExpectComplete(world, "web");
  world.SetImage("web", "app:v2-slow-start-5s");
  ExpectComplete(world, "web");
  world.SetImage("web", "app:v3-slow-start-5s");
  ExpectComplete(world, "web");
  CHECK(writes > 0);
  CHECK(shortest > milliseconds(500));
  Proves("W-11");
}

TEST_CASE("counters on their way are published at most once a second, their end at once (C-006)") {
  World world(GENERATE(1U, 2U, 3U));
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 40, "app:v1-slow-start-3s"));
  const auto writes = [&] {
    const auto& decisions = windlass.runtime().counters().decisions;
    const auto found = decisions.find({"Deployment", workload::decisions::kUpdateStatus});
    return found == decisions.end() ? 0 : found->second;
  };
  // The Pods become ready one after the other, within moments.
  REQUIRE(world.RunUntil(
      [&] { return IntAt(*world.Deployment("web"), {"status", "replicas"}) == 40; }, kLimit));
  const uint64_t before = writes();
  const MonotonicTime began = world.loop().clock().Now();
  ExpectComplete(world, "web");
  const auto took = std::chrono::duration_cast<seconds>(world.loop().clock().Now() - began);
  CHECK(writes() - before <= static_cast<uint64_t>(took.count()) + 2);

  // A write that was put off is made in the end, and with the true numbers.
  world.Scale("web", 20);
  ExpectComplete(world, "web");
  world.SetImage("web", "app:missing");
  REQUIRE(world.Quiesce());
  int available = 0;
  for (const Object& rs : world.ReplicaSets("web")) {
    available += static_cast<int>(IntAt(*rs, {"status", "availableReplicas"}));
  }
  CHECK(IntAt(*world.Deployment("web"), {"status", "availableReplicas"}) == available);
}

uint64_t HashOfARollout(uint64_t seed) {
  World world(seed);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 7, "app:v1"));
  world.Apply(Recreate("batch", 3, "app:v1-slow-stop-2s"));
  world.RunFor(seconds(30));
  world.SetImage("web", "app:v2-slow-start-1s");
  world.SetImage("batch", "app:v2");
  world.RunFor(seconds(60));
  return world.trace_hash();
}

TEST_CASE("a rollout's trace is a function of its seed (I-42)") {
  const uint64_t seed = GENERATE(1U, 42U);
  const uint64_t hash = HashOfARollout(seed);
  CHECK(hash == HashOfARollout(seed));
  CHECK(hash != HashOfARollout(seed + 1));
}

}  // namespace
}  // namespace windlass::sim::rollout_test
