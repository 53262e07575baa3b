// A standby takes over in the middle of a rollout: from a cache that lags (L-011), or while a write
// of the former leader is still on its way (L-012).
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim::take_over_test {
namespace {

constexpr Duration kLimit = seconds(1800);
constexpr Duration kLag = seconds(40);
constexpr const char* kTerm = "windlass.dev/term";

// Returns true in the middle of a rollout of 10: both ReplicaSets have replicas, the new one more
// than 4.
bool MidRollout(World& world) {
  const auto sets = world.ReplicaSets("web");
  return sets.size() == 2 && IntAt(*sets[0], {"spec", "replicas"}) > 0 &&
         IntAt(*sets[1], {"spec", "replicas"}) > 4;
}

std::map<std::string, ResourceVersion> Versions(World& world) {
  std::map<std::string, ResourceVersion> versions;
  for (const Object& rs : world.ReplicaSets("web")) {
    versions[NameOf(*rs)] = {TextAt(*rs, {"metadata", "resourceVersion"})};
  }
  return versions;
}

// A leader that dies in the middle of a rollout, and its standby.
struct TakeOver {
  explicit TakeOver(uint64_t seed, Duration lag) : world(seed) {
    leader = std::make_unique<WindlassProcess>(world);
    standby = std::make_unique<WindlassProcess>(world, WindlassProcess::Standby{});
    world.Apply(SampleDeployment("web", 10, "app:v1"));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    REQUIRE(world.Quiesce());
    standby->transport().LagStreams(lag);
    world.SetImage("web", "app:v2");
    REQUIRE(world.RunUntil([&] { return MidRollout(world); }, kLimit));
    leader.reset();
    standby->transport().LagStreams(Duration{0});
  }
  void Finish() {
    const bool complete = world.RunUntil([&] { return world.IsComplete("web"); }, kLimit);
    INFO(world.Complaints());
    CHECK(complete);
    CHECK(world.Complaints().empty());
  }

  World world;
  std::unique_ptr<WindlassProcess> leader;
  std::unique_ptr<WindlassProcess> standby;
};

// Returns true if the new leader's cache held all writes of the former leader when the new leader
// first wrote.
bool KnewAtItsFirstWrite(TakeOver& take_over, TermOptions options) {
  const auto written = Versions(take_over.world);
  std::optional<bool> knew;
  WindlassProcess& standby = *take_over.standby;
  standby.transport().decide = [&](uint64_t, const HttpRequest& request) {
    const bool of_interest =
        request.method != HttpMethod::kGet && request.target.find("/events") == std::string::npos;
    if (!of_interest || knew) return Fate::kDelivered;
    knew = true;
    standby.controller().cache().replica_sets().store().ForEach([&](const ReplicaSet& rs) {
      const auto order =
          ResourceVersion::Compare(rs.meta.resource_version, written.at(rs.meta.name));
      if (*order == std::strong_ordering::less) knew = false;
    });
    return Fate::kDelivered;
  };
  standby.Lead(options);
  take_over.world.RunUntil([&] { return knew.has_value(); }, kLimit);
  standby.transport().decide = nullptr;  // it refers to variables that end here
  REQUIRE(knew.has_value());
  return *knew;
}

TEST_CASE("a new leader writes nothing before its cache holds what the former one wrote (L-011)") {
  TakeOver take_over(GENERATE(1U, 2U, 3U, 4U, 5U), kLag);
  CHECK(KnewAtItsFirstWrite(take_over, {.barrier = true}));
  take_over.Finish();
  Proves("D-025");
}

TEST_CASE("without the barrier it writes on what is long past: the test above can fail") {
  TakeOver take_over(1, kLag);
  CHECK_FALSE(KnewAtItsFirstWrite(take_over, {.barrier = false}));
}

TEST_CASE("a barrier whose lists are lost asks again") {
  TakeOver take_over(1, Duration{0});
  int lost = 5;
  take_over.standby->transport().decide = [&](uint64_t, const HttpRequest& request) {
    const bool list =
        request.method == HttpMethod::kGet && request.target.find("limit=") != std::string::npos;
    return list && lost-- > 0 ? Fate::kRequestLost : Fate::kDelivered;
  };
  take_over.standby->Lead({.barrier = true});
  take_over.Finish();
  CHECK(lost < 0);
}

TEST_CASE("a term that ends at the barrier leaves nothing behind") {
  TakeOver take_over(1, kLag);
  for (int i = 0; i < 3; ++i) {
    take_over.standby->Lead({.barrier = true});
    take_over.world.RunFor(milliseconds(3));
  }
  take_over.Finish();
}

// Lets the standby take over an expired Lease, as term 7. Returns true if it had touched every
// ReplicaSet when it first patched anything else.
bool TouchesAllFirst(World& world, WindlassProcess& standby) {
  std::optional<bool> all;
  standby.transport().decide = [&](uint64_t, const HttpRequest& request) {
    if (request.method == HttpMethod::kPatch && !all &&
        request.body.find(kTerm) == std::string::npos) {
      all = true;
      for (const Object& rs : world.ReplicaSets("web")) {
        if (AnnotationOf(*rs, kTerm) != "7") all = false;
      }
    }
    return Fate::kDelivered;
  };
  standby.Lead({.barrier = true, .taken_over_as = "7"});
  const bool patched = world.RunUntil([&] { return all.has_value(); }, kLimit);
  standby.transport().decide = nullptr;  // it refers to variables that end here
  REQUIRE(patched);
  return *all;
}

TEST_CASE("after a take-over each ReplicaSet of a rollout is touched before anything (L-012)") {
  TakeOver take_over(GENERATE(1U, 2U, 3U), Duration{0});
  World& world = take_over.world;
  const auto before = world.ReplicaSets("web");
  CHECK(TouchesAllFirst(world, *take_over.standby));

  // A late write of the former leader names an old version of its object, so the server refuses it.
  for (const Object& rs : before) {
    HttpRequest late;
    late.method = HttpMethod::kPatch;
    late.target = "/apis/apps/v1/namespaces/default/replicasets/" + NameOf(*rs);
    late.content_type = "application/merge-patch+json";
    late.body = Json({{"metadata",
                       {{"uid", TextAt(*rs, {"metadata", "uid"})},
                        {"resourceVersion", TextAt(*rs, {"metadata", "resourceVersion"})}}},
                      {"spec", {{"replicas", 10}}}})
                    .dump();
    CHECK(world.api().Handle(late, "former").status == 409);
  }
  take_over.Finish();
}

// The former leader may have been about to scale up the ReplicaSet to which the undo goes back.
TEST_CASE("before an undo is observed the ReplicaSet without replicas is touched, too (L-012)") {
  World world(GENERATE(1U, 2U, 3U));
  WindlassProcess standby(world, WindlassProcess::Standby{});
  {
    const WindlassProcess leader(world);
    world.Apply(SampleDeployment("web", 4, "app:v1"));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    world.SetImage("web", "app:v2");
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
    REQUIRE(world.Quiesce());
  }
  world.SetImage("web", "app:v1");
  CHECK(TouchesAllFirst(world, standby));
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(world.Complaints().empty());
}

// The former leader has removed 3 of 10 old Pods, has said so in the status, and is about to scale
// up the new ReplicaSet, which has no Pods yet.
TEST_CASE("a ReplicaSet that is about to get its first Pods is touched, too (L-012)") {
  World world(GENERATE(1U, 2U, 3U));
  auto leader = std::make_unique<WindlassProcess>(world);
  WindlassProcess standby(world, WindlassProcess::Standby{});
  Json web = SampleDeployment("web", 10, "app:v1");
  web["spec"]["strategy"] = {{"type", "RollingUpdate"},
                             {"rollingUpdate", {{"maxSurge", 0}, {"maxUnavailable", 3}}}};
  world.Apply(web);
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  REQUIRE(world.Quiesce());
  leader->transport().LagStreams(seconds(5));  // until then it does not see that the Pods are gone
  world.SetImage("web", "app:v2");
  const auto about_to_grow = [&] {
    const auto sets = world.ReplicaSets("web");
    const Object now = world.Deployment("web");
    return sets.size() == 2 && IntAt(*sets[0], {"spec", "replicas"}) == 7 &&
           IntAt(*sets[1], {"spec", "replicas"}) == 0 &&
           IntAt(*now, {"status", "observedGeneration"}) == IntAt(*now, {"metadata", "generation"});
  };
  REQUIRE(world.RunUntil(about_to_grow, kLimit));
  leader.reset();
  CHECK(TouchesAllFirst(world, standby));
  CHECK(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  CHECK(world.Complaints().empty());
}

TEST_CASE("a Deployment that is not in the middle of a rollout is not touched (L-012)") {
  World world(1);
  WindlassProcess standby(world, WindlassProcess::Standby{});
  {
    const WindlassProcess leader(world);
    world.Apply(SampleDeployment("web", 4, "app:v1"));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  }
  standby.Lead({.barrier = true, .taken_over_as = "7"});
  REQUIRE(world.Quiesce());
  world.SetImage("web", "app:v2");
  REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  REQUIRE(world.Quiesce());
  for (const Object& rs : world.ReplicaSets("web")) CHECK(AnnotationOf(*rs, kTerm).empty());
  CHECK(world.Complaints().empty());
}

TEST_CASE("a leader that follows a Lease given up touches nothing (L-012)") {
  TakeOver take_over(1, Duration{0});
  take_over.standby->Lead({.barrier = true});
  take_over.Finish();
  for (const Object& rs : take_over.world.ReplicaSets("web")) {
    CHECK(AnnotationOf(*rs, kTerm).empty());
  }
}

}  // namespace
}  // namespace windlass::sim::take_over_test
