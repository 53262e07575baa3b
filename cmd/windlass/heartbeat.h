// Heartbeat: the report that the core thread makes on itself every second. The operations ports
// answer probes from the latest report, so a probe never waits for the core thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "cmd/windlass/readiness.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// The time between two beats. While the core loop turns, a probe gets an answer that is based on a
// report of at most about this age.
inline constexpr Duration kHeartbeat = seconds(1);

struct ProbeAnswer {
  bool good = false;
  std::string text;  // one or more lines
};

// Thread-safe.
class Heartbeat {
 public:
  // Makes the first report: the process is not ready, for the reason "starting". `clock` must
  // outlive the heartbeat.
  explicit Heartbeat(const Clock& clock);

  // Makes a report. Core thread only. A leader must renew its Lease before `renewal_due`; after
  // that time Livez answers "not good" (L-013). `renewal_due` is nullopt if the process does not
  // lead, or leads without a Lease.
  void Beat(Readiness readiness, std::optional<MonotonicTime> renewal_due);

  // Answers "not good" if the core loop does not turn, or if the Lease was not renewed in time. In
  // both cases the kubelet should restart the process.
  ProbeAnswer Livez() const;
  // Answers "not good" if Livez does, or if the latest report has reasons why the process is not
  // ready.
  ProbeAnswer Readyz() const;

 private:
  std::string Sickness() const;  // requires mutex_; returns "" if all is well

  const Clock& clock_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  MonotonicTime beaten_;
  std::optional<MonotonicTime> renewal_due_;
  Readiness readiness_;
};

}  // namespace windlass
