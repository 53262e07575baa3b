#include "kubeclient/client/write_gate.h"

#include <algorithm>

namespace windlass {

void WriteGate::OpenForGood() {
  open_ = true;
  for_good_ = true;
}

void WriteGate::OpenUntil(MonotonicTime until) {
  open_ = true;
  for_good_ = false;
  until_ = until;
}

void WriteGate::Close() {
  open_ = false;
  for_good_ = false;
}

bool WriteGate::IsOpen() const {
  if (!open_) return false;
  return for_good_ || clock_.Now() + kPermitMargin < until_;
}

Duration WriteGate::TimeLeft(Duration longest) const {
  if (!open_) return Duration{0};
  if (for_good_) return longest;
  return std::clamp(until_ - clock_.Now(), Duration{0}, longest);
}

}  // namespace windlass
