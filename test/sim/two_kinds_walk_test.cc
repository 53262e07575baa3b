// Random walks over a Deployment and a Rollout with the same name and the same selector. Users,
// Pods that die and restarts of Windlass come in any order, and all invariants hold at each write.
//
// - kReplacing: the ReplicaSet controller lags by up to half a minute, as in surge_walk.h (I-43).
// - kInPlace: Pods are updated in place, and nothing lags (I-51…I-61).
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"
#include "test/support/draw.h"

namespace windlass::sim::two_kinds_walk_test {
namespace {

constexpr int kSteps = 16;
constexpr Duration kLimit = seconds(6 * 3600);  // virtual, for the last rollouts
const std::string kName = "web";

enum class Mode { kReplacing, kInPlace };

WorldOptions OptionsOf(Random& random, Mode mode) {
  WorldOptions options;
  if (mode == Mode::kInPlace) return options;
  // No lag at all in one of four cases.
  const auto lag = [&] {
    return Below(random, 4) == 0 ? Duration{0} : random.Between(milliseconds(100), seconds(30));
  };
  options.replica_sets.replica_set_view_lag_max = lag();
  options.replica_sets.pod_view_lag_max = lag();
  options.replica_sets.status_lag_max = lag();
  return options;
}

class Walk {
 public:
  Walk(uint64_t seed, Mode mode)
      : random_(seed), mode_(mode), world_(seed, OptionsOf(random_, mode)) {
    windlass_.emplace(world_, ClientOptions{}, BothKinds());
    for (Owner& owner : owners_) Create(owner);
    world_.RunUntil([this] { return AreComplete(); }, seconds(300));
  }

