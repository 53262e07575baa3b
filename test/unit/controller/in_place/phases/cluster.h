// A Cluster with single Pods, and a kubelet that restarts containers when a test says so: what the
// planner of in-place updates depends on. Pods belong to ReplicaSets and follow their sizes.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/in_place/template/interest.h"
#include "test/unit/controller/decode_once.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::in_place {

class InPlaceCluster : public workload::Cluster {
 public:
  // Annotation windlass.dev/in-place: Only, at most `max_unavailable` Pods at a time.
  InPlaceCluster(int32_t replicas, int32_t max_unavailable);

  void Annotate(const std::string& key, const std::string& value);  // of the Deployment
  // Pods take traffic by a label, and from now on are drained by it.
  void DrainByLabel();

  // ReplicaSets make and remove Pods. Their containers run and are ready at once.
  void RunPods();
  // The kubelet does what the spec of that Pod asks for, or of all Pods.
  void Restart(const std::string& pod);
  void RestartAll();
  void DeletePod(const std::string& pod);
  // The Pod's new image cannot be pulled; the same for all Pods of an image.
  void FailToPull(const std::string& pod);
  void FailToPullImage(const std::string& image);
  // Rolls out `image`. Its first Pods have failed long enough for that policy (P-062).
  void FailForLong(const std::string& image, const std::string& on_failure);
  // The Pod runs its image, restarts again and again, and is not ready now.
  void KeepCrashing(const std::string& pod);

  // The kubelet reports something about the next Pod that is patched, just before the patch
  // arrives.
  void BeforeNextPatch(std::function<void(Json& pod)> kubelet_reports);

  // Replaces the Pod by a Pod of `image` that no watch has shown yet.
  void ReplaceUnseen(const std::string& pod, const std::string& image);
  // The Pod's container has ended, and waits to be started again.
  void Crash(const std::string& pod);

  // A user's edit: the Pod has that image, and no trace of a patch.
  void ForgetPatch(const std::string& pod, const std::string& image);

  // A user's edit: the Pod has another image, which raises its generation.
  void SetImageOfPod(const std::string& pod, const std::string& image);

  // Returns the Pod as the server has it, so that a test can change it.
  Json& PodNamed(const std::string& pod) { return pods_by_name_.at(pod); }
  void SetLabel(const std::string& pod, const std::string& key, const std::string& value);

  // Unschedule: no node has room for the Pod, so it waits and nothing of it runs. Schedule: a node
  // has room again.
  void Unschedule(const std::string& pod);
  // The Pod has no node, and the scheduler says nothing of it.
  void LeaveUnscheduled(const std::string& pod);
  void Schedule(const std::string& pod);

  void SyncAndRun();  // Sync, RunPods
  // RestartAll, RunPods, and a second passes.
  void RestartAndRun();
  // Syncs, and restarts and runs Pods, until `count` writes were made.
  void SyncWrites(int count);
  // Syncs, restarts Pods and runs ReplicaSets: `rounds` times, each followed by `wait` seconds.
  void Rounds(int rounds, int64_t wait = 1);
  // Does the same until nothing changes.
  void SettleInPlace();
  // Sets the image, and settles in place.
  void RollOutInPlace(const std::string& image);
  // Scales, and settles in place.
  void ScaleInPlace(int32_t replicas);
  // Lets `wait` seconds pass and settles, `times` times.
  void SettleAgain(int times, int64_t wait);

  // Returns how many Pods were patched and not restarted since.
  int in_flight() const;
  std::vector<std::string> PodNames() const;
  std::string ImageOfPod(const std::string& pod) const;
  int PodsOf(const std::string& image) const;
  int OutOfTraffic() const;  // Pods whose label traffic is "off"
  int RestartsOf(const std::string& pod) const;
  std::string LabelOf(const std::string& pod, const std::string& key) const;
  std::string GateOf(const std::string& pod) const;  // the status of our condition; "": none
  // Returns "True Patching".
  std::string InPlaceCondition() { return Condition("windlass.dev/InPlace"); }
  std::string InPlaceMessage();

  // How a resize of a Pod is answered: "NodeCapacity" by the API server, "Deferred" or "Infeasible"
  // by the kubelet. Absent: it is carried out.
  std::map<std::string, std::string> resize_answers;
  std::string resize_message = "Node didn't have enough capacity: cpu";

  // Change Pods while they are created or patched, as an admission webhook does.
  std::function<void(Json& pod)> on_create;
  std::function<void(const Json& before, Json& pod)> on_update;

  std::vector<Node> nodes;  // one for each Pod that was ever made, ready
  std::vector<PodDisruptionBudget> budgets;
  void CloseBudget();  // all Pods get one budget, which has no room
  bool in_place_known = true;
  int32_t updated_max = kUnlimited;  // the limit of a rollout, as steps set it
  std::set<std::string> unseen;      // Pods that the watch has not shown yet

 private:
  void Show(View& view);
  Result<Reply> ListPods();
  Result<Reply> PatchPod(const Request& request);
  static void MergeStatus(Json& pod, const Json& patch);
  Json NewPod(const std::string& name, const Json& rs);
  void Place(Json& pod);
  void Run(Json& pod);
  bool Resize(Json& pod, size_t container);

  std::map<std::string, Json> pods_by_name_;
  SymbolTable pod_symbols_;
  Decoder pod_decoder_{pod_symbols_};
  RegisteredInterest pod_interest_{pod_decoder_.interests(), Interest()};
  DecodeOnce<Pod> decoded_pods_;  // of these symbols
  int containers_born_ = 0;
  int pods_born_ = 0;
  int pod_versions_ = 0;
};

// A cluster at rest with all Pods of image v1.
class Started : public InPlaceCluster {
 public:
  explicit Started(int32_t replicas, int32_t max_unavailable = 1);

  // Begins the update to v2: `pods` Pods are patched and restarted.
  void Patch(int pods);

  // Checks that the update is over: `pods` Pods run `image`, and no note of it is left.
  void CheckAllRun(const std::string& image, size_t pods);
  // Settles in place, and checks the same.
  void SettlesAt(const std::string& image, size_t pods);
};

// At rest with one Pod of image v1 and strategy Recreate.
class Alone : public InPlaceCluster {
 public:
  explicit Alone(const std::string& policy);
};

// Checks that the rollout is complete, and all Pods run `image`.
void CheckAllRun(InPlaceCluster& cluster, const std::string& image);
// Settles in place, and checks the same.
void SettlesAt(InPlaceCluster& cluster, const std::string& image);

// Makes the states of all Pods those of a former workload, as if the present one had been deleted
// with --cascade=orphan and made again.
void GiveStatesToFormer(InPlaceCluster& cluster);

// Sets a label of the template and adds a toleration. Running Pods get both without a restart; a
// label alone would need new Pods (P-007).
void SetTemplateLabel(nlohmann::json& deployment, const std::string& key, const std::string& value);

// The same with label traffic: "on", for drains of mode Label.
void TakeTraffic(nlohmann::json& deployment);

}  // namespace windlass::in_place
