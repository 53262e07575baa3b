// Each invariant of in-place updates can be broken, and an update by the book breaks none of them.
// The test plays the controller with writes in its name.
#include "test/sim/in_place_invariants.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::in_place_invariants_test {
namespace {

const std::string kController = "windlass";
constexpr const char* kRevision = "deployment.kubernetes.io/revision";
constexpr const char* kTraffic = "windlass.dev/traffic";
const std::string kOld = "web:1";
const std::string kNew = "web:2-slow-ready-20s";

StoreKey KeyOf(const ResourceId& resource, const std::string& name) {
  return {resource, "default", name};
}

// ReplicaSet "a" has four Pods, of which one may be unavailable; "p" is for the next template.
struct Rollout {
  explicit Rollout(const std::string& policy = "Only",
                   const ResourceId& of = resources::kDeployments)
      : kind(of) {
    Json web = SampleDeployment("web", 4, kOld);
    web["metadata"]["annotations"] = {
        {"windlass.dev/in-place", policy},
        {"windlass.dev/in-place-drain", std::string("Label:") + kTraffic + "=on/off"}};
    web["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 0}, {"maxUnavailable", 1}};
    web["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
    world.Apply(kind == resources::kRollouts ? AsRollout(web) : web);
    Make("a", 4, "1", kOld);
    world.Quiesce();
    for (const Object& pod : world.Pods("web", kind)) pods.push_back(NameOf(*pod));
  }

  void Make(const std::string& name, int replicas, const std::string& revision,
            const std::string& image) {
    Json rs = SampleReplicaSet("web", replicas, image);
    rs["metadata"]["name"] = name;
    rs["metadata"]["ownerReferences"] = ControlledBy(*world.Owner("web", kind));
    rs["metadata"]["annotations"] = {
        {kRevision, revision}, {kInPlaceMode, Json{{"rev", revision}, {"mode", "InPlace"}}.dump()}};
    rs["spec"]["selector"]["matchLabels"]["pod-template-hash"] = name;
    Json& labels = rs["spec"]["template"]["metadata"]["labels"];
    labels["pod-template-hash"] = name;
    labels[kTraffic] = "on";
    REQUIRE(world.api().Create(kController, resources::kReplicaSets, "default", rs).ok());
  }
  void Stage(const std::string& revision = "2") {
    world.SetImage("web", kNew, kind);
    Make("p", 0, revision, kNew);
    world.Quiesce();
  }
  void EditPod(size_t index, const ApiServer::Edit& edit) {
    const StoreKey key = KeyOf(resources::kPods, pods[index]);
    REQUIRE(world.api().Update(kController, key, "", edit).ok());
  }
  void Patch(size_t index, const std::string& image) {
    EditPod(index, [&](Json& pod) { pod["spec"]["containers"][0]["image"] = image; });
  }
  void PatchAll() {
    for (size_t i = 0; i < pods.size(); ++i) {
      Patch(i, kNew);
      REQUIRE(world.Quiesce());
    }
  }
  void Drain(size_t index, const std::string& value) {
    EditPod(index, [&](Json& pod) { pod["metadata"]["labels"][kTraffic] = value; });
  }
  void EditReplicaSet(const std::string& name, const ApiServer::Edit& edit) {
    REQUIRE(world.api().Update(kController, KeyOf(resources::kReplicaSets, name), "", edit).ok());
  }
  void Give(const std::string& name, const std::string& image, const std::string& revision) {
    EditReplicaSet(name, [&](Json& rs) {
      rs["spec"]["template"]["spec"]["containers"][0]["image"] = image;
      rs["metadata"]["annotations"][kRevision] = revision;
    });
  }
  void Annotate(const std::string& name, const char* key, const std::string& value) {
    EditReplicaSet(name, [&](Json& rs) {
      rs["metadata"]["annotations"].erase(key);
      if (!value.empty()) rs["metadata"]["annotations"][key] = value;
    });
  }
  // Makes the three writes X1, X2 and X3 (P-053), and calls `meanwhile` between X1 and X2.
  void Exchange(const std::function<void()>& meanwhile = nullptr) {
    EditReplicaSet("p", [&](Json& rs) {
      rs["spec"]["template"]["spec"]["containers"][0]["image"] = kOld;
      rs["metadata"]["annotations"][kRevision] = "1";
      rs["metadata"]["annotations"][kInPlaceExchange] = "stash";
    });
    if (meanwhile) meanwhile();
    Give("a", kNew, "2");
    Annotate("p", kInPlaceExchange, "");
    REQUIRE(world.Quiesce());
  }
  std::string Broken() {
    std::string names;
    std::set<std::string> seen;
    for (const Violation& violation : in_place.violations()) {
      if (!seen.insert(violation.invariant).second) continue;
      names += (names.empty() ? "" : " ") + violation.invariant;
    }
    INFO(in_place.Complaints());
    return names;
  }

  const ResourceId kind;
  World world{1};
  InPlaceInvariants in_place{world};
  std::vector<std::string> pods;
};

TEST_CASE("An in-place update by the book breaks nothing") {
  Rollout rollout;
  rollout.Stage();
  rollout.PatchAll();
  rollout.Exchange();
  rollout.in_place.JudgeAtRest("web");
  CHECK(rollout.in_place.Complaints() == "");
  CHECK(rollout.in_place.restarts() == 4);
  CHECK(rollout.world.RolloutUndo("web"));
  CHECK(ImageIn(At(*rollout.world.Deployment("web"), {"spec", "template", "spec"}), "web") == kOld);
}

// Whom this serves: who chose Recreate because two versions at once spoil their data.
TEST_CASE("I-09: with Recreate, no Pod comes beside one of another image") {
  Rollout rollout("IfPossible");
  rollout.world.api().Update(kController, {rollout.kind, "default", "web"}, "",
                             [](Json& web) { web["spec"]["strategy"] = {{"type", "Recreate"}}; });
  const auto grow = [&](int64_t replicas) {
    rollout.EditReplicaSet("a", [&](Json& rs) { rs["spec"]["replicas"] = replicas; });
  };
  rollout.Stage();
  SECTION("of its spec") { rollout.Patch(0, kNew); }
  SECTION("that still runs") {
    rollout.PatchAll();
    rollout.Patch(0, kOld);
    for (size_t i = 1; i < rollout.pods.size(); ++i) rollout.Patch(i, kOld);
  }
  SECTION("while all have the same, it is right") {
    grow(5);
    CHECK(rollout.Broken().empty());
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "I-09");  // patched beside the others
  }
  grow(6);
  CHECK(rollout.Broken().find("I-09") != std::string::npos);
}

TEST_CASE("I-51: what really serves is what counts, not Ready") {
  Rollout rollout;
  rollout.Stage();
  rollout.Patch(0, kNew);
  SECTION("before the first one is even killed") {
    rollout.Patch(1, kNew);
    CHECK(rollout.Broken() == "I-51");
  }
  SECTION("while it comes up") {
    rollout.world.RunFor(seconds(10));
    rollout.Patch(1, kNew);
    CHECK(rollout.Broken() == "I-51");
  }
  SECTION("one that serves again is no burden") {
    REQUIRE(rollout.world.Quiesce());
    rollout.Patch(1, kNew);
    CHECK(rollout.Broken() == "");
  }
  SECTION("a second patch of the same Pod costs nothing") {
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "");
  }
  SECTION("a drained Pod does not serve") {
    REQUIRE(rollout.world.Quiesce());
    rollout.Drain(1, "off");
    CHECK(rollout.Broken() == "");
    rollout.Patch(2, kNew);
    CHECK(rollout.Broken() == "I-51");
  }
}

TEST_CASE("I-51: a Pod that fails by itself is to be noticed, but not at once") {
  Rollout rollout;
  rollout.Stage();
  const Object victim = rollout.world.api().Find(KeyOf(resources::kPods, rollout.pods[0]));
  rollout.world.kubelet().SetNodeReady(TextAt(*victim, {"spec", "nodeName"}), false);
  size_t other = 1;
  const auto node = [&](size_t index) {
    const Object pod = rollout.world.api().Find(KeyOf(resources::kPods, rollout.pods[index]));
    return TextAt(*pod, {"spec", "nodeName"});
  };
  while (node(other) == node(0)) ++other;
  SECTION("a moment ago") {
    rollout.Patch(other, kNew);
    CHECK(rollout.Broken() == "");
  }
  SECTION("long ago") {
    rollout.world.RunFor(seconds(10));
    rollout.Patch(other, kNew);
    CHECK(rollout.Broken() == "I-51");
  }
  SECTION("itself it may be patched") {
    rollout.world.RunFor(seconds(10));
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "");
  }
}

