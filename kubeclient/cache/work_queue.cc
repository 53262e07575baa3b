#include "kubeclient/cache/work_queue.h"

#include <algorithm>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/limits.h"

namespace windlass {

WorkQueue::WorkQueue(const Clock& clock, Random& random, TimerQueue& timers,
                     std::function<void()> ready)
    : clock_(clock), random_(random), timers_(timers), ready_(std::move(ready)) {}

WorkQueue::~WorkQueue() {
  for (auto& [key, entry] : entries_) {
    for (const Slot slot : {&Entry::retry, &Entry::deadline, &Entry::coalescing}) {
      Disarm(slot, entry);
    }
  }
}

// --- in ---

void WorkQueue::Add(const ObjectKey& key, Wake wake) {
  ++adds_;
  Entry& entry = entries_[key];
  if (wake == Wake::kStatusChange) {
    // Status comes in bursts, one change per Pod. The first of a burst sets the time; a key that
    // will be served anyway needs none.
    if (!entry.ready && !entry.dirty && entry.coalescing == 0) {
      Arm(&Entry::coalescing, key, entry, kStatusCoalescing);
    }
    return;
  }
  if (wake ==
      Wake::kSpecChange) {  // whoever repairs a manifest does not wait for a back-off
    entry.failures = 0;
    entry.conflicts = 0;
    entry.spec_changed = entry.processing;
  }
  WakeUp(key, entry);
}

void WorkQueue::WakeUp(const ObjectKey& key, Entry& entry) {
  Disarm(&Entry::coalescing, entry);
  if (entry.processing) {
    entry.dirty = true;  // ready again once it is done
  } else if (!entry.ready) {
    MakeReady(key, entry);
  }
}

void WorkQueue::MakeReady(const ObjectKey& key, Entry& entry) {
  entry.ready = true;
  entry.since = clock_.Now();
  std::deque<ObjectKey>& keys = ready_keys_[key.namespace_];
  if (keys.empty()) turns_.push_back(key.namespace_);
  keys.push_back(key);
  ++ready_count_;
  if (ready_count_ == 1) ready_();
}

// --- out ---

std::optional<ObjectKey> WorkQueue::Get() {
  if (turns_.empty()) return std::nullopt;
  const Symbol namespace_ = turns_.front();
  turns_.pop_front();
  const auto keys = ready_keys_.find(namespace_);
  const ObjectKey key = keys->second.front();
  keys->second.pop_front();
  if (keys->second.empty()) {
    ready_keys_.erase(keys);
  } else {
    turns_.push_back(namespace_);  // one key, then the next namespace
  }
  --ready_count_;

  Entry& entry = entries_.at(key);
  const MonotonicTime now = clock_.Now();
  if (on_queue_duration) on_queue_duration(now - entry.since);
  entry.ready = false;
  entry.processing = true;
  entry.since = now;
  Disarm(&Entry::retry, entry);
  processing_.insert(key);
  return key;
}

// --- back ---

void WorkQueue::Done(const ObjectKey& key, std::optional<Duration> look_again_in) {
  Entry& entry = EndProcessing(key);
  entry.failures = 0;
  entry.conflicts = 0;
  Disarm(&Entry::deadline, entry);
  if (look_again_in) Arm(&Entry::deadline, key, entry, *look_again_in);
  Settle(key, entry);
}

void WorkQueue::DoneRetry(const ObjectKey& key, Duration longest) {
  Entry& entry = EndProcessing(key);
  entry.conflicts = 0;
  Retry(key, entry, longest);
}

void WorkQueue::DoneConflict(const ObjectKey& key) {
  Entry& entry = EndProcessing(key);
  ++entry.conflicts;
  if (entry.conflicts >= kConflictsMax) {
    Retry(key, entry, kRetryMax);
    return;
  }
  // The event that beat us is on its way, unless it is here already.
  if (!entry.dirty && entry.coalescing == 0) Arm(&Entry::retry, key, entry, kConflictWait);
  Settle(key, entry);
}

void WorkQueue::DoneForget(const ObjectKey& key) {
  Entry& entry = EndProcessing(key);
  entry.failures = 0;
  entry.conflicts = 0;
  Disarm(&Entry::deadline, entry);
  Settle(key, entry);
}

WorkQueue::Entry& WorkQueue::EndProcessing(const ObjectKey& key) {
  const auto found = entries_.find(key);
  WL_ASSERT(found != entries_.end() && found->second.processing);
  Entry& entry = found->second;
  if (on_work_duration) on_work_duration(clock_.Now() - entry.since);
  entry.processing = false;
  processing_.erase(key);
  return entry;
}

void WorkQueue::Retry(const ObjectKey& key, Entry& entry, Duration longest) {
  ++retries_;
  if (!entry.spec_changed) ++entry.failures;
  if (!entry.dirty) {
    const Duration back_off = BackOff(entry.failures, longest);
    Arm(&Entry::retry, key, entry, std::max(back_off, TakeRetryToken()));
  }
  Settle(key, entry);
}

// Where the key goes after processing: to the ready ones, to those with a timer, or out of memory.
void WorkQueue::Settle(const ObjectKey& key, Entry& entry) {
  entry.spec_changed = false;
  if (std::exchange(entry.dirty, false)) {
    MakeReady(key, entry);
  } else if (entry.retry == 0 && entry.deadline == 0 && entry.coalescing == 0) {
    entries_.erase(key);
  }
}

// --- timers ---

void WorkQueue::Arm(Slot slot, const ObjectKey& key, Entry& entry, Duration delay) {
  // An entry with an armed timer is never dropped, so it is there when the timer fires.
  entry.*slot = timers_.At(clock_.Now() + delay, [this, slot, key] {
    Entry& fired = entries_.at(key);
    fired.*slot = 0;
    WakeUp(key, fired);
  });
}

void WorkQueue::Disarm(Slot slot, Entry& entry) {
  timers_.Cancel(std::exchange(entry.*slot, TimerId{0}));
}

// 50 ms * 2^(failures - 1) +- 50 %, at most `longest`.
Duration WorkQueue::BackOff(int failures, Duration longest) {
  Duration back_off = kRetryFirst;
  for (int i = 1; i < failures && back_off < longest; ++i) back_off *= 2;
  back_off = std::min(back_off, longest);
  return std::min(random_.Between(back_off / 2, back_off * 3 / 2), longest);
}

// How long the next retry must wait for its turn. The bucket is kept as the time when it is full
// again.
Duration WorkQueue::TakeRetryToken() {
  const MonotonicTime now = clock_.Now();
  retry_bucket_full_at_ = std::max(retry_bucket_full_at_, now) + kRetryInterval;
  return std::max(retry_bucket_full_at_ - now - kRetryInterval * kRetryBurst, Duration{0});
}

// --- metrics ---

bool WorkQueue::idle() const { return ready_count_ == 0 && processing_.empty(); }

WorkQueueCounters WorkQueue::counters() const {
  WorkQueueCounters counters;
  counters.adds = adds_;
  counters.retries = retries_;
  counters.depth = ready_count_;
  counters.processing = processing_.size();
  const MonotonicTime now = clock_.Now();
  for (const ObjectKey& key : processing_) {
    const Duration running = now - entries_.at(key).since;
    counters.longest_running = std::max(counters.longest_running, running);
    counters.unfinished += running;
  }
  return counters;
}

}  // namespace windlass
