// Random walks over an update of a ReplicationController. Users who change their minds,
// autoscalers, Pods that die, a replication controller that is away or lags, and restarts of
// Windlass come in any order. All invariants hold at each write. The update that went through all
// that can be brought to an end, and so can a new one after it: each time the last image has all
// Pods.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/update_run.h"
#include "test/support/draw.h"

namespace windlass::sim::update_walk_test {
namespace {

constexpr int kDeeds = 16;
constexpr Duration kLimit = seconds(6 * 3600);  // virtual, for an update to end
// In one of so many walks nobody deletes Pods or scales, so that I-77 is judged.
constexpr uint64_t kCalmEvery = 3;
const std::string kWeb = "web";

// kLagging: the replication controller's views lag by up to ten seconds.
enum class Mode { kPrompt, kLagging };

WorldOptions OptionsOf(Random& random, Mode mode) {
  WorldOptions options;
  if (mode == Mode::kPrompt) return options;
  const auto lag = [&] { return random.Between(milliseconds(100), seconds(10)); };
  options.replication_controllers.replica_set_view_lag_max = lag();
  options.replication_controllers.pod_view_lag_max = lag();
  options.replication_controllers.status_lag_max = lag();
  return options;
}

class Walk {
 public:
  Walk(uint64_t seed, Mode mode)
      : random_(seed), run_(seed, OptionsOf(random_, mode)), calm_(seed % kCalmEvery == 0) {
    run_.invariants.Lagging(mode == Mode::kLagging);
    run_.Begin(static_cast<int>(1 + Draw(5)));
    run_.invariants.Calm(calm_);
    SetImage();
  }