TEST_CASE("I-52: no Pod is deleted") {
  Rollout rollout;
  rollout.Stage();
  SECTION("directly") {
    rollout.world.api().Delete(kController, KeyOf(resources::kPods, rollout.pods[0]));
    CHECK(rollout.Broken() == "I-52");
  }
  SECTION("by the ReplicaSet controller") {
    rollout.EditReplicaSet("a", [](Json& rs) { rs["spec"]["replicas"] = 3; });
    CHECK(rollout.Broken() == "I-52");
  }
  SECTION("but at a rollout of another kind") {
    rollout.Annotate("p", kInPlaceMode, R"({"rev":"2","mode":"Recreate"})");
    rollout.EditReplicaSet("a", [](Json& rs) { rs["spec"]["replicas"] = 3; });
    CHECK(rollout.Broken() == "");
  }
  SECTION("but at a rollout of a revision that the note does not name") {
    rollout.Annotate("p", kInPlaceMode, R"({"rev":"1","mode":"InPlace"})");
    rollout.EditReplicaSet("a", [](Json& rs) { rs["spec"]["replicas"] = 3; });
    CHECK(rollout.Broken() == "");
  }
  SECTION("others may") {
    rollout.world.api().Delete("user", KeyOf(resources::kPods, rollout.pods[0]));
    rollout.world.Scale("web", 2);
    rollout.EditReplicaSet("a", [](Json& rs) { rs["spec"]["replicas"] = 2; });
    CHECK(rollout.Broken() == "");
  }
}

