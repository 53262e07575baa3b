// What the metrics count if a process did not see how a rollout began, and edits that begin none.
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/rollout_page.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::rollout_metrics_first_sight_test {
namespace {

const std::string kSlow = "registry.example/web:2-slow-ready-20s";
const std::string kMissing = "registry.example/web:3-missing";
const std::string kGood = "registry.example/web:4";
const std::string kStarted = "rollouts_started_total ";
const std::string kFinished = "rollouts_finished_total ";

// A world with the Deployment "web" of four Pods, rolled out by a process that has ended since.
struct Fixture {
  Fixture() {
    const WindlassProcess first(world);
    world.Apply(SampleDeployment("web", 4));
    Complete(world, "web");
  }
  // A process changes the image, and ends 100 seconds later, in the middle of the rollout.
  void LeaveMidway() {
    const WindlassProcess second(world);
    world.RunFor(seconds(5000));  // the first ReplicaSet is old by now
    world.SetImage("web", kMissing);
    Midway(world, "web");
    world.RunFor(seconds(100));
  }

  World world{21};
};

TEST_CASE_METHOD(Fixture, "metrics: a change of size while no process ran is no rollout") {
  world.Scale("web", 8);
  const WindlassProcess windlass(world);
  Complete(world, "web");
  CHECK(Started(windlass).empty());
  CHECK(Finished(windlass).empty());
  CHECK(UnderWay(windlass).empty());
}

TEST_CASE_METHOD(Fixture, "metrics: a new template while no process ran is a rollout") {
  world.SetImage("web", kGood);
  const WindlassProcess windlass(world);
  Complete(world, "web");
  CHECK(Started(windlass) == Page{{kStarted + kDeploymentPrefix + "template", 1}});
  CHECK(Finished(windlass) == Page{{kFinished + kDeploymentPrefix + "complete", 1}});
  CHECK(SumOfDurations(windlass, "Deployment RollingUpdate complete") < 60);
}

TEST_CASE_METHOD(Fixture, "metrics: an undo while no process ran is a rollback") {
  LeaveMidway();
  REQUIRE(world.RolloutUndo("web", 1));
  const WindlassProcess windlass(world);
  Complete(world, "web");
  CHECK(Started(windlass) == Page{{kStarted + kDeploymentPrefix + "rollback", 1}});
  CHECK(Rollbacks(windlass) == Page{{"rollbacks_total default Deployment template", 1}});
  CHECK(SumOfDurations(windlass, "Deployment RollingUpdate complete") < 60);
}

TEST_CASE_METHOD(Fixture, "metrics: a rollback that begins while nobody leads is counted") {
  LeaveMidway();
  WindlassProcess standby(world, WindlassProcess::Standby{});
  world.RunFor(seconds(5));
  REQUIRE(world.RolloutUndo("web", 1));
  world.RunFor(seconds(5));
  CHECK(Rollbacks(standby).empty());
  standby.Lead({});
  Complete(world, "web");
  CHECK(Rollbacks(standby) == Page{{"rollbacks_total default Deployment template", 1}});
  CHECK(Started(standby) == Page{{kStarted + kDeploymentPrefix + "rollback", 1}});
}

// However it ends, the rollout began when its ReplicaSet was made, about 105 seconds ago: not when
// the ReplicaSet was made that it goes back to, nor when the process started.
TEST_CASE_METHOD(Fixture, "metrics: a rollout that was seen midway has its duration at each end") {
  LeaveMidway();
  const WindlassProcess windlass(world);
  world.RunFor(seconds(5));
  const auto about_105_seconds = [&](const std::string& outcome) {
    const double sum = SumOfDurations(windlass, "Deployment RollingUpdate " + outcome);
    CAPTURE(outcome, sum);
    CHECK(sum >= 104);
    CHECK(sum < 130);
  };
  SECTION("an earlier template") {
    REQUIRE(world.RolloutUndo("web", 1));
    world.RunFor(seconds(1));
    about_105_seconds("rolled_back");
  }
  SECTION("a newer template") {
    world.SetImage("web", kGood);
    world.RunFor(seconds(1));
    about_105_seconds("superseded");
  }
  SECTION("the object is deleted") {
    world.Delete("web");
    world.RunFor(seconds(1));
    about_105_seconds("deleted");
  }
  SECTION("when it began is the same from one look to the next") {
    const auto began = [&] {
      return PageOf(windlass).at("rollout_started_timestamp_seconds default web Deployment");
    };
    const double first = began();
    for (int i = 0; i < 20; ++i) {
      world.RunFor(milliseconds(730));
      CHECK(began() == first);
    }
  }
}

TEST_CASE("metrics: a rollout of Rollouts that was seen midway has its duration when aborted") {
  World world(22);
  {
    const WindlassProcess first(world, {}, RolloutsAlone());
    world.Apply(SampleRollout("web", 4));
    Complete(world, "web", kRollouts);
    world.SetImage("web", kMissing, kRollouts);
    Midway(world, "web", kRollouts);
    world.RunFor(seconds(100));
  }
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.RunFor(seconds(5));
  world.Edit("web", {{"spec", {{"abort", true}}}}, kRollouts);
  world.RunFor(seconds(1));
  const double sum = SumOfDurations(windlass, "Rollout RollingUpdate aborted");
  CHECK(sum >= 104);
  CHECK(sum < 130);
}

TEST_CASE("metrics: an abort of a Rollout that is complete, and its end, move nothing") {
  World world(23);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.Apply(SampleRollout("web", 4));
  Complete(world, "web", kRollouts);
  const Page page = PageOf(windlass);
  const Page started = Only(page, kStarted);
  const Page finished = Only(page, kFinished);
  for (const bool abort : {true, false}) {
    world.Edit("web", {{"spec", {{"abort", abort}}}}, kRollouts);
    world.RunFor(seconds(60));
    CHECK(Started(windlass) == started);
    CHECK(Finished(windlass) == finished);
    CHECK(Rollbacks(windlass).empty());
    CHECK(UnderWay(windlass).empty());
  }
}

// docs/rollouts-steps.md, "Keep what the abort brought back".
TEST_CASE("metrics: to keep what an abort brought back is no rollout") {
  World world(24);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.Apply(SampleRollout("web", 4));
  Complete(world, "web", kRollouts);
  world.SetImage("web", kMissing, kRollouts);
  Midway(world, "web", kRollouts);
  world.Edit("web", {{"spec", {{"abort", true}}}}, kRollouts);
  REQUIRE(world.Quiesce());
  const Page page = PageOf(windlass);
  world.Edit("web", {{"spec", {{"rollbackTo", {{"revision", 1}}}}}}, kRollouts);
  REQUIRE(world.Quiesce());
  world.Edit("web", {{"spec", {{"abort", false}}}}, kRollouts);
  REQUIRE(world.Quiesce());
  CHECK(Started(windlass) == Only(page, kStarted));
  CHECK(Finished(windlass) == Only(page, kFinished));
  CHECK(UnderWay(windlass).empty());
}

TEST_CASE("metrics: an object that is made paused begins when it is resumed") {
  World world(25);
  const WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 4);
  deployment["spec"]["paused"] = true;
  world.Apply(deployment);
  world.RunFor(seconds(30));
  CHECK(Started(windlass).empty());
  CHECK(UnderWay(windlass).empty());
  world.SetImage("web", kGood);
  world.RunFor(seconds(30));
  world.Pause("web", false);
  Complete(world, "web");
  CHECK(Started(windlass) == Page{{kStarted + kDeploymentPrefix + "template", 1}});
  CHECK(Finished(windlass) == Page{{kFinished + kDeploymentPrefix + "complete", 1}});
}

TEST_CASE("metrics: a change of size during a pause is no rollout") {
  World world(26);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  const Page started = Started(windlass);
  world.Pause("web", true);
  world.RunFor(seconds(5));
  world.Scale("web", 8);
  world.RunFor(milliseconds(100));
  world.Pause("web", false);
  Complete(world, "web");
  CHECK(Started(windlass) == started);
}

TEST_CASE("metrics: a change of size during a rollout belongs to it") {
  World world(27);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  world.SetImage("web", kSlow);
  Midway(world, "web");
  world.Scale("web", 8);
  Complete(world, "web");
  CHECK(Started(windlass) == Page{{kStarted + kDeploymentPrefix + "template", 2}});
  CHECK(Finished(windlass) == Page{{kFinished + kDeploymentPrefix + "complete", 2}});
}

TEST_CASE("metrics: Recreate, and an object without Pods, are rolled out as others are") {
  World world(28);
  const WindlassProcess windlass(world);
  Json deployment = SampleDeployment("web", 2);
  deployment["spec"]["strategy"] = {{"type", "Recreate"}};
  world.Apply(deployment);
  world.Apply(SampleDeployment("none", 0));
  Complete(world, "web");
  Complete(world, "none");
  world.SetImage("web", kSlow);
  world.SetImage("none", kGood);
  Complete(world, "web");
  Complete(world, "none");
  CHECK(Finished(windlass) == Page{{kFinished + "default Deployment Recreate complete", 2},
                                   {kFinished + kDeploymentPrefix + "complete", 2}});
}

TEST_CASE("metrics: an object that is deleted and made again has a rollout of its own") {
  World world(29);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 2, kMissing));
  Midway(world, "web");
  world.Delete("web");
  world.RunFor(seconds(60));
  world.Apply(SampleDeployment("web", 2));
  Complete(world, "web");
  CHECK(Started(windlass) == Page{{kStarted + kDeploymentPrefix + "template", 2}});
  CHECK(Finished(windlass) == Page{{kFinished + kDeploymentPrefix + "complete", 1},
                                   {kFinished + kDeploymentPrefix + "deleted", 1}});
}

// Until the API server takes the ReplicaSet, the latest one is that of the rollout before.
TEST_CASE_METHOD(Fixture, "metrics: a rollout has no revision before its ReplicaSet exists") {
  WindlassProcess windlass(world);
  world.RunFor(seconds(5));
  windlass.network().SetRefused("/replicasets", 403);
  world.SetImage("web", kGood);
  world.RunFor(seconds(5));
  const std::string info = "rollout_info default web Deployment RollingUpdate ";
  const Page page = Only(PageOf(windlass), info);
  REQUIRE(page.size() == 1);
  CAPTURE(page.begin()->first);
  CHECK(page.begin()->first.starts_with(info + "  "));  // neither revision nor rollout id
}

}  // namespace
}  // namespace windlass::sim::rollout_metrics_first_sight_test
