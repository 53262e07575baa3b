#include "cmd/windlass/heartbeat.h"

#include <utility>

namespace windlass {
namespace {

// If the latest beat is older than this, the core loop counts as stuck.
constexpr Duration kOverdueMax = seconds(30);

}  // namespace

Heartbeat::Heartbeat(const Clock& clock) : clock_(clock) { Beat({{"starting"}, {}}, {}); }

void Heartbeat::Beat(Readiness readiness, std::optional<MonotonicTime> renewal_due) {
  const std::scoped_lock lock(mutex_);
  beaten_ = clock_.Now();
  renewal_due_ = renewal_due;
  std::swap(readiness_, readiness);
}

std::string Heartbeat::Sickness() const {
  const MonotonicTime now = clock_.Now();
  if (now - beaten_ > kOverdueMax) {
    return "Windlass hangs: its core loop has not run for over " +
           std::to_string(kOverdueMax / seconds(1)) + " s";
  }
  if (renewal_due_ && now >= *renewal_due_) return "Windlass leads, but did not renew its Lease";
  return "";
}

ProbeAnswer Heartbeat::Livez() const {
  const std::scoped_lock lock(mutex_);
  const std::string sickness = Sickness();
  return {sickness.empty(), sickness.empty() ? "ok\n" : sickness + "\n"};
}

ProbeAnswer Heartbeat::Readyz() const {
  const std::scoped_lock lock(mutex_);
  Readiness readiness = readiness_;
  const std::string sickness = Sickness();
  if (!sickness.empty()) readiness.reasons.insert(readiness.reasons.begin(), sickness);
  return {readiness.reasons.empty(), ReadyzText(readiness)};
}

}  // namespace windlass
