// Keys that want a sync, each at most once, never dropped.
//
// A key is idle, ready, or processing; a key added while processing is ready again when it is done
// . Each key has two timer slots that never overwrite each other: `retry` (back-off
// after a failure) and `deadline` (a sync that asked to look again later). A key that becomes ready
// empties its retry slot: what comes of it decides anew. When a back-off is over, retry_turns.h
// says when the retry goes on (D-521). The order of ready keys is ready_keys.h's. Memory is one
// entry per key that is ready, being processed, has a timer or waits for its turn. Core
// thread only; order is a pure function of calls, clock and seed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/queue_key.h"
#include "kubeclient/cache/ready_keys.h"
#include "kubeclient/cache/retry_turns.h"

namespace windlass {

// The back-off of a key is about kRetryFirst after its first failure and doubles with each further
// one:
//   - up to kRetryMax after most failures;
//   - up to kPolicyRetryMax where a user has to change something, a right or the object.
inline constexpr Duration kRetryFirst = milliseconds(50);
inline constexpr Duration kRetryMax = seconds(60);
inline constexpr Duration kPolicyRetryMax = seconds(300);
// A key whose last failure is longer ago than this starts over.
inline constexpr Duration kFailuresForgottenAfter = seconds(3600);
// A key that met this many errors of our own in a row is tried once in kPolicyRetryMax.
inline constexpr int kInternalErrorsMax = 10;
// Lost races in a row before they count as failures: two writers must not livelock.
inline constexpr int kConflictsMax = 5;
// How long a key that lost a race waits for the watch, which is rarely further behind a reply
//
inline constexpr Duration kConflictWait = seconds(1);
// How long a key that was woken only by the status of a ReplicaSet waits. Further wake-ups of that
// kind do not extend the wait.
inline constexpr Duration kStatusCoalescing = milliseconds(20);

// Why a key was added; decides how soon it is served.
enum class Wake : uint8_t {
  kSpecChange,     // a user's edit: kUser, at once, and resets the key's back-off
  kObjectChange,   // an owned object appeared, vanished or was edited: kRollout, at once
  kRolloutStatus,  // status of an owned object that a rollout waits for: kRollout, gathered
  kStatusChange,   // only status of an owned object: kStatus, gathered for kStatusCoalescing
  kResync,         // to be looked at some time: kResync
};

// What the metrics of one queue need (names of client-go's workqueue_*).
struct WorkQueueCounters {
  uint64_t adds = 0;
  uint64_t retries = 0;
  size_t depth = 0;  // ready keys
  std::array<size_t, kPriorities> depth_by_priority{};
  size_t processing = 0;
  Duration longest_running{0};
  Duration unfinished{0};  // sum over keys being processed
};

class WorkQueue {
 public:
  // All references must outlive the queue. `workers` is how many keys are worked on at once,
  // `retries` what the retries of each namespace may cost (D-521). `ready` is called (from Add,
  // Done or a timer) when a key becomes ready and none was; it must not call back into the queue
  // synchronously.
  WorkQueue(const Clock& clock, Random& random, TimerQueue& timers, int workers,
            const RetryRate& retries, std::function<void()> ready);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void Add(const QueueKey& key, Wake wake);

  // The next ready key, now processing; nullopt when none is ready.
  std::optional<QueueKey> Get();
  // Whether a user waits for one of the ready keys.
  bool user_waits() const { return ready_keys_.size(Priority::kUser) > 0; }

  // While it is processed: arms the deadline slot anew, for an ending that leaves it as it is.
  void LookAgain(const QueueKey& key, Duration look_again_in);
  // While it is processed: how many requests that has taken; one if this is never called. Retries
  // that fail again are limited by their requests (D-521).
  void Spent(const QueueKey& key, int requests);

