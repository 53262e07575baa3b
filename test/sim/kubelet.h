// Scheduler and kubelets in one: starts Pods, restarts containers whose image was changed, writes
// status, and stops Pods gracefully.
//
//   created ─▶ scheduled ─▶ pulled ─▶ started (Running) ─▶ Ready ─▶ crashed ─▶ back-off, started
//
//   spec changed ─▶ observedGeneration, old containers still Ready ─▶ killed, one after the other,
//                   in any order ─▶ pulled ─▶ started ─▶ status (P-086)
//
//   resized ─▶ observedGeneration, and PodResizePending (Deferred, Infeasible) or
//              PodResizeInProgress ─▶ carried out, or the container started again (P-102)
//
//   deleted (deletionTimestamp) ─▶ stopped (Succeeded or Failed) ─▶ removed
//
// Each Pod has one worker, which does one thing after another and then looks at the newest spec.
// Truth() shows what really runs, independently of the status. Durations come from the image's name
// (image_behaviour.h) plus small random ones. Calls the model directly, without HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"
#include "test/sim/container_run.h"

namespace windlass::sim {

inline const std::string kKubeletActor = "kubelet";

struct KubeletOptions {
  int nodes = 3;  // 0: Pods stay as they were made, unscheduled, unless a test schedules them
  Duration lag_min = milliseconds(2);  // the delay of each step
  Duration lag_max = milliseconds(40);
  std::string version = "v1.36.0";  // below 1.32 sidecars are not restarted for a new image
  bool observes_generation = true;  // false: writes no observedGeneration, as before 1.33
  Duration clock_skew{0};           // of the times that it writes into status
  // What Pods may request on one node, in thousandths of a CPU; 0: without a limit. A resize beyond
  // it is deferred until there is room, or infeasible if the Pod alone asks for more.
  int64_t node_milli_cpu = 0;
  bool static_cpu_policy = false;  // a resize of a Guaranteed Pod is infeasible
};

class Kubelet {
 public:
  // Upstream's back-off of a crashing container.
  static constexpr Duration kCrashBackOffFirst = seconds(10);
  static constexpr Duration kCrashBackOffMax = seconds(300);

  // Creates its Nodes.
  explicit Kubelet(ApiServer& server, KubeletOptions options = {});
  Kubelet(const Kubelet&) = delete;
  Kubelet& operator=(const Kubelet&) = delete;

  // Returns true if no Pod is changing, except crashing ones in their back-off.
  bool idle() const { return busy_ == 0; }

  // A frozen kubelet does nothing until Freeze(false). Tests use it for Pods that are stuck.
  void Freeze(bool frozen) { frozen_ = frozen; }
  // While a node is not ready, its Pods are not Ready and nothing changes in them.
  void SetNodeReady(const std::string& node, bool ready);
  // Cuts a node off until SetNodeReady(node, true): its Pods are not Ready either, but its kubelet
  // and its containers go on. The kubelet neither sees changes nor writes status. Afterwards it
  // writes Ready with the time of its own last change, as if nothing had been lost. If `exit_after`
  // is given, each container that runs then exits once, and the kubelet starts it again.
  void CutOff(const std::string& node, std::optional<Duration> exit_after = {});

  // Returns what really runs; null if there is no such Pod.
  const PodTruth* Truth(const std::string& uid) const;
  // Called at every change of the truth. The listener must write nothing.
  void OnTruth(std::function<void(const PodTruth&)> listener) {
    listeners_.push_back(std::move(listener));
  }

 private:
  struct Run {
    PodTruth truth;
    std::vector<ContainerRun> containers;  // in the order of truth.containers
    std::map<std::string, Json> done;      // status of plain init containers
    std::string node;                      // empty: not scheduled
    std::set<std::string> pulled;          // the images that were pulled for this Pod
    ContainerTimer worker;
    bool stopping = false;
    bool working = false;  // the worker is at work
    bool dirty = false;    // the worker must read the spec again
    int64_t generation = 0;
    seconds grace{0};
    std::vector<size_t> to_kill;
    ContainerTimer outage;     // fires when the containers of a cut-off Pod exit
    bool cut_off = false;      // the kubelet goes on, unheard
    bool was_cut_off = false;  // writes Ready with `ready_since`
    std::string pending;       // reason of PodResizePending; empty: there is none
    std::string pending_since;
    bool ready = false;  // as the kubelet last found the Pod, and since when
    std::string ready_since;
  };
  using Step = std::function<void()>;

  void OnChange(const Change& change);
  void BeginStop(Run& run, const Json& pod);
  void Begin(const Change& change);
  void Arm(Run& run, ContainerTimer& timer, Duration after, Step step, bool counts = true);
  void Disarm(ContainerTimer& timer);
  void DisarmAll(Run& run);
  Duration Lag() { return random_.Between(options_.lag_min, options_.lag_max); }
  std::string Now() const;

  void Schedule(const std::string& uid);
  void Stop(const std::string& uid);
  void Remove(const std::string& uid);

  // The worker (kubelet_worker.cc).
  void WantSync(const std::string& uid);
  void Sync(const std::string& uid);
  void TakeSpec(Run& run, const Json& pod);
  void TakeResources(Run& run, const Json& pod);
  std::string WhyNotResized(const Run& run, const Json& pod) const;
  void RetryDeferred(const std::string& node);
  bool CarriesOut(Run& run);
  void Kill(const std::string& uid);
  void Bring(const std::string& uid, size_t from);
  void Pulled(const std::string& uid, size_t index);
  void Started(const std::string& uid, size_t index);
  void Finish(const std::string& uid);
  // What containers do by themselves.
  void BecomeReady(const std::string& uid, size_t index);
  void End(Run& run, size_t index, int exit_code);
  void Crash(const std::string& uid, size_t index);
  void Probe(const std::string& uid, size_t index, bool ready);
  // Notes whether the kubelet finds the Pod ready. Returns the time to write with it.
  std::string NoteReady(Run& run, bool ready);

  void Publish(Run& run, const std::string& phase = "");
  void SetResize(const Run& run, Json& status, const std::string& now) const;
  void SetServing(Run& run, size_t index, bool serving);
  void Tell(const Run& run) const;
  int Minor() const;  // of its version
  bool RestartsSidecars() const { return Minor() >= 32; }
  bool Resizes() const { return Minor() >= 33; }

  ApiServer& server_;
  KubeletOptions options_;
  Random random_;
  std::map<std::string, Run> runs_;  // by uid
  std::set<std::string> lost_;       // nodes
  std::vector<std::function<void(const PodTruth&)>> listeners_;
  int busy_ = 0;
  bool frozen_ = false;
};

}  // namespace windlass::sim
