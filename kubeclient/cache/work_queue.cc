#include "kubeclient/cache/work_queue.h"

#include <algorithm>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

namespace {

Priority PriorityOf(Wake wake) {
  switch (wake) {
    case Wake::kSpecChange: return Priority::kUser;
    case Wake::kObjectChange:
    case Wake::kAwaitedStatus: return Priority::kUnderWay;
    case Wake::kStatusChange: return Priority::kStatus;
    case Wake::kResync: return Priority::kResync;
  }
  return Priority::kResync;
}

// Returns count + 1, but at most the largest 16-bit number.
uint16_t Grown(uint16_t count) {
  return count == UINT16_MAX ? count : static_cast<uint16_t>(count + 1);
}

// The most keys that one call of TakeUpAside makes ready again. Get takes the most urgent of them
// first, and sets aside again those that still may not begin.
constexpr int kTakenUpMax = 16;

bool IsGathered(Wake wake) { return wake == Wake::kAwaitedStatus || wake == Wake::kStatusChange; }

}  // namespace

WorkQueue::WorkQueue(const Clock& clock, Random& random, TimerQueue& timers, int workers,
                     const RetryRate& retries, std::function<void()> ready)
    : clock_(clock),
      random_(random),
      timers_(timers),
      ready_(std::move(ready)),
      ready_keys_(workers),
      retry_turns_(clock, timers, retries,
                   [this](const QueueKey& key) { GoOnWithRetry(key, entries_.at(key)); }) {}

WorkQueue::~WorkQueue() {
  for (auto& [key, entry] : entries_) {
    for (const Slot slot : {&Entry::retry, &Entry::deadline, &Entry::coalescing}) {
      Disarm(slot, entry);
    }
  }
}

// --- in ---

void WorkQueue::Add(const QueueKey& key, Wake wake) {
  ++adds_;
  Entry& entry = entries_[key];
  entry.wanted = std::max(entry.wanted, PriorityOf(wake));
  if (wake == Wake::kSpecChange) {
    // A user who repairs a manifest must not have to wait for a back-off.
    entry.failures = 0;
    entry.conflicts = 0;
    entry.internal_errors = 0;
    entry.spec_changed = entry.processing;
  }
  if (entry.is_ready) {  // not added twice, but its priority may rise
    const Priority priority = PriorityNow(key, entry);
    if (priority > entry.ready.priority) ready_keys_.Raise(entry.ready, priority);
  } else if (!IsGathered(wake)) {
    WakeUp(key, entry);
  } else if (!entry.dirty && !entry.aside && entry.coalescing == 0) {
    // Status changes come in bursts: one change per Pod. The first change of a burst sets the
    // timer. No timer is needed if the key will be served again anyway.
    Arm(&Entry::coalescing, key, entry, kStatusCoalescing);
  }
}

void WorkQueue::WakeUp(const QueueKey& key, Entry& entry) {
  Disarm(&Entry::coalescing, entry);
  if (entry.processing) {
    entry.dirty = true;  // ready again once it is done
  } else if (!entry.is_ready) {
    MakeReady(key, entry);
  }
}

// Called when a retry or a deadline is due. Both continue earlier work, so the key keeps its
// priority, but gets at least kStatus and at most kUnderWay. If Add has asked for a higher priority
// meanwhile, that counts.
void WorkQueue::GoOn(const QueueKey& key, Entry& entry) {
  entry.wanted =
      std::max(entry.wanted, std::clamp(entry.served, Priority::kStatus, Priority::kUnderWay));
  WakeUp(key, entry);
}

// Called when the retry's turn has come.
void WorkQueue::GoOnWithRetry(const QueueKey& key, Entry& entry) {
  entry.turn = 0;
  entry.is_retry = true;
  GoOn(key, entry);
}

Priority WorkQueue::PriorityNow(const QueueKey& key, const Entry& entry) const {
  return is_noisy && is_noisy(key) ? Demoted(entry.wanted) : entry.wanted;
}

void WorkQueue::MakeReady(const QueueKey& key, Entry& entry) {
  // A ready key will be served soon, so it needs no retry any more.
  Disarm(&Entry::retry, entry);
  entry.is_ready = true;
  const RetryTurns::Ticket turn = std::exchange(entry.turn, 0);
  if (entry.aside) {
    entry.aside = false;
    aside_.Leave(key.namespace_, turn);
    --aside_sizes_[static_cast<size_t>(entry.ready.priority)];
  } else {
    retry_turns_.Leave(key, turn);
    entry.ready.since = clock_.Now();
  }
  entry.ready.key = &entries_.find(key)->first;
  entry.ready.priority = PriorityNow(key, entry);
  const bool first = ready_keys_.empty();
  ready_keys_.Add(entry.ready);
  if (std::exchange(held_, false) || first) ready_();
}

