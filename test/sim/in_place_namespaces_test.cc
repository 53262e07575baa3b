// Whole rollouts where namespaces are selected by their labels, which come and go.
#include <string>

#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

DeploymentControllerOptions Selecting() {
  DeploymentControllerOptions options;
  options.in_place_namespaces = LabelSelector{true, {{"in-place", "allowed"}}, {}};
  return options;
}

void Allow(InPlaceRun& run, bool allowed) {
  Json home = SampleNamespace("default");
  home["metadata"]["labels"]["in-place"] = allowed ? "allowed" : "no";
  run.world.Apply(home);
}

TEST_CASE("in place, with Only: a label that goes midway stops it, and it goes on", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U), {}, Selecting());
  Allow(run, true);
  run.Start(6);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  Allow(run, false);
  REQUIRE(run.Until([&] { return run.Reason() == "NotPossible"; }));
  const size_t patched = run.PodsOf("app:v2");
  REQUIRE(patched < 6);
  REQUIRE(run.Rest() == "");
  CHECK(run.PodsOf("app:v2") == patched);
  Allow(run, true);
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, with Only: what is refused is no revision, and undo knows what ran (P-014)",
          "[in-place]") {
  InPlaceRun run(1, {}, Selecting());
  Allow(run, true);
  run.Start(3);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  Allow(run, false);
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Until([&] { return run.Reason() == "NotPossible"; }));
  REQUIRE(run.Rest() == "");
  CHECK(run.Sizes() == "1:0 2:3");
  SECTION("it is taken back, and no Pod notices") {
    REQUIRE(run.world.RolloutUndo("web", 2));
    REQUIRE(run.Finish() == "");
    CHECK(run.EachRestarted(1));
    CHECK(run.Sizes() == "1:0 2:3");
  }
  SECTION("it is overtaken") {
    run.world.SetImage("web", "app:v4");
    REQUIRE(run.Rest() == "");
    Allow(run, true);
    REQUIRE(run.Finish() == "");
    CHECK(run.PodsOf("app:v4") == 3);
    REQUIRE(run.world.RolloutUndo("web"));
    REQUIRE(run.Finish() == "");
  }
  CHECK(run.PodsOf("app:v2") == 3);
  CHECK(run.Uids() == pods);
}

TEST_CASE("in place, with IfPossible: the rest is replaced") {
  InPlaceRun run(GENERATE(1U, 2U, 3U), {}, Selecting());
  Allow(run, true);
  run.Start(6, {{"", "IfPossible"}});
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  Allow(run, false);
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  REQUIRE(run.world.Quiesce());
  CHECK(run.world.Complaints() == "");
  CHECK(run.PodsOf("app:v2") == 6);
  CHECK(run.RestartsMost() == 0);
  CHECK(run.Reason() == "NotSelected");
}

TEST_CASE("in place, where it is not allowed an ordinary rollout is left") {
  InPlaceRun run(1, {}, Selecting());
  run.Start(4, {{"", "IfPossible"}});
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  CHECK(run.world.Complaints() == "");
  CHECK(run.in_place.restarts() == 0);
  CHECK(run.PodsOf("app:v2") == 4);
}

}  // namespace
}  // namespace windlass::sim
