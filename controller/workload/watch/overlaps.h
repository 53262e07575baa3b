// Finds the workloads whose selector matches ReplicaSets of another controller (RO-160).
//
// The class keeps two things:
//   - an entry for each pair of a workload and another controller that it overlaps with;
//   - for each namespace with a ReplicaSet whose controller is to be reported (Counts), an index of
//     workloads by a label of their selector. Without the index, each new ReplicaSet would be
//     compared with every selector of its namespace. An index stays until its namespace has no
//     ReplicaSet.
// The class keeps nothing for each ReplicaSet, because the store has the labels and the owner of
// every ReplicaSet already.
//
// A ReplicaSet causes no overlap
//   - if it has no controller, because a workload whose selector matches will adopt it;
//   - while it is being deleted;
//   - if its owner is gone, because the garbage collector will delete it. Only owners of the same
//     kind as the workloads can be looked up. An owner of another kind may be gone without our
//     knowledge, so an overlap is reported only after it has lasted some seconds
//     (status/overlap.h).
//
// While no Workload can be made of an object (WorkloadChange::is_faulty), its overlaps stay as they
// are. When the fault is over, the class drops the overlaps that have ended. The others keep the
// time of their beginning, so that a short fault does not report them anew.
// Core thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/view.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// At most this many overlaps of one workload are kept. Without the limit, thousands of Rollouts
// with the same selector would cost memory and time for each pair of them. A message names three
// overlaps at most.
inline constexpr size_t kOverlapsMax = 16;

class Overlaps {
 public:
  // Returns true if an overlap with `owner`, the controller of a ReplicaSet, is to be reported. An
  // overlap of a Rollout is reported for every `owner`. An overlap of a Deployment is reported only
  // if `owner` is a Rollout (RO-163).
  using Counts = std::function<bool(const OwnerReference& owner)>;

  // All references must outlive this object. The constructor registers handlers with both stores.
  // Stores call handlers in the order of registration, so handlers that are registered later see
  // up-to-date overlaps.
  Overlaps(const Clock& clock, WorkloadStore& workloads, Store<ReplicaSet>& replica_sets);
  Overlaps(const Overlaps&) = delete;
  Overlaps& operator=(const Overlaps&) = delete;

  // Sets the rule that says which overlaps are to be reported. Call at most once, before the stores
  // hold objects. Without this call no overlap is found.
  void Count(Counts counts) { counts_ = std::move(counts); }

  // Finds the overlaps of all ReplicaSets. Call each time when the stores of workloads and of
  // ReplicaSets have both become complete. No overlap is found before the first call.
  //
  // The first call sets Overlap::at_start in each overlap that it finds, because an earlier process
  // may have reported the overlap. Exception: the workload has the condition SelectorOverlap, and
  // all ReplicaSets of Overlap::other were created after the last update of this condition. The
  // process that wrote the condition cannot have seen these ReplicaSets, so at_start stays false.
  void LookAtAll();

  // Called with the key of a workload when an overlap of this workload begins or ends. Not called
  // if the overlap ends because this workload was deleted or its selector edited.
  std::function<void(const ObjectKey&)> on_change;

  // Returns the overlaps of a workload, at most kOverlapsMax, sorted by kind and name of the other
  // controller.
  std::vector<Overlap> Of(const ObjectMeta& workload) const;

  // Returns for how many namespaces there is an index of workloads by label.
  size_t namespaces() const { return selecting_.size(); }

 private:
  using Label = StringMap::Pair;
  // The index of one namespace. It lists each workload under one label of the workload's selector.
  struct Selecting {
    std::map<Label, std::set<std::string>> by_label;
    std::set<std::string> without_label;      // workloads whose selector has no matchLabels
    std::map<std::string, Label> label_of{};  // the label under which by_label has each workload
  };

  // The overlaps of a workload, by the uid of the other controller.
  struct Known {
    std::map<Uid, Overlap> others;
    bool cut = false;  // kOverlapsMax was reached, so there may be more
  };

  void WorkloadChanged(const WorkloadChange& change);
  void ReplicaSetChanged(const Change<ReplicaSet>& change);
  void Add(const Workload& workload);
  // Drops the index of a namespace that has no ReplicaSet any more.
  void ForgetIfEmpty(const Symbol& namespace_);
  void Remove(const ObjectMeta& meta);
  // Removes a workload from the index of its namespace.
  void Displace(const ObjectMeta& meta);
  // Calls Judge with the owner of `rs` and each workload that may select `rs`.
  void Look(const ReplicaSet& rs);
  void Judge(const ObjectKey& key, const OwnerReference& owner);
  bool IsSelected(const Workload& workload, const OwnerReference& owner) const;
  // Calls Judge with the workload `key` and the other controller of each overlap that is stored.
  void JudgeKnown(const ObjectKey& key);
  // Calls Judge with the workload `key` and the owner of each ReplicaSet that `selector` matches.
  void JudgeAll(const ObjectKey& key, const LabelSelector& selector);
  void Note(const Workload& workload, const OwnerReference& owner, bool overlaps);
  Selecting& SelectingIn(const Symbol& namespace_);
  static void Place(const Workload& workload, Selecting& selecting);
  bool IsGone(const Symbol& namespace_, const OwnerReference& owner) const;
  bool IsOwnKind(const OwnerReference& owner) const;

  const Clock& clock_;
  WorkloadStore& workloads_;
  Store<ReplicaSet>& replica_sets_;
  Counts counts_;
  bool complete_ = false;                  // LookAtAll was called
  bool first_ = true;                      // the first call of LookAtAll has not ended
  std::map<Symbol, Selecting> selecting_;  // by namespace
  // By workload. Mutable because `Of` may change Overlap::since. After the clock was set back,
  // `since` may lie in the future; `Of` then sets it to the present time.
  mutable std::map<ObjectKey, Known> overlaps_;
};

}  // namespace windlass
