// The keys that want a sync. Each is in the queue at most once, and none is ever lost.
//
//   - A key is idle, ready, set aside (Get) or being processed. A key added while it is processed
//     becomes ready again afterwards.
//   - Each key has a retry slot and a deadline slot, two timers that do not overwrite each other
//     . `retry` is the back-off after a failure, or the wait after a lost race: another
//     write came first (409 Conflict). `deadline` is set by a sync that wants to look again later.
//     A key that becomes ready clears its retry slot: the next sync decides anew.
//   - After the back-off, retry_turns.h decides when the retry goes on (D-521).
//   - ready_keys.h decides the order of ready keys.
//   - Memory is one entry per key that is ready, set aside or being processed, has a timer, or
//     waits for its turn to retry.
// Core thread only. The order is a pure function of calls, clock and seed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "kubeclient/api/turns.h"
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
//   - up to kPolicyRetryMax while a user has to change something: a right or the object.
// The caller of DoneRetry chooses which of the two applies.
inline constexpr Duration kRetryFirst = milliseconds(50);
inline constexpr Duration kRetryMax = seconds(60);
inline constexpr Duration kPolicyRetryMax = seconds(300);
// If the last failure of a key was longer ago than this, its next failure counts as the first one.
inline constexpr Duration kFailuresForgottenAfter = seconds(3600);
// From this many internal errors in a row on, a key waits kPolicyRetryMax before each retry
//
inline constexpr int kInternalErrorsMax = 10;
// A lost race means that another write came first (409 Conflict). From this many in a row on, each
// counts as a failure. Otherwise two writers could disturb each other for ever.
inline constexpr int kConflictsMax = 5;
// How long a key that lost a race waits for the watch to show the write that came first. A watch
// rarely lags further behind than this.
inline constexpr Duration kConflictWait = seconds(1);
// How long a key waits if only kAwaitedStatus or kStatusChange has woken it. Further wake-ups of
// these two kinds do not extend the wait.
inline constexpr Duration kStatusCoalescing = milliseconds(20);

// Why a key was added. The reason decides when the key becomes ready, and with which Priority.
enum class Wake : uint8_t {
  // A user created or edited the key's object. The key is ready at once, with Priority::kUser, and
  // its back-off is reset.
  kSpecChange,
  // Another change to which a sync must react, for example an owned object appeared, vanished or
  // was edited. The key is ready at once, with Priority::kUnderWay.
  kObjectChange,
  // A status for which the next step waits, such as that of a ReplicaSet in mid-rollout. The key is
  // ready after kStatusCoalescing, with Priority::kUnderWay.
  kAwaitedStatus,
  kStatusChange,  // any other status: ready after kStatusCoalescing, with Priority::kStatus
  kResync,        // no change, only to be looked at: ready at once, with Priority::kResync
};

// The figures for a queue's metrics (client-go's workqueue_*).
struct WorkQueueCounters {
  uint64_t adds = 0;
  uint64_t retries = 0;
  size_t depth = 0;  // keys that are ready or set aside
  std::array<size_t, kPriorities> depth_by_priority{};
  size_t processing = 0;
  Duration longest_running{0};
  Duration unfinished{0};  // sum over the keys being processed
};

class WorkQueue {
 public:
  // All references must outlive the queue.
  // workers: how many keys may be processed at once.
  // retries: limits the requests that the retries of each namespace send (D-521).
  // ready: the queue calls it to say that Get may return a key. `ready` must not call the
  // queue.
  // When a key becomes ready, the queue calls `ready` in two cases:
  //   - No other key is ready.
  //   - Get has returned nullopt although keys were ready, and `ready` was not called since.
  // When processing ends, the queue does not call `ready`, although Get may then return a key.
  WorkQueue(const Clock& clock, Random& random, TimerQueue& timers, int workers,
            const RetryRate& retries, std::function<void()> ready);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void Add(const QueueKey& key, Wake wake);

  // Returns the next ready key, which from now on is being processed.
  // Returns nullopt if no key is ready, or if the free workers are kept for other namespaces
  // (ready_keys.h). Sets aside ready keys that may not begin (may_begin). A key that is set aside
  // takes no worker. It becomes ready again
  //   - by TakeUpAside;
  //   - at its deadline;
  //   - by an Add with any Wake but kAwaitedStatus and kStatusChange.
  std::optional<QueueKey> Get();
  // Call when there may be room for keys that were set aside. Makes some of these keys ready again;
  // the namespaces take turns. The time that a key was set aside counts as waiting time, too.
  void TakeUpAside();
  // Returns true if a ready key has Priority::kUser. A key that is_noisy has demoted does not
  // count.
  bool user_waits() const { return ready_keys_.size(Priority::kUser) > 0; }

  // Sets the key's deadline slot anew: its timer makes the key ready after `look_again_in`. Call
  // LookAgain only for a key that is being processed. Do not end that processing with Done, because
  // Done would change the slot again.
  void LookAgain(const QueueKey& key, Duration look_again_in);
  // Call with the number of requests that this processing has sent. If the processing was a retry
  // and fails again, each request after the first costs the key's namespace a token (D-521).
  void Spent(const QueueKey& key, int requests);

