#include "test/sim/surge_walk.h"

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "test/sim/sample_objects.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr int kSteps = 8;
constexpr Duration kLagMax = seconds(30);
constexpr Duration kLimit = seconds(6 * 3600);  // virtual, for the last rollout
const std::string kName = "web";

// Returns no lag at all in one of four cases.
Duration LagMax(Random& random) {
  if (Below(random, 4) == 0) return Duration{0};
  return random.Between(milliseconds(100), kLagMax);
}

WorldOptions Lagging(Random& random, OwnWrites own_writes) {
  WorldOptions options;
  options.replica_sets.waits_for_own_writes = own_writes == OwnWrites::kWaitsForThem;
  options.replica_sets.replica_set_view_lag_max = LagMax(random);
  options.replica_sets.pod_view_lag_max = LagMax(random);
  options.replica_sets.status_lag_max = LagMax(random);
  return options;
}

std::string Seconds(Duration duration) {
  const auto ms = std::chrono::duration_cast<milliseconds>(duration).count();
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}

}  // namespace

SurgeWalk::SurgeWalk(uint64_t seed, OwnWrites own_writes)
    : random_(seed),
      options_(Lagging(random_, own_writes)),
      world_(seed, options_),
      recreate_(Below(random_, 8) == 0) {
  windlass_.emplace(world_);
  Json web = SampleDeployment(kName, static_cast<int>(1 + Draw(10)), "app:v1");
  if (recreate_) web["spec"]["strategy"]["type"] = "Recreate";
  if (Draw(4) == 0) web["spec"]["minReadySeconds"] = 5;
  world_.Apply(web);
  world_.RunUntil([this] { return world_.IsComplete(kName); }, seconds(300));
}

uint32_t SurgeWalk::Draw(uint32_t bound) { return Below(random_, bound); }

std::string SurgeWalk::Go() {
  for (int i = 0; i < kSteps; ++i) {
    Happen();
    world_.RunFor(milliseconds(Draw(3) == 0 ? Draw(1000) : Draw(40'000)));
  }
  if (paused_) {
    steps_ += " ";
    Pause();
  }
  // The last image is good, even if those before were bad.
  world_.SetImage(kName, "app:last");
  const bool complete = world_.RunUntil([this] { return world_.IsComplete(kName); }, kLimit);
  return Wrong(complete);
}

std::string SurgeWalk::Wrong(bool complete) const {
  std::string wrong;
  for (const Violation& violation : world_.invariants().violations()) {
    wrong += violation.Text() + "\n";
  }
  if (!complete) wrong += "the last rollout is not complete\n";
  if (wrong.empty()) return "";
  const ReplicaSetControllerOptions& lags = options_.replica_sets;
  return "lags of ReplicaSets " + Seconds(lags.replica_set_view_lag_max) + ", Pods " +
         Seconds(lags.pod_view_lag_max) + ", status " + Seconds(lags.status_lag_max) + "; after" +
         steps_ + "\n" + wrong;
}

void SurgeWalk::Happen() {
  const auto ms =
      std::chrono::duration_cast<milliseconds>(world_.loop().clock().Now().since_start).count();
  steps_ += " " + std::to_string(ms) + ":";
  const uint32_t what = Draw(20);
  if (what < 7) return SetImage();
  if (what < 9) return Undo();
  if (what < 12) return Scale();
  if (what < 14) return Pause();
  if (what < 17) return SetLimits();
  if (what < 18) return KillPod();
  if (what < 19) return Restart();
  Relist();
}

void SurgeWalk::SetImage() {
  constexpr std::array<const char*, 5> kImages = {"app:v1", "app:v2", "app:v3-slow-start-5s",
                                                  "app:v4-slow-stop-3s", "app:missing"};
  const char* image = kImages[Draw(kImages.size())];
  steps_ += image;
  world_.SetImage(kName, image);
}

void SurgeWalk::Undo() {
  steps_ += "undo";
  if (!paused_) world_.RolloutUndo(kName);
}

void SurgeWalk::Scale() {
  const int size = static_cast<int>(Draw(12));
  steps_ += "scale=" + std::to_string(size);
  world_.Scale(kName, size);
}

void SurgeWalk::Pause() {
  paused_ = !paused_;
  steps_ += paused_ ? "pause" : "resume";
  world_.Pause(kName, paused_);
}

void SurgeWalk::SetLimits() {
  static const std::vector<Json> kLimits = {0, 1, 2, 4, "25%", "50%", "100%"};
  const Json& surge = kLimits[Draw(static_cast<uint32_t>(kLimits.size()))];
  // The server refuses a Deployment in which both are 0.
  const uint32_t skip = surge == Json(0) ? 1 : 0;
  const Json& unavailable = kLimits[skip + Draw(static_cast<uint32_t>(kLimits.size()) - skip)];
  steps_ += "maxSurge=" + surge.dump() + ",maxUnavailable=" + unavailable.dump();
  if (recreate_) return;
  world_.Edit(kName,
              {{"spec",
                {{"strategy",
                  {{"rollingUpdate", {{"maxSurge", surge}, {"maxUnavailable", unavailable}}}}}}}});
}

void SurgeWalk::KillPod() {
  steps_ += "kill";
  const std::vector<Object> pods = world_.Pods(kName);
  if (pods.empty()) return;
  const std::string name = NameOf(*pods[Draw(static_cast<uint32_t>(pods.size()))]);
  world_.api().Delete("user", {resources::kPods, "default", name});
}

void SurgeWalk::Restart() {
  steps_ += "restart";
  windlass_.reset();
  world_.RunFor(milliseconds(Draw(3000)));
  windlass_.emplace(world_);
}

// The server forgets the revisions at which the watches would resume.
void SurgeWalk::Relist() {
  steps_ += "relist";
  world_.api().store().CompactAll();
  world_.api().EndWatches();
}

}  // namespace windlass::sim
