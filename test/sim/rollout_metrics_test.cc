// What the metrics say of rollouts: when one begins, where it stands, and how it ends.
#include <nlohmann/json.hpp>
#include <string>

#include "controller/workload/watch/rollout_observer.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/rollout_page.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::rollout_metrics_test {
namespace {

const std::string kSlow = "registry.example/web:2-slow-ready-20s";
const std::string kMissing = "registry.example/web:3-missing";
const std::string kGood = "registry.example/web:4";

TEST_CASE("metrics: a rollout begins with its template, and is complete once") {
  World world(1);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  const std::string started = "rollouts_started_total " + kDeploymentPrefix + "template";
  const std::string complete = "rollouts_finished_total " + kDeploymentPrefix + "complete";
  CHECK(Started(windlass) == Page{{started, 1}});
  CHECK(Finished(windlass) == Page{{complete, 1}});
  CHECK(UnderWay(windlass).empty());

  world.SetImage("web", kSlow);
  Midway(world, "web");
  CHECK(Started(windlass) == Page{{started, 2}});
  CHECK(UnderWay(windlass) == Page{{"rollouts default Deployment progressing", 1}});
  const Page page = PageOf(windlass);
  CHECK(page.at("rollout_replicas default web Deployment desired") == 4);
  CHECK(page.at("rollout_replicas default web Deployment old") > 0);
  CHECK(Only(page, "rollout_info default web Deployment RollingUpdate 2 ").size() == 1);
  CHECK(page.at("rollout_oldest_age_seconds Deployment progressing") > 0);
  CHECK(page.at("rollouts_not_shown") == 0);

  Complete(world, "web");
  CHECK(Finished(windlass) == Page{{complete, 2}});
  CHECK(UnderWay(windlass).empty());
  CHECK(Only(PageOf(windlass), "rollout_info").empty());
  CHECK(Only(PageOf(windlass), "rollout_replicas").empty());
  CHECK(PageOf(windlass).at("rollout_duration_seconds Deployment RollingUpdate complete") == 2);
}

TEST_CASE("metrics: scaling, and a Pod that is lost, are no rollouts") {
  World world(2);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  const Page started = Started(windlass);
  world.Scale("web", 8);
  world.RunFor(milliseconds(100));
  CHECK(UnderWay(windlass).empty());
  Complete(world, "web");
  const Object pod = world.Pods("web").front();
  world.api().Delete("user", {resources::kPods, "default", NameOf(*pod)});
  Complete(world, "web");
  CHECK(UnderWay(windlass).empty());
  CHECK(Started(windlass) == started);
}

TEST_CASE("metrics: a newer template supersedes a rollout, an earlier one rolls it back") {
  World world(3);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  world.SetImage("web", kSlow);
  Midway(world, "web");
  world.SetImage("web", kMissing);
  Midway(world, "web");
  const std::string finished = "rollouts_finished_total " + kDeploymentPrefix;
  CHECK(Finished(windlass) == Page{{finished + "complete", 1}, {finished + "superseded", 1}});
  CHECK(Rollbacks(windlass).empty());
  REQUIRE(world.RolloutUndo("web", 1));
  Complete(world, "web");
  CHECK(Finished(windlass) == Page{{finished + "complete", 2},
                                   {finished + "rolled_back", 1},
                                   {finished + "superseded", 1}});
  CHECK(Rollbacks(windlass) == Page{{"rollbacks_total default Deployment template", 1}});
  CHECK(Started(windlass).at("rollouts_started_total " + kDeploymentPrefix + "rollback") == 1);
}

TEST_CASE("metrics: a rollback that was asked for by revision says so, for both kinds") {
  World world(4);
  const WindlassProcess windlass(world, {}, BothKinds());
  world.Apply(SampleDeployment("web", 2));
  world.Apply(SampleRollout("shop", 2));
  Complete(world, "web");
  Complete(world, "shop", kRollouts);
  world.SetImage("web", kGood);
  world.SetImage("shop", kGood, kRollouts);
  Complete(world, "web");
  Complete(world, "shop", kRollouts);
  world.Annotate("web", "deprecated.deployment.rollback.to", "1");
  world.Edit("shop", {{"spec", {{"rollbackTo", {{"revision", 1}}}}}}, kRollouts);
  world.RunFor(seconds(1));
  Complete(world, "web");
  Complete(world, "shop", kRollouts);
  CHECK(Rollbacks(windlass) == Page{{"rollbacks_total default Deployment rollback_to", 1},
                                    {"rollbacks_total default Rollout rollback_to", 1}});
}

TEST_CASE("metrics: a request for a rollback that is over triggers no further one (D-471)") {
  World world(6);
  world.api().Update("user", {resources::kNamespaces, "", "default"}, "", [](Json& object) {
    object["metadata"]["annotations"]["windlass.example/keep-rollback"] = "true";
  });
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 2));
  Complete(world, "web");
  world.SetImage("web", kGood);
  Complete(world, "web");
  world.Annotate("web", "deprecated.deployment.rollback.to", "1");
  world.RunFor(seconds(1));
  Complete(world, "web");
  Page rollbacks{{"rollbacks_total default Deployment rollback_to", 1}};
  CHECK(Rollbacks(windlass) == rollbacks);
  world.SetImage("web", kGood);
  Complete(world, "web");
  rollbacks["rollbacks_total default Deployment template"] = 1;
  CHECK(Rollbacks(windlass) == rollbacks);
  Proves("D-471");
}

