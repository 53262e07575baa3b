// Rollouts in place that fail somewhere, or that are called off (P-040, P-060).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_trouble_test {
namespace {

constexpr const char* kTraffic = "windlass.dev/traffic";
constexpr const char* kInPlace = "windlass.dev/in-place";

std::string Progressing(const World& world) {
  const Json condition = ConditionOf(*world.Deployment("web"), "Progressing");
  return TextAt(condition, {"status"}) + " " + TextAt(condition, {"reason"});
}

TEST_CASE("in place, a node is lost midway and comes back", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(6);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", GENERATE(1U, 3U)));
  run.world.kubelet().SetNodeReady("node-1", false);
  run.world.RunFor(seconds(200));  // nothing comes to rest there
  CHECK(run.Complaints() == "");
  run.world.kubelet().SetNodeReady("node-1", true);
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, a Pod dies midway: its successor is updated, too", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(5);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  const std::string victim = NameOf(*run.world.Pods("web")[GENERATE(0U, 2U, 4U)]);
  REQUIRE(run.world.api().Delete("user", {resources::kPods, "default", victim}).ok());
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids().size() == pods.size());
  CHECK(run.RestartsMost() == 1);
}

TEST_CASE("in place, an image that nobody has stops after one Pod (P-061)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"on-failure", "Hold"}});
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:missing");
  run.world.RunFor(seconds(1200));
  CHECK(run.Complaints() == "");
  CHECK(run.PodsOf("app:missing") == 1);
  CHECK(run.Reason() == "Failing");
  CHECK(Progressing(run.world) == "False ProgressDeadlineExceeded");
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
}

TEST_CASE("in place, with Revert a bad image is taken back by itself (P-062)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"on-failure", "Revert"}});
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:missing");
  run.world.RunFor(seconds(1200));
  CHECK(run.Complaints() == "");
  CHECK(run.PodsOf("app:v1") == 4);
  CHECK(run.Uids() == pods);
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.PodsOf("app:v3") == 4);
}

TEST_CASE("in place, with Recreate a bad image goes on by replacing Pods (P-063)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"", "IfPossible"}, {"on-failure", "Recreate"}});
  run.world.SetImage("web", "app:missing");
  run.world.RunFor(seconds(1200));
  CHECK(run.world.Complaints() == "");
  CHECK(run.Reason() == "NotPossible");
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  CHECK(run.PodsOf("app:v3") == 4);
}

TEST_CASE("in place, refused patches are counted across restarts, and then given up (P-036)",
          "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {{"", GENERATE("IfPossible", "Only")}});
  const bool may_recreate = AnnotationOf(*run.world.Deployment("web"), kInPlace) == "IfPossible";
  const auto pods = run.Uids();
  int asked = 0;
  const auto refuse = [&](uint64_t, const HttpRequest& request) {
    const bool of_pod = request.target.find("/pods/") != std::string::npos;
    if (request.method != HttpMethod::kPatch || !of_pod) return Fate::kDelivered;
    ++asked;
    return Fate::kForbidden;
  };
  run.windlass->transport().decide = refuse;
  run.world.SetImage("web", "app:v2");
  const auto noted = [&](int tries) {
    const std::string text = "\\\"tries\\\":" + std::to_string(tries) + ",";
    return std::ranges::any_of(run.world.ReplicaSets("web"), [&](const Object& rs) {
      return rs->dump().find(text) != std::string::npos;
    });
  };
  for (int tries = 1; tries < 3; ++tries) {
    CAPTURE(tries);
    REQUIRE(run.Until([&] { return noted(tries); }));
    run.windlass.reset();
    run.world.RunFor(milliseconds(GENERATE(10, 3000)));
    run.windlass = std::make_unique<WindlassProcess>(run.world);
    run.windlass->transport().decide = refuse;
    run.world.RunFor(seconds(2));
    CHECK(run.Reason() == "Failing");
  }
  const int asked_most = 3 * 3;  // three tries for each of at most three Pods
  if (may_recreate) {
    REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
    CHECK(asked <= asked_most);
    CHECK(run.PodsOf("app:v2") == 4);
    CHECK(run.Complaints() == "");
    // The refusals took half a minute, but no wait of the rolling update did (D-275).
    const std::vector<Object> events = run.world.api().List(resources::kEvents, "default");
    CHECK(std::ranges::none_of(events, [](const Object& event) {
      return TextAt(*event, {"reason"}) == "WaitingForRoom";
    }));
    return;
  }
  run.world.RunFor(seconds(1200));
  CHECK(run.Reason() == "Failing");
  CHECK(asked <= 3 * asked_most);
  CHECK(run.Uids() == pods);
  run.windlass->transport().decide = nullptr;
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, slow Pods are waited for", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  Json deployment = InPlaceDeployment(4, "app:v1-slow-stop-5s");
  deployment["spec"]["minReadySeconds"] = 3;
  run.Start(deployment);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2-slow-start-20s-slow-pull-5s");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, two names of one image are told apart", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(3, {}, "app:v1-digest-abc");
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2-digest-abc");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, kubelets that do not tell what they have seen", "[in-place]") {
  WorldOptions options;
  options.kubelet.observes_generation = false;
  options.kubelet.version = "v1.31.0";
  options.kubelet.clock_skew = GENERATE(seconds(-30), seconds(0), seconds(30));
  InPlaceRun run(1, options);
  run.Start(4);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
}

