// The informers that in-place updates need on top: whole Pods, the Nodes they are on, and
// disruption budgets.
//
// They run from the first Deployment on that asks for in-place updates, or a ReplicaSet of which
// remembers that it did; where nobody does, Pod storms cost nothing. Nobody else waits for them:
// one that is not complete, or that may not watch, is missing in the views of those Deployments,
// and nowhere else. Core thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/runtime/informers.h"
#include "controller/view.h"
#include "kubeclient/api/decode_interest.h"

namespace windlass {

class InPlaceCache {
 public:
  // `informers` must outlive the cache. Nodes belong to no namespace: all of them are watched, also
  // if this process watches one namespace only.
  explicit InPlaceCache(Informers& informers);
  InPlaceCache(const InPlaceCache&) = delete;
  InPlaceCache& operator=(const InPlaceCache&) = delete;

  // What is known or missing for all Deployments that are concerned may have changed.
  std::function<void()> on_news;

  void Start();
  void Stop();
  // An informer without a complete state asks for one anew: what it has been told so far may be
  // from before a new leader's term, and it is no part of the LeadershipBarrier (L-011).
  void StartOverUnlessSynced();

  bool running() const { return running_; }
  // Complete, and nothing is missing that would keep them so.
  bool HasSynced() const;
  // One line per informer in trouble; none while they do not run.
  std::vector<std::string> Troubles() const;

  // Of a view of a Deployment that is concerned, with its ReplicaSets: everything about in-place
  // updates.
  void Fill(View& view) const;

  // The right to list and watch whole Pods is there, and they are complete: a new leader must see
  // what the former one wrote to them. No leader writes to Nodes or to budgets.
  bool HasPods() const;

  Informer<Pod>& pods() { return pods_.informer; }
  const Informer<Pod>& pods() const { return pods_.informer; }
  Informer<Node>& nodes() { return nodes_.informer; }
  const Informer<Node>& nodes() const { return nodes_.informer; }
  Informer<PodDisruptionBudget>& budgets() { return budgets_.informer; }
  const Informer<PodDisruptionBudget>& budgets() const { return budgets_.informer; }

 private:
  // Calls visit(informer) for each, in the order in which they are named.
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
  std::string Missing() const;
  std::string Unreadable(const View& view) const;

  Informers& informers_;
  RegisteredInterest interest_;
  SharedInformer<Pod>& pods_;
  SharedInformer<Node>& nodes_;
  SharedInformer<PodDisruptionBudget>& budgets_;
  bool running_ = false;
};

}  // namespace windlass
