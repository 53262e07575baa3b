// Each invariant can be broken, and a correct run breaks none: an invariant that never fires proves
// nothing. The test plays the controller with writes in its name.
#include "test/sim/invariants.h"

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::invariants_test {
namespace {

const std::string kController = "windlass";
constexpr const char* kRevision = "deployment.kubernetes.io/revision";

StoreKey Key(const std::string& name) { return {resources::kReplicaSets, "default", name}; }

// 10 replicas (at most 13 Pods, at least 8 available); the old ReplicaSet has 10 available Pods.
struct Rollout {
  explicit Rollout(const std::string& strategy = "RollingUpdate") {
    Json web = SampleDeployment("web", 10);
    web["spec"]["strategy"]["type"] = strategy;
    deployment = world.Apply(web);
    Make("old", 10, "1", "user");
    world.Quiesce();
  }

  ApiAnswer Make(const std::string& name, int replicas, const std::string& revision,
                 const std::string& actor = kController, uint64_t shown = kAllShown) {
    Json rs = SampleReplicaSet("web", replicas, "registry.example/web:" + revision);
    rs["metadata"]["name"] = name;
    rs["metadata"]["ownerReferences"] = ControlledBy(*deployment);
    rs["metadata"]["annotations"][kRevision] = revision;
    // The selectors keep the ReplicaSets' Pods apart, as the hash label does.
    rs["spec"]["selector"]["matchLabels"]["pod-template-hash"] = name;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = name;
    return world.api().Create(actor, resources::kReplicaSets, "default", rs, shown);
  }
  void Scale(const std::string& name, int replicas) {
    world.api().Update(kController, Key(name), "",
                       [&](Json& rs) { rs["spec"]["replicas"] = replicas; });
  }
  void SetRevision(const std::string& name, const std::string& revision) {
    world.api().Update(kController, Key(name), "",
                       [&](Json& rs) { rs["metadata"]["annotations"][kRevision] = revision; });
  }
  void MakePod(const std::string& replica_set) {
    Json pod = SamplePod("one-more", "web");
    pod["metadata"]["ownerReferences"] = ControlledBy(*world.api().Find(Key(replica_set)));
    world.api().Create("replicaset-controller", resources::kPods, "default", pod);
  }
  void SetObserved(int64_t generation) {
    world.api().Update(kController, {resources::kDeployments, "default", "web"}, "status",
                       [&](Json& web) { web["status"]["observedGeneration"] = generation; });
  }
  std::string Broken() const {
    std::string names;
    for (const Violation& violation : world.invariants().violations()) {
      names += (names.empty() ? "" : " ") + violation.invariant;
    }
    return names;
  }

  World world{1};
  Object deployment;
};

TEST_CASE("A rolling update within its limits breaks nothing") {
  Rollout rollout;
  rollout.Make("new", 3, "2");
  rollout.Scale("old", 8);
  rollout.world.Quiesce();
  rollout.Scale("new", 5);
  rollout.world.Quiesce();
  rollout.Scale("old", 3);
  rollout.world.Quiesce();
  rollout.Scale("new", 10);
  rollout.world.Quiesce();
  rollout.Scale("old", 0);
  rollout.world.Quiesce();
  rollout.world.api().Delete(kController, Key("old"));
  rollout.SetObserved(1);
  CHECK(rollout.Broken() == "");
  CHECK(rollout.world.Complaints() == "");
  CHECK(rollout.world.invariants().judged() == 8);
}

struct Misdeed {
  std::string invariant;
  std::string strategy;
  void (*commit)(Rollout& rollout);
};

TEST_CASE("Every invariant notices what it forbids") {
  const Misdeed row = GENERATE(values<Misdeed>({
      {"I-01", "RollingUpdate", [](Rollout& rollout) { rollout.Scale("old", 7); }},
      {"I-01", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.Make("new", 3, "2");  // not available yet
         rollout.Scale("old", 5);
       }},
      {"I-02", "RollingUpdate", [](Rollout& rollout) { rollout.Make("new", 4, "2"); }},
      {"I-02", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.Make("new", 3, "2");
         rollout.Scale("new", 4);
       }},
      {"I-09", "Recreate",
       [](Rollout& rollout) {
         rollout.Scale("old", 0);
         rollout.world.RunFor(milliseconds(5));
         rollout.Make("new", 10, "2");
       }},
      // Scaled up by the controller itself, not by somebody of whom it cannot know yet.
      {"I-09", "Recreate",
       [](Rollout& rollout) {
         rollout.Scale("old", 0);
         rollout.world.RunFor(seconds(60));
         rollout.Scale("old", 1);
         rollout.world.RunFor(milliseconds(100));
         rollout.Scale("old", 0);
         rollout.world.RunFor(milliseconds(1));
         rollout.Make("new", 10, "2");
       }},
      // The old one makes Pods as soon as its controller goes on.
      {"I-09", "Recreate",
       [](Rollout& rollout) {
         rollout.world.replica_set_controller().Stop(true);
         rollout.Make("next", 0, "2");
         rollout.Make("newest", 0, "3");
         rollout.world.api().Delete("user", {resources::kReplicaSets, "default", "old"});
         for (const Object& pod : rollout.world.Pods("web"))
           rollout.world.api().Delete("user", {resources::kPods, "default", NameOf(*pod)});
         rollout.Scale("next", 5);
         rollout.world.RunFor(seconds(10));
         rollout.Scale("newest", 5);
       }},
      {"I-11", "RollingUpdate", [](Rollout& rollout) { rollout.Make("new", 0, "1"); }},
      {"I-11", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.Make("new", 0, "3");
         rollout.SetRevision("old", "2");
       }},
      {"I-14", "RollingUpdate",
       [](Rollout& rollout) { rollout.world.api().Delete(kController, Key("old")); }},
      {"I-16", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.world.Apply(SampleReplicaSet("stranger", 0));
         rollout.Scale("stranger", 1);
       }},
      {"I-16", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.world.Apply(SampleReplicaSet("stranger", 0));  // its labels do not match
         rollout.world.api().Update(kController, Key("stranger"), "", [&](Json& rs) {
           rs["metadata"]["ownerReferences"] = ControlledBy(*rollout.deployment);
         });
       }},
      {"I-35", "RollingUpdate", [](Rollout& rollout) { rollout.SetObserved(2); }},
      {"I-35", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.SetObserved(1);
         rollout.SetObserved(0);
       }},
      {"I-43", "RollingUpdate",
       [](Rollout& rollout) {
         rollout.Make("new", 3, "2");
         rollout.world.Quiesce();
         // The ReplicaSet controller removes no Pods yet, and creates one.
         rollout.world.replica_set_controller().Stop(true);
         rollout.Scale("old", 8);
         rollout.Scale("new", 5);
         rollout.MakePod("new");
       }},
  }));
  CAPTURE(row.invariant);
  Rollout rollout(row.strategy);
  REQUIRE(rollout.Broken() == "");
  row.commit(rollout);
  CHECK(rollout.Broken() == row.invariant);
  CHECK(rollout.world.Complaints().find(row.invariant) != std::string::npos);
}