TEST_CASE("in place, Pods are drained by a label before, and let back after (P-040, P-051)",
          "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  Json deployment =
      InPlaceDeployment(4, "app:v1", {{"drain", std::string("Label:") + kTraffic + "=on/off"}});
  deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
  run.Start(deployment);
  const auto pods = run.Uids();
  int drained = 0;
  bool before_its_patch = true;
  run.world.api().store().OnChange([&](const Change& change) {
    if (change.key.resource != resources::kPods || !change.before || !change.after) return;
    const bool was = LabelOf(*change.before, kTraffic) == "off";
    if (!was && LabelOf(*change.after, kTraffic) == "off") ++drained;
    if (ChangesImages(*change.before, *change.after) && !was) before_its_patch = false;
  });
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  CHECK(drained == 4);
  CHECK(before_its_patch);
}

TEST_CASE("in place, undone while a Pod is drained: it is let back", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  Json deployment =
      InPlaceDeployment(3, "app:v1", {{"drain", std::string("Label:") + kTraffic + "=on/off"}});
  deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
  run.Start(deployment);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Until([&] {
    return std::ranges::any_of(run.world.Pods("web"),
                               [](const Object& pod) { return LabelOf(*pod, kTraffic) == "off"; });
  }));
  REQUIRE(run.world.RolloutUndo("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK(run.RestartsMost() == 0);
}

TEST_CASE("in place, released midway: what is begun is finished, and nothing is left (P-076)",
          "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", GENERATE(0U, 2U)));
  run.SetOption("", "Release");
  REQUIRE(run.Finish() == "");
  CHECK(run.PodsOf("app:v2") == 4);
  CHECK(run.Reason() == "HandedBack");
  for (const Object& rs : run.world.ReplicaSets("web")) {
    CHECK(rs->dump().find("internal.windlass.dev/") == std::string::npos);
  }
}

TEST_CASE("in place, disabled midway it goes on by replacing Pods (P-078)", "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4);
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.UntilPatched("app:v2", 2));
  run.SetOption("", "Disabled");
  REQUIRE(run.Until([&] { return run.world.IsComplete("web"); }));
  REQUIRE(run.world.Quiesce());
  CHECK(run.world.Complaints() == "");
  CHECK(run.PodsOf("app:v2") == 4);
  CHECK(run.world.Pods("web").size() == 4);
}

// Makes a change that no running Pod can take, or takes it back.
void SetHostNetwork(InPlaceRun& run, bool host_network) {
  Json patch;
  patch["spec"]["template"]["spec"]["hostNetwork"] = host_network ? Json(true) : Json(nullptr);
  run.world.Edit("web", patch);
}

