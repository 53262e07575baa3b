// Each invariant of updates of ReplicationControllers can be broken, and a correct update breaks
// none. The test plays the controller with writes in its name.
#include "test/sim/update_invariants.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::update_invariants_test {
namespace {

const std::string kController = "windlass";
const std::string kReplication = "replication-controller";

StoreKey Key(const std::string& name) { return {kControllers, "default", name}; }

// "old" has 3 available Pods, "new" has none. 3 are desired, maxSurge is 1, maxUnavailable 0.
struct Update {
  Update() {
    world.Apply(SampleReplicationController("old", 3));
    world.Quiesce();
    Store([](Json&) {});
    Make("new", 0);
  }

  void Store(const std::function<void(Json&)>& edit) {
    Json update = {{"apiVersion", "windlass.dev/v1alpha1"},
                   {"kind", "ReplicationControllerUpdate"}};
    update["metadata"] = {{"name", "old"}, {"namespace", "default"}, {"uid", "uid-of-the-update"}};
    update["spec"] = {{"newName", "new"}};
    update["status"] = {{"desiredReplicas", 3}, {"newName", "new"}};
    edit(update);
    // Into the store itself: the test is about what is judged, not about what the server takes.
    world.api().store().Commit({resources::kReplicationControllerUpdates, "default", "old"}, update,
                               world.loop().clock().Now(), kController, "PATCH updates");
  }
  void Make(const std::string& name, int replicas) {
    Json made = SampleReplicationController(name, replicas);
    made["metadata"]["annotations"] = {
        {"kubectl.kubernetes.io/update-source-id", "old:" + UidOf(*world.api().Find(Key("old")))}};
    world.api().Create(kController, kControllers, "default", made);
  }
  void Scale(const std::string& name, int replicas, const std::string& actor = kController) {
    world.api().Update(actor, Key(name), "",
                       [&](Json& object) { object["spec"]["replicas"] = replicas; });
    world.Quiesce();
  }
  void Delete(const std::string& name, Propagation propagation) {
    DeleteOptions options;
    options.propagation = propagation;
    world.api().Delete(kController, Key(name), options);
    world.Quiesce();
  }
  // Makes Pods as the replication controller would that acts upon an older spec.
  void MakePods(const std::string& controller, int count) {
    for (int i = 0; i < count; ++i) {
      Json pod = SamplePod(controller + "-late-" + std::to_string(i), controller);
      pod["metadata"]["ownerReferences"] = ControlledBy(*world.api().Find(Key(controller)));
      world.api().Create(kReplication, resources::kPods, "default", pod);
    }
  }
  std::string PodOf(const std::string& controller) {
    const std::string uid = UidOf(*world.api().Find(Key(controller)));
    for (const Object& pod : world.api().List(resources::kPods, "default")) {
      if (ControllerUidOf(*pod) == uid) return NameOf(*pod);
    }
    return "";
  }
  // One step of an update after the other.
  void Finish() {
    for (const int size : {1, 2, 3}) {
      Scale("new", size);
      Scale("old", 3 - size);
    }
  }
  // Returns the invariants that were broken, each once.
  std::string Broken() {
    std::string names;
    const std::string text = invariants.Complaints();
    for (int i = 1; i <= 7; ++i) {
      const std::string name = "I-7" + std::to_string(i);
      const bool broken = text.find("\n" + name + " at") != std::string::npos;
      if (broken) names += (names.empty() ? "" : " ") + name;
    }
    return names;
  }

