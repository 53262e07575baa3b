// Random updates: sizes, limits, crashes, Pods that become ready late and unready again. Whatever
// happens, the limits hold at every write, no scaling goes the wrong way, and the update ends.
#include <algorithm>
#include <string>

#include "controller/replication_controller/scale.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::walk_test {
namespace {

json File(int32_t replicas) {
  return {{"metadata", {{"labels", {{"app", "web"}}}}},
          {"spec",
           {{"replicas", replicas},
            {"selector", {{"app", "web"}, {"version", "2"}}},
            {"template",
             {{"metadata", {{"labels", {{"app", "web"}, {"version", "2"}}}}},
              {"spec", {{"containers", json::array({{{"name", "web"}, {"image", "web:2"}}})}}}}}}}};
}

int32_t SizeOf(World& world, const std::string& name) {
  return world.Has(name) ? world.Controller(name)["spec"]["replicas"].get<int32_t>() : 0;
}

// Checks each write against the one before.
class Watcher {
 public:
  Watcher(World& world, int32_t desired, const Goal& goal)
      : world_(world), goal_(goal), desired_(desired), old_(SizeOf(world, "web")) {
    world.after_write = [this] { Check(); };
  }

 private:
  void Check() {
    if (world_.phase() == "CleaningUp" || world_.phase() == "Succeeded") return;
    const int32_t old_size = SizeOf(world_, "web");
    const int32_t new_size = SizeOf(world_, "web-2");
    RC_ASSERT(old_size <= old_);
    RC_ASSERT(new_size >= new_);
    RC_ASSERT(new_size <= desired_);
    if (new_size > new_ && old_size > 0) RC_ASSERT(old_size + new_size <= goal_.max_total);
    if (old_size < old_) {
      RC_ASSERT(old_size + Available() >= std::min(goal_.min_available, desired_));
    }
    old_ = old_size;
    new_ = new_size;
  }
  int32_t Available() {
    int32_t available = 0;
    const auto pods = world_.PodsOf("web-2");
    for (const auto& [name, pod] : world_.pods()) {
      available += pods.contains(pod["metadata"]["uid"]) && pod.contains("status") ? 1 : 0;
    }
    return available;
  }

  World& world_;
  Goal goal_;
  int32_t desired_;
  int32_t old_;
  int32_t new_ = 0;
};

void LoseReadiness(World& world) {
  for (auto& [name, pod] : world.pods()) {
    if (*rc::gen::inRange(0, 4) == 0) pod.erase("status");
  }
}

TEST_CASE("whatever happens on the way, limits and directions hold, and the update ends") {
  CheckProperty("limits, directions, end", [] {
    const int32_t old_size = *rc::gen::inRange(0, 7);
    const int32_t desired = *rc::gen::inRange(1, 7);
    const int32_t surge = *rc::gen::inRange(0, 4);
    const int32_t unavailable = *rc::gen::inRange(0, 4);
    World world;
    world.local = *rc::gen::arbitrary<bool>();
    world.AddController("web", old_size, {{"app", "web"}, {"version", "1"}});
    world.AddUpdate("web", {{"newName", "web-2"},
                            {"controller", File(desired)},
                            {"updatePeriod", "0s"},
                            {"timeout", "10h"},
                            {"maxSurge", surge},
                            {"maxUnavailable", unavailable}});
    const auto goal =
        ResolveGoal(desired, IntOrPercent::Int(surge), IntOrPercent::Int(unavailable));
    Watcher watcher(world, desired, *goal);
    world.pods_get_ready = false;
    for (int i = *rc::gen::inRange(0, 60); i > 0; --i) {
      switch (*rc::gen::inRange(0, 5)) {
        case 0: world.CrashAt(*rc::gen::inRange(0, 3), *rc::gen::arbitrary<bool>()); break;
        case 1: LoseReadiness(world); break;
        case 2:
          if (world.Has("web-2")) world.MakeReady("web-2", *rc::gen::inRange(1, 3));
          break;
        case 3: world.Settle(); break;
        default: world.Sync(); break;
      }
      world.now = world.now + seconds(1);
    }
    world.pods_get_ready = true;
    world.Run();
    // A local run that dies after its last deletion finds nothing to go on with.
    if (world.local && world.phase() == "Failed") {
      RC_ASSERT(!world.Has("web"));
    } else {
      RC_ASSERT(world.phase() == "Succeeded");
      RC_ASSERT(world.Annotations("web-2").empty());
    }
    RC_ASSERT(SizeOf(world, "web-2") == desired);
    RC_ASSERT(world.Pods().size() == static_cast<size_t>(desired));
    RC_ASSERT(world.Orphans().empty());
  });
  Proves("RC-10 RC-18");
}

}  // namespace
}  // namespace windlass::replication_controller::walk_test
