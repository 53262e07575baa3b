// Makes late writes of a former leader fail (L-012).
//
// Each write is conditional on the version of one object, which cannot protect a decision over
// several: the former leader's scale-up of one ReplicaSet may arrive after the new leader has
// scaled up another. So the first thing a term does after a take-over to a Deployment that it found
// in the middle of a rollout is to touch its ReplicaSets: those with replicas if there are several,
// and all of them while the Deployment's generation is not observed. Every version older than the
// term is history then. At most one PATCH per ReplicaSet and take-over. A creation that is late
// cannot be made to fail. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "controller/runtime/sync.h"

namespace windlass {

class TermFence {
 public:
  // Everything in `environment` must outlive the fence. `term` tells this term from every other: it
  // is the value of the annotation deployment::kTerm. Destroying it drops what is in flight.
  TermFence(SyncEnvironment environment, std::string term);
  ~TermFence();
  TermFence(const TermFence&) = delete;
  TermFence& operator=(const TermFence&) = delete;

  // The object is gone: its name is free for another one.
  void Forget(const QueueKey& key) { raised_.erase(key); }

  // `done` is called once, possibly at once: kDone when nothing old can hit the Deployment any
  // more, otherwise how the key's sync has ended. If the API server refuses a touch it is kDone
  // with that refusal, by which the sync writes the status and no ReplicaSet.
  using Done = std::function<void(SyncResult, Learned refused)>;
  void Raise(const QueueKey& key, Done done);

 private:
  void Answered(const QueueKey& key, const Request& request, Result<Reply> said, Done done);

  SyncEnvironment environment_;
  const std::string term_;
  std::set<QueueKey> raised_;
  std::set<Uid> touched_;  // whatever became of the annotation: somebody may take it off again
  std::shared_ptr<const bool> alive_;
};

}  // namespace windlass