TEST_CASE("metrics: an abort ends the rollout, and the way back is another") {
  World world(5);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.Apply(SampleRollout("web", 4, "registry.example/web:1-slow-ready-20s"));
  Complete(world, "web", kRollouts);
  world.SetImage("web", kSlow, kRollouts);
  Midway(world, "web", kRollouts);
  REQUIRE(world.RunUntil(
      [&] { return IntAt(*world.Owner("web", kRollouts), {"status", "updatedReplicas"}) == 4; },
      kRolloutLimit));
  world.Edit("web", {{"spec", {{"abort", true}}}}, kRollouts);
  world.RunFor(seconds(1));
  const std::string finished = "rollouts_finished_total " + kRolloutPrefix;
  CHECK(Finished(windlass) == Page{{finished + "aborted", 1}, {finished + "complete", 1}});
  CHECK(UnderWay(windlass) == Page{{"rollouts default Rollout aborting", 1}});
  CHECK(Rollbacks(windlass) == Page{{"rollbacks_total default Rollout abort", 1}});
  REQUIRE(world.Quiesce());
  CHECK(UnderWay(windlass).empty());
  CHECK(Finished(windlass) == Page{{finished + "aborted", 1}, {finished + "complete", 2}});

  world.Edit("web", {{"spec", {{"abort", false}}}}, kRollouts);
  world.RunFor(seconds(1));
  CHECK(UnderWay(windlass) == Page{{"rollouts default Rollout progressing", 1}});
  CHECK(Started(windlass).at("rollouts_started_total " + kRolloutPrefix + "template") == 3);
}

// Deletes the ReplicaSets that are to have Pods.
void DeleteActive(World& world, const std::string& except = "") {
  for (const Object& rs : world.ReplicaSets("web", kRollouts)) {
    if (ReplicasOf(*rs) == 0 || NameOf(*rs) == except) continue;
    REQUIRE(world.api().Delete("user", {resources::kReplicaSets, "default", NameOf(*rs)}).ok());
  }
}