TEST_CASE("What others do is nobody's fault") {
  Rollout rollout;
  rollout.world.api().Update("user", Key("old"), "", [](Json& rs) { rs["spec"]["replicas"] = 1; });
  CHECK(rollout.Broken() == "");
}

TEST_CASE("A write is not blamed for what could not be known yet") {
  Rollout rollout;
  // Two Pods vanish. A millisecond later the controller takes away the two that maxUnavailable
  // allows.
  const auto pods = rollout.world.Pods("web");
  for (const size_t i : {0U, 1U}) {
    rollout.world.api().Delete("user", {resources::kPods, "default", NameOf(*pods[i])});
  }
  rollout.world.RunFor(milliseconds(1));
  rollout.Scale("old", 8);
  CHECK(rollout.Broken() == "");
}

TEST_CASE("I-01 blames no write for Pods that the status says were not available") {
  Rollout rollout;
  rollout.world.replica_set_controller().Stop(true);
  rollout.world.api().Update("replicaset-controller", Key("old"), "status",
                             [](Json& rs) { rs["status"]["availableReplicas"] = 7; });
  rollout.world.RunFor(seconds(10));
  rollout.Scale("old", 7);
  CHECK(rollout.Broken() == "");
  rollout.Scale("old", 6);
  CHECK(rollout.Broken() == "I-01");
}