  // Returns "", or what is wrong and the steps that led to it.
  std::string Go() {
    for (int i = 0; i < kSteps; ++i) {
      Happen(owners_[Draw(owners_.size())]);
      world_.RunFor(milliseconds(Draw(3) == 0 ? Draw(1000) : Draw(30'000)));
    }
    for (Owner& owner : owners_) Finish(owner);
    const bool complete = world_.RunUntil([this] { return AreComplete(); }, kLimit);
    world_.Rest();
    if (mode_ == Mode::kInPlace) {
      for (const Owner& owner : owners_) in_place_.JudgeAtRest(kName, owner.kind);
    }
    return Wrong(complete);
  }

  World& world() { return world_; }
  int restarts() const { return in_place_.restarts(); }

 private:
  struct Owner {
    ResourceId kind;
    bool recreate = false;
    bool paused = false;
  };

  uint32_t Draw(size_t bound) { return Below(random_, static_cast<uint32_t>(bound)); }

  void Create(Owner& owner) {
    const int replicas = static_cast<int>(1 + Draw(6));
    Json web = mode_ == Mode::kInPlace ? InPlaceDeployment(replicas, "app:v1")
                                       : SampleDeployment(kName, replicas, "app:v1");
    owner.recreate = mode_ == Mode::kReplacing && Draw(8) == 0;
    if (owner.recreate) web["spec"]["strategy"]["type"] = "Recreate";
    if (Draw(4) == 0) web["spec"]["minReadySeconds"] = 5;
    if (owner.kind == kRollouts) {
      web = AsRollout(web);
      // One of three users writes every field of the template.
      if (Draw(3) == 0) web["spec"]["template"] = TemplateInReplicaSet(web);
    }
    world_.Apply(web);
  }

  bool AreComplete() const {
    for (const Owner& owner : owners_) {
      if (!world_.IsComplete(kName, owner.kind)) return false;
    }
    return true;
  }

  void Happen(Owner& owner) {
    const auto now = world_.loop().clock().Now().since_start;
    steps_ += " " + std::to_string(std::chrono::duration_cast<milliseconds>(now).count()) + ":" +
              std::string(owner.kind.kind) + ":";
    const uint32_t what = Draw(20);
    if (what < 7) return SetImage(owner);
    if (what < 9) return Undo(owner);
    if (what < 12) return Scale(owner);
    if (what < 14) return Pause(owner);
    if (what < 17) return mode_ == Mode::kInPlace ? SetPartition(owner) : SetLimits(owner);
    if (what < 18) return KillPod(owner);
    if (what < 19) return Restart();
    Relist();
  }

  void SetImage(const Owner& owner) {
    constexpr std::array<const char*, 5> kImages = {"app:v1", "app:v2", "app:v3-slow-start-5s",
                                                    "app:v4-slow-stop-3s", "app:missing"};
    const char* image = kImages[Draw(kImages.size())];
    steps_ += image;
    world_.SetImage(kName, image, owner.kind);
  }
  void Undo(const Owner& owner) {
    steps_ += "undo";
    if (!owner.paused) world_.RolloutUndo(kName, std::nullopt, owner.kind);
  }
  void Scale(const Owner& owner) {
    const int size = static_cast<int>(Draw(8));
    steps_ += "scale=" + std::to_string(size);
    world_.Scale(kName, size, owner.kind);
  }
  void Pause(Owner& owner) {
    owner.paused = !owner.paused;
    steps_ += owner.paused ? "pause" : "resume";
    world_.Pause(kName, owner.paused, owner.kind);
  }
  void SetPartition(const Owner& owner) { SetPartition(owner, std::to_string(Draw(3))); }
  void SetPartition(const Owner& owner, const std::string& pods) {
    steps_ += "partition=" + pods;
    const std::string key = "windlass.dev/in-place-partition";
    if (owner.kind == World::kDeployments) return world_.Annotate(kName, key, pods);
    world_.Edit(kName, {{"spec", {{"strategy", {{"partition", std::stoi(pods)}}}}}}, owner.kind);
  }
  void SetLimits(const Owner& owner) {
    static const std::vector<Json> kLimits = {0, 1, 2, 4, "25%", "50%", "100%"};
    const Json& surge = kLimits[Draw(kLimits.size())];
    // The server refuses an owner in which both are 0.
    const uint32_t skip = surge == Json(0) ? 1 : 0;
    const Json& unavailable = kLimits[skip + Draw(kLimits.size() - skip)];
    steps_ += "maxSurge=" + surge.dump() + ",maxUnavailable=" + unavailable.dump();
    if (owner.recreate) return;
    Json patch;
    patch["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", surge},
                                                  {"maxUnavailable", unavailable}};
    world_.Edit(kName, patch, owner.kind);
  }
  void KillPod(const Owner& owner) {
    steps_ += "kill";
    const std::vector<Object> pods = world_.Pods(kName, owner.kind);
    if (pods.empty()) return;
    const std::string name = NameOf(*pods[Draw(pods.size())]);
    world_.api().Delete("user", {resources::kPods, "default", name});
  }
  void Restart() {
    steps_ += "restart";
    windlass_.reset();
    world_.RunFor(milliseconds(Draw(3000)));
    windlass_.emplace(world_, ClientOptions{}, BothKinds());
  }
  // The server forgets the revisions at which the watches would resume.
  void Relist() {
    steps_ += "relist";
    world_.api().store().CompactAll();
    world_.api().EndWatches();
  }

  // Ends with a good image, even if those before were bad.
  void Finish(Owner& owner) {
    steps_ += " ";
    if (owner.paused) Pause(owner);
    if (mode_ == Mode::kInPlace) SetPartition(owner, "0");
    // A rollback that was asked for must not undo the last image.
    const auto is_done = [&] {
      return At(*world_.Owner(kName, owner.kind), {"spec", "rollbackTo"}).is_null();
    };
    world_.RunUntil(is_done, seconds(600));
    world_.SetImage(kName, "app:last", owner.kind);
  }

  std::string Wrong(bool complete) const {
    std::string wrong = in_place_.Complaints();
    for (const Violation& violation : world_.invariants().violations()) {
      wrong += violation.Text() + "\n";
    }
    if (!complete) wrong += "the last rollouts are not complete\n";
    return wrong.empty() ? "" : "after" + steps_ + "\n" + wrong;
  }

  Random random_;
  Mode mode_;
  World world_;
  InPlaceInvariants in_place_{world_};
  std::optional<WindlassProcess> windlass_;
  std::array<Owner, 2> owners_{{{World::kDeployments}, {kRollouts}}};
  std::string steps_;
};

struct Total {
  uint64_t pods = 0;      // judged by I-43
  uint64_t restarts = 0;  // in place
};

Total WalkSeeds(Mode mode, uint64_t first, uint64_t last) {
  Total total;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Walk walk(seed, mode);
    const std::string wrong = walk.Go();
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 3000));
    total.pods += walk.world().invariants().judged_pods();
    total.restarts += static_cast<uint64_t>(walk.restarts());
  }
  return total;
}

TEST_CASE("both kinds, random walks while the ReplicaSet controller lags (I-43)") {
  CHECK(WalkSeeds(Mode::kReplacing, 1, 25).pods > 50);
}

TEST_CASE("both kinds, random walks in place", "[in-place]") {
  CHECK(WalkSeeds(Mode::kInPlace, 1, 15).restarts > 30);
}

TEST_CASE("both kinds, random walks over many seeds", "[.seeds]") {
  WalkSeeds(Mode::kReplacing, 26, 2000);
  WalkSeeds(Mode::kInPlace, 16, 1000);
}

TEST_CASE("both kinds, the same seed gives the same run (I-42)") {
  const Mode mode = GENERATE(Mode::kReplacing, Mode::kInPlace);
  Walk one(7, mode);
  Walk other(7, mode);
  one.Go();
  other.Go();
  CHECK(one.world().trace_hash() == other.world().trace_hash());
  CHECK(one.world().loop().trace().size() > 100);
}

}  // namespace
}  // namespace windlass::sim::two_kinds_walk_test