// For whoever is paged: it is stuck, whenever its ReplicaSet was deleted. No Pod goes back, so no
// rollback is counted.
TEST_CASE("metrics: an abort that has nothing to go back to is stuck, and no rollback (RO-062)") {
  const std::string finished = "rollouts_finished_total " + kRolloutPrefix;
  World world(9);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  world.Apply(SampleRollout("web", 4));
  Complete(world, "web", kRollouts);
  world.SetImage("web", kMissing, kRollouts);
  REQUIRE(world.Rest());
  const auto abort = [&](bool on) {
    world.Edit("web", {{"spec", {{"abort", on}}}}, kRollouts);
    REQUIRE(world.Rest());
  };
  const std::string canary =
      TextAt(*world.Owner("web", kRollouts), {"status", "currentReplicaSet"});

  SECTION("it is deleted before") {
    DeleteActive(world, canary);
    abort(true);
    CHECK(UnderWay(windlass) == Page{{"rollouts default Rollout stuck", 1}});
    CHECK(Finished(windlass) == Page{{finished + "complete", 1}});
    SECTION("scaled to zero, it is over") {
      world.Scale("web", 0, kRollouts);
      REQUIRE(world.Rest());
      CHECK(UnderWay(windlass).empty());
      CHECK(Finished(windlass) == Page{{finished + "aborted", 1}, {finished + "complete", 1}});
    }
    SECTION("after the abort the same rollout goes on") {
      abort(false);
      CHECK_FALSE(UnderWay(windlass).empty());
      CHECK(Finished(windlass) == Page{{finished + "complete", 1}});
    }
    CHECK(Rollbacks(windlass).empty());
  }
  SECTION("it is deleted when all Pods are back") {
    abort(true);
    REQUIRE(UnderWay(windlass).empty());
    const Page before = Finished(windlass);
    const Page started = Started(windlass);
    DeleteActive(world);
    REQUIRE(world.Rest());
    CHECK(UnderWay(windlass) == Page{{"rollouts default Rollout stuck", 1}});
    CHECK(Started(windlass) == started);
    CHECK(Finished(windlass) == before);
    CHECK(Rollbacks(windlass) == Page{{"rollbacks_total default Rollout abort", 1}});
  }
  Proves("RO-062");
}

TEST_CASE("metrics: a rollout ends with its object") {
  World world(6);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4, kMissing));
  Midway(world, "web");
  world.Delete("web");
  world.RunFor(seconds(60));
  CHECK(Finished(windlass) ==
        Page{{"rollouts_finished_total " + kDeploymentPrefix + "deleted", 1}});
  CHECK(UnderWay(windlass).empty());
}

TEST_CASE("metrics: a rollout beyond its deadline is stuck, and the time of that is counted") {
  World world(7);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  world.Edit("web", {{"spec", {{"progressDeadlineSeconds", 60}}}});
  Complete(world, "web");
  world.SetImage("web", kMissing);
  REQUIRE(world.RunUntil([&] { return !Only(PageOf(windlass), "rollouts_stuck").empty(); },
                         seconds(120)));
  CHECK(UnderWay(windlass) == Page{{"rollouts default Deployment stuck", 1}});
  CHECK(Only(PageOf(windlass), "rollouts_stuck") ==
        Page{{"rollouts_stuck default Deployment ProgressDeadlineExceeded", 1}});
  const std::string time =
      "rollout_stuck_seconds_total default Deployment ProgressDeadlineExceeded";
  const double before = PageOf(windlass).at(time);
  world.RunFor(seconds(100));
  CHECK(PageOf(windlass).at(time) - before == 100);
  world.SetImage("web", kGood);
  Complete(world, "web");
  CHECK(Only(PageOf(windlass), "rollouts_stuck").empty());
  const double at_end = PageOf(windlass).at(time);
  world.RunFor(seconds(100));
  CHECK(PageOf(windlass).at(time) == at_end);
}

TEST_CASE("metrics: a pause, and the template that is changed in it") {
  World world(8);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 4));
  Complete(world, "web");
  const Page started = Started(windlass);
  world.Pause("web", true);
  world.SetImage("web", kMissing);
  world.SetImage("web", kSlow);
  world.RunFor(seconds(30));
  CHECK(UnderWay(windlass).empty());
  CHECK(Started(windlass) == started);
  world.Pause("web", false);
  world.RunFor(seconds(1));
  CHECK(UnderWay(windlass) == Page{{"rollouts default Deployment progressing", 1}});
  Midway(world, "web");
  world.Pause("web", true);
  world.RunFor(seconds(1));
  CHECK(UnderWay(windlass) == Page{{"rollouts default Deployment paused", 1}});
  world.Pause("web", false);
  Complete(world, "web");
  const std::string finished = "rollouts_finished_total " + kDeploymentPrefix;
  CHECK(Finished(windlass) == Page{{finished + "complete", 2}});
}

