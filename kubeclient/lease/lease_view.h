// LeaseView: what one process knows of the Lease, and when it may write the Lease. Pure: the caller
// passes in the times.
//
//   - If another process holds the Lease, we may take it once we have seen the same record for its
//     leaseDurationSeconds. If these are missing or not positive, our own lease duration counts
//     (LengthOf). Example: at 100 s we receive a record with 15 s. If the record does not change,
//     we may take the Lease at 115 s.
//   - If the Lease has no holder, we may take it at once, unless it has another preferredHolder
//     (yields).
//   - If the Lease is absent, SeeNothing decides when we may create it.
// We do not use the times in another holder's record, because they come from another clock. The
// holder sent the record before we received it, so the holder stops writing before our time is over
// (L-005).
#pragma once

#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/lease/lease.h"

namespace windlass {

struct LeaseViewOptions {
  LeaseName name;
  std::string identity;
  Duration lease_duration;
  Duration retry_period;
};

class LeaseView {
 public:
  explicit LeaseView(LeaseViewOptions options) : options_(std::move(options)) {}

  // Call when the server showed this Lease.
  void See(const Lease& fresh, MonotonicTime now);
  // Call when the server has no Lease. `leading` is true if this process leads, so that no other
  // process may lead now.
  void SeeNothing(MonotonicTime now, bool leading);
  // Call when the Lease may have changed since the server showed it. The Lease must then be read
  // before the next write.
  void Doubt() { known_ = false; }

  // Returns true if the server has shown the Lease, or its absence, since the last Doubt.
  bool known() const { return known_; }
  const std::optional<Lease>& lease() const { return lease_; }  // nullopt = absent, or never seen
  MonotonicTime free_at() const { return free_at_; }  // from this time on we may claim the Lease
  bool ours() const { return lease_ && lease_->record.holder == options_.identity; }
  // Returns true if the Lease's preferredHolder is another process (coordinated leader election,
  // L-018).
  //   - If we hold the Lease, we must give it up to that process.
  //   - If no process holds the Lease, we take it only after our lease duration.
  bool yields() const { return lease_ && Yields(lease_->record); }
  const std::string& holder() const { return holder_; }  // "" = no holder
  int32_t transitions() const { return transitions_; }

  // Both return the body of a write, with `micros` as renewTime.
  //   - ClaimBody is for a PUT onto the Lease that we saw last, or a POST if the Lease is absent.
  //     If the Lease is absent and `leading` is true, the new Lease gets the leaseTransitions that
  //     the vanished Lease had.
  //   - ReleaseBody is for a PUT. Call it only if lease() is set.
  std::string ClaimBody(int64_t micros, bool leading) const;
  std::string ReleaseBody(int64_t micros) const;

 private:
  bool Yields(const LeaseRecord& record) const;
  MonotonicTime FreeAt(const LeaseRecord& record, MonotonicTime now) const;

  const LeaseViewOptions options_;
  bool known_ = false;
  bool ever_seen_ = false;
  std::optional<Lease> lease_;
  MonotonicTime looked_at_;    // when See or SeeNothing was last called
  MonotonicTime observed_at_;  // when the current record was first seen
  MonotonicTime free_at_;
  std::string holder_;
  int32_t transitions_ = -1;  // as last seen; -1 = no Lease seen, so that we write 0 into a new one
};

}  // namespace windlass
