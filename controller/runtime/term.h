// One term of leadership: the queue and the syncs in flight. Made when the term begins, and
// destroyed with everything it holds when the term ends. The caches outlive it.
//
// Several syncs are in flight at the same time, but all run in one thread: while one sync waits for
// a reply, others go on. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/large_objects.h"
#include "controller/runtime/noisy_keys.h"
#include "controller/runtime/sync.h"
#include "controller/runtime/term_fence.h"
#include "kubeclient/api/turns.h"
#include "kubeclient/base/histogram.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/work_queue.h"

namespace windlass {

// A decision, with the kind of its object ("Deployment"). Both texts must outlive every copy.
struct KindDecision {
  std::string_view kind;
  Decision decision;
  auto operator<=>(const KindDecision&) const = default;
};

// Figures that the process keeps from term to term. They never decrease.
struct ControllerCounters {
  std::map<KindDecision, uint64_t> decisions;
  uint64_t syncs = 0;
  uint64_t conflicts = 0;
  uint64_t uncertain = 0;
  uint64_t internal_errors = 0;
  Histogram queue_duration = WorkQueueHistogram();
  Histogram work_duration = WorkQueueHistogram();
};

// The most syncs that a turn of the event loop begins or continues. Without this limit, a
// turn could be long: after a take-over, 20,000 syncs that send no request may be ready.
inline constexpr int kSyncsPerTurn = 256;

class Term {
 public:
  // All references must outlive the term. `syncs_max` is how many keys may be worked on at once.
  // `taken_over_as` identifies this term if the former leader did not release the Lease; otherwise
  // it is nullopt (TermOptions in watching_controller.h).
  Term(SyncEnvironment environment, Random& random, TimerQueue& timers, int syncs_max,
       ControllerCounters& counters, std::optional<std::string> taken_over_as);
  ~Term();
  Term(const Term&) = delete;
  Term& operator=(const Term&) = delete;

  void Add(const QueueKey& key, Wake wake) { queue_.Add(key, wake); }

  // Takes no further keys and no further steps. Calls to the API server that are in flight are not
  // cancelled. A question (Ask in step.h) that waits for its answer is cancelled, and its sync
  // ends.
  void Drain();
  bool in_flight() const { return syncs_.size() > waiting_.size(); }
  // Returns true if no write of this term can reach the API server later:
  //   - no call is in flight
  //   - no earlier write has an unknown outcome (Unverified)
  //   - the deadline of each write that got no answer has passed; the read of its object (Verify)
  //     is not enough, because the write may arrive after the read (L-012)
  bool settled() const {
    return !in_flight() && unverified_.empty() && !environment_.client.write_may_arrive();
  }
  // Returns true if no key is ready, set aside (WorkQueue::Get) or being synced. Keys may
  // still wait for their timers.
  bool idle() const { return syncs_.empty() && queue_.idle(); }

  WorkQueueCounters queue_counters() const { return queue_.counters(); }

  // Called for each write that fails with kForbidden, except the patches that the fence sends.
  std::function<void()> on_forbidden;

 private:
  void SchedulePump();
  void Pump();
  bool free_to_go_on() const;
  bool GoOnOrBegin();
  void Begin(const QueueKey& key);
  void Verify(const QueueKey& key, const Unverified& before);
  void StartSync(const QueueKey& key, LateWrites late);
  void Ended(const QueueKey& key, const SyncResult& result);
  void Settle(const QueueKey& key, const SyncResult& result);
  void NoteCost(const QueueKey& key, int calls);
  void Warn(const QueueKey& key, std::string reason, std::string message);
  void Conflict(const QueueKey& key, const SyncResult& result);
  void InternalError(const QueueKey& key);

  SyncEnvironment environment_;
  TimerQueue& timers_;
  int syncs_max_;
  ControllerCounters& counters_;
  WorkQueue queue_;
  std::optional<TermFence> fence_;  // set if the former leader did not release the Lease
  NoisyKeys noisy_keys_;
  TimerId pump_ = 0;
  bool draining_ = false;
  std::map<QueueKey, std::unique_ptr<Sync>> syncs_;
  std::vector<std::unique_ptr<Sync>> ended_;
  // Writes whose outcome is unknown, or whose object was gone (404). The object of each is read
  // before anything else is decided for the key (S-003).
  std::map<QueueKey, Unverified> unverified_;
  // Keys with a write that is put off, each with the time when the runtime began to put it off.
  std::map<QueueKey, MonotonicTime> put_off_;
  struct LostRaces {
    std::optional<std::pair<ResourceId, ObjectKey>> object;
    int times = 0;  // in a row
  };
  std::map<QueueKey, LostRaces> lost_races_;
  // The next steps of syncs that wait for the client's rate limit. These syncs go on before the
  // term takes a key from the queue. Exception: a key that a user's change made ready is taken
  // first. While the term drains, every next step is put here, and none is taken.
  Turns<std::function<void()>> waiting_;
  LargeObjects large_;
  Lifetime lifetime_;
};

}  // namespace windlass
