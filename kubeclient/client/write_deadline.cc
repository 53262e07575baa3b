#include "kubeclient/client/write_deadline.h"

#include <algorithm>

namespace windlass {

void WriteDeadline::AllowForGood() {
  allowed_ = true;
  for_good_ = true;
}

void WriteDeadline::AllowUntil(MonotonicTime until) {
  allowed_ = true;
  for_good_ = false;
  until_ = until;
}

void WriteDeadline::Forbid() {
  allowed_ = false;
  for_good_ = false;
  ++permits_ended_;
}

bool WriteDeadline::Allows() const {
  if (!allowed_) return false;
  return for_good_ || clock_.Now() + kPermitMargin < until_;
}

Duration WriteDeadline::TimeLeft(Duration longest) const {
  if (!allowed_) return Duration{0};
  if (for_good_) return longest;
  return std::clamp(until_ - clock_.Now(), Duration{0}, longest);
}

}  // namespace windlass