// An admission webhook takes all annotations from each object that is written: "no-annotations" of
// ReplicaSets, "no-pod-annotations" of Pods. "": there is none any more.
void Strip(InPlaceRun& run, const std::string& which) {
  run.world.api().Update("user", {resources::kNamespaces, "", "default"}, "", [&](Json& object) {
    object["metadata"].erase("annotations");
    if (!which.empty()) object["metadata"]["annotations"]["windlass.example/" + which] = "true";
  });
}
void StripReplicaSets(InPlaceRun& run, bool strip) { Strip(run, strip ? "no-annotations" : ""); }

// Whom this serves: whose platform strips annotations that it does not know.
TEST_CASE("in place where ReplicaSets keep no annotation (P-013, P-014)", "[in-place]") {
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(policy);
  InPlaceRun run(23);
  run.Start(3, {{"", policy}});
  StripReplicaSets(run, true);
  for (const Object& rs : run.world.ReplicaSets("web")) {
    run.world.api().Update("user", {resources::kReplicaSets, "default", NameOf(*rs)}, "",
                           [](Json& object) { object["metadata"].erase("annotations"); });
  }
  run.world.SetImage("web", "app:v2");
  run.world.RunFor(seconds(300));
  if (policy == "Only") {
    CHECK(run.PodsOf("app:v1") == 3);
    CHECK(run.Reason() == "NotPossible");
    // A rollback would take the settings from the Deployment, too.
    const Json& told = ConditionOf(*run.world.Deployment("web"), "windlass.dev/InPlace");
    CHECK(TextAt(told, {"message"}).find("restores the previous template") == std::string::npos);
    StripReplicaSets(run, false);
    run.world.RunFor(seconds(300));
  }
  CHECK(run.world.IsComplete("web"));
  CHECK(run.PodsOf("app:v2") == 3);
}

// The ReplicaSet that has the Pods keeps its annotations, because it is not written.
TEST_CASE("in place where new ReplicaSets keep no annotation (P-013, P-014)", "[in-place]") {
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(policy);
  InPlaceRun run(43);
  run.Start(3, {{"", policy}});
  StripReplicaSets(run, true);
  run.world.SetImage("web", "app:v2");
  run.world.RunFor(seconds(300));
  if (policy == "Only") {
    CHECK(run.PodsOf("app:v1") == 3);
    CHECK(run.Reason() == "NotPossible");
    run.world.Scale("web", 5);  // the webhook keeps no user from scaling
    run.world.RunFor(seconds(60));
    CHECK(run.PodsOf("app:v1") == 5);
    StripReplicaSets(run, false);
    run.world.RunFor(seconds(600));
  }
  CHECK(run.world.IsComplete("web"));
  CHECK(run.PodsOf("app:v2") == (policy == "Only" ? 5U : 3U));
  const std::vector<Object> events = run.world.api().List(resources::kEvents, "default");
  const bool told_not_possible = std::ranges::any_of(events, [](const Object& event) {
    return TextAt(*event, {"message"}).find("(AnnotationNotKept)") != std::string::npos;
  });
  CHECK(told_not_possible);
}

// Whom this serves: who counts on the Pods that serve. The invariants judge how many do.
TEST_CASE("in place, an undo where Pods keep no state (P-028, P-050)", "[in-place]") {
  InPlaceRun run(31);
  run.Start(6, {{"", "Only"}, {"partition", "3"}});
  run.world.SetImage("web", "app:v2-slow-stop-5s");
  run.world.Quiesce();
  REQUIRE(run.PodsOf("app:v2-slow-stop-5s") == 3);
  Strip(run, "no-pod-annotations");
  run.world.SetImage("web", "app:v1");
  run.world.RunFor(seconds(30));
  CHECK(run.Reason() == "AnnotationNotKept");
  run.world.RunFor(seconds(1800));
  CHECK(run.PodsOf("app:v1") == 6);
  CHECK(run.world.IsComplete("web"));
  CHECK(run.Complaints() == "");
}

