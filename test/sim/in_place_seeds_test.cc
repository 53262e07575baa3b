// Random rollouts in place: users, Pods that die, nodes that fail and return, and crashes of
// Windlass, in any order. Each walk ends with a complete rollout and breaks no invariant.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/eviction.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_undo.h"
#include "test/support/draw.h"

namespace windlass::sim::in_place_seeds_test {
namespace {

class Walk {
 public:
  // Every third seed has a PodDisruptionBudget and evicts Pods; the other seeds delete Pods. With
  // `reverts`, bad images are taken back, and users ask to try them again.
  explicit Walk(uint64_t seed, bool reverts = false)
      : run_(seed), random_(seed), evicts_(seed % 3 == 0), reverts_(reverts) {
    Json deployment = InPlaceDeployment(static_cast<int>(1 + Below(random_, 6)), "app:v1");
    if (reverts_) {
      deployment["metadata"]["annotations"]["windlass.dev/in-place-on-failure"] = "Revert";
    }
    if (Below(random_, 4) == 0) {
      deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
    }
    run_.Start(deployment);
    if (evicts_) run_.world.Apply(Budget());
  }

  // Returns "" or what is wrong, and the steps that led to it.
  std::string Go() {
    for (int i = 0; i < kSteps; ++i) {
      Happen();
      run_.world.RunFor(milliseconds(10 + Below(random_, 20'000)));
      // A revision is given up after a minute.
      if (reverts_ && Below(random_, 3) == 0) run_.world.RunFor(seconds(60));
    }
    if (lost_) run_.world.kubelet().SetNodeReady("node-1", true);
    run_.world.Pause("web", false);
    run_.SetOption("partition", "0");
    // The last image is good, even if those before were bad.
    run_.world.SetImage("web", "app:last");
    if (reverts_) AwaitTried();
    const std::string wrong = run_.Finish();
    return wrong.empty() ? "" : "after" + steps_ + "\n" + wrong;
  }

  int tries() const { return run_.in_place.tries(); }

 private:
  static constexpr const char* kUnblock = "windlass.dev/in-place-unblock";
  static constexpr int kSteps = 12;

  static Json Budget() {
    Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
    budget["metadata"]["name"] = "web";
    budget["spec"]["maxUnavailable"] = 1;
    budget["spec"]["selector"]["matchLabels"]["app"] = "web";
    return budget;
  }

  void Note(const std::string& step) { steps_ += " " + step; }

  void Happen() {
    if (reverts_ && Below(random_, 2) == 0) return Below(random_, 4) == 0 ? SetBad() : Unblock();
    switch (Below(random_, 10)) {
      case 0:
      case 1:
      case 2: return SetImage();
      case 3: return Undo();
      case 4: return Scale();
      case 5: return Pause();
      case 6: return Partition();
      case 7: return KillPod();
      case 8: return TurnNode();
      default: return Crash();
    }
  }
  void SetImage() {
    static const std::vector<std::string> kImages = {"app:v1", "app:v2", "app:v3-slow-start-5s",
                                                     "app:v4-slow-stop-3s", "app:missing"};
    const std::string& image = kImages[Below(random_, static_cast<uint32_t>(kImages.size()))];
    Note(image);
    run_.world.SetImage("web", image);
  }
  void SetBad() {
    Note("bad");
    run_.world.SetImage("web", "app:missing");
  }
  // Asks to try the revision again that is given up, or another one, or takes that back.
  void Unblock() {
    const std::string revision = std::to_string(RevisionOfRollout(*Highest()));
    switch (Below(random_, 6)) {
      case 0: return SetUnblock("1");
      case 1: return SetUnblock("");
      case 2:
        SetUnblock("");
        if (Below(random_, 2) == 0) run_.world.RunFor(milliseconds(Below(random_, 2000)));
        return SetUnblock(revision);
      default: return SetUnblock(revision);
    }
  }
  void SetUnblock(const std::string& revision) {
    Note("unblock=" + revision);
    const Json value = revision.empty() ? Json() : Json(revision);
    run_.world.Edit("web", {{"metadata", {{"annotations", {{kUnblock, value}}}}}});
  }
  Object Highest() { return HighestOf(run_.world.ReplicaSets("web")); }
  // Whoever has fixed what was wrong asks for the last image again, if it was given up, too.
  void AwaitTried() {
    for (int tries = 0; tries < 3 && !run_.world.IsComplete("web"); ++tries) {
      run_.world.RunFor(seconds(300));
      if (!SaysGivenUp(*Highest())) continue;
      SetUnblock("");
      run_.world.RunFor(seconds(60));
      SetUnblock(std::to_string(RevisionOfRollout(*Highest())));
    }
  }
  void Undo() {
    Note("undo");
    if (!paused_) run_.world.RolloutUndo("web");
  }
  void Scale() {
    const int size = static_cast<int>(Below(random_, 8));
    Note("scale=" + std::to_string(size));
    run_.world.Scale("web", size);
  }
  void Pause() {
    paused_ = !paused_;
    Note(paused_ ? "pause" : "resume");
    run_.world.Pause("web", paused_);
  }
  void Partition() {
    const std::string pods = std::to_string(Below(random_, 3));
    Note("partition=" + pods);
    run_.SetOption("partition", pods);
  }
  void KillPod() {
    const std::vector<Object> pods = run_.world.Pods("web");
    if (pods.empty()) return;
    Note("kill");
    const std::string name = NameOf(*pods[Below(random_, static_cast<uint32_t>(pods.size()))]);
    if (evicts_) {
      Evict(run_.world.api(), "default", name, milliseconds(20));
    } else {
      run_.world.api().Delete("user", {resources::kPods, "default", name});
    }
  }
  void TurnNode() {
    lost_ = !lost_;
    Note(lost_ ? "lost" : "found");
    run_.world.kubelet().SetNodeReady("node-1", !lost_);
  }
  void Crash() {
    Note("crash");
    run_.windlass.reset();
    run_.world.RunFor(milliseconds(Below(random_, 3000)));
    run_.windlass = std::make_unique<WindlassProcess>(run_.world);
  }

  InPlaceRun run_;
  Random random_;
  bool evicts_;
  bool reverts_;
  std::string steps_;
  bool paused_ = false;
  bool lost_ = false;
};

void WalkSeeds(uint64_t first, uint64_t last, bool reverts = false) {
  uint64_t failed = 0;
  int tries = 0;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Walk walk(seed, reverts);
    const std::string wrong = walk.Go();
    tries += walk.tries();
    if (wrong.empty()) continue;
    ++failed;
    FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 3000));
  }
  CHECK(failed == 0);
  if (reverts) CHECK(tries > 0);
}

TEST_CASE("in place, random walks over seeds", "[in-place]") { WalkSeeds(1, 40); }

TEST_CASE("in place, random walks with Revert and new tries (I-68, I-54)", "[in-place]") {
  WalkSeeds(1, 40, /*reverts=*/true);
}

TEST_CASE("in place, random walks with Revert over many seeds", "[.seeds]") {
  WalkSeeds(41, 1000, /*reverts=*/true);
}

// 704: a user deletes the stand-in of an overtaken image while the new image does not start.
TEST_CASE("in place, walks that failed once", "[in-place]") { WalkSeeds(704, 704); }

TEST_CASE("in place, random walks over many seeds", "[.seeds]") { WalkSeeds(41, 2000); }

}  // namespace
}  // namespace windlass::sim::in_place_seeds_test
