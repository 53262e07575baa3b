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

#include "controller/view.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/cache/cache_audit.h"
#include "kubeclient/cache/informer.h"

namespace windlass {

class InPlaceCache {
 public:
  // Nodes belong to no namespace: all of them are watched, also if `namespace_` is not empty.
  InPlaceCache(InformerEnvironment environment, const std::string& namespace_);
  InPlaceCache(const InPlaceCache&) = delete;
  InPlaceCache& operator=(const InPlaceCache&) = delete;

  // What is known or missing for all Deployments that are concerned may have changed.
  std::function<void()> on_news;

  void Start();
  void Stop();
  void Reset(std::string_view why);
  void TryNow();
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

  Informer<Pod>& pods() { return pods_; }
  const Informer<Pod>& pods() const { return pods_; }
  Informer<Node>& nodes() { return nodes_; }
  const Informer<Node>& nodes() const { return nodes_; }
  Informer<PodDisruptionBudget>& budgets() { return budgets_; }
  const Informer<PodDisruptionBudget>& budgets() const { return budgets_; }
  const CacheAuditCounters& pods_audit() const { return pods_audit_.counters(); }
  const CacheAuditCounters& nodes_audit() const { return nodes_audit_.counters(); }
  const CacheAuditCounters& budgets_audit() const { return budgets_audit_.counters(); }

 private:
  // Calls visit(informer) for each, in the order in which they are named.
  template <typename F>
  void ForEach(F&& visit) {
    visit(pods_);
    visit(nodes_);
    visit(budgets_);
  }
  template <typename F>
  void ForEach(F&& visit) const {
    visit(pods_);
    visit(nodes_);
    visit(budgets_);
  }
  std::string Missing() const;
  std::string Unreadable(const View& view) const;

  RegisteredInterest interest_;
  Informer<Pod> pods_;
  Informer<Node> nodes_;
  Informer<PodDisruptionBudget> budgets_;
  CacheAudit<Pod> pods_audit_;
  CacheAudit<Node> nodes_audit_;
  CacheAudit<PodDisruptionBudget> budgets_audit_;
  bool running_ = false;
};

}  // namespace windlass