TEST_CASE("metrics: at a pause among its steps a rollout waits") {
  World world(9);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  Json rollout = SampleRollout("web", 4);
  rollout["spec"]["strategy"] = {{"type", "RollingUpdate"},
                                 {"steps", {{{"setUpdated", 1}}, {{"pause", Json::object()}}}}};
  world.Apply(rollout);
  Complete(world, "web", kRollouts);
  world.SetImage("web", kGood, kRollouts);
  REQUIRE(world.RunUntil(
      [&] { return UnderWay(windlass) == Page{{"rollouts default Rollout waiting", 1}}; },
      kRolloutLimit));
  const Page page = PageOf(windlass);
  CHECK(page.at("rollout_step default web Rollout") == 2);
  CHECK(page.at("rollout_steps default web Rollout") == 2);
  CHECK(page.at("rollout_replicas default web Rollout updated") == 1);
}

TEST_CASE("metrics: a process that starts midway counts the end, and the age from the beginning") {
  World world(10);
  {
    const WindlassProcess first(world);
    world.Apply(SampleDeployment("web", 4));
    Complete(world, "web");
    world.SetImage("web", kMissing);
    Midway(world, "web");
    world.RunFor(seconds(100));
  }
  const WindlassProcess second(world);
  world.RunFor(seconds(5));
  CHECK(Started(second).empty());
  CHECK(UnderWay(second) == Page{{"rollouts default Deployment progressing", 1}});
  CHECK(PageOf(second).at("rollout_oldest_age_seconds Deployment progressing") >= 104);
  world.SetImage("web", kGood);
  Complete(world, "web");
  const std::string finished = "rollouts_finished_total " + kDeploymentPrefix;
  CHECK(Finished(second) == Page{{finished + "complete", 1}, {finished + "superseded", 1}});
}

TEST_CASE("metrics: a standby counts nothing; the leader counts what no leader began") {
  World world(11);
  WindlassProcess standby(world, WindlassProcess::Standby{});
  {
    const WindlassProcess leader(world);
    world.Apply(SampleDeployment("web", 4));
    Complete(world, "web");
    world.Apply(SampleDeployment("slow", 4, kSlow));
    Midway(world, "slow");
    CHECK(Started(standby).empty());
    CHECK(UnderWay(standby).empty());
    CHECK(Finished(standby).empty());
  }
  world.SetImage("web", kGood);
  world.RunFor(seconds(1));
  standby.Lead({});
  Complete(world, "web");
  Complete(world, "slow");
  CHECK(Started(standby) == Page{{"rollouts_started_total " + kDeploymentPrefix + "template", 1}});
  CHECK(Finished(standby) ==
        Page{{"rollouts_finished_total " + kDeploymentPrefix + "complete", 2}});
}

TEST_CASE("metrics: no more than a hundred rollouts have series of their own, stuck ones first") {
  World world(12);
  const WindlassProcess windlass(world, {.qps = 0});
  const int count = static_cast<int>(kRolloutsShownMax) + 5;
  for (int i = 0; i < count; ++i) {
    Json deployment = SampleDeployment("web-" + std::to_string(i), 1, kMissing);
    if (i == count - 1) deployment["spec"]["progressDeadlineSeconds"] = 30;
    world.Apply(deployment);
  }
  const std::string last = "web-" + std::to_string(count - 1);
  REQUIRE(world.RunUntil([&] { return !Only(PageOf(windlass), "rollouts_stuck").empty(); },
                         seconds(120)));
  const Page page = PageOf(windlass);
  CHECK(Only(page, "rollout_info ").size() == kRolloutsShownMax);
  CHECK(Only(page, "rollout_info default " + last + " ").size() == 1);
  CHECK(page.at("rollouts_not_shown") == 5);
  CHECK(page.at("rollouts default Deployment progressing") == count - 1);
}

TEST_CASE("metrics: live Pods above replicas and maxSurge are counted") {
  World world(13);
  const WindlassProcess windlass(world);
  world.Apply(SampleDeployment("web", 8));
  Complete(world, "web");
  CHECK(Only(PageOf(windlass), "pods_above_surge default").empty());
  world.Scale("web", 2);  // with maxSurge 25 %: one above 2
  REQUIRE(world.RunUntil(
      [&] { return !Only(PageOf(windlass), "pods_above_surge default").empty(); }, seconds(10)));
  CHECK(Only(PageOf(windlass), "pods_above_surge default") ==
        Page{{"pods_above_surge default Deployment", 5}});
  Complete(world, "web");
  CHECK(Only(PageOf(windlass), "pods_above_surge default").empty());
}

}  // namespace
}  // namespace windlass::sim::rollout_metrics_test
