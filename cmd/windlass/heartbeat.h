// Heartbeat: the core thread's report on itself, every second. Probes are answered from the latest
// report: however many come, they ask the core thread nothing.
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

  // Core thread. `renewal_due` is the time by which a leader must renew its Lease, or it counts as
  // dead (L-013). It is nullopt for a process that does not lead by a Lease.
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