TEST_CASE("I-09 excuses Pods of a ReplicaSet that somebody has just scaled up") {
  const bool just_now = GENERATE(true, false);
  const bool knows = GENERATE(false, true);  // the controller has lowered it again
  Rollout rollout("Recreate");
  rollout.Scale("old", 0);
  rollout.world.RunFor(seconds(60));
  const auto scale = [&](const std::string& actor, int replicas) {
    rollout.world.api().Update(actor, Key("old"), "",
                               [&](Json& rs) { rs["spec"]["replicas"] = replicas; });
  };
  scale("user", 2);
  rollout.world.RunFor(just_now ? milliseconds(100) : seconds(60));
  scale(knows ? kController : "user", 0);
  rollout.world.RunFor(milliseconds(1));
  REQUIRE_FALSE(rollout.world.Pods("web").empty());
  rollout.Make("new", 10, "2");
  CAPTURE(just_now, knows);
  CHECK(rollout.Broken() == (just_now && !knows ? "" : "I-09"));
}

TEST_CASE("I-09 knows the Pods of a ReplicaSet that Windlass itself deleted") {
  Rollout rollout("Recreate");
  rollout.Scale("old", 0);
  rollout.world.RunFor(milliseconds(5));
  rollout.world.api().Delete(kController, Key("old"));
  CHECK(rollout.Broken() == "I-14");
  rollout.Make("new", 10, "2");
  CHECK(rollout.Broken() == "I-14 I-09");
}

TEST_CASE("I-16 judges a write by whether its sender's watch has shown that the owner is gone") {
  Rollout rollout;
  const Object old = rollout.world.api().Find(Key("old"));
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.world.api().Delete("user", Key("old"));
  const auto patch_pod = [&](uint64_t shown) {
    Json pod = SamplePod("late", "web");
    pod["metadata"]["ownerReferences"] = ControlledBy(*old);
    const StoreKey key{resources::kPods, "default", "late"};
    rollout.world.api().Create("replicaset-controller", resources::kPods, "default", pod);
    const Revisions shown_of = {{resources::kReplicaSets, shown}};
    rollout.world.api().store().SetSender(
        {.shown_of = std::make_shared<const Revisions>(shown_of)});
    rollout.world.api().Update(kController, key, "",
                               [](Json& late) { late["metadata"]["labels"]["a"] = "b"; });
    rollout.world.api().store().SetSender({});
    rollout.world.RunFor(seconds(10));  // the garbage collector takes it
  };
  patch_pod(kAllShown);  // a moment later
  CHECK(rollout.Broken() == "");
  patch_pod(seen);  // while the watch of ReplicaSets is dead
  CHECK(rollout.Broken() == "");
  patch_pod(kAllShown);
  CHECK(rollout.Broken() == "I-16");
}

TEST_CASE("I-01 judges a write by the ReplicaSets that its sender's watch has shown") {
  Rollout rollout;
  rollout.Make("new", 3, "2");
  rollout.world.Quiesce();
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.world.api().Delete("user", Key("new"));
  rollout.world.RunFor(seconds(10));
  const auto scale_down = [&](uint64_t shown, int replicas) {
    const Revisions shown_of = {{resources::kReplicaSets, shown}};
    rollout.world.api().store().SetSender(
        {.shown_of = std::make_shared<const Revisions>(shown_of)});
    rollout.Scale("old", replicas);
    rollout.world.api().store().SetSender({});
  };
  scale_down(seen, 7);  // while the watch of ReplicaSets is dead
  CHECK(rollout.Broken() == "");
  SECTION("the watch has shown it") { scale_down(kAllShown, 6); }
  SECTION("a request was answered with 404") {
    HttpRequest read;
    read.target = "/apis/apps/v1/namespaces/default/replicasets/new";
    rollout.world.api().Handle(read, kController);
    scale_down(seen, 6);
  }
  CHECK(rollout.Broken() == "I-01");
}

// Found by a fresh seed: the API server that is watched was 23 s behind.
TEST_CASE("I-01 blames no write that counts Pods of a ReplicaSet lowered unseen") {
  const bool knows = GENERATE(false, true);  // the controller has written the ReplicaSet since
  Rollout rollout;
  rollout.Make("new", 3, "2");
  rollout.world.Quiesce();
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.world.api().Update("user", Key("new"), "", [](Json& rs) { rs["spec"]["replicas"] = 0; });
  if (knows) rollout.SetRevision("new", "3");
  rollout.world.RunFor(seconds(10));
  const Revisions shown_of = {{resources::kReplicaSets, seen}};
  rollout.world.api().store().SetSender(
      {.seen = seen, .shown_of = std::make_shared<const Revisions>(shown_of)});
  rollout.Scale("old", 7);
  CHECK(rollout.Broken() == (knows ? "I-01" : ""));
  rollout.world.api().store().SetSender({});
  rollout.Scale("old", 6);
  CHECK(rollout.Broken().ends_with("I-01"));
}

