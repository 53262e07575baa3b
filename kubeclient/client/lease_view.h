// What one process knows of the Lease, and from when on it may write it. Pure: times are handed in.
//
// Of what others wrote only the length counts; their times are another clock's. A record may be
// taken once it was seen unchanged for its length, on our clock, counted from when we had it: by
// then it was at the server already (L-005).
#pragma once

#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/client/lease.h"

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

  void See(const Lease& fresh, MonotonicTime now);
  // There is none. `leading`: we hold a permit, so nobody else can have held it.
  void SeeNothing(MonotonicTime now, bool leading);
  // It may have changed by a call of ours: look before writing.
  void Doubt() { known_ = false; }

  bool known() const { return known_; }
  const std::optional<Lease>& lease() const { return lease_; }
  MonotonicTime free_at() const { return free_at_; }
  bool ours() const { return lease_ && lease_->record.holder == options_.identity; }
  // Coordinated leader election asks for the Lease by naming somebody else (L-018).
  bool yields() const { return lease_ && Yields(lease_->record); }
  const std::string& holder() const { return holder_; }  // "" = nobody
  int32_t transitions() const { return transitions_; }

  // The bodies of our writes, with `micros` as renewTime: PUT onto the Lease seen last, or POST
  // when there was none; `leading` keeps the term of a Lease that vanished.
  std::string ClaimBody(int64_t micros, bool leading) const;
  std::string ReleaseBody(int64_t micros) const;

 private:
  bool Yields(const LeaseRecord& record) const;
  MonotonicTime FreeAt(const LeaseRecord& record, MonotonicTime now) const;

  const LeaseViewOptions options_;
  bool known_ = false;
  bool ever_seen_ = false;
  std::optional<Lease> lease_;
  MonotonicTime looked_at_;
  MonotonicTime observed_at_;  // when this record was first seen
  MonotonicTime free_at_;
  std::string holder_;
  int32_t transitions_ = -1;  // as last seen; the first holder of a new Lease makes it 0
};

}  // namespace windlass
