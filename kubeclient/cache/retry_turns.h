// Decides when a retry goes on after its back-off (D-521).
//
// Every namespace has a token bucket of its own; no namespace waits for another. A retry that finds
// a token takes it and goes on at once. Otherwise it waits in line, and the next token is for the
// retry that has waited longest.
//
// Example: 5 tokens per second, burst 10. Of 5,000 retries of one namespace that are due, 10 go on
// at once and 5 in each second that follows.
//
// A token stands for one request. It is taken only when a retry goes on, so a key that leaves the
// line costs nothing. A retry that failed again after three requests owes two more tokens, which
// are taken before the next retry's turn.
//
// Memory: an entry per retry that waits. A namespace is forgotten when it owes nothing, none of its
// retries waits and its bucket is full. The order depends only on the calls and the clock.
// Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/queue_key.h"
#include "kubeclient/client/token_bucket.h"

namespace windlass {

// How many requests the retries of one namespace may send.
struct RetryRate {
  double per_second = 0;  // 0 or less: no limit
  int burst = 1;          // requests at once, after a pause
};

class RetryTurns {
 public:
  // A place in line; 0 means none.
  using Ticket = uint64_t;

  // Both references must outlive this. `go_on` is called, from a timer, with each key whose turn
  // has come. That key has left the line already. During `go_on` no other key may join or leave.
  RetryTurns(const Clock& clock, TimerQueue& timers, const RetryRate& rate,
             std::function<void(const QueueKey&)> go_on);
  ~RetryTurns();
  RetryTurns(const RetryTurns&) = delete;
  RetryTurns& operator=(const RetryTurns&) = delete;

  // Call when the back-off of `key`, which is not in line, is over.
  // Returns 0 if the retry may go on at once; `go_on` is not called for it.
  // Otherwise returns the ticket with which the retry waits. `key` must then stay at its address
  // until `go_on` is called with it, or until Leave.
  Ticket Join(const QueueKey& key);
  // Call when the retry is not needed any more. Does nothing if `ticket` is 0.
  void Leave(const QueueKey& key, Ticket ticket);
  // Call when a retry of that namespace has sent several requests. `requests` is their number
  // without the first one, which the retry's token has paid for.
  void Charge(const Symbol& namespace_, int requests);

  // Returns how many namespaces are remembered.
  size_t namespaces() const { return lines_.size(); }
  // Returns a text for WorkQueue::Describe. For each namespace that owes tokens or has keys in
  // line, it shows how many tokens the namespace owes, and its keys, longest wait first.
  std::string Describe() const;

 private:
  // The retries of one namespace.
  struct Line {
    explicit Line(const RetryRate& rate) : bucket(rate.per_second, rate.burst) {}

    bool wants_tokens() const { return owed > 0 || !waiting.empty(); }

    TokenBucket bucket;
    TimerId timer = 0;
    int64_t owed = 0;                           // tokens, for requests that were sent
    std::map<Ticket, const QueueKey*> waiting;  // longest first: tickets only grow
  };
  using Lines = std::map<Symbol, Line>;

  void Serve(Lines::iterator at);
  void ForgetOrAwait(Lines::iterator at);

  const Clock& clock_;
  TimerQueue& timers_;
  const RetryRate rate_;
  std::function<void(const QueueKey&)> go_on_;
  Lines lines_;
  Ticket last_ticket_ = 0;
};

}  // namespace windlass