  // Processing ended well, or in a way that is not to be retried. Forgets failures. Sets the
  // deadline slot to `look_again_in`, or clears it if that is nullopt.
  void Done(const QueueKey& key, std::optional<Duration> look_again_in);
  // Processing failed. The key waits for a back-off, and then for its turn among the retries of its
  // namespace (D-521). The back-off is 50 ms +- 50 % and doubles with each further failure in a
  // row, up to `longest`. It lasts at least `at_least` (a server's Retry-After). The deadline
  // slot stays as it is. A key that was added while it was processed does not wait for the
  // back-off:
  //   - After kAwaitedStatus or kStatusChange it is ready within kStatusCoalescing.
  //   - After any other Wake it is ready at once. After kSpecChange its earlier failures are
  //     forgotten, too.
  void DoneRetry(const QueueKey& key, Duration longest, Duration at_least = {});
  // Processing lost a race: another write came first (409 Conflict). The key is woken by the watch
  // event of that write, or by a timer after kConflictWait. The back-off does not grow, and the key
  // does not queue with the retries of its namespace (D-521). From the kConflictsMax-th conflict in
  // a row on, each counts as a failure.
  void DoneConflict(const QueueKey& key);
  // Processing failed by a bug of ours. Like DoneRetry, but from the kInternalErrorsMax-th
  // time in a row the key waits kPolicyRetryMax. Returns the number of such failures in a row.
  int DoneInternalError(const QueueKey& key);

  bool empty() const { return ready_keys_.empty(); }
  bool idle() const;  // no key is ready, set aside or processed; timers may be set
  // Returns how many keys are in memory: ready, set aside, being processed, with a timer, or
  // waiting for a turn to retry.
  size_t size() const { return entries_.size(); }
  WorkQueueCounters counters() const;
  // Returns the queue's state as a text, for the model check and for debugging: all that decides
  // which keys come next, except times, random numbers, the numbers that Spent was called with, and
  // the order of the keys set aside.
  std::string Describe() const;

  // Returns true if a key costs so much that it gets the next lower Priority. If the
  // function is null, no key is demoted. It is called when a key becomes ready, and by Add for a
  // ready key. It must not call the queue.
  std::function<bool(const QueueKey&)> is_noisy;

  // Returns false if the key may not begin now, for example because its objects are large. If the
  // function is null, every key may begin. Get calls it; it must not call the queue.
  std::function<bool(const QueueKey&)> may_begin;

  // on_queue_duration is called with the time that a key waited, on_work_duration with the time
  // that a key was processed. For histograms.
  std::function<void(Duration)> on_queue_duration;
  std::function<void(Duration)> on_work_duration;

 private:
  // All that the queue remembers about a key. While the key is processed, `ready.since` is the time
  // when processing began. There may be 100,000 entries, so the order of the members leaves
  // no gap: the small ones lie in the tail padding of ReadyKey.
  struct Entry {
    [[no_unique_address]] ReadyKey ready;
    Priority wanted = Priority::kResync;  // highest priority asked for since the key was handed out
    Priority served = Priority::kResync;  // `wanted` when the key was handed out, even if noisy
    bool is_ready = false;
    bool processing = false;
    bool dirty = false;  // added while processed
    // A user edited the spec while the key was processed, so a failure of this processing does not
    // raise `failures`.
    bool spec_changed : 1 = false;
    bool failed : 1 = false;    // `retry` is set by a failure, not by a lost race
    bool is_retry : 1 = false;  // ready or processed because the turn of its retry came
    bool aside : 1 = false;     // was ready, but may not begin yet
    TimerId retry = 0;
    // Not 0 while the key waits for its turn, either among the keys set aside or, after its
    // back-off, among the retries.
    RetryTurns::Ticket turn = 0;
    TimerId deadline = 0;
    TimerId coalescing = 0;
    MonotonicTime last_failure;
    uint16_t failures = 0;  // in a row, since the last success or spec change
    uint16_t conflicts = 0;
    uint16_t internal_errors = 0;
    uint16_t requests = 0;  // sent while it was processed
  };

  using Slot = TimerId Entry::*;

  void WakeUp(const QueueKey& key, Entry& entry);
  void GoOn(const QueueKey& key, Entry& entry);
  void GoOnWithRetry(const QueueKey& key, Entry& entry);
  void MakeReady(const QueueKey& key, Entry& entry);
  void SetAside(const QueueKey& key, Entry& entry);
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
  bool held_ = false;  // Get has found no ready key that may be taken
  std::map<QueueKey, Entry> entries_;
  ReadyKeys ready_keys_;
  std::set<QueueKey> processing_;
  Turns<const QueueKey*> aside_;  // keys that were set aside
  std::array<size_t, kPriorities> aside_sizes_{};
  RetryTurns retry_turns_;
  uint64_t adds_ = 0;
  uint64_t retries_ = 0;
};

}  // namespace windlass
