// CircuitBreaker: judges by the outcomes of calls whether the API server answers (C-012).
//
// Trips (the server does not answer):
//   - after kBreakerFailures exchanges in a row that were kUnreachable or kRefused; or
//   - when at least kBreakerAnswersMin exchanges ended within kBreakerWindow, and more than half of
//     them were bad. Example: 6 of 10, but not 5 of 10.
// Which outcomes are bad:
//   - kTrouble, kUnreachable and kRefused always are.
//   - kInternal is bad only if several namespaces got kInternal or kUnanswered within
//     kBreakerWindow. Otherwise kInternal may be due to the objects of one tenant.
//   - kUnanswered is bad only if, in addition, no exchange was kUseful within kBreakerWindow. While
//     the server answers other requests, unanswered writes mean slow webhooks and no outage.
// A bad kUnanswered lengthens the row of failures by one. A kUnanswered that is not bad neither
// lengthens the row nor ends it. Example: 60 writes wait for a webhook, then the connection of a
// read breaks: a row of 1.
// Resets with the first kUseful outcome that comes at least kBreakerOpenMin after tripping. An
// earlier kUseful outcome may belong to a request from before the outage. After a reset,
// AdaptiveRate lets calls out slowly. Pure: the caller passes in the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass {

// A row of this many failures (see above) opens the breaker.
inline constexpr int kBreakerFailures = 5;
// The time over which exchanges are counted.
inline constexpr Duration kBreakerWindow = seconds(10);
// A majority of bad exchanges opens the breaker only if at least this many exchanges ended within
// the window, because a majority of few proves nothing.
inline constexpr int kBreakerAnswersMin = 10;
// kInternal and kUnanswered count against the server only if they occurred in at least this many
// namespaces. All requests without a namespace count as one namespace.
inline constexpr size_t kBreakerNamespacesMin = 2;
// The shortest time that the breaker stays open.
inline constexpr Duration kBreakerOpenMin = seconds(1);
// The longest wait between two probes, before GuardedTransport adds up to a fifth at random.
inline constexpr Duration kProbeWaitMax = seconds(5);

// How a call ended.
enum class CallOutcome : uint8_t {
  kUseful,    // the server answered, even if with a refusal
  kInternal,  // 500
  // A write (here: any request but a GET, so also a dry run) was sent and got no complete answer,
  // or a 504. Perhaps a webhook is slow, or its refusal is very long.
  kUnanswered,
  kTrouble,      // another 5xx, or an answer that cannot be read
  kUnreachable,  // no answer to a read: connection reset, timeout; or a failed handshake
  kRefused,      // the request was not sent: mostly no process listens, or the name is unknown
};

class CircuitBreaker {
 public:
  // Records how a call ended, and trips or resets the breaker. `namespace_` is that of the request;
  // it is only read for kInternal and kUnanswered.
  void Note(CallOutcome outcome, MonotonicTime now, std::string_view namespace_ = {});

  bool tripped() const { return tripped_; }
  // Returns when the breaker last tripped.
  MonotonicTime opened_at() const { return opened_at_; }

 private:
  // The exchanges that ended within one second.
  struct Second {
    int64_t number = -1;  // of the second, since the clock's start
    int answers = 0;      // all exchanges
    int internal = 0;     // those that were kInternal
    int unanswered = 0;   // those that were kUnanswered
    int useful = 0;       // those that were kUseful
    int bad = 0;          // those that were bad in any case: kTrouble, kUnreachable, kRefused
  };

  void NoteInternal(std::string_view namespace_, MonotonicTime now);
  bool InSeveralNamespaces(MonotonicTime now) const;
  bool IsSilent(MonotonicTime now) const;
  bool MostAreBad(MonotonicTime now) const;
  void Forget();

  bool tripped_ = false;
  MonotonicTime opened_at_;
  // Both count since the latest outcome that was kUseful, kInternal or kTrouble.
  int unreachable_in_a_row_ = 0;  // kUnreachable or kRefused
  int unanswered_in_a_row_ = 0;   // kUnanswered
  std::array<Second, static_cast<size_t>(kBreakerWindow / seconds(1))> window_;
  // By namespace: when it last got kInternal or kUnanswered. While there are kBreakerNamespacesMin
  // entries younger than kBreakerWindow, no further namespace is added.
  std::map<std::string, MonotonicTime, std::less<>> internal_;
};

// Returns the wait before the next probe, without GuardedTransport's random addition. After
// 0, 1, 2, 3, 4… probes since the breaker tripped: 1, 2, 4, 5, 5… s.
Duration ProbeWait(int probes_sent);

}  // namespace windlass