TEST_CASE("I-53: a Pod stays where it is") {
  Rollout rollout;
  const StoreKey key = KeyOf(resources::kPods, rollout.pods[0]);
  rollout.world.api().Update("somebody", key, "binding",
                             [](Json& pod) { pod["spec"]["nodeName"] = "elsewhere"; });
  CHECK(rollout.Broken() == "I-53");
}

TEST_CASE("I-54: a container is restarted once for a template") {
  Rollout rollout;
  rollout.Stage();
  rollout.Patch(0, kNew);
  REQUIRE(rollout.world.Quiesce());
  SECTION("to and fro is twice") {
    rollout.Patch(0, kOld);
    REQUIRE(rollout.world.Quiesce());
    CHECK(rollout.Broken() == "I-54");
  }
  SECTION("back because the revision was given up") {
    rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2"})");
    rollout.Patch(0, kOld);
    REQUIRE(rollout.world.Quiesce());
    CHECK(rollout.Broken() == "");
  }
  SECTION("but not because another revision was") {
    rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"1"})");
    rollout.Patch(0, kOld);
    REQUIRE(rollout.world.Quiesce());
    CHECK(rollout.Broken() == "I-54");
  }
  SECTION("back because the Deployment went back") {
    REQUIRE(rollout.world.RolloutUndo("web"));
    rollout.Give("a", kOld, "3");
    rollout.Patch(0, kOld);
    REQUIRE(rollout.world.Quiesce());
    CHECK(rollout.Broken() == "");
  }
}

TEST_CASE("I-54: a revision that is tried again restarts a container once, and once back") {
  Rollout rollout;
  rollout.Stage();
  const auto patch = [&](const std::string& image) {
    rollout.Patch(0, image);
    REQUIRE(rollout.world.Quiesce());
  };
  patch(kNew);
  rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2","reason":"it fails"})");
  patch(kOld);
  CHECK(rollout.Broken() == "");
  SECTION("not without a try") {
    rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2","reason":"another one"})");
    patch(kNew);
    CHECK(rollout.Broken() == "I-68 I-54");
  }
  SECTION("nor if Windlass itself forgets it") {
    rollout.Annotate("p", kInPlaceBlocked, "");
    patch(kNew);
    CHECK(rollout.Broken() == "I-68 I-54");
  }
  SECTION("unless a user deletes the ReplicaSet that notes it") {
    rollout.world.api().Delete("user", KeyOf(resources::kReplicaSets, "p"));
    patch(kNew);
    CHECK(rollout.Broken().find("I-54") == std::string::npos);
  }
  SECTION("unless a user takes that ReplicaSet away from its Deployment") {
    rollout.world.api().Update("user", KeyOf(resources::kReplicaSets, "p"), "",
                               [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
    patch(kNew);
    CHECK(rollout.Broken().find("I-54") == std::string::npos);
  }
  SECTION("but with a try") {
    rollout.world.Annotate("web", "windlass.dev/in-place-unblock", "2");
    rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2","tried":"2026-01-01T00:00:00Z"})");
    patch(kNew);
    rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2","used":true})");
    patch(kOld);
    CHECK(rollout.Broken() == "");
    // What once was a reason for one restart more.
    SECTION("not again because it is noted that the setting is gone") {
      rollout.Annotate("p", kInPlaceBlocked, R"({"rev":"2"})");
      patch(kNew);
      CHECK(rollout.Broken() == "I-68 I-54");
    }
  }
}

