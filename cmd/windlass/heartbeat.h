// Heartbeat: what the core thread says of itself every second, and what probes are answered from. A
// probe asks the core thread nothing, however many come.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "cmd/windlass/readiness.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// The time between two beats. What a probe says is at most this old while the core loop turns.
inline constexpr Duration kHeartbeat = seconds(1);

struct ProbeAnswer {
  bool good = false;
  std::string text;  // lines
};

// Thread-safe.
class Heartbeat {
 public:
  // Beats for the first time, with the reason "starting". `clock` must outlive the heartbeat.
  explicit Heartbeat(const Clock& clock);

  // Core thread. `renewal_due` is when a leader is dead unless it renews its Lease before (L-013);
  // nullopt for a process that does not lead by a Lease.
  void Beat(Readiness readiness, std::optional<MonotonicTime> renewal_due);

  // Not good if the core loop does not turn, or the Lease was not renewed in time: the process
  // should be restarted.
  ProbeAnswer Livez() const;
  // Not good if Livez is not, or while there are reasons against readiness.
  ProbeAnswer Readyz() const;

 private:
  std::string Sickness() const;  // mutex_ held; "" = well

  const Clock& clock_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  MonotonicTime beaten_;
  std::optional<MonotonicTime> renewal_due_;
  Readiness readiness_;
};

}  // namespace windlass
