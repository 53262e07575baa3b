// WriteDeadline: until when this process may write. The Client checks it before every mutation.
// LeaderElection writes the Lease without this check.
//
// At first no write is allowed. Without leader election the daemon allows writes for good. With
// leader election, each successful renewal of the Lease allows writes for some time, the permit
// (L-003, L-004). Core thread only.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// A permit is the time for which a renewal of the Lease allows writes. No write begins in this last
// part of it, because some time passes between reading the clock and the first byte on the wire
// (L-004).
inline constexpr Duration kPermitMargin = milliseconds(250);

class WriteDeadline {
 public:
  explicit WriteDeadline(const Clock& clock) : clock_(clock) {}

  void AllowForGood();
  // A write may be sent while now < until - kPermitMargin. Example, with a margin of 250 ms: if
  // `until` is 100 s, writes may be sent before 99.75 s.
  void AllowUntil(MonotonicTime until);
  // Forbids writes, also after AllowForGood, until AllowUntil or AllowForGood is called again.
  void Forbid();

  bool Allows() const;
  // Returns how often Forbid was called. If this number changes while a write waits, the write was
  // decided under a permit that has ended, and another process may have written since (L-010).
  uint64_t permits_ended() const { return permits_ended_; }
  // Returns how long a write that is sent now may take: the time until the permit ends, but at most
  // `longest`. kPermitMargin is not subtracted. Returns `longest` after AllowForGood, and 0 at
  // first and after Forbid.
  Duration TimeLeft(Duration longest) const;

 private:
  const Clock& clock_;
  bool allowed_ = false;
  bool for_good_ = false;
  uint64_t permits_ended_ = 0;
  MonotonicTime until_;
};

}  // namespace windlass
