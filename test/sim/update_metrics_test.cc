// What the metrics of rollouts say of whole updates of ReplicationControllers.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/rollout_page.h"
#include "test/sim/update_run.h"

namespace windlass::sim::update_metrics_test {
namespace {

const std::string kKind = "ReplicationControllerUpdate";
const std::string kStarted = "rollouts_started_total default " + kKind + " RollingUpdate ";
const std::string kFinished = "rollouts_finished_total default " + kKind + " RollingUpdate ";

// Returns what the page says of the one rollout under way: its id without the uid.
std::string NumberShown(const UpdateRun& run) {
  const Page info = Only(PageOf(*run.windlass), "rollout_info default web " + kKind);
  REQUIRE(info.size() == 1);
  const std::string& text = info.begin()->first;
  const size_t end = text.rfind(' ', text.rfind(' ') - 1);
  return text.substr(text.rfind('-', end), end - text.rfind('-', end));
}

// Waits until the one rollout under way is in this phase.
bool UntilShown(UpdateRun& run, const std::string& phase) {
  const Page page = {{"rollouts default " + kKind + " " + phase, 1}};
  return run.Until([&] { return UnderWay(*run.windlass) == page; });
}
bool UntilNoneIsShown(UpdateRun& run) {
  return run.Until([&] { return UnderWay(*run.windlass).empty(); });
}

TEST_CASE("metrics: an update of a ReplicationController is a rollout") {
  UpdateRun run(1);
  run.Begin(3);
  run.Ask({{"image", "app:v2"}});
  REQUIRE(run.UntilSizes(2, 1));
  CHECK(Started(*run.windlass) == Page{{kStarted + "template", 1}});
  CHECK(UntilShown(run, "progressing"));
  const Page page = PageOf(*run.windlass);
  const std::string replicas = "rollout_replicas default web " + kKind;
  CHECK(page.at(replicas + " desired") == 3);
  CHECK(page.at(replicas + " updated") == 1);
  CHECK(page.at(replicas + " old") == 2);
  REQUIRE(UntilNoneIsShown(run));
  CHECK(run.Phase() == "Succeeded");
  CHECK(run.Rest() == "");
  CHECK(Started(*run.windlass) == Page{{kStarted + "template", 1}});
  CHECK(Finished(*run.windlass) == Page{{kFinished + "complete", 1}});
  CHECK(UnderWay(*run.windlass).empty());
  CHECK(Only(PageOf(*run.windlass), "rollout_info").empty());

  run.Ask({{"image", "app:v3"}});
  REQUIRE(UntilShown(run, "progressing"));
  REQUIRE(run.UntilSizes(2, 1));
  CHECK(NumberShown(run) == "-2");
  REQUIRE(UntilNoneIsShown(run));
  CHECK(Finished(*run.windlass) == Page{{kFinished + "complete", 2}});
}

TEST_CASE("metrics: an update that times out is stuck until it is rolled back") {
  UpdateRun run(2);
  run.Begin(3);
  run.Ask({{"image", "app:v2-missing"}, {"timeout", "20s"}});
  REQUIRE(UntilShown(run, "stuck"));
  CHECK(run.Phase() == "Failed");
  CHECK(Only(PageOf(*run.windlass), "rollouts_stuck") ==
        Page{{"rollouts_stuck default " + kKind + " TimedOut", 1}});
  CHECK(Finished(*run.windlass).empty());
  CHECK(NumberShown(run) == "-1");
  run.Ask({{"image", "app:v2-missing"}, {"rollback", true}});
  REQUIRE(UntilNoneIsShown(run));
  CHECK(run.Phase() == "RolledBack");
  CHECK(run.Rest() == "");
  CHECK(Started(*run.windlass) == Page{{kStarted + "rollback", 1}, {kStarted + "template", 1}});
  CHECK(Finished(*run.windlass) ==
        Page{{kFinished + "complete", 1}, {kFinished + "rolled_back", 1}});
  CHECK(Rollbacks(*run.windlass) == Page{{"rollbacks_total default " + kKind + " rollback", 1}});
  CHECK(UnderWay(*run.windlass).empty());
}

TEST_CASE("metrics: an update is stuck while a scaling by somebody else is not answered") {
  UpdateRun run(3);
  run.Begin(3);
  const Json spec = {{"image", "app:v2"}, {"newName", "web-2"}};
  run.Ask(spec);
  REQUIRE(run.UntilSizes(2, 1));
  run.world.Scale("web", 5, kControllers);
  REQUIRE(UntilShown(run, "stuck"));
  CHECK(run.Phase() == "Paused");
  CHECK(Only(PageOf(*run.windlass), "rollouts_stuck") ==
        Page{{"rollouts_stuck default " + kKind + " ExternalScale", 1}});
  run.world.Edit("web", {{"spec", {{"paused", true}}}}, kUpdates);
  REQUIRE(UntilShown(run, "paused"));
  run.world.Edit("web", {{"spec", {{"paused", false}, {"onExternalScale", "Adopt"}}}}, kUpdates);
  REQUIRE(UntilNoneIsShown(run));
  CHECK(run.Phase() == "Succeeded");
  CHECK(Started(*run.windlass) == Page{{kStarted + "template", 1}});
  CHECK(Finished(*run.windlass) == Page{{kFinished + "complete", 1}});
}

TEST_CASE("metrics: a process that starts in the middle of an update counts its end alone") {
  UpdateRun run(4);
  run.Begin(3);
  run.Ask({{"image", "app:v2-slow-ready-20s"}});
  REQUIRE(run.UntilSizes(3, 1));
  run.world.RunFor(seconds(10));
  run.windlass.reset();
  run.windlass = std::make_unique<WindlassProcess>(run.world, ClientOptions{}, UpdatesAlone());
  run.world.RunFor(seconds(2));
  CHECK(Started(*run.windlass).empty());
  CHECK(UntilShown(run, "progressing"));
  CHECK(PageOf(*run.windlass).at("rollout_oldest_age_seconds " + kKind + " progressing") >= 11);
  REQUIRE(UntilNoneIsShown(run));
  CHECK(run.Phase() == "Succeeded");
  CHECK(Started(*run.windlass).empty());
  CHECK(Finished(*run.windlass) == Page{{kFinished + "complete", 1}});
}

}  // namespace
}  // namespace windlass::sim::update_metrics_test
