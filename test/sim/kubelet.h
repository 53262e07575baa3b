// Scheduler and kubelets in one: brings Pods up, keeps their status, and takes them down
// gracefully.
//
//   created ─▶ scheduled ─▶ pulled ─▶ started (Running) ─▶ Ready ─▶ crashed ─▶ back-off, started
//
//   deleted (deletionTimestamp) ─▶ stopped (Succeeded or Failed) ─▶ removed
//
// Durations come from the image's name (image_behaviour.h) plus small random ones. Talks to the
// model directly. Every Pod runs as its first container says; others are along for the ride.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"
#include "test/sim/image_behaviour.h"

namespace windlass::sim {

struct KubeletOptions {
  int nodes = 3;  // 0: Pods stay as they were made, unscheduled; whoever wants more writes it
  Duration lag_min = milliseconds(2);  // of each single step
  Duration lag_max = milliseconds(40);
};

class Kubelet {
 public:
  // Upstream's back-off of a crashing container.
  static constexpr Duration kCrashBackOffFirst = seconds(10);
  static constexpr Duration kCrashBackOffMax = seconds(300);

  explicit Kubelet(ApiServer& server, KubeletOptions options = {});
  Kubelet(const Kubelet&) = delete;
  Kubelet& operator=(const Kubelet&) = delete;

  // No Pod is on its way to something, crashing ones in their back-off apart.
  bool idle() const { return busy_ == 0; }

  // A frozen kubelet: nothing moves until it is thawed. For stuck Pods.
  void Freeze(bool frozen);

 private:
  struct Run {
    StoreKey key;
    ImageBehaviour image;
    TimerId timer = 0;
    bool timer_counts = false;  // in busy_
    bool stopping = false;
    int crashes = 0;
  };
  // A step of the life of the Pod with that uid.
  using Step = void (Kubelet::*)(const std::string& uid);

  void OnChange(const Change& change);
  void Next(const std::string& uid, Duration after, Step step, bool counts = true);
  void ClearTimer(Run& run);
  Duration Lag() { return random_.Between(options_.lag_min, options_.lag_max); }

  void Schedule(const std::string& uid);
  void Pull(const std::string& uid);
  void Start(const std::string& uid);
  void BecomeReady(const std::string& uid);
  void Crash(const std::string& uid);
  void Stop(const std::string& uid);
  void Remove(const std::string& uid);
  void SetStatus(const Run& run, const ApiServer::Edit& edit);
  std::string PickNode();

  ApiServer& server_;
  KubeletOptions options_;
  Random random_;
  std::map<std::string, Run> runs_;  // by uid
  int busy_ = 0;
  bool frozen_ = false;
};

}  // namespace windlass::sim
