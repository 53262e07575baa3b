// A Cluster whose Pods are there one by one, with a kubelet that restarts containers by hand: what
// the planner of in-place updates leans on. Pods belong to ReplicaSets and follow their sizes.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/in_place/template/interest.h"
#include "test/unit/controller/deployment/cluster.h"

namespace windlass::deployment {

class InPlaceCluster : public Cluster {
 public:
  // Annotation windlass.dev/in-place: Only, at most `max_unavailable` Pods at a time.
  InPlaceCluster(int32_t replicas, int32_t max_unavailable);

  void Annotate(const std::string& key, const std::string& value);  // of the Deployment

  // ReplicaSets make and remove Pods, whose containers run and are ready at once.
  void RunPods();
  // The kubelet of that Pod carries out what its spec asks for; all of them.
  void Restart(const std::string& pod);
  void RestartAll();
  void DeletePod(const std::string& pod);
  // Its new image cannot be pulled; the same for all Pods of an image.
  void FailToPull(const std::string& pod);
  void FailToPullImage(const std::string& image);
  // `image` is rolled out, and its first Pods have failed long enough for that policy (P-062).
  void FailForLong(const std::string& image, const std::string& on_failure);
  // It runs its image, restarts again and again, and is not ready just now.
  void KeepCrashing(const std::string& pod);

  // Its place is taken by a Pod of `image` that no watch has shown yet.
  void ReplaceUnseen(const std::string& pod, const std::string& image);
  // Its container has ended, and waits to be started again.
  void Crash(const std::string& pod);

  // Somebody's own doing: that image, and no trace of a patch.
  void ForgetPatch(const std::string& pod, const std::string& image);

  // Somebody's own doing, too: another image, which moves the generation.
  void SetImageOfPod(const std::string& pod, const std::string& image);

  // As the server has it, for whatever somebody else makes of it.
  Json& PodNamed(const std::string& pod) { return pods_by_name_.at(pod); }
  void SetLabel(const std::string& pod, const std::string& key, const std::string& value);

  // No node has room for the Pod: it waits for one, and nothing of it runs. Then one has.
  void Unschedule(const std::string& pod);
  void Schedule(const std::string& pod);

  // Syncs, restarts and lets ReplicaSets follow until nothing changes.
  void SettleInPlace();

  // Pods that were patched since and have not been restarted.
  int in_flight() const;
  std::vector<std::string> PodNames() const;
  std::string ImageOfPod(const std::string& pod) const;
  int RestartsOf(const std::string& pod) const;
  std::string LabelOf(const std::string& pod, const std::string& key) const;
  std::string GateOf(const std::string& pod) const;  // the status of our condition; "": none
  // "True Patching"
  std::string InPlaceCondition() { return Condition("windlass.dev/InPlace"); }
  std::string InPlaceMessage();

  // Changes Pods on their way in, as an admission webhook does: those that are born and patched
  // ones.
  std::function<void(Json& pod)> on_create;
  std::function<void(const Json& before, Json& pod)> on_update;

  std::vector<Node> nodes;  // one for each Pod that was ever made, ready
  std::vector<PodDisruptionBudget> budgets;
  bool in_place_known = true;
  std::set<std::string> unseen;  // Pods that the watch has not shown yet

 private:
  void Show(View& view);
  Result<Reply> ListPods();
  Result<Reply> PatchPod(const Request& request);
  static void MergeStatus(Json& pod, const Json& patch);
  Json NewPod(const std::string& name, const Json& rs);
  void Place(Json& pod);
  void Run(Json& pod);

  std::map<std::string, Json> pods_by_name_;
  SymbolTable pod_symbols_;
  Decoder pod_decoder_{pod_symbols_};
  RegisteredInterest pod_interest_{pod_decoder_.interests(), in_place::Interest()};
  std::vector<Pod> shown_;  // of these symbols
  int containers_born_ = 0;
  int pods_born_ = 0;
};

// At rest with all Pods of image v1.
class Started : public InPlaceCluster {
 public:
  explicit Started(int32_t replicas, int32_t max_unavailable = 1);

  // The update to v2: so many Pods are patched and restarted.
  void Patch(int pods);

  // The update has arrived, with so many Pods, and nothing of it is noted any more.
  void CheckAllRun(const std::string& image, size_t pods);
};

// A label of the template, and a toleration beside it: running Pods get both without a restart,
// where a label alone would mean new Pods (P-007).
void SetTemplateLabel(nlohmann::json& deployment, const std::string& key, const std::string& value);

// The same with label traffic: "on", for drains of mode Label.
void TakeTraffic(nlohmann::json& deployment);

}  // namespace windlass::deployment