TEST_CASE("in place where Pods keep no state (P-013, P-028)", "[in-place]") {
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(policy);
  InPlaceRun run(37);
  run.Start(4, {{"", policy}});
  Strip(run, "no-pod-annotations");
  run.world.SetImage("web", "app:v2-slow-stop-5s");
  run.world.RunFor(seconds(1800));
  if (policy == "Only") {
    CHECK(run.PodsOf("app:v2-slow-stop-5s") == 1);
    CHECK(run.Reason() == "AnnotationNotKept");
    Strip(run, "");
    run.world.RunFor(seconds(1800));
  }
  CHECK(run.PodsOf("app:v2-slow-stop-5s") == 4);
  CHECK(run.world.IsComplete("web"));
  CHECK(run.Complaints() == "");
}

// Whom this serves: whose Service would lose a Pod again and again.
TEST_CASE("in place where Pods keep no state, one is drained in vain once a minute (P-040)",
          "[in-place]") {
  InPlaceRun run(41);
  Json deployment = InPlaceDeployment(
      3, "app:v1", {{"", "Only"}, {"drain", std::string("Label:") + kTraffic + "=on/off"}});
  deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
  run.Start(deployment);
  int drained = 0;
  run.world.api().store().OnChange([&](const Change& change) {
    if (change.key.resource != resources::kPods || !change.before || !change.after) return;
    if (LabelOf(*change.before, kTraffic) == "off") return;
    if (LabelOf(*change.after, kTraffic) == "off") ++drained;
  });
  Strip(run, "no-pod-annotations");
  run.world.SetImage("web", "app:v2");
  run.world.RunFor(seconds(1200));
  CHECK(drained > 10);
  CHECK(drained <= 21);
}

TEST_CASE("in place where ReplicaSets keep no annotation any more (P-013, P-014)", "[in-place]") {
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(policy);
  InPlaceRun run(29);
  run.Start(3, {{"", policy}});
  run.world.SetImage("web", "app:v2-slow-start-5s");
  run.world.RunFor(seconds(2));
  REQUIRE(run.PodsOf("app:v2-slow-start-5s") == 1);
  StripReplicaSets(run, true);
  run.world.Scale("web", 4);
  run.world.RunFor(seconds(300));
  if (policy == "Only") {
    CHECK(run.Reason() == "NotPossible");
    CHECK(IntAt(*run.world.Deployment("web"), {"status", "updatedReplicas"}) <= 1);
    StripReplicaSets(run, false);
    run.world.RunFor(seconds(600));
  }
  CHECK(run.world.IsComplete("web"));
  CHECK(run.PodsOf("app:v2-slow-start-5s") == 4);
}

TEST_CASE("in place, with Only: what is refused is no revision, and undo knows what ran (P-014)",
          "[in-place]") {
  InPlaceRun run(1);
  run.Start(3);
  const auto pods = run.Uids();
  run.world.SetImage("web", "app:v2");
  REQUIRE(run.Finish() == "");
  SetHostNetwork(run, true);
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
    SetHostNetwork(run, false);
    REQUIRE(run.Finish() == "");
    CHECK(run.PodsOf("app:v4") == 3);
    REQUIRE(run.world.RolloutUndo("web"));
    REQUIRE(run.Finish() == "");
  }
  CHECK(run.PodsOf("app:v2") == 3);
  CHECK(run.Uids() == pods);
}

TEST_CASE("in place, a first container that comes up after the patch proves nothing (P-047)",
          "[in-place]") {
  InPlaceRun run(GENERATE(1U, 2U, 3U));
  run.Start(4, {}, "app:v1-slow-pull-90s");
  run.world.Scale("web", 5);
  run.world.RunFor(seconds(2));
  run.world.SetImage("web", "app:missing");
  run.world.RunFor(seconds(600));
  CHECK(run.Complaints() == "");
  CHECK(run.PodsOf("app:missing") == 1);
  CHECK(run.Reason() == "Failing");
}

}  // namespace
}  // namespace windlass::sim::in_place_trouble_test
