// The one gate that every mutation passes: may we write at all right now?
//
// Closed at start. Without leader election it is opened for good; with it, opened until the permit
// of the latest successful renewal runs out (L-003, L-004). Closing is immediate. Core thread only.
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
  // A write may be sent while now < until - kPermitMargin.
  void OpenUntil(MonotonicTime until);
  void Close();

  bool IsOpen() const;
  // How long a write sent now may take: until the permit ends, or `longest`.
  Duration TimeLeft(Duration longest) const;

 private:
  const Clock& clock_;
  bool open_ = false;
  bool for_good_ = false;
  MonotonicTime until_;
};

}  // namespace windlass
