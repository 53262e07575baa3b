// The additional informers of in-place updates: for whole Pods, for Nodes and for
// PodDisruptionBudgets. Core thread only.
//
// They run while at least one workload needs them: it asks for in-place updates, or annotations of
// its ReplicaSets show that it once did. They stop some time after the last such workload is gone
// and then cost no time, even if many Pods change at once.
// Other workloads do not wait for these informers: a missing informer shows only in the views of
// workloads that need it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/in_place/watch/pods_in_flight.h"
#include "controller/runtime/informers.h"
#include "controller/workload/view.h"
#include "controller/workload/watch/watch_extension.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/base/clock.h"

namespace windlass {

class InPlaceCache final : public WatchExtension {
 public:
  // `informers` must outlive the cache, and the stores of Pods and Nodes must not change after the
  // cache is gone. Nodes have no namespace, so all Nodes are watched, even if this process watches
  // only one namespace.
  explicit InPlaceCache(Informers& informers);

  // Called when an informer becomes complete, is forbidden or given up, or recovers, and when an
  // object becomes unreadable or stops being so. Each of these changes may matter to every workload
  // that needs the informers.
  std::function<void()> on_news;

  bool IsAskedBy(const Workload& workload) const override;
  bool IsRememberedBy(const ReplicaSet& rs) const override;
  void Start() override;
  void LetGo() override;
  void Stop() override;
  // Restarts each running informer that has no complete state yet: the objects that it has received
  // may be older than the term that begins now. The LeadershipBarrier compares only complete
  // caches, so it would not notice such objects (L-011).
  void StartOverUnlessSynced();

  // Returns true while a workload needs the informers.
  bool running() const { return running_; }
  // Returns true if a workload needs the informers, and all of them are complete and have the right
  // to watch.
  bool HasSynced() const;
  // Returns one line per informer in trouble; empty while no workload needs the informers.
  std::vector<std::string> Troubles() const;

  size_t LargestPodJson(const Uid& replica_set) const override;
  void Fill(View& view) const override;

  // Returns true if the informer of whole Pods is complete and has the right to watch, even if no
  // workload needs it now. A new leader then checks that this cache has the former leader's writes
  // to Pods (LeadershipBarrier). The other informers need no such check, because no leader writes
  // to Nodes or budgets.
  bool HasPods() const;

  Informer<Pod>& pods() { return pods_.informer; }
  const Informer<Pod>& pods() const { return pods_.informer; }
  Informer<Node>& nodes() { return nodes_.informer; }
  const Informer<Node>& nodes() const { return nodes_.informer; }
  // Returns the Pod's Node; null if the Pod has none or the Node is gone.
  const Node* NodeOf(const Pod& pod) const;
  Informer<PodDisruptionBudget>& budgets() { return budgets_.informer; }
  const Informer<PodDisruptionBudget>& budgets() const { return budgets_.informer; }

 private:
  // Calls visit(informer) for whole Pods, Nodes and budgets, in this order.
  template <typename F>
  void ForEach(F&& visit) {
    visit(pods());
    visit(nodes());
    visit(budgets());
  }
  template <typename F>
  void ForEach(F&& visit) const {
    visit(pods());
    visit(nodes());
    visit(budgets());
  }
  void NoteHere(const Change<Node>& change) const;
  std::string Missing() const;
  std::string Unreadable(const View& view) const;
  std::vector<const Pod*> OthersInFlight(const View& view) const;

  Informers& informers_;
  RegisteredInterest interest_;
  SharedInformer<Pod>& pods_;
  SharedInformer<Node>& nodes_;
  SharedInformer<PodDisruptionBudget>& budgets_;
  mutable PodsInFlight in_flight_;  // forgets Pods when asked
  bool running_ = false;
  MonotonicTime running_since_{};
};

}  // namespace windlass