  // Returns "", or what is wrong and the deeds that led to it.
  std::string Go() {
    for (int i = 0; i < kDeeds; ++i) {
      Happen();
      run_.world.RunFor(milliseconds(Draw(3) == 0 ? Draw(1000) : Draw(30'000)));
    }
    std::string wrong = GoOn() ? "" : "the update does not end\n" + State();
    if (wrong.empty()) wrong = StartOver() ? "" : "a new update does not end\n" + State();
    wrong += run_.Rest();
    return wrong.empty() ? "" : "after" + deeds_ + "\n" + wrong;
  }

  UpdateRun& run() { return run_; }

 private:
  uint32_t Draw(size_t bound) { return Below(random_, static_cast<uint32_t>(bound)); }

  std::string State() {
    std::string text;
    for (const std::string& line : UpdateState(run_.world)) text += line + "\n";
    return text;
  }

  void Happen() {
    const auto now = run_.world.loop().clock().Now().since_start;
    deeds_ += " " + std::to_string(std::chrono::duration_cast<milliseconds>(now).count()) + ":";
    const uint32_t what = Draw(24);
    if (what < 5) return SetImage();
    if (what < 8) return Turn();
    if (what < 10) return Pause();
    if (what < 13) return SetLimits();
    if (what < 16) return calm_ ? Restart() : Scale();
    if (what < 19) return calm_ ? Turn() : KillPod();
    if (what < 21) return Restart();
    if (what < 22) return StopReplicationController();
    if (what < 23) return Relist();
    SetPolicy();
  }

  void Ask(const Json& spec) {
    deeds_ += spec.dump();
    run_.Ask(spec);
  }
  void SetImage() {
    constexpr std::array<const char*, 4> kImages = {"app:v2", "app:v3-slow-start-5s",
                                                    "app:v4-slow-stop-3s", "app:v5-never-ready"};
    Ask({{"image", kImages[Draw(kImages.size())]}, {"timeout", "60s"}});
  }
  void Turn() {
    back_ = !back_;
    Ask({{"rollback", back_}});
  }
  void Pause() {
    paused_ = !paused_;
    Ask({{"paused", paused_}});
  }
  void SetLimits() {
    static const std::vector<Json> kLimits = {0, 1, 2, "25%", "50%", "100%"};
    Ask({{"maxSurge", kLimits[Draw(kLimits.size())]},
         {"maxUnavailable", kLimits[Draw(kLimits.size())]}});
  }
  void SetPolicy() {
    static const std::vector<Json> kPolicies = {"Pause", "Adopt", "Override"};
    Ask({{"onExternalScale", kPolicies[Draw(kPolicies.size())]}});
  }
  void Scale() {
    const std::vector<Object> all = run_.world.api().List(kControllers, "default");
    const std::string name = NameOf(*all[Draw(all.size())]);
    const int size = static_cast<int>(1 + Draw(6));
    deeds_ += "scale " + name + " to " + std::to_string(size);
    run_.world.Scale(name, size, kControllers);
  }
  void KillPod() {
    deeds_ += "kill";
    const std::vector<Object> pods = run_.world.api().List(resources::kPods, "default");
    if (pods.empty()) return;
    const std::string name = NameOf(*pods[Draw(pods.size())]);
    run_.world.api().Delete("user", {resources::kPods, "default", name});
  }
  void Restart() {
    deeds_ += "restart";
    run_.windlass.reset();
    run_.world.RunFor(milliseconds(Draw(3000)));
    run_.windlass = std::make_unique<WindlassProcess>(run_.world, ClientOptions{}, UpdatesAlone());
  }
  void StopReplicationController() {
    deeds_ += "no replication controller";
    run_.world.replication_controller().Stop(true);
    run_.world.RunFor(milliseconds(Draw(20'000)));
    run_.world.replication_controller().Stop(false);
  }
  // The server forgets the revisions at which the watches would resume.
  void Relist() {
    deeds_ += "relist";
    run_.world.api().store().CompactAll();
    run_.world.api().EndWatches();
  }

  // Returns true if the update comes to this end, and says so of its present spec.
  bool Ends(const std::vector<std::string>& phases) {
    return run_.world.RunUntil(
        [&] {
          const Object update = run_.Update();
          return IntAt(*update, {"status", "observedGeneration"}) ==
                     IntAt(*update, {"metadata", "generation"}) &&
                 std::ranges::count(phases, run_.Phase()) > 0;
        },
        kLimit);
  }

  bool OnlyRuns(const std::string& image) {
    if (!run_.world.Quiesce()) return false;
    const std::vector<std::string> images = run_.Images();
    const auto all = static_cast<ptrdiff_t>(images.size());
    return all > 0 && std::ranges::count(images, image) == all &&
           run_.world.api().List(kControllers, "default").size() == 1;
  }

  // Takes back an update to another image, which may never get ready. The old image may be one that
  // never gets ready either: then it need not be available. Somebody may have made the old one
  // larger than it was before the update: whatever the policy says about that, the rollback ends.
  bool TakeBack() {
    deeds_ += " back:";
    const Object old = run_.Controller(kWeb);
    const Json& containers = At(*old, {"spec", "template", "spec", "containers"});
    const bool broken = containers.at(0).at("image") == "app:v5-never-ready";
    SetPolicy();
    Ask({{"rollback", true}, {"maxUnavailable", broken ? Json("100%") : Json(0)}});
    return Ends({"RolledBack"});
  }

  // The user wants one image, and nothing holds the update up.
  bool GoOn() {
    deeds_ += " go on:";
    Ask({{"image", "app:good"},
         {"timeout", "300s"},
         {"paused", false},
         {"rollback", false},
         {"maxSurge", 1},
         {"maxUnavailable", 0},
         {"onExternalScale", "Override"}});
    if (!Ends({"Succeeded", "Failed"})) return false;
    if (run_.Phase() == "Failed") {
      if (!TakeBack()) return false;
      Ask({{"rollback", false}, {"maxUnavailable", 0}, {"onExternalScale", "Override"}});
      if (!Ends({"Succeeded"})) return false;
    }
    return OnlyRuns("app:good");
  }

  bool StartOver() {
    deeds_ += " start over:";
    run_.invariants.Calm(false);  // Pods are deleted
    run_.world.Delete(kWeb, Propagation::kBackground, kUpdates);
    for (const Object& controller : run_.world.api().List(kControllers, "default")) {
      run_.world.Delete(NameOf(*controller), Propagation::kBackground, kControllers);
    }
    run_.world.Quiesce();
    run_.Begin(3);
    Ask({{"image", "app:last"}, {"timeout", "300s"}});
    return Ends({"Succeeded"}) && OnlyRuns("app:last");
  }

  Random random_;
  UpdateRun run_;
  bool calm_;
  bool back_ = false;
  bool paused_ = false;
  std::string deeds_;
};

struct Total {
  uint64_t sizes = 0;
  uint64_t pods = 0;
};

Total WalkSeeds(Mode mode, uint64_t first, uint64_t last) {
  Total total;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Walk walk(seed, mode);
    const std::string wrong = walk.Go();
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 4000));
    total.sizes += walk.run().invariants.judged_sizes();
    total.pods += walk.run().invariants.judged_pods();
  }
  return total;
}

TEST_CASE("updates of ReplicationControllers, random walks (I-71…I-76)") {
  const Total total = WalkSeeds(Mode::kPrompt, 1, 25);
  CHECK(total.sizes > 100);
  CHECK(total.pods > 100);
}

TEST_CASE("updates of ReplicationControllers, random walks while their controller lags (I-73)") {
  CHECK(WalkSeeds(Mode::kLagging, 1, 10).sizes > 40);
}

TEST_CASE("updates of ReplicationControllers, random walks over many seeds", "[.seeds]") {
  WalkSeeds(Mode::kPrompt, 26, 2000);
  WalkSeeds(Mode::kLagging, 11, 1000);
}

TEST_CASE("updates of ReplicationControllers, the same seed gives the same walk (I-42)") {
  const Mode mode = GENERATE(Mode::kPrompt, Mode::kLagging);
  Walk one(7, mode);
  Walk other(7, mode);
  one.Go();
  other.Go();
  CHECK(one.run().world.trace_hash() == other.run().world.trace_hash());
}

}  // namespace
}  // namespace windlass::sim::update_walk_test