  World world{1};
  UpdateInvariants invariants{world, {kController}};
};

TEST_CASE("An update within its limits breaks no invariant") {
  Update update;
  update.invariants.Calm(true);
  update.Finish();
  update.Delete("old", Propagation::kBackground);
  update.invariants.JudgeAtRest();
  CHECK(update.Broken() == "");
  CHECK(update.invariants.judged_sizes() == 6);
  CHECK(update.invariants.judged_pods() == 3);
}

TEST_CASE("Two Pods at once are more than the surge allows (I-71)") {
  Update update;
  update.Scale("new", 2);
  CHECK(update.Broken() == "I-71");
}

TEST_CASE("A Pod that is made by an older size is judged when it is made (I-72)") {
  Update update;
  update.Scale("new", 1);
  CHECK(update.Broken() == "");
  update.MakePods("old", 1);
  CHECK(update.Broken() == "I-72");
}

TEST_CASE("Sizes that others have written may be exceeded by nobody but them (I-72)") {
  Update update;
  update.Scale("old", 5, "user");
  CHECK(update.Broken() == "");
  update.Scale("new", 1);
  CHECK(update.Broken() == "I-71");
}

TEST_CASE("An old Pod may go only if a new one is available (I-73)") {
  Update update;
  update.world.kubelet().Freeze(true);
  update.Scale("new", 1);
  update.Scale("old", 2);
  CHECK(update.Broken() == "I-73");
}

TEST_CASE("No size goes against the direction of the update, but in a rollback (I-74)") {
  Update update;
  update.Scale("new", 1);
  SECTION("down") {
    update.Scale("new", 0);
    CHECK(update.Broken() == "I-74");
  }
  SECTION("up") {
    update.Scale("old", 2);
    update.Scale("old", 3);
    CHECK(update.Broken() == "I-74");
  }
  SECTION("back") {
    update.Store([](Json& object) { object["status"]["rollback"] = true; });
    update.Scale("new", 0);
    CHECK(update.Broken() == "");
  }
  SECTION("as it was before somebody else wrote it") {
    update.Scale("new", 3, "user");
    update.Scale("new", 1);
    CHECK(update.Broken() == "");
  }
}

TEST_CASE("Only what belongs to the update is written (I-75)") {
  Update update;
  SECTION("another ReplicationController") {
    update.world.Apply(SampleReplicationController("other", 1));
    update.Scale("other", 2);
  }
  SECTION("a new one that has Pods at once") {
    update.world.api().Delete("user", Key("new"));
    update.world.Quiesce();
    update.Make("new", 1);
  }
  SECTION("Pods are not deleted with their ReplicationController") {
    update.Delete("old", Propagation::kBackground);
  }
  SECTION("the Pods of the one that shrinks are not given up") {
    update.Delete("old", Propagation::kOrphan);
  }
  SECTION("a Pod is deleted") {
    update.world.api().Delete(kController, {resources::kPods, "default", update.PodOf("old")});
  }
  SECTION("more than the labels of a Pod") {
    update.world.api().Update(kController, {resources::kPods, "default", update.PodOf("old")}, "",
                              [](Json& pod) { pod["metadata"]["annotations"]["note"] = "1"; });
  }
  CHECK(update.Broken() == "I-75");
}

TEST_CASE("A label of a Pod of the old one may be written (I-75)") {
  Update update;
  update.world.api().Update(kController, {resources::kPods, "default", update.PodOf("old")}, "",
                            [](Json& pod) { pod["metadata"]["labels"]["deployment"] = "1"; });
  CHECK(update.Broken() == "");
}

struct Rename : Update {
  Rename() {
    Finish();
    Store([](Json& object) { object["status"]["journal"] = "{}"; });
    Delete("new", Propagation::kOrphan);
  }
  void Become(int replicas) {
    world.api().Update(kController, Key("old"), "", [&](Json& old) {
      old["spec"]["selector"] = {{"app", "new"}};
      old["spec"]["template"] = SampleTemplate("new");
      old["spec"]["replicas"] = replicas;
    });
    world.Quiesce();
  }
};

TEST_CASE("A rename passes all Pods on (I-76)") {
  Rename rename;
  SECTION("as it should be") {
    rename.Become(3);
    rename.invariants.JudgeAtRest();
    CHECK(rename.Broken() == "");
  }
  SECTION("with a smaller size it deletes some") {
    rename.Become(2);
    CHECK(rename.Broken() == "I-76");
  }
  SECTION("with a larger size it creates one") {
    rename.Become(4);
    CHECK(rename.Broken().find("I-76") != std::string::npos);
  }
  SECTION("without the other half they have no owner") {
    rename.invariants.JudgeAtRest();
    CHECK(rename.invariants.Complaints().find("has lost its owner") != std::string::npos);
  }
}

TEST_CASE("Available Pods below the minimum are noticed, whoever took them (I-77)") {
  Update update;
  update.invariants.Calm(true);
  update.Scale("old", 2, "user");
  CHECK(update.Broken() == "I-77");
}

}  // namespace
}  // namespace windlass::sim::update_invariants_test