TEST_CASE("I-68: a revision that was given up is tried once for each time it is asked for") {
  Rollout rollout("Only", GENERATE(resources::kDeployments, resources::kRollouts));
  const auto unblock = [&](const Json& revision) {
    Json patch;
    if (rollout.kind == resources::kRollouts) {
      patch["spec"]["strategy"]["inPlace"]["unblock"] = revision;
    } else {
      patch["metadata"]["annotations"]["windlass.dev/in-place-unblock"] =
          revision.is_null() ? Json() : Json(revision.dump());
    }
    rollout.world.Edit("web", patch, rollout.kind);
  };
  const auto note = [&](const std::string& text) { rollout.Annotate("p", kInPlaceBlocked, text); };
  const std::string given_up = R"({"rev":"2","reason":"it fails"})";
  const std::string used = R"({"rev":"2","reason":"it fails","used":true})";
  const auto tried = [&](const char* at) { note(Json{{"rev", "2"}, {"tried", at}}.dump()); };
  rollout.Stage();
  SECTION("unasked") {
    note(given_up);
    tried("a");
    CHECK(rollout.Broken() == "I-68");
  }
  SECTION("another revision was asked for") {
    note(given_up);
    unblock(3);
    tried("a");
    CHECK(rollout.Broken() == "I-68");
  }
  SECTION("asked for before it was given up") {
    unblock(2);
    rollout.world.RunFor(seconds(10));
    note(given_up);
    tried("a");
    CHECK(rollout.Broken() == "I-68");
  }
  SECTION("the note is taken away") {
    note(given_up);
    note("");
    CHECK(rollout.Broken() == "I-68");
  }
  SECTION("a Pod gets it meanwhile") {
    note(given_up);
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "I-68");
  }
  SECTION("asked for") {
    note(given_up);
    unblock(2);
    tried("a");
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "");
    rollout.world.RunFor(seconds(10));
    note(used);
    note(given_up);
    CHECK(rollout.Broken() == "");
    SECTION("once only") {
      tried("b");
      CHECK(rollout.Broken() == "I-68");
    }
    SECTION("removed is not asked for") {
      unblock(nullptr);
      tried("b");
      CHECK(rollout.Broken() == "I-68");
    }
    SECTION("asked for again") {
      unblock(nullptr);
      unblock(2);
      tried("b");
      CHECK(rollout.Broken() == "");
      CHECK(rollout.in_place.tries() == 2);
    }
  }
}

TEST_CASE("I-54: each change of abort allows one restart more") {
  Rollout rollout("Only", resources::kRollouts);
  const auto set_abort = [&](bool value) {
    rollout.world.Edit("web", {{"spec", {{"abort", value}}}}, resources::kRollouts);
  };
  const auto patch = [&](const std::string& image) {
    rollout.Patch(0, image);
    REQUIRE(rollout.world.Quiesce());
  };
  rollout.Stage();
  patch(kNew);
  set_abort(true);
  patch(kOld);
  CHECK(rollout.Broken() == "");
  SECTION("only one") {
    patch(kNew);
    CHECK(rollout.Broken() == "I-54");
  }
  SECTION("on again when the abort ends") {
    set_abort(false);
    patch(kNew);
    CHECK(rollout.Broken() == "");
    patch(kOld);
    CHECK(rollout.Broken() == "I-54");
  }
}

TEST_CASE("I-56: an aborted rollout makes no revision of its template") {
  Rollout rollout("Only", resources::kRollouts);
  rollout.Stage();
  rollout.Patch(0, kNew);
  REQUIRE(rollout.world.Quiesce());
  const bool aborted = GENERATE(true, false);
  rollout.world.Edit("web", {{"spec", {{"abort", aborted}}}}, resources::kRollouts);
  rollout.world.SetImage("web", "web:3", resources::kRollouts);
  rollout.world.RunFor(seconds(10));
  rollout.Patch(0, kOld);
  CHECK(rollout.Broken() == (aborted ? "" : "I-56"));
}

TEST_CASE("I-55: at rest all are of the template") {
  Rollout rollout;
  rollout.Stage();
  SECTION("every Pod") {
    for (size_t i = 1; i < 4; ++i) {
      rollout.Patch(i, kNew);
      REQUIRE(rollout.world.Quiesce());
    }
    rollout.Exchange();
  }
  SECTION("and what makes new ones") { rollout.PatchAll(); }
  rollout.in_place.JudgeAtRest("web");
  CHECK(rollout.Broken() == "I-55");
}

