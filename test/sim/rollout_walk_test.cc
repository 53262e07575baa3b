// Random walks over a Rollout with what only Rollouts have: steps, pauses, promote, partition and
// abort. Users, Pods that die and restarts of Windlass come in any order. All invariants hold at
// each write, I-44 among them, and at the end the last template has all Pods.
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
#include "test/sim/rollout_object.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"
#include "test/support/draw.h"

namespace windlass::sim::rollout_walk_test {
namespace {

constexpr int kDeeds = 16;
constexpr int kPausesMax = 8;                   // more than any rollout has
constexpr Duration kLimit = seconds(6 * 3600);  // virtual, until the next pause or the end
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

const std::vector<Json>& Lists() {
  static const std::vector<Json> kLists = [] {
    std::vector<Json> lists;
    for (const char* text :
         {"[]", R"([{"setUpdated": 1}, {"pause": {}}])",
          R"([{"setUpdated": "20%"}, {"pause": {"duration": "20s"}}, {"setUpdated": "60%"}])",
          R"([{"pause": {}}, {"setUpdated": 2}, {"pause": {"duration": "1m"}}, {"pause": {}}])",
          R"([{"setUpdated": 3}, {"setUpdated": 1}, {"pause": {}}, {"setUpdated": "100%"}])"}) {
      lists.push_back(Json::parse(text));
    }
    return lists;
  }();
  return kLists;
}

class Walk {
 public:
  Walk(uint64_t seed, Mode mode)
      : random_(seed), mode_(mode), world_(seed, OptionsOf(random_, mode)) {
    Start();
    const int replicas = static_cast<int>(1 + Draw(6));
    Json web = mode_ == Mode::kInPlace ? InPlaceDeployment(replicas, "app:v1")
                                       : SampleDeployment(kName, replicas, "app:v1");
    if (Draw(4) == 0) web["spec"]["minReadySeconds"] = 5;
    web = AsRollout(web);
    web["spec"]["strategy"]["steps"] = Lists()[Draw(Lists().size())];
    world_.Apply(web);
    world_.RunUntil([this] { return world_.IsComplete(kName, kRollouts); }, seconds(300));
  }

