// Whether the API server is there, judged by how exchanges with it end (C-012).
//
// Opens after kBreakerFailures transport failures in a row, or when more than half of at least
// kBreakerAnswersMin answers within kBreakerWindow were 5xx or timeouts. Closes with the first
// useful answer, but not within kBreakerOpenMin: one of many that were under way says little. How
// calls are let out again slowly is AdaptiveRate's. Pure: the caller hands in the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/limits.h"

namespace windlass {

// How an exchange ended.
enum class Exchange : uint8_t {
  kUseful,       // the server said something, if only no
  kTrouble,      // 5xx, or an answer nobody can read
  kUnreachable,  // no answer at all: refused, reset, timed out, or no handshake
};

class CircuitBreaker {
 public:
  // An exchange has ended.
  void Note(Exchange exchange, MonotonicTime now);

  bool tripped() const { return tripped_; }
  MonotonicTime opened_at() const { return opened_at_; }

 private:
  struct Second {
    int64_t number = -1;
    int answers = 0;
    int bad = 0;
  };

  bool MostAreBad(MonotonicTime now) const;
  void Forget();

  bool tripped_ = false;
  MonotonicTime opened_at_;
  int unreachable_in_a_row_ = 0;
  std::array<Second, static_cast<size_t>(kBreakerWindow / seconds(1))> window_;
};

// How long after a probe the next one is sent, the first after the opening: 1, 2, 4, 5, 5… s.
Duration ProbeWait(int probes_sent);

}  // namespace windlass