  // Processing ended well, or in a way that is not to be retried: forgets failures; arms or clears
  // the deadline slot.
  void Done(const QueueKey& key, std::optional<Duration> look_again_in);
  // Processing failed: back-off 50 ms * 2^n +- 50 %, at most `longest` and not below `at_least` (a
  // server's Retry-After), in the retry slot; the deadline slot stays as it is. After the back-off
  // the key waits for its turn among the retries of its namespace (D-521). A key added while it was
  // processed is ready at once, with its failures remembered.
  void DoneRetry(const QueueKey& key, Duration longest, Duration at_least = {});
  // Processing lost a race (409 Conflict): the event that beat us wakes the key, and at the latest
  // kConflictWait does, without growing the back-off or waiting for a turn; from the
  // kConflictsMax-th in a row it counts as a failure.
  void DoneConflict(const QueueKey& key);
  // Processing failed by a fault of ours: as DoneRetry, but from the kInternalErrorsMax-th
  // in a row the key is tried every kPolicyRetryMax. Returns how many in a row there were.
  int DoneInternalError(const QueueKey& key);

  bool empty() const { return ready_keys_.empty(); }
  bool idle() const;  // nothing ready, nothing processing (timers may be armed)
  // Keys held in memory: ready, processing, with a timer armed, or waiting for a turn.
  size_t size() const { return entries_.size(); }
  WorkQueueCounters counters() const;
  // Everything that decides what comes next, times and random numbers apart: two queues that say
  // the same behave the same. For the model check, and for debugging.
  std::string Describe() const;

  // Whether a key costs so much that it is served one class later; asked when it becomes
  // ready.
  std::function<bool(const QueueKey&)> is_noisy;

  // Observers for the histograms: how long a key waited, and how long it was processed.
  std::function<void(Duration)> on_queue_duration;
  std::function<void(Duration)> on_work_duration;

 private:
  // Everything known of a key that is ready, being processed, has a timer armed, or waits for its
  // turn. `ready.since` is also the time when processing began. The order of the members leaves no
  // gap, because there may be 100,000 entries: the small ones lie in the end of ReadyKey.
  struct Entry {
    [[no_unique_address]] ReadyKey ready;
    Priority wanted = Priority::kResync;  // the highest asked for since it was handed out
    Priority served = Priority::kResync;  // what it was handed out with
    bool is_ready = false;
    bool processing = false;
    bool dirty = false;             // added while processing
    bool spec_changed : 1 = false;  // a user's edit while processing: what fails is the old spec
    bool failed : 1 = false;        // why `retry` is armed: a failure, or else a lost race
    bool is_retry : 1 = false;      // ready or being processed because its turn came
    TimerId retry = 0;
    RetryTurns::Ticket turn = 0;  // its back-off is over, and it waits for its turn
    TimerId deadline = 0;
    TimerId coalescing = 0;
    MonotonicTime last_failure;
    uint16_t failures = 0;  // in a row, since the last success
    uint16_t conflicts = 0;
    uint16_t internal_errors = 0;
    uint16_t requests = 0;  // while it was processed
  };

  using Slot = TimerId Entry::*;

  void WakeUp(const QueueKey& key, Entry& entry);
  void GoOn(const QueueKey& key, Entry& entry);
  void GoOnWithRetry(const QueueKey& key, Entry& entry);
  void MakeReady(const QueueKey& key, Entry& entry);
  Priority PriorityNow(const QueueKey& key, const Entry& entry) const;
  Entry& EndProcessing(const QueueKey& key);
  void Retry(const QueueKey& key, Entry& entry, Duration longest, Duration at_least = {});
  void Settle(const QueueKey& key, Entry& entry);
  void Arm(Slot slot, const QueueKey& key, Entry& entry, Duration delay);
  void Disarm(Slot slot, Entry& entry);
  Duration BackOff(int failures, Duration longest);

  const Clock& clock_;
  Random& random_;
  TimerQueue& timers_;
  std::function<void()> ready_;
  std::map<QueueKey, Entry> entries_;
  ReadyKeys ready_keys_;
  std::set<QueueKey> processing_;
  RetryTurns retry_turns_;
  uint64_t adds_ = 0;
  uint64_t retries_ = 0;
};

}  // namespace windlass