// --- out ---

std::optional<QueueKey> WorkQueue::Get() {
  const MonotonicTime now = clock_.Now();
  const ReadyKey* next = ready_keys_.Take(now);
  while (next != nullptr && may_begin && !may_begin(*next->key)) {
    SetAside(*next->key, entries_.at(*next->key));
    next = ready_keys_.Take(now);
  }
  if (next == nullptr) {
    held_ = !ready_keys_.empty();
    return std::nullopt;
  }
  const QueueKey& key = *next->key;
  Entry& entry = entries_.at(key);
  if (on_queue_duration) on_queue_duration(now - entry.ready.since);
  entry.is_ready = false;
  entry.processing = true;
  entry.ready.since = now;
  entry.served = std::exchange(entry.wanted, Priority::kResync);
  processing_.insert(key);
  return key;
}

void WorkQueue::SetAside(const QueueKey& key, Entry& entry) {
  entry.is_ready = false;
  ready_keys_.Done(key.namespace_);
  entry.aside = true;
  entry.turn = aside_.Add(key.namespace_, &key);
  ++aside_sizes_[static_cast<size_t>(entry.ready.priority)];
}

void WorkQueue::TakeUpAside() {
  for (int taken = 0; taken < kTakenUpMax && !aside_.empty(); ++taken) {
    const QueueKey& key = *aside_.Next();
    MakeReady(key, entries_.at(key));
  }
}

// --- back ---

void WorkQueue::LookAgain(const QueueKey& key, Duration look_again_in) {
  Entry& entry = entries_.at(key);
  WL_ASSERT(entry.processing);
  Disarm(&Entry::deadline, entry);
  Arm(&Entry::deadline, key, entry, look_again_in);
}

void WorkQueue::Spent(const QueueKey& key, int requests) {
  Entry& entry = entries_.at(key);
  WL_ASSERT(entry.processing);
  entry.requests = static_cast<uint16_t>(std::clamp(requests, 0, int{UINT16_MAX}));
}

void WorkQueue::Done(const QueueKey& key, std::optional<Duration> look_again_in) {
  Entry& entry = EndProcessing(key);
  entry.failures = 0;
  entry.conflicts = 0;
  entry.internal_errors = 0;
  Disarm(&Entry::deadline, entry);
  if (look_again_in) Arm(&Entry::deadline, key, entry, *look_again_in);
  Settle(key, entry);
}

void WorkQueue::DoneRetry(const QueueKey& key, Duration longest, Duration at_least) {
  Entry& entry = EndProcessing(key);
  entry.conflicts = 0;
  entry.internal_errors = 0;
  Retry(key, entry, longest, at_least);
}

int WorkQueue::DoneInternalError(const QueueKey& key) {
  Entry& entry = EndProcessing(key);
  entry.conflicts = 0;
  if (entry.spec_changed) entry.internal_errors = 0;
  const int in_a_row = entry.internal_errors = Grown(entry.internal_errors);
  const bool often = in_a_row >= kInternalErrorsMax;
  Retry(key, entry, often ? kPolicyRetryMax : kRetryMax, often ? kPolicyRetryMax : Duration{0});
  return in_a_row;
}

void WorkQueue::DoneConflict(const QueueKey& key) {
  Entry& entry = EndProcessing(key);
  entry.conflicts = Grown(entry.conflicts);
  if (entry.conflicts >= kConflictsMax) return Retry(key, entry, kRetryMax);
  // The write that caused the conflict also causes a watch event, which wakes the key. If that
  // event does not come, the timer wakes the key.
  entry.failed = false;
  if (!entry.dirty && entry.coalescing == 0) Arm(&Entry::retry, key, entry, kConflictWait);
  Settle(key, entry);
}

WorkQueue::Entry& WorkQueue::EndProcessing(const QueueKey& key) {
  const auto found = entries_.find(key);
  WL_ASSERT(found != entries_.end() && found->second.processing);
  Entry& entry = found->second;
  if (on_work_duration) on_work_duration(clock_.Now() - entry.ready.since);
  entry.processing = false;
  ready_keys_.Done(key.namespace_);
  processing_.erase(key);
  return entry;
}

