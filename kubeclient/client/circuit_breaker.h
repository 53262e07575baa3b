// CircuitBreaker: judges by the outcomes of calls whether the API server answers (C-012).
//
// The breaker trips when it concludes that the server does not answer. This needs one of:
//   - kBreakerFailures failures in a row (see below);
//   - at least kBreakerAnswersMin calls ended within kBreakerWindow, and more than half of them
//     were bad. Example: 6 bad of 10 calls trip the breaker, 5 of 10 do not.
// Which outcomes are bad:
//   - kTrouble, kUnreachable and kRefused: always.
//   - kInternal: if several namespaces got kInternal or kUnanswered within kBreakerWindow. If only
//     one namespace did, the cause may be the objects of one tenant.
//   - kUnanswered: like kInternal, but only if no call was kUseful within kBreakerWindow. If the
//     server answers other requests, unanswered writes only mean that webhooks are slow.
// What happens to the number of failures in a row:
//   - kUnreachable and kRefused add 1.
//   - kUnanswered adds 1, too, but counts only while kUnanswered is bad. Example: a read is
//     answered. In the next 5 s, 60 writes get no answer from a webhook, and the connection of one
//     read breaks. The number is 1: the writes do not count, because a call was kUseful within
//     kBreakerWindow.
//   - kUseful, kInternal and kTrouble set it to 0.
// The first kUseful outcome that comes at least kBreakerOpenMin after tripping resets the breaker.
// An earlier kUseful outcome may be a late answer that the server sent before the outage. After a
// reset, AdaptiveRate raises the rate of calls slowly. The breaker reads no clock: the caller
// passes in the time.
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

// This many failures in a row (see above) trip the breaker.
inline constexpr int kBreakerFailures = 5;
// To see whether most calls were bad, the breaker looks at the calls that ended within this time.
// Failures in a row count however old they are.
inline constexpr Duration kBreakerWindow = seconds(10);
// A majority of bad calls trips the breaker only if at least this many calls ended within
// kBreakerWindow. Example: 2 bad calls of 3 prove nothing.
inline constexpr int kBreakerAnswersMin = 10;
// Calls that ended as kInternal or kUnanswered count as bad only if they come from at least this
// many namespaces. All requests without a namespace count as one namespace.
inline constexpr size_t kBreakerNamespacesMin = 2;
// The breaker stays tripped for at least this long.
inline constexpr Duration kBreakerOpenMin = seconds(1);
// The longest wait between two probes (GET /readyz) while the breaker is tripped. GuardedTransport
// lengthens each wait at random, by up to a fifth.
inline constexpr Duration kProbeWaitMax = seconds(5);

// How a call ended. These calls have no outcome:
//   - a call that got a 500 or 503 that may be due to the written object alone
//     (about_the_object.h);
//   - a call that we cancelled, or for which we have no credentials.
enum class CallOutcome : uint8_t {
  kUseful,    // the server answered, even if with a refusal
  kInternal,  // 500
  // A write was sent, and got either a 504 or no complete answer. Perhaps a webhook is slow, or its
  // refusal is very long. A write here: any request but a GET, so also a dry run.
  kUnanswered,
  kTrouble,  // any other 5xx, or an answer that cannot be understood
  // A read got no answer (connection reset, timeout), or the TLS handshake of a request failed.
  kUnreachable,
  // The request was not sent, mostly because no process listens at the address, or because DNS has
  // no such name.
  kRefused,
};

class CircuitBreaker {
 public:
  // Records how a call ended, and trips or resets the breaker if necessary. `namespace_` is the
  // namespace of the request; only kInternal and kUnanswered use it.
  void Note(CallOutcome outcome, MonotonicTime now, std::string_view namespace_ = {});

  bool tripped() const { return tripped_; }
  // Returns when the breaker last tripped.
  MonotonicTime opened_at() const { return opened_at_; }

 private:
  // How many calls ended within one second.
  struct Second {
    int64_t number = -1;  // which second: whole seconds since the clock's start
    int answers = 0;      // all calls
    int internal = 0;     // calls that were kInternal
    int unanswered = 0;   // calls that were kUnanswered
    int useful = 0;       // calls that were kUseful
    int bad = 0;          // calls that are always bad: kTrouble, kUnreachable, kRefused
  };

  void NoteInternal(std::string_view namespace_, MonotonicTime now);
  bool InSeveralNamespaces(MonotonicTime now) const;
  bool IsSilent(MonotonicTime now) const;
  bool MostAreBad(MonotonicTime now) const;
  void Forget();

  bool tripped_ = false;
  MonotonicTime opened_at_;
  // These two numbers count calls since the latest outcome that was kUseful, kInternal or kTrouble.
  int unreachable_in_a_row_ = 0;  // kUnreachable or kRefused
  int unanswered_in_a_row_ = 0;   // kUnanswered
  std::array<Second, static_cast<size_t>(kBreakerWindow / seconds(1))> window_;
  // When a namespace last got kInternal or kUnanswered. Holds only the kBreakerNamespacesMin
  // namespaces that got such an outcome most recently, because these suffice.
  std::map<std::string, MonotonicTime, std::less<>> internal_;
};

// Returns the wait before the next probe, without GuardedTransport's random addition. `probes_sent`
// counts the probes since the breaker tripped: 0, 1, 2, 3, 4 … give 1, 2, 4, 5, 5 … s.
Duration ProbeWait(int probes_sent);

}  // namespace windlass
