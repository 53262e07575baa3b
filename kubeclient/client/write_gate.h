// WriteGate: says whether this process may write now. Every mutation asks it.
//
// It is closed at first. Without leader election the daemon opens it for good. With leader election
// it is open until the permit of the latest successful renewal ends (L-003, L-004). Core thread
// only.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

// No write leaves later than this before the permit ends: some time passes between reading the
// clock and the first byte on the wire (L-004).
inline constexpr Duration kPermitMargin = milliseconds(250);

class WriteGate {
 public:
  explicit WriteGate(const Clock& clock) : clock_(clock) {}

  void OpenForGood();
  // A write may be sent while now < until - kPermitMargin. Example, with a margin of 250 ms: until
  // 100 s permits writes before 99.75 s.
  void OpenUntil(MonotonicTime until);
  // Closes the gate at once, also after OpenForGood.
  void Close();

  bool IsOpen() const;
  // Returns how long a write that is sent now may take: until the permit ends, at most `longest`; 0
  // if the gate is closed.
  Duration TimeLeft(Duration longest) const;

 private:
  const Clock& clock_;
  bool open_ = false;
  bool for_good_ = false;
  MonotonicTime until_;
};

}  // namespace windlass