void WorkQueue::Retry(const QueueKey& key, Entry& entry, Duration longest, Duration at_least) {
  ++retries_;
  const MonotonicTime now = clock_.Now();
  if (now - std::exchange(entry.last_failure, now) >= kFailuresForgottenAfter) entry.failures = 0;
  if (!entry.spec_changed) entry.failures = Grown(entry.failures);
  entry.failed = true;
  if (entry.is_retry && entry.requests > 1) {
    retry_turns_.Charge(key.namespace_, entry.requests - 1);
  }
  if (!entry.dirty) {
    Arm(&Entry::retry, key, entry, std::max(BackOff(entry.failures, longest), at_least));
  }
  Settle(key, entry);
}

// Called when the processing of a key has ended. A key that was woken during the processing
// (WakeUp) becomes ready again. A key that was not woken and has no timer is forgotten.
void WorkQueue::Settle(const QueueKey& key, Entry& entry) {
  entry.spec_changed = false;
  entry.is_retry = false;
  entry.requests = 0;
  if (std::exchange(entry.dirty, false)) {
    MakeReady(key, entry);
  } else if (entry.retry == 0 && entry.deadline == 0 && entry.coalescing == 0) {
    entries_.erase(key);
  }
}

// --- timers ---

void WorkQueue::Arm(Slot slot, const QueueKey& key, Entry& entry, Duration delay) {
  // An entry that has a timer or waits for its turn is never dropped, so the entry still exists
  // when the timer fires or the turn comes.
  const QueueKey* const kept = &entries_.find(key)->first;
  entry.*slot = timers_.At(clock_.Now() + delay, [this, slot, kept] {
    Entry& fired = entries_.at(*kept);
    fired.*slot = 0;
    if (slot == &Entry::coalescing) return WakeUp(*kept, fired);
    if (slot == &Entry::deadline || !fired.failed) return GoOn(*kept, fired);
    fired.turn = retry_turns_.Join(*kept);
    if (fired.turn == 0) GoOnWithRetry(*kept, fired);
  });
}

void WorkQueue::Disarm(Slot slot, Entry& entry) {
  timers_.Cancel(std::exchange(entry.*slot, TimerId{0}));
}

// Returns 50 ms * 2^(failures - 1) +- 50 %, at most `longest`. Example: after 3 failures
// 50 ms * 2^2 = 200 ms +- 50 %.
Duration WorkQueue::BackOff(int failures, Duration longest) {
  Duration back_off = kRetryFirst;
  for (int i = 1; i < failures && back_off < longest; ++i) back_off *= 2;
  back_off = std::min(back_off, longest);
  return std::min(random_.Between(back_off / 2, back_off * 3 / 2), longest);
}

// --- metrics ---

bool WorkQueue::idle() const {
  return ready_keys_.empty() && processing_.empty() && aside_.empty();
}

WorkQueueCounters WorkQueue::counters() const {
  WorkQueueCounters counters;
  counters.adds = adds_;
  counters.retries = retries_;
  for (size_t i = 0; i < kPriorities; ++i) {
    counters.depth_by_priority[i] = ready_keys_.size(static_cast<Priority>(i)) + aside_sizes_[i];
    counters.depth += counters.depth_by_priority[i];
  }
  counters.processing = processing_.size();
  const MonotonicTime now = clock_.Now();
  for (const QueueKey& key : processing_) {
    const Duration running = now - entries_.at(key).ready.since;
    counters.longest_running = std::max(counters.longest_running, running);
    counters.unfinished += running;
  }
  return counters;
}

std::string WorkQueue::Describe() const {
  std::string text = ready_keys_.Describe() + retry_turns_.Describe();
  for (const auto& [key, entry] : entries_) {
    text += " " + key.ToString() + "=";
    const auto flag = [&text](bool set, char letter) { text += set ? letter : '-'; };
    flag(entry.processing, 'p');
    flag(entry.dirty, 'd');
    flag(entry.aside, 'a');
    flag(entry.spec_changed, 's');
    flag(entry.retry != 0, entry.failed ? 'r' : 'w');
    flag(entry.deadline != 0, 'l');
    flag(entry.coalescing != 0, 'c');
    flag(entry.failures > 0, 'f');
    text += std::to_string(entry.conflicts) + "," + std::to_string(entry.internal_errors) + "," +
            std::to_string(PointsOf(entry.wanted)) + "," + std::to_string(PointsOf(entry.served));
  }
  return text;
}

}  // namespace windlass
