// What an observer knows of each Rollout by the cluster alone: which templates its ReplicaSets and
// Pods have, which pauses were left (pause_record.h), and which templates were proven. It reads
// nothing of a Rollout's status, and knows nothing of the planner.
//
// A template is proven by a moment at which all desired Pods, at least one, are available and have
// it, while no pause is ahead of it. The first rollout has no pause ahead: there is no other
// revision to hold back.
//
// Where the ReplicaSet controller lags, a controller sees the ReplicaSet's counters. So a template
// has as many available Pods as its Pods or the counters say, whichever is more.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "test/sim/api_server.h"
#include "test/sim/pause_record.h"
#include "test/sim/recent.h"

namespace windlass::sim {

struct TemplateFacts {
  Json pattern;  // as TemplateOf returns it
  PauseRecord pauses;
  std::set<int64_t> revisions;  // that its ReplicaSets had
  Recent available;
  bool whole = false;   // all desired Pods were available at one moment
  bool proven = false;  // likewise, and no pause was ahead
  // It stayed so for a minute: who could write nothing at that moment could later. A revision that
  // was complete for some seconds of an outage, and lost its Pods then, is known to nobody.
  bool remembered = false;
  std::optional<MonotonicTime> proven_since;  // while it is so
  // Its ReplicaSet was there before it belonged to the Rollout: its past is not known.
  bool inherited = false;
  // Other templates that had Pods when this one was requested. Empty once the Rollout had no Pods.
  std::set<std::string> beside;
  // Now:
  bool exists = false;  // it has a ReplicaSet
  int64_t size = 0;     // spec.replicas of its ReplicaSets
  int64_t live = 0;     // Pods
  int64_t patched = 0;  // those of them whose ReplicaSet has another template
  int64_t ready = 0;    // available Pods, or what the counters say
};

struct RolloutFacts {
  Object rollout;
  std::string wanted;  // a key of `templates`
  std::map<std::string, TemplateFacts> templates;
  std::vector<Promotion> promotions;
  Recent desired;
  Recent available;  // Pods of any template, or what the counters say
  // Now:
  size_t replica_sets = 0;
  // ReplicaSets that have Pods or ask for some, and those whose template a Pod was patched to.
  size_t with_pods = 0;
  int64_t live = 0;
  int64_t available_pods = 0;

  bool in_place() const;
  int64_t desired_now() const { return ReplicasOf(*rollout); }
  // Returns true if there is a revision to hold back for the template: another one that was proven
  // for long enough to be remembered, or had Pods when the template was requested.
  bool HasOther(const std::string& key) const;
  // Likewise, but of those that had Pods only one that still has some, or `taken`, whose last ones
  // are taken by the write that is judged: nothing comes back to a first revision that was never
  // complete and has no Pods left.
  bool HasOtherToKeep(const std::string& key, const std::string& taken = {}) const;

 private:
  bool IsOther(const std::string& other, const TemplateFacts& facts, const std::string& key) const;
};

class RolloutObserver {
 public:
  RolloutObserver(ApiServer& server, std::set<std::string> controllers);

  // Takes every change of the store, in order. Returns the Rollout that it is about; null if it is
  // about none, or the Rollout is gone.
  RolloutFacts* See(const Change& change);
  // Lets time pass up to `now`, at which `change` happened, if there is one.
  void See(RolloutFacts& facts, MonotonicTime now, const Change* change = nullptr);

  Duration clocks_apart{0};  // how far the clocks of two leaders differ

  std::map<std::string, RolloutFacts>& all() { return rollouts_; }  // by uid
  // Returns the key of the template that a Pod has; empty if it is not known. A Pod that was
  // updated in place has that of its images.
  std::string TemplateOfPod(const RolloutFacts& facts, const Json& pod) const;
  std::vector<Object> ReplicaSetsOf(const RolloutFacts& facts) const;
  std::string TemplateOfReplicaSet(const Json& replica_set) const;

 private:
  struct ReplicaSetNote {
    std::string rollout;    // uid
    std::string template_;  // key
  };

  void NoteLease(const Change& change);
  bool IsFollowed(const Change& change) const;
  RolloutFacts* Find(const Change& change);
  void NoteReplicaSet(const Change& change);
  void NoteRollout(RolloutFacts& facts, const Change& change);
  void NoteWanted(RolloutFacts& facts);
  void Count(RolloutFacts& facts);
  void CountPods(RolloutFacts& facts, std::set<std::string>& with_pods);
  void NoteProven(RolloutFacts& facts, MonotonicTime now);

  ApiServer& server_;
  std::set<std::string> controllers_;
  bool has_lease_ = false;
  std::map<std::string, RolloutFacts> rollouts_;        // by uid
  std::map<std::string, ReplicaSetNote> replica_sets_;  // by uid; only those of Rollouts
};

}  // namespace windlass::sim