// Found by an outsider: going back the moment the old ReplicaSet shrank took down all Pods.
TEST_CASE("I-01 counts no Pod above a size that its sender has just written") {
  const bool at_once = GENERATE(true, false);
  Rollout rollout;
  rollout.Make("new", 3, "2");
  rollout.world.Quiesce();
  rollout.Scale("old", 5);
  rollout.Scale("old", 10);  // five of its Pods may be gone, and none is yet
  REQUIRE(rollout.world.Pods("web").size() == 13);
  if (!at_once) rollout.world.Quiesce();
  CHECK(rollout.Broken() == "");
  rollout.Scale("new", 0);
  CHECK(rollout.Broken() == (at_once ? "I-01" : ""));
}

TEST_CASE("I-11 judges a request that was kept back by what its sender had seen") {
  Rollout rollout;
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.Make("new", 0, "2");
  rollout.world.api().store().SetSender({.late = true});
  rollout.Make("late", 0, "2", kController, seen);
  CHECK(rollout.Broken() == "");
  rollout.Make("later", 0, "2");  // by somebody who had seen both
  CHECK(rollout.Broken() == "I-11");
}

TEST_CASE("I-11 judges a write by the revisions that its sender's watch has shown") {
  Rollout rollout;
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.world.api().Update("user", Key("old"), "", [](Json& rs) {
    rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "7";
  });
  const auto make = [&](const std::string& name, const std::string& revision, uint64_t shown) {
    const Revisions shown_of = {{resources::kReplicaSets, shown}};
    rollout.world.api().store().SetSender(
        {.shown_of = std::make_shared<const Revisions>(shown_of)});
    rollout.Make(name, 0, revision);
  };
  make("new", "2", seen);  // while the watch of ReplicaSets is dead
  CHECK(rollout.Broken() == "");
  make("later", "3", rollout.world.api().store().revision());  // after it was opened again
  CHECK(rollout.Broken() == "I-11");
}

TEST_CASE("I-11 knows what a sender did itself, whatever its watch has shown") {
  Rollout rollout;
  const uint64_t seen = rollout.world.api().store().revision();
  const auto make = [&](const std::string& name) {
    const Revisions shown_of = {{resources::kReplicaSets, seen}};
    rollout.world.api().store().SetSender(
        {.shown_of = std::make_shared<const Revisions>(shown_of)});
    rollout.Make(name, 0, "2");
  };
  make("new");
  CHECK(rollout.Broken() == "");
  make("later");
  CHECK(rollout.Broken() == "I-11");
}

TEST_CASE("I-02 judges a request that was kept back by the ReplicaSets that its sender had seen") {
  Rollout rollout;
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.Make("new", 3, "2");
  rollout.world.RunFor(seconds(60));
  rollout.world.api().store().SetSender({.late = true});
  rollout.Make("late", 3, "3", kController, seen);
  CHECK(rollout.Broken() == "");
  rollout.Make("later", 3, "4");  // its sender has seen both
  CHECK(rollout.Broken() == "I-02");
}

TEST_CASE("I-11 knows that a released ReplicaSet took its revision along") {
  Rollout rollout;
  const uint64_t seen = rollout.world.api().store().revision();
  rollout.Make("new", 0, "2");
  rollout.world.api().Update(kController, Key("new"), "",
                             [](Json& rs) { rs["metadata"].erase("ownerReferences"); });
  rollout.world.api().store().SetSender({.late = true});
  rollout.Make("late", 0, "2", kController, seen);
  CHECK(rollout.Broken() == "");
}

TEST_CASE("Recreate may start once every old Pod is gone") {
  Rollout rollout("Recreate");
  rollout.Scale("old", 0);
  rollout.world.Quiesce();
  rollout.Make("new", 10, "2");
  CHECK(rollout.Broken() == "");
}

}  // namespace
}  // namespace windlass::sim::invariants_test