TEST_CASE("I-56: at every write undo has somewhere to go") {
  Rollout rollout;
  SECTION("staged before a Pod is touched") {
    rollout.world.SetImage("web", kNew);
    rollout.world.RunFor(seconds(10));
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "I-56");
  }
  SECTION("a moment after the template changed nobody can know") {
    rollout.world.SetImage("web", kNew);
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "");
  }
  SECTION("with the highest revision") {
    rollout.Stage("1");
    rollout.Give("a", kOld, "2");
    rollout.Patch(0, kNew);
    CHECK(rollout.Broken() == "I-56");
  }
  SECTION("one that was staged too late to know better is brought back") {
    const bool in_time = GENERATE(true, false);
    rollout.world.SetImage("web", kNew);
    rollout.world.RunFor(seconds(10));
    rollout.world.SetImage("web", "web:3");
    if (!in_time) rollout.world.RunFor(seconds(10));
    rollout.Make("p", 0, "2", kNew);
    rollout.Make("q", 0, "3", "web:3");
    rollout.Patch(0, "web:3");
    CHECK(rollout.Broken() == (in_time ? "" : "I-56"));
  }
  SECTION("the host is not exchanged first") {
    rollout.Stage();
    rollout.PatchAll();
    rollout.Give("a", kNew, "2");
    CHECK(rollout.Broken() == "I-56");
  }
  SECTION("what it would bring back is kept") {
    rollout.Stage();
    rollout.PatchAll();
    rollout.Exchange();
    rollout.world.api().Delete(kController, KeyOf(resources::kReplicaSets, "p"));
    CHECK(rollout.Broken() == "I-56");
  }
}

TEST_CASE("A Deployment that goes back in the middle of the exchange breaks nothing") {
  Rollout rollout;
  rollout.Stage();
  rollout.PatchAll();
  rollout.Exchange([&] { REQUIRE(rollout.world.RolloutUndo("web")); });
  rollout.Give("p", kOld, "3");
  for (size_t i = 0; i < rollout.pods.size(); ++i) {
    rollout.Patch(i, kOld);
    REQUIRE(rollout.world.Quiesce());
  }
  CHECK(rollout.in_place.Complaints() == "");
  CHECK(rollout.in_place.restarts() == 8);
}

TEST_CASE("Pods that were there before the Deployment asked are known") {
  Rollout rollout("Disabled");
  rollout.world.Annotate("web", "windlass.dev/in-place", "Only");
  rollout.Stage();
  rollout.PatchAll();
  CHECK(rollout.in_place.Complaints() == "");
  CHECK(rollout.in_place.restarts() == 4);
}

TEST_CASE("I-58 to I-61: nothing is left behind") {
  Rollout rollout;
  rollout.Stage();
  rollout.PatchAll();
  rollout.Exchange();
  SECTION("a second highest revision") {
    rollout.world.api().Update("user", KeyOf(resources::kReplicaSets, "p"), "",
                               [](Json& rs) { rs["metadata"]["annotations"][kRevision] = "2"; });
    rollout.in_place.JudgeAtRest("web");
    CHECK(rollout.Broken() == "I-58");
  }
  SECTION("an exchange") {
    rollout.Annotate("p", kInPlaceExchange, "stash");
    rollout.in_place.JudgeAtRest("web");
    CHECK(rollout.Broken() == "I-59");
  }
  SECTION("a drained Pod") {
    rollout.Drain(0, "off");
    CHECK(rollout.Broken() == "");
    rollout.in_place.JudgeAtRest("web");
    CHECK(rollout.Broken() == "I-60");
  }
  SECTION("a note that an undo brought") {
    rollout.world.Annotate("web", kInPlaceMode, "InPlace");
    rollout.in_place.JudgeAtRest("web");
    CHECK(rollout.Broken() == "I-61");
  }
}

TEST_CASE("I-60: not more Pods are drained than may be restarted") {
  Rollout rollout;
  rollout.Stage();
  rollout.Drain(0, "off");
  rollout.Drain(1, "off");
  CHECK(rollout.Broken() == "I-51 I-60");
}

TEST_CASE("Deployments that do not ask for it are not judged") {
  Rollout rollout;
  rollout.world.Annotate("web", "windlass.dev/in-place", "Disabled");
  rollout.Patch(0, kNew);
  rollout.Patch(1, kNew);
  rollout.world.api().Delete(kController, KeyOf(resources::kPods, rollout.pods[0]));
  CHECK(rollout.Broken() == "");
}

}  // namespace
}  // namespace windlass::sim::in_place_invariants_test