  // Returns "", or what is wrong and the deeds that led to it.
  std::string Go() {
    for (int i = 0; i < kDeeds; ++i) {
      Happen();
      world_.RunFor(milliseconds(Draw(3) == 0 ? Draw(1000) : Draw(30'000)));
    }
    PrepareEnd();
    const bool complete = PromoteToTheEnd();
    if (mode_ == Mode::kInPlace) {
      world_.Quiesce();
      in_place_.JudgeAtRest(kName, kRollouts);
    }
    return Wrong(complete);
  }

  World& world() { return world_; }
  int restarts() const { return in_place_.restarts(); }
  int promoted() const { return promoted_; }

 private:
  uint32_t Draw(size_t bound) { return Below(random_, static_cast<uint32_t>(bound)); }

  Object Web() const { return world_.Owner(kName, kRollouts); }
  void Edit(const Json& spec) { world_.Edit(kName, {{"spec", spec}}, kRollouts); }
  // Returns true at a pause among the steps. A rollout that rests at its partition has no step.
  bool IsAtPause() const {
    const Object web = Web();
    return TextAt(ConditionOf(*web, "Progressing"), {"reason"}) == "RolloutPausedAtStep" &&
           !At(*web, {"status", "step"}).is_null();
  }

  void Happen() {
    const auto now = world_.loop().clock().Now().since_start;
    deeds_ += " " + std::to_string(std::chrono::duration_cast<milliseconds>(now).count()) + ":";
    const uint32_t what = Draw(24);
    if (what < 6) return SetImage();
    if (what < 7) return Undo();
    if (what < 9) return Scale();
    if (what < 11) return Pause();
    if (what < 14) return Abort();
    if (what < 18) return Promote();
    if (what < 20) return SetSteps();
    if (what < 21) return SetPartition();
    if (what < 22) return KillPod();
    if (what < 23) return Restart();
    Relist();
  }

  void SetImage() {
    constexpr std::array<const char*, 5> kImages = {"app:v1", "app:v2", "app:v3-slow-start-5s",
                                                    "app:v4-slow-stop-3s", "app:missing"};
    const char* image = kImages[Draw(kImages.size())];
    deeds_ += image;
    world_.SetImage(kName, image, kRollouts);
  }
  void Undo() {
    deeds_ += "undo";
    if (!paused_) world_.RolloutUndo(kName, std::nullopt, kRollouts);
  }
  void Scale() {
    const int size = static_cast<int>(Draw(8));
    deeds_ += "scale=" + std::to_string(size);
    world_.Scale(kName, size, kRollouts);
  }
  void Pause() {
    paused_ = !paused_;
    deeds_ += paused_ ? "pause" : "resume";
    world_.Pause(kName, paused_, kRollouts);
  }
  void Abort() {
    aborted_ = !aborted_;
    deeds_ += aborted_ ? "abort" : "no abort";
    Edit({{"abort", aborted_}});
  }
  // One of four promotions is of another revision, and does nothing.
  void Promote() {
    const Object web = Web();
    const int64_t stale = Draw(4) == 0 ? 1 : 0;
    const std::string value = std::to_string(IntAt(*web, {"status", "step", "index"})) + "@" +
                              std::to_string(IntAt(*web, {"status", "step", "revision"}) - stale);
    deeds_ += "promote=" + value;
    if (stale == 0 && IsAtPause()) ++promoted_;
    world_.Annotate(kName, "windlass.dev/promote", value, kRollouts);
  }
  // A partition and steps exclude each other.
  void SetSteps() {
    const Json& steps = Lists()[Draw(Lists().size())];
    deeds_ += "steps=" + steps.dump();
    Edit({{"strategy", {{"steps", steps}, {"partition", nullptr}}}});
  }
  void SetPartition() {
    const std::vector<Json> partitions = {1, 2, "30%"};
    const Json& partition = partitions[Draw(partitions.size())];
    deeds_ += "partition=" + partition.dump();
    Edit({{"strategy", {{"steps", nullptr}, {"partition", partition}}}});
  }
  void KillPod() {
    deeds_ += "kill";
    const std::vector<Object> pods = world_.Pods(kName, kRollouts);
    if (pods.empty()) return;
    const std::string name = NameOf(*pods[Draw(pods.size())]);
    world_.api().Delete("user", {resources::kPods, "default", name});
  }
  void Start() { windlass_.emplace(world_, ClientOptions{}, RolloutsAlone()); }
  void Restart() {
    deeds_ += "restart";
    windlass_.reset();
    world_.RunFor(milliseconds(Draw(3000)));
    Start();
  }
  // The server forgets the revisions at which the watches would resume.
  void Relist() {
    deeds_ += "relist";
    world_.api().store().CompactAll();
    world_.api().EndWatches();
  }

  // Ends with a good image, whatever held the rollout up. Steps stay, a partition goes.
  void PrepareEnd() {
    deeds_ += " end:";
    if (paused_) Pause();
    if (aborted_) Abort();
    Edit({{"strategy", {{"partition", nullptr}}}});
    // A rollback that was asked for must not undo the last image.
    world_.RunUntil([this] { return At(*Web(), {"spec", "rollbackTo"}).is_null(); }, seconds(600));
    world_.SetImage(kName, "app:last", kRollouts);
  }

  // Promotes each pause. Returns true if the rollout is complete in the end.
  bool PromoteToTheEnd() {
    const auto is_complete = [this] { return world_.IsComplete(kName, kRollouts); };
    for (int i = 0; i < kPausesMax; ++i) {
      if (!world_.RunUntil([&] { return is_complete() || IsAtPause(); }, kLimit)) return false;
      if (!IsAtPause()) return true;
      const Json step = At(*Web(), {"status", "step"});
      const std::string value =
          std::to_string(IntAt(step, {"index"})) + "@" + std::to_string(IntAt(step, {"revision"}));
      world_.Annotate(kName, "windlass.dev/promote", value, kRollouts);
      ++promoted_;
      world_.RunUntil([&] { return At(*Web(), {"status", "step"}) != step; }, kLimit);
    }
    return false;
  }

  std::string Wrong(bool complete) const {
    std::string wrong = in_place_.Complaints();
    for (const Violation& violation : world_.invariants().violations()) {
      // I-01 judges by the truth of the last five seconds, and Windlass sees availability up to a
      // minute late where something lags.
      const bool fair = mode_ == Mode::kInPlace || violation.invariant != "I-01";
      if (fair) wrong += violation.Text() + "\n";
    }
    if (!complete) wrong += "the last rollout is not complete: " + Web()->dump() + "\n";
    return wrong.empty() ? "" : "after" + deeds_ + "\n" + wrong;
  }

  Random random_;
  Mode mode_;
  World world_;
  InPlaceInvariants in_place_{world_};
  std::optional<WindlassProcess> windlass_;
  bool paused_ = false;
  bool aborted_ = false;
  int promoted_ = 0;
  std::string deeds_;
};

struct Total {
  uint64_t held_back = 0;  // writes judged by I-44
  int promoted = 0;
  int restarts = 0;  // in place
};

Total WalkSeeds(Mode mode, uint64_t first, uint64_t last) {
  Total total;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Walk walk(seed, mode);
    const std::string wrong = walk.Go();
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 4000));
    total.held_back += walk.world().invariants().judged_held_back();
    total.promoted += walk.promoted();
    total.restarts += walk.restarts();
  }
  return total;
}

TEST_CASE("Rollouts, random walks over steps, promote and abort (I-43, I-44)") {
  const Total total = WalkSeeds(Mode::kReplacing, 1, 25);
  CHECK(total.held_back > 20);
  CHECK(total.promoted > 8);
}

TEST_CASE("Rollouts in place, random walks over steps, promote and abort (I-44)", "[in-place]") {
  const Total total = WalkSeeds(Mode::kInPlace, 1, 15);
  CHECK(total.held_back > 5);
  CHECK(total.promoted > 4);
  CHECK(total.restarts > 20);
}

TEST_CASE("Rollouts, random walks over steps and many seeds", "[.seeds]") {
  WalkSeeds(Mode::kReplacing, 26, 2000);
  WalkSeeds(Mode::kInPlace, 16, 1000);
}

TEST_CASE("Rollouts with steps, the same seed gives the same run (I-42)") {
  const Mode mode = GENERATE(Mode::kReplacing, Mode::kInPlace);
  Walk one(7, mode);
  Walk other(7, mode);
  one.Go();
  other.Go();
  CHECK(one.world().trace_hash() == other.world().trace_hash());
  CHECK(one.world().loop().trace().size() > 100);
}

}  // namespace
}  // namespace windlass::sim::rollout_walk_test
