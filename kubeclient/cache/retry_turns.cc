#include "kubeclient/cache/retry_turns.h"

#include <utility>

namespace windlass {

RetryTurns::RetryTurns(const Clock& clock, TimerQueue& timers, const RetryRate& rate,
                       std::function<void(const QueueKey&)> go_on)
    : clock_(clock), timers_(timers), rate_(rate), go_on_(std::move(go_on)) {}

RetryTurns::~RetryTurns() {
  for (const auto& [namespace_, line] : lines_) timers_.Cancel(line.timer);
}

RetryTurns::Ticket RetryTurns::Join(const QueueKey& key) {
  const auto at = lines_.try_emplace(key.namespace_, rate_).first;
  Line& line = at->second;
  Ticket ticket = 0;
  // Even if a token is there, this retry must wait while other retries wait or tokens are owed.
  if (line.wants_tokens() || !line.bucket.TryTake(clock_.Now())) {
    ticket = ++last_ticket_;
    line.waiting.emplace(ticket, &key);
  }
  ForgetOrAwait(at);
  return ticket;
}

void RetryTurns::Leave(const QueueKey& key, Ticket ticket) {
  if (ticket == 0) return;
  const auto at = lines_.find(key.namespace_);
  at->second.waiting.erase(ticket);
  ForgetOrAwait(at);
}

void RetryTurns::Charge(const Symbol& namespace_, int requests) {
  const auto at = lines_.try_emplace(namespace_, rate_).first;
  at->second.owed += requests;
  ForgetOrAwait(at);
}

void RetryTurns::Serve(Lines::iterator at) {
  Line& line = at->second;
  while (line.wants_tokens() && line.bucket.TryTake(clock_.Now())) {
    if (line.owed > 0) {
      --line.owed;
      continue;
    }
    const QueueKey& key = *line.waiting.begin()->second;
    line.waiting.erase(line.waiting.begin());
    go_on_(key);
  }
  ForgetOrAwait(at);
}

// Sets the timer of a namespace anew, or forgets the namespace:
//   - If a retry waits or a token is owed, the timer fires when the next token comes.
//   - Otherwise, if the bucket is not full, the timer fires when the bucket is full.
//   - Otherwise the namespace is forgotten.
void RetryTurns::ForgetOrAwait(Lines::iterator at) {
  Line& line = at->second;
  timers_.Cancel(line.timer);
  const MonotonicTime now = clock_.Now();
  const bool wants_tokens = line.wants_tokens();
  if (!wants_tokens && line.bucket.full_at() <= now) {
    lines_.erase(at);
    return;
  }
  const MonotonicTime due = wants_tokens ? line.bucket.NextAt(now) : line.bucket.full_at();
  line.timer = timers_.At(due, [this, at] { Serve(at); });
}

std::string RetryTurns::Describe() const {
  std::string text;
  for (const auto& [namespace_, line] : lines_) {
    if (!line.wants_tokens()) continue;  // this namespace only waits until its bucket is full
    text += "{";
    if (line.owed > 0) text += " owes " + std::to_string(line.owed);
    for (const auto& [ticket, key] : line.waiting) text += " " + key->ToString();
    text += "}";
  }
  return text;
}

}  // namespace windlass
