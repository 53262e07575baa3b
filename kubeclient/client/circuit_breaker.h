// CircuitBreaker: tells from the ends of exchanges whether the API server answers (C-012).
//
// Trips (the server does not answer):
//   - after kBreakerFailures exchanges in a row that were kUnreachable or kRefused; or
//   - when at least kBreakerAnswersMin exchanges ended within kBreakerWindow, and more than half of
//     them were bad. Example: 6 of 10, but not 5 of 10.
// Which outcomes are bad:
//   - kTrouble, kUnreachable and kRefused always are.
//   - kInternal is bad only if several namespaces got kInternal or kUnanswered within
//     kBreakerWindow. Otherwise it may be due to the objects of one tenant.
//   - kUnanswered is bad, and counts in the row, only if the same holds and nothing was kUseful
//     within kBreakerWindow. Slow webhooks of several namespaces do not mean that the server is
//     away, if it answers others. Otherwise kUnanswered neither lengthens a row nor ends it.
//     Example: 60 writes wait for a webhook, and the connection of a read breaks: that is a row of
//     1.
// Resets with the first kUseful outcome, but not within kBreakerOpenMin: right after tripping that
// may be the answer to an old request. AdaptiveRate then lets calls out slowly.
// Pure: the caller passes in the time.
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

// How many exchanges without an answer in a row open the breaker.
inline constexpr int kBreakerFailures = 5;
// The time over which answers are counted.
inline constexpr Duration kBreakerWindow = seconds(10);
// Fewer answers than this within the window do not open the breaker: a majority of a few says
// nothing.
inline constexpr int kBreakerAnswersMin = 10;
// In how many namespaces kInternal must have occurred to say something about the server. Requests
// without a namespace count as one.
inline constexpr size_t kBreakerNamespacesMin = 2;
// How long the breaker stays open at least.
inline constexpr Duration kBreakerOpenMin = seconds(1);
// The longest wait between two probes.
inline constexpr Duration kProbeWaitMax = seconds(5);

// How a call ended.
enum class CallOutcome : uint8_t {
  kUseful,       // the server answered, even if with a refusal
  kInternal,     // 500
  kUnanswered,   // a write was sent and not answered: perhaps a webhook is slow, or talks too long
  kTrouble,      // another 5xx, or an answer that cannot be read
  kUnreachable,  // no answer to a read: connection reset, timeout; or a failed handshake
  kRefused,      // nothing was sent: no process listens there, or the name is not known
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
    int bad = 0;          // the others
  };

  void NoteInternal(std::string_view namespace_, MonotonicTime now);
  bool InSeveralNamespaces(MonotonicTime now) const;
  bool IsSilent(MonotonicTime now) const;
  bool MostAreBad(MonotonicTime now) const;
  void Forget();

  bool tripped_ = false;
  MonotonicTime opened_at_;
  int unreachable_in_a_row_ = 0;  // or refused
  int unanswered_in_a_row_ = 0;   // between these
  std::array<Second, static_cast<size_t>(kBreakerWindow / seconds(1))> window_;
  // When each of these namespaces last got kInternal or kUnanswered; at most kBreakerNamespacesMin.
  std::map<std::string, MonotonicTime, std::less<>> internal_;
};

// Returns the wait before the next probe. After 0, 1, 2, 3, 4… probes since the breaker tripped:
// 1, 2, 4, 5, 5… s.
Duration ProbeWait(int probes_sent);

}  // namespace windlass
